package check

import (
	"slices"

	"a2c/check/document"
	"a2c/model"
)

// Services that run one container each: App Runner, and ECS Express Mode, which follows it. And the profiles of EKS on Fargate.

const (
	appRunnerDocs = "https://docs.aws.amazon.com/apprunner/latest/dg/"
	expressAPI    = ecsAPI + "CreateExpressGatewayService.html"
)

func managedRules() []Rule {
	appRunner, express := []string{AppRunner}, []string{ECSExpress}
	return []Rule{
		{
			ID: "apprunner.closed-to-new-customers", Severity: model.Warning, Targets: appRunner, Source: appRunnerDocs + "apprunner-availability-change.html",
			AppRunner: func(a *document.AppRunner, s Says) { s.Fail(a.At, "it is a service of App Runner") },
			Title:     "App Runner takes no new customers since 30 April 2026",
			Remedy:    "Use ECS Express Mode, which AWS recommends instead.",
		},
		{
			ID: "apprunner.cpu-memory", Severity: model.Blocker, Targets: appRunner, AppRunner: appRunnerSize, Source: "https://docs.aws.amazon.com/apprunner/latest/api/API_InstanceConfiguration.html",
			Title:  "CPU and memory are one of App Runner's pairs",
			Remedy: "256 with 512 or 1024, 512 with 1024, 1024 with 2048 to 4096, 2048 with 4096 or 6144, 4096 with 8192, 10240 or 12288.",
		},
		{
			ID: "apprunner.image-ecr", Severity: model.Blocker, Targets: appRunner, AppRunner: appRunnerImage, Source: "https://docs.aws.amazon.com/apprunner/latest/api/API_ImageRepository.html",
			Title:  "The image comes from ECR or ECR Public",
			Remedy: "Push the image to ECR, and name it with its type, ECR or ECR_PUBLIC.",
		},
		{
			ID: "ecs-express.primary-container-image", Severity: model.Blocker, Targets: express, Express: expressImage, Source: expressAPI,
			Title:  "The primary container has an image, unless a task definition is given",
			Remedy: "Give PrimaryContainer.Image.",
		},
		{
			ID: "ecs-express.execution-role", Severity: model.Blocker, Targets: express, Source: expressAPI,
			Express: func(e *document.Express, s Says) {
				if !e.TaskDefinition.Said() {
					missing(s, e.ExecutionRole, e.At, "ExecutionRoleArn is not set")
				}
			},
			Title:  "There is an execution role, unless a task definition is given",
			Remedy: "Set ExecutionRoleArn to a role with AmazonECSTaskExecutionRolePolicy.",
		},
		{
			ID: "ecs-express.infrastructure-role", Severity: model.Blocker, Targets: express, Source: expressAPI,
			Express: func(e *document.Express, s Says) {
				missing(s, e.InfrastructureRole, e.At, "InfrastructureRoleArn is not set")
			},
			Title:  "There is an infrastructure role",
			Remedy: "Set InfrastructureRoleArn to a role with AmazonECSInfrastructureRoleforExpressGatewayServices.",
		},
		{
			ID: "ecs-express.port-range", Severity: model.Blocker, Targets: express, Source: expressAPI,
			Express: func(e *document.Express, s Says) {
				within(s, e.Primary.V.ContainerPort, "the port", "", 1, maxPort)
			},
			Title:  "The container's port is 1 to 65535",
			Remedy: "Correct the port; without one it is 80.",
		},
		{
			ID: "ecs-express.cpu-memory", Severity: model.Blocker, Targets: express, Source: expressAPI,
			Express: func(e *document.Express, s Says) { taskPair(&document.Task{CPU: e.CPU, Memory: e.Memory}, s) },
			Title:   "CPU and memory are one of Fargate's pairs",
			Remedy:  "Take the pair that the message names; give both, since the pages of AWS differ about the default.",
			Note:    "The API text gives 256 and 512 as the default, the developer guide 1024 and 2048: give both values.",
		},
		{
			ID: "ecs-express.main-container", Severity: model.Blocker, Targets: express, Express: mainContainer, Source: expressAPI,
			Title:  "A task definition of one's own has a container Main with one named TCP port",
			Remedy: "Call the container Main, and give it one port mapping with a name.",
		},
		{
			ID: "eks-fargate.profile-match", Severity: model.Blocker, Targets: onEKS(), Profile: profile, Source: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
			Title:  "A Fargate profile has 1 to 5 selectors, each with a namespace",
			Remedy: "Give each selector a namespace (* and ? match), and make another profile for more than five.",
		},
	}
}

// appRunnerPairs are the sizes of App Runner: CPU units and MB.
// https://docs.aws.amazon.com/cdk/api/v2/docs/@aws-cdk_aws-apprunner-alpha.Memory.html, November 2026
func appRunnerPairs() map[int][]int {
	return map[int][]int{256: {512, 1024}, 512: {1024}, 1024: {2048, 3072, 4096}, 2048: {4096, 6144}, 4096: {8192, 10240, 12288}}
}

func appRunnerSize(a *document.AppRunner, s Says) {
	size := a.Instance.V
	cpu, memory, ok := taskSize(&document.Task{CPU: size.CPU, Memory: size.Memory})
	if ok && !slices.Contains(appRunnerPairs()[cpu], memory) {
		s.Fail(size.Memory.At, "%s vCPU with %d MB is no pair of App Runner's", vcpu(cpu), memory)
	}
	s.undecided(size.CPU, "Cpu")
	s.undecided(size.Memory, "Memory")
}

func appRunnerImage(a *document.AppRunner, s Says) {
	if kind := a.Source.V.Image.V.Kind; kind.Is == document.Set && kind.V != "ECR" && kind.V != "ECR_PUBLIC" {
		s.Fail(kind.At, "the registry's type is %s", safe(kind.V))
	}
	if image := a.Source.V.Image.V.Identifier; image.Is == document.Set && !privateECR(image.V) && !hasAnyPrefix(image.V, "public.ecr.aws/") {
		s.Fail(image.At, "the image %s is in another registry", safe(image.V))
	}
}

func expressImage(e *document.Express, s Says) {
	if !e.TaskDefinition.Said() && e.Primary.Is != document.Unknown {
		missing(s, e.Primary.V.Image, e.At, "PrimaryContainer.Image is not set")
	}
}

func mainContainer(e *document.Express, s Says) {
	if e.Task == nil || e.Task.Containers.Is != document.Set {
		return
	}
	ports, there, open := portsOf(e.Task, "Main")
	switch {
	case open:
	case !there:
		s.Fail(e.TaskDefinition.At, "the task definition has no container Main")
	case len(ports) != 1:
		s.Fail(e.TaskDefinition.At, "its container Main maps %s", count(len(ports), "port"))
	default:
		namedPort(e, s)
	}
}

func namedPort(e *document.Express, s Says) {
	each(e.Task.Containers, func(c *document.Container, _ document.Place) {
		each(c.PortMappings, func(p *document.PortMapping, at document.Place) {
			if document.Is(c.Name, "Main") && (p.Name.Is == document.Absent || protocol(p) != "tcp") {
				s.Fail(at, "the port of container Main has no name, or is not one of TCP")
			}
		})
	})
}

const maxSelectors = 5

func profile(p *document.Profile, s Says) {
	switch n := len(p.Selectors.V); {
	case p.Selectors.Is == document.Absent, p.Selectors.Is == document.Set && n == 0:
		s.Fail(p.At, "the profile has no selector")
	case n > maxSelectors:
		s.Fail(p.Selectors.At, "the profile has %d selectors", n)
	}
	each(p.Selectors, func(selector *document.ProfileSelector, at document.Place) {
		if selector.Namespace.Is == document.Absent {
			s.Fail(at, "a selector has no namespace")
		}
	})
}
