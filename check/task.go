package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// Task level: what a task definition says of the whole task.

// Pages of the API reference, and the page of the differences between Fargate and EC2.
const (
	ecsAPI      = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_"
	registerAPI = ecsAPI + "RegisterTaskDefinition.html"
	fargateDiff = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"
)

func onECS() []string { return []string{ECSFargate} }

// onTasks is for what the API demands of each task definition and service, wherever its tasks run.
func onTasks() []string { return []string{ECSFargate, ECSEC2} }

func taskRules() []Rule {
	return []Rule{
		{
			ID: "fargate.cpu-memory-required", Severity: model.Blocker, Targets: onECS(), Task: sizeRequired, Source: registerAPI,
			Title:  "The task gives its CPU and its memory",
			Remedy: `Give both at task level, as strings: "cpu": "512", "memory": "1024".`,
		},
		{
			ID: "fargate.container-sum-within-task", Severity: model.Blocker, Targets: onTasks(), Task: containerSum, Source: ecsAPI + "ContainerDefinition.html",
			Title:  "What the containers ask for fits into the task",
			Remedy: "Raise the task's CPU and memory to the next pair of the table, or lower the containers' values; a container needs none of its own.",
		},
		{
			ID: "fargate.requires-compatibilities", Severity: model.Blocker, Targets: onECS(), Task: compatibilities, Source: registerAPI,
			Title:  "requiresCompatibilities has FARGATE, so that ECS validates the task for it",
			Remedy: `Add "requiresCompatibilities": ["FARGATE"].`,
		},
		{
			ID: "fargate.network-mode-awsvpc", Severity: model.Blocker, Targets: onECS(), Task: networkMode, Source: registerAPI,
			Title:  "The network mode is awsvpc",
			Remedy: `Set "networkMode": "awsvpc". Containers of the task then share one network interface and reach each other at 127.0.0.1; other services by Service Connect or a load balancer.`,
		},
		{
			ID: "fargate.placement-constraints-unsupported", Severity: model.Blocker, Targets: onECS(), Task: func(t *document.Task, s Says) { unsupportedList(s, t.PlacementConstraints, "placementConstraints") }, Source: fargateDiff,
			Title:  "The task has no placement constraints",
			Remedy: "Take placementConstraints out; tasks spread over the subnets' zones by themselves. An instance type or GPU needs ECS on EC2.",
		},
		{
			ID: "fargate.runtime-platform", Severity: model.Blocker, Targets: onECS(), Task: runtimePlatform, Source: ecsAPI + "RuntimePlatform.html",
			Title:  "System and architecture are ones that Fargate has",
			Remedy: "Take LINUX with X86_64 or ARM64, or WINDOWS_SERVER_2019, _2022 or _2025 (FULL or CORE) with X86_64.",
		},
		{
			ID: "fargate.max-containers", Severity: model.Blocker, Targets: onTasks(), Task: maxContainers, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
			Title:  "A task definition has 10 containers at most",
			Remedy: "Make several services of it; the limit cannot be raised.",
		},
		{
			ID: "fargate.execution-role", Severity: model.Blocker, Targets: onECS(), Task: executionRole, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
			Title:  "There is an execution role where Fargate pulls from ECR, writes to CloudWatch Logs or reads secrets",
			Remedy: "Set executionRoleArn to a role with AmazonECSTaskExecutionRolePolicy, and with the right to read the secrets that are named.",
		},
		{
			ID: "fargate.task-role", Severity: model.Breaks, Targets: onTasks(), Task: taskRole, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
			Title:  "The application calls AWS as a task role",
			Remedy: "Set taskRoleArn to a role with the rights that the application needs, and take keys out of the environment.",
		},
		{
			ID: "fargate.inference-accelerators", Severity: model.Blocker, Targets: onECS(), Task: accelerators, Source: fargateDiff,
			Title:  "No inference accelerator is asked for",
			Remedy: "Run it on ECS with EC2 (Inferentia instances) or ECS Managed Instances.",
		},
		{
			ID: "fargate.appmesh-proxy", Severity: model.Warning, Targets: onTasks(), Task: appMesh, Source: "https://docs.aws.amazon.com/app-mesh/latest/userguide/what-is-app-mesh.html",
			Title:  "No App Mesh proxy: App Mesh ended on 30 September 2026",
			Remedy: "Take proxyConfiguration and the Envoy container out, and use Service Connect.",
		},
		{
			ID: "fargate.names-charset", Severity: model.Blocker, Targets: onTasks(), Task: names, Source: registerAPI,
			Title:  "Names have letters, digits, underscores and hyphens, 255 at most",
			Remedy: "Rename it with those signs alone.",
		},
		{
			ID: "fargate.tags", Severity: model.Blocker, Targets: onTasks(), Task: func(t *document.Task, s Says) { tags(t.Tags, s) }, Service: func(v *document.Service, s Says) { tags(v.Tags, s) }, Source: ecsAPI + "Tag.html",
			Title:  "There are 50 tags at most, and none begins with aws:",
			Remedy: "Rename or drop the tags.",
		},
	}
}

func sizeRequired(t *document.Task, s Says) {
	missing(s, t.CPU, t.At, "the task gives no cpu")
	missing(s, t.Memory, t.At, "the task gives no memory")
}

// missing fails for a value that is not there, at the place that should hold it; where a condition decides, it cannot tell.
func missing(s Says, v interface {
	unknown
	Said() bool
}, at document.Place, message string,
) {
	switch {
	case v.State() == document.Absent:
		s.Fail(at, "%s", message)
	case !v.Said():
		s.undecided(v, message+", or does:")
	}
}

// units reads CPU as the API does: "1024", ".5 vCPU", "1 vcpu" (RegisterTaskDefinition, parameter cpu).
func units(text string) (int, bool) {
	return quantity(text, "vcpu", 1024)
}

// mebibytes reads memory as the API does: "512", "1GB", "0.5 GB" (RegisterTaskDefinition, parameter memory).
func mebibytes(text string) (int, bool) {
	return quantity(text, "gb", 1024)
}

func quantity(text, unit string, factor float64) (int, bool) {
	number, ok := strings.CutSuffix(strings.ToLower(strings.TrimSpace(text)), unit)
	if !ok {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		return n, err == nil && n > 0
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	n := f * factor
	return int(n), err == nil && n > 0 && n < 1e9 && n == float64(int(n))
}

// taskSize is a task's CPU units and MiB, when both are known and can be read.
func taskSize(t *document.Task) (cpu, memory int, ok bool) {
	cpu, okCPU := units(t.CPU.V)
	memory, okMemory := mebibytes(t.Memory.V)
	return cpu, memory, t.CPU.Is == document.Set && t.Memory.Is == document.Set && okCPU && okMemory
}

// taskPair judges the pair of a document as cpuMemoryCombination does that of an application.
func taskPair(t *document.Task, s Says) {
	given(s, t.CPU, "cpu", func(text string) {
		if _, ok := units(text); !ok {
			s.Fail(t.CPU.At, "cpu %s is neither a number of CPU units nor one of vCPU", safe(text))
		}
	})
	given(s, t.Memory, "memory", func(text string) {
		if _, ok := mebibytes(text); !ok {
			s.Fail(t.Memory.At, "memory %s is neither a number of MiB nor one of GB", safe(text))
		}
	})
	cpu, memory, ok := taskSize(t)
	if !ok || model.ValidFargate(cpu, memory) {
		return
	}
	if fitCPU, fitMemory, fits := model.FitFargate(cpu, memory); fits {
		s.Fail(t.Memory.At, "%s vCPU with %d MiB is no pair of Fargate's; the next one is %s vCPU with %d MiB", vcpu(cpu), memory, vcpu(fitCPU), fitMemory)
	}
}

func taskCeiling(t *document.Task, s Says) {
	if cpu, memory, ok := taskSize(t); ok && (cpu > maxCPUUnits || memory > maxMemoryMiB) {
		s.Fail(t.CPU.At, "%s vCPU with %d MiB are asked for", vcpu(cpu), memory)
	}
}

func containerSum(t *document.Task, s Says) {
	cpu, memory, sized := taskSize(t)
	var sumCPU, sumReserved, sumHard, largest int64
	each(t.Containers, func(c *document.Container, _ document.Place) {
		sumCPU += c.CPU.V
		sumHard, largest = sumHard+c.Memory.V, max(largest, c.Memory.V)
		sumReserved += c.MemoryReservation.V
		containerMemory(c, s, memory, sized)
	})
	switch {
	case !sized:
		return
	case sumCPU > int64(cpu):
		s.Fail(t.CPU.At, "its containers ask for %d CPU units together, the task has %d", sumCPU, cpu)
	}
	switch {
	case sumReserved > int64(memory):
		s.Fail(t.Memory.At, "its containers reserve %d MiB together, the task has %d", sumReserved, memory)
	case sumHard > int64(memory) && largest <= int64(memory):
		s.FailAs(model.Warning, t.Memory.At, "its containers may take %d MiB together, the task has %d", sumHard, memory)
	}
}

// minContainerMiB is the least memory of a container (ContainerDefinition, parameter memory).
const minContainerMiB = 6

func containerMemory(c *document.Container, s Says, task int, sized bool) {
	if c.Memory.Is != document.Set {
		return
	}
	switch hard, soft := c.Memory.V, c.MemoryReservation.V; {
	case hard < minContainerMiB:
		s.Fail(c.Memory.At, "%s may take %d MiB; %d are the least", called(c), hard, minContainerMiB)
	case sized && hard > int64(task):
		s.Fail(c.Memory.At, "%s may take %d MiB, the whole task has %d", called(c), hard, task)
	case soft > hard:
		s.Fail(c.MemoryReservation.At, "%s reserves %d MiB and may take %d only", called(c), soft, hard)
	case soft == hard:
		s.FailAs(model.Warning, c.MemoryReservation.At, "%s reserves all of the %d MiB that it may take; the API wants memory to be more", called(c), hard)
	}
}

func compatibilities(t *document.Task, s Says) {
	if t.RequiresCompatibilities.Is == document.Absent {
		s.FailAs(model.Warning, t.At, "requiresCompatibilities is not set: ECS does not validate the task for Fargate before it is started")
		return
	}
	given(s, t.RequiresCompatibilities, "requiresCompatibilities", func(list []document.Value[string]) {
		if open := slices.ContainsFunc(list, func(v document.Value[string]) bool { return v.Is != document.Set }); !open && !slices.Contains(texts(t.RequiresCompatibilities), "FARGATE") {
			s.Fail(t.RequiresCompatibilities.At, "requiresCompatibilities is without FARGATE")
		}
	})
}

func networkMode(t *document.Task, s Says) {
	if t.NetworkMode.Is == document.Absent {
		s.Fail(t.At, "networkMode is not set: the default is bridge")
		return
	}
	given(s, t.NetworkMode, "networkMode", func(mode string) {
		if mode != "awsvpc" {
			s.Fail(t.NetworkMode.At, "networkMode is %s", safe(mode))
		}
	})
}

// unsupportedList fails for a list that has entries. An empty one, as describe-task-definition returns it, asks for nothing.
func unsupportedList[T any](s Says, l document.List[T], what string) {
	given(s, l, what, func(items []document.Value[T]) {
		if len(items) > 0 {
			s.Fail(l.At, "%s is set", what)
		}
	})
}

func taskPIDMode(t *document.Task, s Says) {
	given(s, t.PIDMode, "pidMode", func(mode string) {
		if mode != "task" && mode != "" {
			s.Fail(t.PIDMode.At, "pidMode is %s", safe(mode))
		}
	})
}

func taskIPCMode(t *document.Task, s Says) {
	given(s, t.IPCMode, "ipcMode", func(mode string) {
		if mode != "" {
			s.Fail(t.IPCMode.At, "ipcMode is %s", safe(mode))
		}
	})
}

// fargateSystems are the systems that tasks on Fargate can have, as of November 2026.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#runtime-platform
func fargateSystems() []string {
	return []string{
		"LINUX", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2022_FULL", "WINDOWS_SERVER_2022_CORE",
		"WINDOWS_SERVER_2025_FULL", "WINDOWS_SERVER_2025_CORE",
	}
}

func windows(t *document.Task) bool {
	return t != nil && strings.HasPrefix(t.RuntimePlatform.V.OperatingSystemFamily.V, "WINDOWS")
}

func runtimePlatform(t *document.Task, s Says) {
	p := t.RuntimePlatform.V
	s.undecided(t.RuntimePlatform, "runtimePlatform")
	given(s, p.OperatingSystemFamily, "operatingSystemFamily", func(family string) {
		if !slices.Contains(fargateSystems(), family) {
			s.Fail(p.OperatingSystemFamily.At, "operatingSystemFamily is %s", safe(family))
		}
	})
	given(s, p.CPUArchitecture, "cpuArchitecture", func(arch string) {
		switch {
		case arch != "X86_64" && arch != "ARM64":
			s.Fail(p.CPUArchitecture.At, "cpuArchitecture is %s", safe(arch))
		case arch == "ARM64" && windows(t):
			s.Fail(p.CPUArchitecture.At, "Windows runs on X86_64 alone")
		}
	})
}

func taskEphemeral(t *document.Task, s Says) {
	within(s, t.EphemeralStorage.V.SizeInGiB, "ephemeral storage", " GiB", minEphemeralGiB, maxEphemeralGiB)
	s.undecided(t.EphemeralStorage, "ephemeralStorage")
}

const maxContainersPerTask = 10

func maxContainers(t *document.Task, s Says) {
	if n := len(t.Containers.V); n > maxContainersPerTask {
		s.Fail(t.Containers.At, "it has %d containers", n)
	}
}

// privateECR are the registries that only a role may pull from: account.dkr.ecr.region.amazonaws.com, and those of other partitions.
func privateECR(image string) bool {
	host, _, _ := strings.Cut(image, "/")
	account, rest, _ := strings.Cut(host, ".")
	return len(account) == 12 && strings.Trim(account, "0123456789") == "" && strings.HasPrefix(rest, "dkr.ecr") && strings.Contains(rest, ".amazonaws.")
}

func executionRole(t *document.Task, s Says) {
	if t.ExecutionRole.Said() {
		return
	}
	var why string
	each(t.Containers, func(c *document.Container, _ document.Place) {
		if why == "" {
			why = needsRole(c)
		}
	})
	switch {
	case why == "":
	case t.ExecutionRole.Is == document.Unknown:
		s.undecided(t.ExecutionRole, "executionRoleArn, which is needed since "+why+",")
	case t.ExecutionRole.Is == document.Absent:
		s.Fail(t.At, "executionRoleArn is not set, and %s", why)
	}
}

// needsRole says why Fargate itself must be able to act for a container.
func needsRole(c *document.Container) string {
	switch logs := c.LogConfiguration.V; {
	case document.Is(logs.LogDriver, "awslogs"):
		return called(c) + " logs to CloudWatch (awslogs)"
	case c.Image.Is == document.Set && privateECR(c.Image.V):
		return called(c) + " comes from a private registry of ECR"
	case len(c.Secrets.V) > 0 || len(logs.SecretOptions.V) > 0:
		return called(c) + " is given secrets"
	case len(c.EnvironmentFiles.V) > 0:
		return called(c) + " is given environment files"
	}
	return ""
}

func taskRole(t *document.Task, s Says) {
	if t.TaskRole.Said() {
		return
	}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.Environment, func(v *document.Variable, at document.Place) {
			if document.Is(v.Name, "AWS_ACCESS_KEY_ID") {
				s.FailAs(model.Warning, at, "%s calls AWS with keys of its own, and there is no taskRoleArn", called(c))
			}
		})
	})
}

func accelerators(t *document.Task, s Says) {
	unsupportedList(s, t.InferenceAccelerators, "inferenceAccelerators")
	resources(t, s, "InferenceAccelerator", "an inference accelerator")
}

// resources fails for each container that asks for a resource of a type.
func resources(t *document.Task, s Says, kind, what string) {
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.ResourceRequirements, func(r *document.ResourceRequirement, at document.Place) {
			if document.Is(r.Type, kind) {
				s.Fail(at, "%s asks for %s", called(c), what)
			}
		})
	})
}

func appMesh(t *document.Task, s Says) {
	if t.ProxyConfiguration.Is == document.Set {
		s.Fail(t.ProxyConfiguration.At, "proxyConfiguration is that of App Mesh")
	}
}

// smallSigns are those that every name may have.
const smallSigns = "abcdefghijklmnopqrstuvwxyz0123456789_"

func names(t *document.Task, s Says) {
	plain := func(text string) bool {
		return len(text) <= 255 && strings.Trim(text, smallSigns+"ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
	}
	port := func(text string) bool {
		return len(text) <= 64 && strings.Trim(text, smallSigns+"-") == "" && !strings.HasPrefix(text, "-")
	}
	judge := func(v document.Value[string], what string, good func(string) bool, signs string) {
		if v.Is == document.Set && (v.V == "" || !good(v.V)) {
			s.Fail(v.At, "%s %s: %s are allowed", what, safe(shortened(v.V)), signs)
		}
	}
	const signs = "letters, digits, underscores and hyphens, 255 at most,"
	judge(t.Family, "the family is", plain, signs)
	each(t.Volumes, func(v *document.Volume, _ document.Place) { judge(v.Name, "a volume is called", plain, signs) })
	each(t.Containers, func(c *document.Container, at document.Place) {
		judge(c.Name, "a container is called", plain, signs)
		if c.Name.Is == document.Absent {
			s.Fail(at, "a container has no name")
		}
		each(c.PortMappings, func(p *document.PortMapping, _ document.Place) {
			judge(p.Name, "a port is called", port, "small letters, digits, underscores and hyphens, 64 at most and no hyphen first,")
		})
	})
}

func shortened(text string) string {
	if len(text) > 60 {
		return fmt.Sprintf("%s… (%d signs)", text[:60], len(text))
	}
	return text
}

const maxTags = 50

func tags(l document.List[document.Tag], s Says) {
	if len(l.V) > maxTags {
		s.Fail(l.At, "there are %d tags", len(l.V))
	}
	each(l, func(tag *document.Tag, _ document.Place) {
		if strings.HasPrefix(strings.ToLower(tag.Key.V), "aws:") {
			s.Fail(tag.Key.At, "the tag %s begins with aws:", safe(tag.Key.V))
		}
	})
}
