package check

import (
	"slices"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// ECS on EC2: what instances change about ports, network interfaces and disks. Daemons have a file of their own.

const (
	portMappingAPI = ecsAPI + "PortMapping.html"
	eniDocs        = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html"
	awsvpcDocs     = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html"
)

func onInstancesAlone() []string { return []string{ECSEC2} }

func instanceRules() []Rule {
	return []Rule{
		{
			ID: "ecs-ec2.dynamic-port-network-mode", Severity: model.Blocker, Targets: onInstancesAlone(), Task: dynamicPortMode, Source: portMappingAPI,
			Title:  "Instances give out ports with network mode bridge alone",
			Remedy: "With host or awsvpc leave hostPort out, or set it to the containerPort; for ports that instances give out take networkMode bridge.",
		},
		{
			ID: "ecs-ec2.dynamic-port-health-check", Severity: model.Breaks, Targets: onInstancesAlone(), Service: dynamicPortHealth, Source: "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md#E3049",
			Title:  "The health check asks the port that the instance gave the task",
			Remedy: `Set the target group's HealthCheckPort to "traffic-port", or leave it out.`,
		},
		{
			ID: "ecs-ec2.target-type", Severity: model.Blocker, Targets: onInstancesAlone(), Service: instanceTargets, Source: ecsAPI + "LoadBalancer.html",
			Title:  "The target group's type is ip for awsvpc, instance for bridge and host",
			Remedy: "Set TargetType as the network mode needs it.",
		},
		{
			ID: "ecs-ec2.reserved-port", Severity: model.Breaks, Targets: onInstancesAlone(), Task: reservedPort, Source: portMappingAPI,
			Title:  "No port is taken that an instance uses itself: 22, 2375, 2376, 51678 to 51680",
			Remedy: "Take another hostPort, or 0 to be given one.",
		},
		{
			ID: "ecs-ec2.port-conflict-per-instance", Severity: model.Breaks, Targets: onInstancesAlone(), Task: hostPortTwice, Service: portPerInstance, Source: portMappingAPI,
			Title:  "A fixed port of the instance lets one task run on each",
			Remedy: "Set hostPort to 0 behind a load balancer; or say that one task an instance is meant: a placement constraint distinctInstance, or a daemon.",
		},
		{
			ID: "ecs-ec2.awsvpc-eni-limit", Severity: model.Warning, Targets: onInstancesAlone(), Service: interfaces, Source: eniDocs,
			Title:  "With awsvpc each task takes a network interface, and an instance has few",
			Remedy: "Turn on awsvpcTrunking (a c5.large then runs 10 such tasks instead of 2), or count the instances accordingly.",
		},
		{
			ID: "ecs-ec2.awsvpc-no-public-ip", Severity: model.Breaks, Targets: onInstancesAlone(), Service: publicIP, Source: awsvpcDocs,
			Title:  "Tasks with awsvpc on instances get no public address",
			Remedy: "Leave assignPublicIp out; the task reaches the internet by a NAT gateway of its subnet.",
		},
		{
			ID: "ecs-ec2.task-cpu-range", Severity: model.Blocker, Targets: onInstancesAlone(), Task: taskCPURange, Source: registerAPI,
			Title:  "The task's CPU, where it is given, is 128 to 196608 units",
			Remedy: "Set it in range (1024 units are a vCPU), or leave it out.",
		},
		{
			ID: "ecs-ec2.swappiness-al2023", Severity: model.Breaks, Targets: onInstancesAlone(), Source: ecsAPI + "LinuxParameters.html",
			Task: inContainers(func(c *document.Container, s Says) {
				set(s, c.LinuxParameters.V.Swappiness, "swappiness, which Amazon Linux 2023 does not know,")
			}),
			Title:  "swappiness is not set: it has no effect on Amazon Linux 2023",
			Remedy: "Take swappiness out, and give the container the memory that it needs.",
		},
		{
			ID: "ecs-ec2.spread", Severity: model.Warning, Targets: onInstancesAlone(), Service: spread, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html",
			Title:  "Several tasks are spread over instances and zones",
			Remedy: `Put {"type": "spread", "field": "attribute:ecs.availability-zone"} first among placementStrategy.`,
		},
		{
			ID: "ecs-ec2.host-volume-state", Severity: model.Breaks, Targets: onInstancesAlone(), Task: instanceState, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html",
			Title:  "State is not on an instance's disk, with which it is lost",
			Remedy: "Keep it on EFS, or on an EBS volume that the service attaches (configuredAtLaunch); the folder of an instance is for what belongs to that instance.",
		},
	}
}

func dynamicPortMode(t *document.Task, s Says) {
	if !document.Is(t.NetworkMode, "awsvpc") && !document.Is(t.NetworkMode, "host") {
		return
	}
	inContainers(func(c *document.Container, s Says) {
		each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
			if p.HostPort.Is == document.Set && p.ContainerPort.Is == document.Set && p.HostPort.V != p.ContainerPort.V {
				s.Fail(p.HostPort.At, "hostPort is %d, containerPort %d, with networkMode %s", p.HostPort.V, p.ContainerPort.V, t.NetworkMode.V)
			}
		})
	})(t, s)
}

// bridged reports whether a task is known to be in Docker's own network, which is the default for Linux.
func bridged(t *document.Task) bool {
	return t.NetworkMode.Is == document.Absent && !windows(t) || document.Is(t.NetworkMode, "bridge")
}

// given out by the instance: no hostPort, or 0.
func dynamicPort(p *document.PortMapping) bool {
	return p.HostPort.Is == document.Absent || document.Is(p.HostPort, 0)
}

func dynamicPortHealth(v *document.Service, s Says) {
	if v.Task == nil || !bridged(v.Task) {
		return
	}
	each(v.LoadBalancers, func(lb *document.LoadBalancer, _ document.Place) {
		if lb.Group == nil || lb.Group.HealthCheckPort.Is != document.Set || lb.Group.HealthCheckPort.V == "traffic-port" {
			return
		}
		each(v.Task.Containers, func(c *document.Container, _ document.Place) {
			each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
				if c.Name.V == lb.ContainerName.V && p.ContainerPort.V == lb.ContainerPort.V && dynamicPort(p) {
					s.Fail(lb.Group.HealthCheckPort.At, "the health check asks port %s, and each task has the port that its instance gave it", safe(lb.Group.HealthCheckPort.V))
				}
			})
		})
	})
}

func instanceTargets(v *document.Service, s Says) {
	if v.Task == nil || v.Task.NetworkMode.Is == document.Unknown {
		return
	}
	want := "instance"
	if document.Is(v.Task.NetworkMode, "awsvpc") {
		want = "ip"
	}
	each(v.LoadBalancers, func(lb *document.LoadBalancer, at document.Place) {
		if lb.Group != nil {
			targetKind(lb.Group.TargetType, at, want, s)
		}
	})
}

// instancePorts are those that sshd, the Docker engine and the ECS agent of an instance have (PortMapping, parameter hostPort).
func instancePorts() []int64 { return []int64{22, 2375, 2376, 51678, 51679, 51680} }

// ownPorts goes over the ports of the instance that a task is given whatever the instance: hostPort with bridge, the container's port with host.
func ownPorts(t *document.Task, do func(port document.Value[int64], protocol string)) {
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
			switch port := p.HostPort; {
			case port.Is == document.Set && port.V != 0 && !document.Is(t.NetworkMode, "awsvpc"):
				do(port, protocol(p))
			case port.Is == document.Absent && document.Is(t.NetworkMode, "host") && p.ContainerPort.Is == document.Set:
				do(p.ContainerPort, protocol(p))
			}
		})
	})
}

func reservedPort(t *document.Task, s Says) {
	ownPorts(t, func(port document.Value[int64], _ string) {
		if slices.Contains(instancePorts(), port.V) {
			s.Fail(port.At, "it takes port %d of the instance, which the instance uses itself", port.V)
		}
	})
}

func hostPortTwice(t *document.Task, s Says) {
	type use struct {
		port     int64
		protocol string
	}
	seen := map[use]bool{}
	ownPorts(t, func(port document.Value[int64], protocol string) {
		if now := (use{port.V, protocol}); seen[now] {
			s.Fail(port.At, "port %d of the instance is taken twice", port.V)
		} else {
			seen[now] = true
		}
	})
}

// portPerInstance: a daemon and a service with distinctInstance mean one task an instance.
func portPerInstance(v *document.Service, s Says) {
	if v.Task == nil || v.DesiredCount.Is != document.Set || v.DesiredCount.V < 2 || document.Is(v.SchedulingStrategy, "DAEMON") {
		return
	}
	distinct := v.PlacementConstraints.Is == document.Unknown
	each(v.PlacementConstraints, func(p *document.Placement, _ document.Place) {
		distinct = distinct || p.Type.Is == document.Unknown || document.Is(p.Type, "distinctInstance")
	})
	first := true
	ownPorts(v.Task, func(port document.Value[int64], _ string) {
		if first && !distinct {
			s.Fail(v.DesiredCount.At, "%d tasks are wanted, and each takes port %d of its instance: as many instances are needed, and one more to replace a task", v.DesiredCount.V, port.V)
		}
		first = false
	})
}

// fewInterfaces is how many tasks with an interface of their own a small instance runs (c5.large: 3 interfaces, one of them its own).
const fewInterfaces = 2

func interfaces(v *document.Service, s Says) {
	if v.Task != nil && document.Is(v.Task.NetworkMode, "awsvpc") && v.DesiredCount.Is == document.Set && v.DesiredCount.V > fewInterfaces {
		s.Fail(v.DesiredCount.At, "%d tasks with a network interface each: a c5.large runs %d of them", v.DesiredCount.V, fewInterfaces)
	}
}

func publicIP(v *document.Service, s Says) {
	if ip := v.NetworkConfiguration.V.VPC.V.AssignPublicIP; document.Is(ip, "ENABLED") {
		s.Fail(ip.At, "assignPublicIp is ENABLED")
	}
}

// CPU units of a task on an instance (RegisterTaskDefinition, parameter cpu).
const (
	minInstanceCPU = 128
	maxInstanceCPU = 196608
)

func taskCPURange(t *document.Task, s Says) {
	given(s, t.CPU, "cpu", func(text string) {
		switch n, ok := units(text); {
		case !ok:
			s.Fail(t.CPU.At, "cpu %s is neither a number of CPU units nor one of vCPU", safe(text))
		case n < minInstanceCPU || n > maxInstanceCPU:
			s.Fail(t.CPU.At, "cpu is %d; %d to %d are allowed", n, minInstanceCPU, maxInstanceCPU)
		}
	})
}

func spread(v *document.Service, s Says) {
	strategy := v.PlacementStrategy
	if len(strategy.V) == 0 || document.Is(v.SchedulingStrategy, "DAEMON") || v.DesiredCount.Is == document.Set && v.DesiredCount.V < 2 {
		return // ECS spreads over zones by itself, and one task over nothing
	}
	for _, p := range strategy.V {
		if p.Is != document.Set || p.V.Type.Is != document.Set || p.V.Type.V == "spread" {
			return
		}
	}
	s.Fail(strategy.At, "placementStrategy has no spread: all tasks may be on one instance, or in one zone")
}

// instanceState: what a task that is no daemon writes below a folder of the instance, unless the folder is the instance's own affair. What watches its machine
// is taken for a daemon without its service, too.
func instanceState(t *document.Task, s Says) {
	if agent, _ := watched(t); len(agent) > 0 || t.Service != nil && document.Is(t.Service.SchedulingStrategy, "DAEMON") {
		return
	}
	written := map[string]bool{}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.MountPoints, func(m *document.MountPoint, _ document.Place) {
			if m.SourceVolume.Is == document.Set && !document.Is(m.ReadOnly, true) {
				written[m.SourceVolume.V] = true
			}
		})
	})
	each(t.Volumes, func(v *document.Volume, _ document.Place) {
		path, docker := v.Host.V.SourcePath, v.Docker.V
		switch {
		case !written[v.Name.V]:
		case path.Is == document.Set && path.V != "" && !machineFolder(path.V):
			s.Fail(path.At, "the volume %s keeps %s on the instance's disk", safe(v.Name.V), safe(path.V))
		case document.Is(docker.Scope, "shared") && (docker.Driver.Is == document.Absent || document.Is(docker.Driver, "local")):
			s.Fail(v.Docker.At, "the volume %s is on the instance's disk", safe(v.Name.V))
		}
	})
}

// machineFolder are folders that belong to the machine: its kernel's, its sockets, its configuration and its logs. What is written there is not the application's state.
func machineFolder(path string) bool {
	path = strings.TrimSuffix(path, "/")
	return path == "" || hostView(path) || hasAnyPrefix(path+"/", "/dev/", "/run/", "/var/run/", "/etc/", "/usr/", "/lib/", "/boot/", "/tmp/", "/var/tmp/")
}
