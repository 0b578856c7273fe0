package generate

import (
	"slices"

	"a2c/model"
)

func (s *stack) service(waits []string) {
	service := cfnService{
		Cluster: ref{"Cluster"}, TaskDefinition: ref{"TaskDefinition"}, EnableExecuteCommand: ifElse("Exec", true, false),
		EnableECSManagedTags: true, PropagateTags: "SERVICE", Tags: s.tags(),
		DeploymentConfiguration: cfnDeployment{MaximumPercent: 200, MinimumHealthyPercent: 100},
	}
	s.launch(&service)
	service.DeploymentConfiguration.DeploymentCircuitBreaker.Enable = true
	service.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback = true
	if s.single() || s.daemon { // the old task ends before the new one starts
		service.DeploymentConfiguration.MaximumPercent, service.DeploymentConfiguration.MinimumHealthyPercent = 100, 0
	}
	if !s.bridge {
		service.NetworkConfiguration = s.addresses()
	}
	for i, t := range s.targets {
		service.HealthGrace = max(s.d.HealthCheck.StartSeconds, 30)
		service.LoadBalancers = append(service.LoadBalancers, s.behind(t, i == 0))
		if !s.http() {
			waits = append(waits, "Listener"+t.number)
		}
	}
	if s.connected != nil {
		service.ServiceConnect = s.connect()
		waits = append(waits, s.connected.after...)
	}
	slices.Sort(waits)
	s.t.Resources["Service"] = cfnResource{Type: "AWS::ECS::Service", DependsOn: waits, Properties: service}
	s.t.Outputs["ServiceName"] = cfnOutput{Description: "Name of the service", Value: get("Service", "Name")}
	s.t.Outputs["TaskDefinition"] = cfnOutput{Description: "ARN of the task definition", Value: ref{"TaskDefinition"}}
}

// behind ties a port to its target group, which ECS takes only once a listener uses it. Which one that is hangs on a condition, so that the group is
// taken from a list that holds the listener, too: DependsOn may name nothing that is not always there.
func (s *stack) behind(t target, first bool) any {
	group := ref{"TargetGroup" + t.number}
	b := cfnServiceBalancer{s.container, t.LocalPort, group}
	if !s.http() {
		return b
	}
	with := func(listener string) item { return item{[2]any{0, []any{group, ref{listener}}}} }
	if !first {
		b.TargetGroupArn = with("Listener" + t.number)
		return ifElse(ownBalancer, b, noValue())
	}
	b.TargetGroupArn = ifElse(ownBalancer, with("Listener"+t.number), with("ListenerRule"))
	return b
}

// single says that only one may run at a time: two writing the same files damage them.
func (s *stack) single() bool { return len(s.volumes) > 0 || s.d.SingleCopy }

// launch says where tasks run and how many.
func (s *stack) launch(service *cfnService) {
	switch {
	case s.daemon: // neither a number nor places nor a capacity provider
		service.LaunchType, service.SchedulingStrategy = "EC2", "DAEMON"
		return
	case s.ec2:
		s.t.Parameters["CapacityProvider"] = cfnParameter{
			Type: "String", Default: "", Description: "Capacity provider of the cluster that adds instances when tasks need them, such as that of instances.yaml; empty: the instances that are there",
		}
		s.t.Conditions["HasCapacityProvider"] = filled("CapacityProvider")
		service.LaunchType = ifElse("HasCapacityProvider", noValue(), "EC2")
		service.CapacityProviderStrategy = ifElse("HasCapacityProvider", []capacityStrategy{{ref{"CapacityProvider"}, 1}}, noValue())
		// Zones first, so that one may fail; within a zone as few instances as hold them.
		service.PlacementStrategies = []placement{{"spread", "attribute:ecs.availability-zone"}, {"binpack", "memory"}}
	default:
		service.LaunchType, service.PlatformVersion = "FARGATE", "LATEST"
	}
	s.t.Parameters["DesiredCount"] = cfnParameter{Type: "Number", Default: s.count(), MinValue: new(0), Description: "How many tasks run; with automatic scaling the least"}
	service.DesiredCount = ref{"DesiredCount"}
	if !s.single() {
		service.DesiredCount = ifElse("Scales", noValue(), ref{"DesiredCount"}) // an update of the stack leaves alone what scaling has set
		s.scaling()
	}
}

// scaling follows the average CPU use of the tasks when the most that may run is set. How much load there will be nobody knows here.
func (s *stack) scaling() {
	s.t.Parameters["MaxCount"] = cfnParameter{Type: "Number", Default: 0, MinValue: new(0), Description: "The most tasks that run under load; 0: always DesiredCount, no automatic scaling"}
	s.t.Parameters["TargetCpu"] = cfnParameter{Type: "Number", Default: 60, MinValue: new(1), Description: "Percent of their CPU that scaling keeps the tasks at"}
	s.t.Conditions["Scales"] = not{[1]any{equal{[2]any{ref{"MaxCount"}, "0"}}}}
	s.t.Resources["ScalableTarget"] = cfnResource{Type: "AWS::ApplicationAutoScaling::ScalableTarget", Condition: "Scales", Properties: cfnScalable{
		MinCapacity: ref{"DesiredCount"}, MaxCapacity: ref{"MaxCount"}, ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount",
		ResourceID: join{[2]any{"/", []any{"service", ref{"Cluster"}, get("Service", "Name")}}},
	}}
	policy := cfnScaling{PolicyName: s.family, PolicyType: "TargetTrackingScaling", ScalingTargetID: ref{"ScalableTarget"}}
	tracking := &policy.TargetTrackingScalingPolicyConfiguration
	tracking.PredefinedMetricSpecification.PredefinedMetricType = "ECSServiceAverageCPUUtilization"
	tracking.TargetValue, tracking.ScaleInCooldown, tracking.ScaleOutCooldown = ref{"TargetCpu"}, 300, 60
	s.t.Resources["ScalingPolicy"] = cfnResource{Type: "AWS::ApplicationAutoScaling::ScalingPolicy", Condition: "Scales", Properties: policy}
}

func (s *stack) addresses() *cfnNetworks {
	n := &cfnNetworks{cfnNetwork{SecurityGroups: []any{ref{"TaskSecurityGroup"}}, Subnets: ref{"TaskSubnets"}}}
	if len(s.volumes) > 0 {
		n.AwsvpcConfiguration.Subnets = []any{item{[2]any{0, ref{"TaskSubnets"}}}, item{[2]any{1, ref{"TaskSubnets"}}}}
	}
	if !s.ec2 { // on instances a task has no public address
		n.AwsvpcConfiguration.AssignPublicIP = ref{"AssignPublicIp"}
	}
	return n
}

// taskPorts are the balanced ones and that of the health check.
func (s *stack) taskPorts() []model.Port {
	var ports []model.Port
	for _, t := range s.targets {
		ports = append(ports, t.Port)
	}
	check := model.Port{LocalPort: s.d.HealthCheck.Port, Protocol: "tcp"}
	if len(s.targets) > 0 && check.LocalPort > 0 && !slices.ContainsFunc(ports, func(p model.Port) bool { return p.LocalPort == check.LocalPort && protocol(p) == "tcp" }) {
		ports = append(ports, check)
	}
	return ports
}
