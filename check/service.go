package check

import (
	"slices"
	"strconv"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// Service level: how tasks are kept running.

const serviceAPI = ecsAPI + "CreateService.html"

func serviceRules() []Rule {
	return []Rule{
		{
			ID: "fargate.network-configuration-required", Severity: model.Blocker, Targets: onTasks(), Service: networkConfiguration, Source: ecsAPI + "AwsVpcConfiguration.html",
			Title:  "The service names 1 to 16 subnets, and 5 security groups at most",
			Remedy: "Give networkConfiguration.awsvpcConfiguration with subnets and securityGroups of one VPC.",
		},
		{
			ID: "fargate.platform-version", Severity: model.Blocker, Targets: onECS(), Service: platformVersion, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-versions-retired.html",
			Title:  "The platform version is LATEST or 1.4.0 (1.3.0 ended on 30 June 2026)",
			Remedy: "Take platformVersion out, or set it to LATEST.",
		},
		{
			ID: "fargate.spot-architecture", Severity: model.Warning, Targets: onECS(), Service: spot, Source: ecsAPI + "CapacityProviderStrategyItem.html",
			Title:  "FARGATE_SPOT takes tasks away at two minutes' notice, and has no Windows",
			Remedy: "Keep at least one task on FARGATE (base 1), and run single or stateful tasks there.",
		},
		{
			ID: "fargate.service-daemon-unsupported", Severity: model.Blocker, Targets: onECS(), Service: daemon, Source: serviceAPI,
			Title:  "The service is no daemon: Fargate has no hosts to run one on each",
			Remedy: "Make it a sidecar of each task, use FireLens or Container Insights for logs and metrics, or run it as a daemon on ECS with EC2.",
		},
		{
			ID: "fargate.service-alb-nlb-only", Severity: model.Blocker, Targets: onECS(), Service: loadBalancerKind, Source: ecsAPI + "LoadBalancer.html",
			Title:  "Load balancers are ALB or NLB, with target groups of type ip",
			Remedy: "Use a target group with TargetType ip, and leave loadBalancerName (Classic Load Balancer) out.",
		},
		{
			ID: "fargate.service-placement", Severity: model.Blocker, Targets: onECS(), Service: servicePlacement, Source: serviceAPI,
			Title:  "The service has neither placement constraints nor a placement strategy",
			Remedy: "Take them out; tasks spread over the subnets' zones by themselves.",
		},
		{
			ID: "fargate.service-health-grace", Severity: model.Warning, Targets: onTasks(), Service: healthGrace, Source: serviceAPI,
			Title:  "A service behind a load balancer gives its tasks time to start",
			Remedy: `Set "healthCheckGracePeriodSeconds": 60 to 120 for a JVM.`,
		},
		{
			ID: "fargate.service-circuit-breaker", Severity: model.Warning, Targets: onTasks(), Service: circuitBreaker, Source: ecsAPI + "DeploymentCircuitBreaker.html",
			Title:  "A deployment that fails is rolled back",
			Remedy: `Set "deploymentCircuitBreaker": {"enable": true, "rollback": true}.`,
		},
		{
			ID: "fargate.service-launch-type-exclusive", Severity: model.Blocker, Targets: onTasks(), Service: launchType, Source: serviceAPI,
			Title:  "launchType and capacityProviderStrategy exclude each other",
			Remedy: "Take one of them out.",
		},
		{
			ID: "fargate.service-load-balancer-port", Severity: model.Blocker, Targets: onTasks(), Service: loadBalancerPort, Source: ecsAPI + "LoadBalancer.html",
			Title:  "The load balancer's container and port are in the task definition",
			Remedy: "Name a container of the task and one of its containerPorts.",
		},
		{
			ID: "fargate.service-exec-task-role", Severity: model.Breaks, Targets: onTasks(), Service: execRole, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
			Title:  "ECS Exec has a task role to act by",
			Remedy: "Set taskRoleArn to a role with the ssmmessages rights, or take enableExecuteCommand out.",
		},
	}
}

// serviceSurroundings are about what stands around a service: its subnets, its target groups, the machines below it.
func serviceSurroundings() []Rule {
	return []Rule{
		{
			ID: "fargate.service-az-subnets", Severity: model.Breaks, Targets: onECS(), Service: closedSubnets, Source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
			Title:  "Private subnets lead to a NAT gateway, or to the endpoints that a task needs",
			Remedy: "Add a NAT gateway, or endpoints for ecr.api, ecr.dkr, s3 (a gateway) and logs, and for secretsmanager, ssm and ssmmessages where they are used.",
		},
		{
			ID: "fargate.service-deregistration-delay", Severity: model.Warning, Targets: onECS(), Service: deregistration, Source: "https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/load-balancer-connection-draining.html",
			Title:  "A target that is taken out is not waited for longer than its requests take",
			Remedy: "Set the target group's attribute deregistration_delay.timeout_seconds to 30 to 60: the default of 300 makes each deployment wait for five minutes.",
		},
		{
			ID: "fargate.task-retirement", Severity: model.Info, Targets: onECS(), Service: retirement, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html",
			Title:  "AWS ends tasks to patch what is below them: two of them keep the service up",
			Remedy: "Run two tasks or more, or let the account wait up to 14 days (fargateTaskRetirementWaitPeriod) and replace the task at a time of your own.",
		},
	}
}

// closedSubnets: logs counts only for a task that writes there.
func closedSubnets(v *document.Service, s Says) {
	subnets := v.NetworkConfiguration.V.VPC.V.Subnets
	lacks := slices.DeleteFunc(slices.Clone(v.Closed), func(name string) bool { return name == "logs" && !logsToCloudWatch(v.Task) })
	if len(lacks) > 0 && !document.Is(v.NetworkConfiguration.V.VPC.V.AssignPublicIP, "ENABLED") {
		s.Fail(subnets.At, "no route leads out of its subnets, and they have no endpoint for %s", strings.Join(lacks, ", "))
	}
}

func logsToCloudWatch(t *document.Task) bool {
	found := false
	if t != nil {
		each(t.Containers, func(c *document.Container, _ document.Place) {
			found = found || document.Is(c.LogConfiguration.V.LogDriver, "awslogs")
		})
	}
	return found
}

const (
	deregistrationDelay   = "deregistration_delay.timeout_seconds"
	longestDeregistration = 60 // seconds
)

func deregistration(v *document.Service, s Says) {
	each(v.LoadBalancers, func(lb *document.LoadBalancer, _ document.Place) {
		if lb.Group == nil || lb.Group.Attributes.Is == document.Unknown {
			return
		}
		var delay document.Value[string]
		open := false
		for _, a := range lb.Group.Attributes.V {
			open = open || a.Is != document.Set || a.V.Key.Is != document.Set
			if document.Is(a.V.Key, deregistrationDelay) {
				delay = a.V.Value
			}
		}
		n, err := strconv.Atoi(delay.V)
		switch {
		case delay.Is == document.Absent && !open:
			s.Fail(lb.Group.At, "%s is not set: the default is 300 s", deregistrationDelay)
		case delay.Is == document.Set && err == nil && n > longestDeregistration:
			s.Fail(delay.At, "%s is %d", deregistrationDelay, n)
		}
	})
}

func retirement(v *document.Service, s Says) {
	if !document.Is(v.SchedulingStrategy, "DAEMON") && (v.DesiredCount.Is == document.Absent || document.Is(v.DesiredCount, 1)) {
		s.Fail(v.At, "it is a single task: while AWS replaces it nobody answers")
	}
}

const (
	maxSubnets        = 16
	maxSecurityGroups = 5
)

func networkConfiguration(v *document.Service, s Says) {
	if s.target() == ECSEC2 && (v.Task == nil || !document.Is(v.Task.NetworkMode, "awsvpc")) {
		return // with the other network modes tasks have no interface of their own
	}
	if v.NetworkConfiguration.Is == document.Absent {
		s.Fail(v.At, "the service has no networkConfiguration")
		return
	}
	s.undecided(v.NetworkConfiguration, "networkConfiguration")
	s.undecided(v.NetworkConfiguration.V.VPC, "awsvpcConfiguration")
	vpc := v.NetworkConfiguration.V.VPC
	if v.NetworkConfiguration.Is == document.Set && vpc.Is == document.Absent {
		s.Fail(v.NetworkConfiguration.At, "networkConfiguration has no awsvpcConfiguration")
	}
	if vpc.Is != document.Set {
		return
	}
	// A list that is a parameter has at least one entry and is taken as it comes: nobody has more than 16 by accident.
	subnets := vpc.V.Subnets
	switch {
	case subnets.Is == document.Absent, subnets.Is == document.Set && len(subnets.V) == 0:
		s.Fail(vpc.At, "no subnets are named")
	case len(subnets.V) > maxSubnets:
		s.Fail(subnets.At, "%d subnets are named", len(subnets.V))
	}
	if n := len(vpc.V.SecurityGroups.V); n > maxSecurityGroups {
		s.Fail(vpc.V.SecurityGroups.At, "%d security groups are named", n)
	}
}

func platformVersion(v *document.Service, s Says) {
	given(s, v.PlatformVersion, "platformVersion", func(text string) {
		switch {
		case text == "LATEST" || text == "1.4.0":
		case v.Task != nil && windows(v.Task) && text == "1.0.0":
		default:
			s.Fail(v.PlatformVersion.At, "platformVersion is %s", safe(text))
		}
	})
}

func spot(v *document.Service, s Says) {
	all, some := len(v.CapacityProviderStrategy.V) > 0, false
	each(v.CapacityProviderStrategy, func(p *document.CapacityProvider, _ document.Place) {
		is := document.Is(p.Name, "FARGATE_SPOT")
		all, some = all && is, some || is
	})
	switch at := v.CapacityProviderStrategy.At; {
	case some && windows(v.Task):
		s.FailAs(model.Breaks, at, "Windows tasks are put on FARGATE_SPOT, which has none")
	case some && all && (v.DesiredCount.Is == document.Absent || v.DesiredCount.Is == document.Set && v.DesiredCount.V <= 1):
		s.Fail(at, "its only task runs on FARGATE_SPOT alone")
	}
}

func daemon(v *document.Service, s Says) {
	given(s, v.SchedulingStrategy, "schedulingStrategy", func(text string) {
		if text == "DAEMON" {
			s.Fail(v.SchedulingStrategy.At, "schedulingStrategy is DAEMON")
		}
	})
}

func loadBalancerKind(v *document.Service, s Says) {
	each(v.LoadBalancers, func(lb *document.LoadBalancer, at document.Place) {
		if lb.Classic.Is == document.Set && lb.Classic.V != "" {
			s.Fail(lb.Classic.At, "a Classic Load Balancer is named")
		}
		if lb.Group != nil {
			targetKind(lb.Group.TargetType, at, "ip", s)
		}
	})
}

// targetKind fails where a target group's type is another one than the network mode needs.
func targetKind(kind document.Value[string], at document.Place, want string, s Says) {
	switch {
	case kind.Is == document.Absent && want != "instance":
		s.Fail(at, "the target group's type is not set: the default is instance")
	case kind.Is == document.Set && kind.V != want:
		s.Fail(at, "the target group's type is %s", safe(kind.V))
	}
}

func servicePlacement(v *document.Service, s Says) {
	unsupportedList(s, v.PlacementConstraints, "placementConstraints")
	unsupportedList(s, v.PlacementStrategy, "placementStrategy")
}

func healthGrace(v *document.Service, s Says) {
	if len(v.LoadBalancers.V) > 0 && v.HealthCheckGracePeriodSeconds.Is == document.Absent {
		s.Fail(v.At, "healthCheckGracePeriodSeconds is not set: the load balancer may end tasks that still start")
	}
}

func circuitBreaker(v *document.Service, s Says) {
	breaker := v.DeploymentConfiguration.V.CircuitBreaker
	switch {
	case v.DeploymentConfiguration.Is == document.Unknown || breaker.Is == document.Unknown:
	case breaker.Is == document.Absent || document.Is(breaker.V.Enable, false):
		s.Fail(v.At, "the deployment circuit breaker is not on: a deployment that fails goes on trying")
	case breaker.V.Rollback.Is == document.Absent || document.Is(breaker.V.Rollback, false):
		s.Fail(breaker.At, "the deployment circuit breaker does not roll back")
	}
}

func launchType(v *document.Service, s Says) {
	if v.LaunchType.Said() && (len(v.CapacityProviderStrategy.V) > 0 || v.CapacityProviderStrategy.There) {
		s.Fail(v.LaunchType.At, "launchType stands beside capacityProviderStrategy")
	}
}

func loadBalancerPort(v *document.Service, s Says) {
	if v.Task == nil || v.Task.Containers.Is != document.Set {
		return
	}
	each(v.LoadBalancers, func(lb *document.LoadBalancer, _ document.Place) {
		if lb.ContainerName.Is != document.Set {
			return
		}
		ports, there, open := portsOf(v.Task, lb.ContainerName.V)
		switch {
		case !there && !open:
			s.Fail(lb.ContainerName.At, "the task definition has no container %s", safe(lb.ContainerName.V))
		case there && !open && lb.ContainerPort.Is == document.Set && !slices.Contains(ports, lb.ContainerPort.V):
			s.Fail(lb.ContainerPort.At, "container %s does not map port %s", safe(lb.ContainerName.V), strconv.FormatInt(lb.ContainerPort.V, 10))
		}
	})
}

// portsOf are the ports that a container maps; open: some of it only the deployment decides.
func portsOf(t *document.Task, name string) (ports []int64, there, open bool) {
	for i := range t.Containers.V {
		c := &t.Containers.V[i]
		open = open || c.Is != document.Set || c.V.Name.Is != document.Set
		if c.V.Name.V != name {
			continue
		}
		there = true
		open = open || c.V.PortMappings.Is == document.Unknown
		for _, p := range c.V.PortMappings.V {
			open = open || p.Is != document.Set || p.V.ContainerPort.Is == document.Unknown || p.V.ContainerPortRange.Is != document.Absent
			ports = append(ports, p.V.ContainerPort.V)
		}
	}
	return ports, there, open
}

func execRole(v *document.Service, s Says) {
	if document.Is(v.EnableExecuteCommand, true) && v.Task != nil && v.Task.TaskRole.Is == document.Absent {
		s.Fail(v.EnableExecuteCommand.At, "enableExecuteCommand is on, and the task definition %s has no taskRoleArn", strings.TrimSpace(safe(v.Task.Family.V)))
	}
}
