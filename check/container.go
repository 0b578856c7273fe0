package check

import (
	"slices"
	"strconv"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// Container level: what a task definition says of one container.

const containerAPI = ecsAPI + "ContainerDefinition.html"

// fargateRefuses are the settings of a container that Fargate does not take at all; there is nothing to judge but that they are set.
func fargateRefuses() []Rule {
	return []Rule{
		{
			ID: "fargate.links-unsupported", Severity: model.Blocker, Targets: onTasks(), Source: containerAPI,
			Task:   withoutBridge(func(c *document.Container, s Says) { unsupportedList(s, c.Links, "links") }),
			Title:  "Containers are not linked",
			Remedy: "Take links out. Containers of one task reach each other at 127.0.0.1: put that instead of the link's name; containers of other tasks by Service Connect.",
		},
		{
			ID: "fargate.extra-hosts-unsupported", Severity: model.Blocker, Targets: onTasks(), Source: containerAPI,
			Task:   withoutBridge(func(c *document.Container, s Says) { unsupportedList(s, c.ExtraHosts, "extraHosts") }),
			Title:  "No lines are added to /etc/hosts",
			Remedy: "Put the names into a private zone of Route 53 or into Cloud Map, and take extraHosts out.",
		},
		{
			ID: "fargate.dns-servers-unsupported", Severity: model.Blocker, Targets: onECS(), Source: fargateDiff,
			Task:   inContainers(func(c *document.Container, s Says) { unsupportedList(s, c.DNSServers, "dnsServers") }),
			Title:  "No name servers of its own",
			Remedy: "Take dnsServers out; use the VPC's DHCP options, or rules of Route 53 Resolver for single domains.",
		},
		{
			ID: "fargate.dns-search-unsupported", Severity: model.Blocker, Targets: onECS(), Source: fargateDiff,
			Task:   inContainers(func(c *document.Container, s Says) { unsupportedList(s, c.DNSSearchDomains, "dnsSearchDomains") }),
			Title:  "No search domains of its own",
			Remedy: "Write whole names in the configuration, or set the domain in the VPC's DHCP options; take dnsSearchDomains out.",
		},
		{
			ID: "fargate.docker-security-options-unsupported", Severity: model.Blocker, Targets: onECS(), Source: fargateDiff,
			Task: inContainers(func(c *document.Container, s Says) {
				unsupportedList(s, c.DockerSecurityOptions, "dockerSecurityOptions")
			}),
			Title:  "No SELinux, AppArmor or credential-spec options of Docker",
			Remedy: "Take dockerSecurityOptions out; own profiles need ECS on EC2 or EKS on EC2 nodes.",
		},
		{
			ID: "fargate.hostname-unsupported", Severity: model.Blocker, Targets: onTasks(), Task: withoutBridge(hostname), Source: containerAPI,
			Title:  "No host name is set: it cannot be with awsvpc",
			Remedy: "Take hostname out. Give the application its name by a variable, and clients one by Service Connect.",
		},
		{
			ID: "fargate.disable-networking-unsupported", Severity: model.Blocker, Targets: onECS(), Source: fargateDiff,
			Task:   inContainers(func(c *document.Container, s Says) { refused(s, c.DisableNetworking, "networking is disabled") }),
			Title:  "Networking is not disabled",
			Remedy: "Take disableNetworking out; a security group without rules keeps a task from the network.",
		},
	}
}

func containerRules() []Rule {
	return []Rule{
		{
			ID: "fargate.host-port-equals-container-port", Severity: model.Blocker, Targets: onECS(), Task: inContainers(hostPort), Source: ecsAPI + "PortMapping.html",
			Title:  "hostPort is left out or equals containerPort",
			Remedy: "Take hostPort out: each task has an address of its own, and nothing to share the port with.",
		},
		{
			ID: "fargate.port-range", Severity: model.Blocker, Targets: onTasks(), Task: inContainers(portRange), Source: ecsAPI + "PortMapping.html",
			Title:  "Ports are 1 to 65535, ranges rise and do not overlap, 100 of them at most",
			Remedy: "Correct the port or the range.",
		},
		{
			ID: "fargate.stop-timeout", Severity: model.Blocker, Targets: onECS(), Source: containerAPI,
			Task:   inContainers(func(c *document.Container, s Says) { within(s, c.StopTimeout, "stopTimeout", " s", 2, 120) }),
			Title:  "stopTimeout is 2 to 120 seconds",
			Remedy: "Set it to 120 at most; what takes longer must be cut short at SIGTERM, or run on EC2.",
		},
		{
			ID: "fargate.start-timeout", Severity: model.Blocker, Targets: onECS(), Source: containerAPI,
			Task:   inContainers(func(c *document.Container, s Says) { within(s, c.StartTimeout, "startTimeout", " s", 2, 120) }),
			Title:  "startTimeout is 2 to 120 seconds",
			Remedy: "Set it to 120 at most; give a slow start time by healthCheck.startPeriod, up to 300.",
		},
		{
			ID: "fargate.healthcheck-ranges", Severity: model.Blocker, Targets: onTasks(), Task: inContainers(healthRanges), Source: ecsAPI + "HealthCheck.html",
			Title:  "The health check's times are in range, and its command begins with CMD or CMD-SHELL",
			Remedy: "Interval 5 to 300 s, timeout 2 to 60 s, retries 1 to 10, startPeriod 0 to 300 s; command [\"CMD-SHELL\", \"…\"] or [\"CMD\", …].",
		},
		{
			ID: "fargate.env-files", Severity: model.Blocker, Targets: onTasks(), Task: inContainers(envFiles), Source: ecsAPI + "EnvironmentFile.html",
			Title:  "There are 10 environment files at most, each an object of S3 that ends in .env",
			Remedy: "Join or rename the files, type s3, and name them by their ARN.",
		},
		{
			ID: "fargate.essential-container", Severity: model.Blocker, Targets: onTasks(), Task: essential, Source: containerAPI,
			Title:  "At least one container is essential",
			Remedy: "Set essential to true (or leave it out) for the container that the task is about.",
		},
		{
			ID: "fargate.credential-specs", Severity: model.Warning, Targets: onECS(), Task: inContainers(credentialSpecs), Source: containerAPI,
			Title:  "Kerberos by credentialSpecs: one ARN, and on Fargate for Linux only",
			Remedy: "Name one credential spec in SSM or S3; try it before it is relied on. Windows with gMSA needs EC2.",
		},
		{
			ID: "fargate.depends-on", Severity: model.Blocker, Targets: onTasks(), Task: dependsOn, Source: ecsAPI + "ContainerDependency.html",
			Title:  "Containers wait for containers that are there, in no circle, and for a state that they can reach",
			Remedy: "Name a container of the task; HEALTHY needs a healthCheck on it, COMPLETE and SUCCESS one that is not essential.",
		},
		{
			ID: "fargate.secret-name-unique", Severity: model.Blocker, Targets: onTasks(), Task: inContainers(secretNames), Source: ecsAPI + "Secret.html",
			Title:  "A variable is given once: as a secret or plain",
			Remedy: "Take the plain one out.",
		},
		{
			ID: "fargate.container-name-unique", Severity: model.Blocker, Targets: onTasks(), Task: containerNames, Source: containerAPI,
			Title:  "Containers of a task have different names",
			Remedy: "Rename one of them.",
		},
		{
			ID: "fargate.restart-policy-range", Severity: model.Blocker, Targets: onTasks(), Task: inContainers(restartPolicy), Source: ecsAPI + "ContainerRestartPolicy.html",
			Title:  "restartAttemptPeriod is 60 to 1800 seconds, and there are 50 ignored exit codes at most",
			Remedy: "Set it in range, or leave it out for 300.",
		},
		{
			ID: "fargate.windows-parameters", Severity: model.Blocker, Targets: onTasks(), Task: windowsParameters, Source: containerAPI,
			Title:  "A Windows container has none of the parameters of Linux",
			Remedy: "Take the parameter out: Windows containers know it not.",
		},
	}
}

// withoutBridge judges what a container can have in Docker's own networks alone: Fargate has none of them, and on EC2 awsvpc is none.
func withoutBridge(judge func(c *document.Container, s Says)) func(*document.Task, Says) {
	return func(t *document.Task, s Says) {
		if s.target() != ECSEC2 || document.Is(t.NetworkMode, "awsvpc") {
			inContainers(judge)(t, s)
		}
	}
}

func hostname(c *document.Container, s Says) {
	given(s, c.Hostname, "hostname", func(name string) {
		if name != "" {
			s.Fail(c.Hostname.At, "hostname is %s", safe(name))
		}
	})
}

// refused fails for a switch that is on.
func refused(s Says, v document.Value[bool], what string) {
	given(s, v, "whether "+what, func(on bool) {
		if on {
			s.Fail(v.At, "%s", what)
		}
	})
}

func containerPrivileged(c *document.Container, s Says) {
	refused(s, c.Privileged, called(c)+" is privileged")
}

// addable is the one capability that can be added on Fargate (KernelCapabilities).
const addable = "SYS_PTRACE"

func containerCapabilities(c *document.Container, s Says) {
	s.undecided(c.LinuxParameters, "linuxParameters")
	capabilities := c.LinuxParameters.V.Capabilities
	s.undecided(capabilities.V.Add, "capabilities.add")
	each(capabilities.V.Add, func(name *string, at document.Place) {
		if strings.TrimPrefix(*name, "CAP_") != addable {
			s.Fail(at, "%s adds %s", called(c), safe(*name))
		}
	})
}

func containerDevices(c *document.Container, s Says) {
	unsupportedList(s, c.LinuxParameters.V.Devices, "linuxParameters.devices")
}

func containerShm(c *document.Container, s Says) {
	set(s, c.LinuxParameters.V.SharedMemorySize, "sharedMemorySize")
}

func containerSwap(c *document.Container, s Says) {
	set(s, c.LinuxParameters.V.MaxSwap, "maxSwap")
	set(s, c.LinuxParameters.V.Swappiness, "swappiness")
}

// set fails for a value that is there, whatever it is.
func set[T any](s Says, v document.Value[T], what string) {
	if v.Said() {
		s.Fail(v.At, "%s is set", what)
		return
	}
	s.undecided(v, what)
}

func taskGPU(t *document.Task, s Says) { resources(t, s, "GPU", "a GPU") }

func containerSysctls(c *document.Container, s Says) {
	s.undecided(c.SystemControls, "systemControls")
	each(c.SystemControls, func(control *document.SystemControl, _ document.Place) {
		given(s, control.Namespace, "a namespace of systemControls", func(name string) {
			if !settable(ECSFargate, name) {
				s.Fail(control.Namespace.At, "%s sets %s", called(c), safe(name))
			}
		})
	})
}

func containerUlimits(c *document.Container, s Says) {
	each(c.Ulimits, func(u *document.Ulimit, at document.Place) {
		switch {
		case u.Name.Is != document.Set:
		case u.Name.V != "nofile":
			s.Fail(at, "%s sets the limit %s, which stays at the system's default", called(c), safe(u.Name.V))
		case max(u.SoftLimit.V, u.HardLimit.V) > maxOpenFilesECS:
			s.Fail(at, "%s sets nofile to %d; %d are the most", called(c), max(u.SoftLimit.V, u.HardLimit.V), maxOpenFilesECS)
		}
	})
}

func hostPort(c *document.Container, s Says) {
	each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
		given(s, p.HostPort, "hostPort", func(port int64) {
			if p.ContainerPort.Is == document.Set && port != p.ContainerPort.V {
				s.Fail(p.HostPort.At, "hostPort is %d, containerPort %d", port, p.ContainerPort.V)
			}
		})
	})
}

const (
	maxPort       = 65535
	maxPortRanges = 100
)

func portRange(c *document.Container, s Says) {
	var ranges [][2]int
	each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
		if n := p.ContainerPort; n.Is == document.Set && (n.V < 1 || n.V > maxPort) {
			s.Fail(n.At, "containerPort is %d", n.V)
		}
		if p.ContainerPortRange.Is != document.Set {
			return
		}
		low, high, ok := bounds(p.ContainerPortRange.V)
		if !ok {
			s.Fail(p.ContainerPortRange.At, "containerPortRange is %s; a range is low-high, 1 to %d", safe(p.ContainerPortRange.V), maxPort)
			return
		}
		for _, r := range ranges {
			if low <= r[1] && r[0] <= high {
				s.Fail(p.ContainerPortRange.At, "the range %d-%d overlaps %d-%d", low, high, r[0], r[1])
			}
		}
		ranges = append(ranges, [2]int{low, high})
	})
	if len(ranges) > maxPortRanges {
		s.Fail(c.PortMappings.At, "%s has %d ranges of ports", called(c), len(ranges))
	}
}

func bounds(text string) (low, high int, ok bool) {
	a, b, ok := strings.Cut(text, "-")
	low, errLow := strconv.Atoi(a)
	high, errHigh := strconv.Atoi(b)
	return low, high, ok && errLow == nil && errHigh == nil && low >= 1 && low < high && high <= maxPort
}

func healthRanges(c *document.Container, s Says) {
	h := c.HealthCheck.V
	s.undecided(c.HealthCheck, "healthCheck")
	within(s, h.Interval, "interval", " s", 5, 300)
	within(s, h.Timeout, "timeout", " s", 2, 60)
	within(s, h.Retries, "retries", "", 1, 10)
	within(s, h.StartPeriod, "startPeriod", " s", 0, 300)
	given(s, h.Command, "the health check's command", func(words []document.Value[string]) {
		switch {
		case len(words) == 0:
			s.Fail(h.Command.At, "the health check's command is empty")
		case words[0].Is == document.Set && words[0].V != "CMD" && words[0].V != "CMD-SHELL" && words[0].V != "NONE":
			s.Fail(words[0].At, "the health check's command begins with %s", safe(words[0].V))
		}
	})
	if c.HealthCheck.Is == document.Set && h.Command.Is == document.Absent {
		s.Fail(c.HealthCheck.At, "the health check has no command")
	}
}

const maxEnvFiles = 10

func envFiles(c *document.Container, s Says) {
	if n := len(c.EnvironmentFiles.V); n > maxEnvFiles {
		s.Fail(c.EnvironmentFiles.At, "%s has %d environment files", called(c), n)
	}
	each(c.EnvironmentFiles, func(f *document.EnvironmentFile, _ document.Place) {
		if f.Value.Is == document.Set && !strings.HasSuffix(f.Value.V, ".env") {
			s.Fail(f.Value.At, "the environment file %s does not end in .env", safe(f.Value.V))
		}
		if f.Type.Is == document.Set && f.Type.V != "s3" {
			s.Fail(f.Type.At, "the environment file's type is %s", safe(f.Type.V))
		}
	})
}

// essential also says which containers were not looked at, once for all rules.
func essential(t *document.Task, s Says) {
	s.undecided(t.Containers, "the list of containers")
	open := false
	for i := range t.Containers.V {
		c := &t.Containers.V[i]
		s.undecided(c, "a container, which no rule could look at,")
		open = open || c.Is == document.Unknown || c.V.Essential.Is == document.Unknown || c.Is == document.Set && (c.V.Essential.Is == document.Absent || c.V.Essential.V)
	}
	if t.Containers.Is == document.Set && !open {
		s.Fail(t.Containers.At, "no container is essential")
	}
}

func credentialSpecs(c *document.Container, s Says) {
	if len(c.CredentialSpecs.V) > 1 {
		s.Fail(c.CredentialSpecs.At, "%s has %d credential specs", called(c), len(c.CredentialSpecs.V))
	} else if len(c.CredentialSpecs.V) == 1 {
		s.Fail(c.CredentialSpecs.At, "%s joins a domain by a credential spec", called(c))
	}
}

func secretNames(c *document.Container, s Says) {
	var taken []string
	each(c.Environment, func(v *document.Variable, _ document.Place) { taken = append(taken, v.Name.V) })
	each(c.Secrets, func(v *document.Variable, _ document.Place) {
		if v.Name.Is != document.Set {
			return
		}
		if slices.Contains(taken, v.Name.V) {
			s.Fail(v.Name.At, "%s is given %s twice", called(c), safe(v.Name.V))
		}
		taken = append(taken, v.Name.V)
	})
}

func containerNames(t *document.Task, s Says) {
	seen := map[string]bool{}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		if c.Name.Is == document.Set && seen[c.Name.V] {
			s.Fail(c.Name.At, "two containers are called %s", safe(c.Name.V))
		}
		seen[c.Name.V] = true
	})
}

const maxIgnoredExitCodes = 50

func restartPolicy(c *document.Container, s Says) {
	p := c.RestartPolicy.V
	within(s, p.RestartAttemptPeriod, "restartAttemptPeriod", " s", 60, 1800)
	if n := len(p.IgnoredExitCodes.V); n > maxIgnoredExitCodes {
		s.Fail(p.IgnoredExitCodes.At, "%d exit codes are ignored", n)
	}
}

func windowsParameters(t *document.Task, s Says) {
	if !windows(t) {
		return
	}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		for _, p := range []struct {
			there bool
			at    document.Place
			what  string
		}{
			{c.LinuxParameters.Said(), c.LinuxParameters.At, "linuxParameters"},
			{document.Is(c.Privileged, true), c.Privileged.At, "privileged"},
			{c.User.Said(), c.User.At, "user"},
			{len(c.Ulimits.V) > 0, c.Ulimits.At, "ulimits"},
			{document.Is(c.ReadonlyRootFilesystem, true), c.ReadonlyRootFilesystem.At, "readonlyRootFilesystem"},
		} {
			if p.there {
				s.Fail(p.at, "%s on Windows has %s", called(c), p.what)
			}
		}
	})
	each(t.Volumes, func(v *document.Volume, at document.Place) {
		if v.EFS.Said() {
			s.Fail(at, "a task of Windows containers has a volume of EFS")
		}
	})
}

func taskPortUnique(t *document.Task, s Says) {
	type use struct {
		container, protocol string
	}
	if s.target() == ECSEC2 && !document.Is(t.NetworkMode, "awsvpc") {
		return // each container has a network of its own, or ports of the instance that nobody lists
	}
	seen := map[int64]use{}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
			if p.ContainerPort.Is != document.Set || p.Protocol.Is == document.Unknown {
				return
			}
			now := use{c.Name.V, protocol(p)}
			switch before, twice := seen[p.ContainerPort.V]; {
			case twice && before.protocol == now.protocol:
				s.Fail(p.ContainerPort.At, "port %d is mapped twice for %s", p.ContainerPort.V, safe(now.protocol))
			case twice:
				s.FailAs(model.Warning, p.ContainerPort.At, "port %d is mapped for %s and %s: a load balancer has refused such a service", p.ContainerPort.V, safe(before.protocol), safe(now.protocol))
			}
			seen[p.ContainerPort.V] = now
		})
	})
}

func protocol(p *document.PortMapping) string {
	if p.Protocol.Is == document.Set {
		return p.Protocol.V
	}
	return "tcp"
}

func containerProtocol(c *document.Container, s Says) {
	each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
		given(s, p.Protocol, "the protocol", func(name string) {
			if name != "tcp" && name != "udp" {
				s.Fail(p.Protocol.At, "the protocol is %s", safe(name))
			}
		})
	})
}

// unprivilegedStart is the kernel value below which only root may listen (ip-sysctl).
const unprivilegedStart = "net.ipv4.ip_unprivileged_port_start"

func taskPrivilegedPort(t *document.Task, s Says) {
	first := int64(1024)
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.SystemControls, func(control *document.SystemControl, _ document.Place) {
			if n, err := strconv.ParseInt(control.Value.V, 10, 32); err == nil && document.Is(control.Namespace, unprivilegedStart) {
				first = n // it holds for all containers of the task
			}
		})
	})
	if windows(t) {
		return
	}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		user, _, _ := strings.Cut(c.User.V, ":")
		if c.User.Is != document.Set || user == "0" || user == "root" || user == "" {
			return
		}
		each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
			if p.ContainerPort.Is == document.Set && p.ContainerPort.V < first && p.ContainerPort.V > 0 {
				s.Fail(p.ContainerPort.At, "%s listens on port %d as user %s, not as root", called(c), p.ContainerPort.V, safe(user))
			}
		})
	})
}
