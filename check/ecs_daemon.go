package check

import (
	"slices"

	"a2c/check/document"
	"a2c/model"
)

// Daemons of ECS on EC2: one task on each instance.

func daemonRules() []Rule {
	return []Rule{
		{
			ID: "ecs-ec2.daemon-maximum-percent", Severity: model.Blocker, Targets: onInstancesAlone(), Source: ecsAPI + "DeploymentConfiguration.html",
			Service: ofDaemon(func(v *document.Service, s Says) {
				given(s, v.DeploymentConfiguration.V.MaximumPercent, "maximumPercent", func(n int64) {
					if n != 100 {
						s.Fail(v.DeploymentConfiguration.V.MaximumPercent.At, "maximumPercent is %d", n)
					}
				})
			}),
			Title:  "A daemon's maximumPercent is 100",
			Remedy: "Leave maximumPercent out, or set it to 100: on an instance the old task ends before the new one starts.",
		},
		{
			ID: "ecs-ec2.daemon-capacity-provider", Severity: model.Blocker, Targets: onInstancesAlone(), Source: "https://github.com/aws/containers-roadmap/issues/692",
			Service: ofDaemon(func(v *document.Service, s Says) {
				unsupportedList(s, v.CapacityProviderStrategy, "capacityProviderStrategy")
			}),
			Title:  "A daemon has no capacity provider strategy",
			Remedy: `Take capacityProviderStrategy out, and set "launchType": "EC2", which also keeps the cluster's own strategy off.`,
		},
		{
			ID: "ecs-ec2.daemon-desired-count", Severity: model.Blocker, Targets: onInstancesAlone(), Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html",
			Service: ofDaemon(func(v *document.Service, s Says) {
				set(s, v.DesiredCount, "desiredCount")
				unsupportedList(s, v.PlacementStrategy, "placementStrategy")
			}),
			Title:  "A daemon has neither a number of tasks nor a placement strategy",
			Remedy: "Take desiredCount and placementStrategy out: there is one task on each instance; placementConstraints say on which.",
		},
		{
			ID: "ecs-ec2.daemon-deployment-controller", Severity: model.Blocker, Targets: onInstancesAlone(), Source: serviceAPI,
			Service: ofDaemon(func(v *document.Service, s Says) {
				given(s, v.DeploymentController.V.Type, "the deployment controller", func(name string) {
					if slices.Contains([]string{"CODE_DEPLOY", "EXTERNAL"}, name) {
						s.Fail(v.DeploymentController.V.Type.At, "the deployment controller is %s", name)
					}
				})
			}),
			Title:  "A daemon is deployed by ECS itself",
			Remedy: "Leave deploymentController out, or set its type to ECS.",
		},
	}
}

func ofDaemon(judge func(v *document.Service, s Says)) func(*document.Service, Says) {
	return func(v *document.Service, s Says) {
		if document.Is(v.SchedulingStrategy, "DAEMON") {
			judge(v, s)
		}
	}
}
