package document

import "a2c/parse"

// Function is a Lambda function. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
type Function struct {
	At                  Place `doc:"-"`
	PackageType         Value[string]
	Handler, Runtime    Value[string]
	Layers              List[Raw]
	Timeout, MemorySize Value[int64]
	EphemeralStorage    Value[FunctionStorage]
	Architectures       List[string]
	Environment         Value[FunctionEnvironment]
	FileSystemConfigs   List[Raw]
	VPCConfig           Value[Raw] `doc:"vpcConfig"`
}

// FunctionStorage is the size of /tmp in MB.
type FunctionStorage struct{ Size Value[int64] }

// FunctionEnvironment holds a function's variables.
type FunctionEnvironment struct{ Variables Map }

// AppRunner is a service of App Runner. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apprunner-service.html
type AppRunner struct {
	At       Place                `doc:"-"`
	Source   Value[AppSource]     `doc:"sourceConfiguration"`
	Instance Value[AppRunnerSize] `doc:"instanceConfiguration"`
}

// AppSource is where App Runner takes an image from.
type AppSource struct {
	Image Value[AppImage] `doc:"imageRepository"`
}

// AppImage is an image in a registry.
type AppImage struct {
	Identifier Value[string] `doc:"imageIdentifier"`
	Kind       Value[string] `doc:"imageRepositoryType"`
}

// AppRunnerSize is what an instance has.
type AppRunnerSize struct {
	CPU    Value[string] `doc:"cpu"`
	Memory Value[string]
}

// Express is a service of ECS Express Mode. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html
type Express struct {
	At                 Place                   `doc:"-"`
	ExecutionRole      Value[string]           `doc:"executionRoleArn"`
	InfrastructureRole Value[string]           `doc:"infrastructureRoleArn"`
	TaskDefinition     Value[string]           `doc:"taskDefinitionArn"`
	Task               *Task                   `doc:"-"` // the definition, when it stands in the same file
	Primary            Value[ExpressContainer] `doc:"primaryContainer"`
	CPU                Value[string]           `doc:"cpu"`
	Memory             Value[string]
}

// ExpressContainer is the container that an Express service is about.
type ExpressContainer struct {
	Image         Value[string]
	ContainerPort Value[int64]
}

// Profile says which pods EKS runs on Fargate. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html
type Profile struct {
	At        Place `doc:"-"`
	Selectors List[ProfileSelector]
	Role      Value[string]   `doc:"podExecutionRoleArn"`
	Public    []Value[string] `doc:"-"` // subnets of the same file whose routes lead to an internet gateway
}

// ProfileSelector matches pods by namespace, and by labels.
type ProfileSelector struct{ Namespace Value[string] }

// stackOther reads the resources of a template that run containers elsewhere than as tasks of a service.
func (f *File) stackOther(r reader, resource parse.Field, resources Place, tasks map[string]*Task) {
	n, at := properties(resource, resources)
	s := Subject{At: at}
	kind := resource.Value.Get("Type").Text
	switch kind {
	case "AWS::Lambda::Function":
		s.Function = &Function{At: at}
		r.fillStruct(s.Function, n, at)
		if s.Function.PackageType.Is == Absent || Is(s.Function.PackageType, "Zip") {
			return // it is no container
		}
	case "AWS::AppRunner::Service":
		s.AppRunner = &AppRunner{At: at}
		r.fillStruct(s.AppRunner, n, at)
	case "AWS::ECS::ExpressGatewayService":
		s.Express = &Express{At: at, Task: tasks[refers(n.Get("TaskDefinitionArn"))]}
		r.fillStruct(s.Express, n, at)
	case "AWS::EKS::FargateProfile":
		s.Profile = &Profile{At: at}
		r.fillStruct(s.Profile, n, at)
		s.Profile.Public = stackNetwork{resources: r.root.Get("Resources")}.public(n.Get("Subnets"), at)
	case "AWS::EKS::PodIdentityAssociation": // nothing to judge by itself
		a := &Association{At: at}
		r.fillStruct(a, n, at)
		f.Associations = append(f.Associations, a)
		return
	default:
		return
	}
	s.Wrong = r.wrong
	f.add(s, otherName(kind), resource.Name)
}

func otherName(kind string) string {
	return map[string]string{
		"AWS::Lambda::Function": "function", "AWS::AppRunner::Service": "App Runner service", "AWS::ECS::ExpressGatewayService": "Express service",
		"AWS::EKS::FargateProfile": "Fargate profile",
	}[kind]
}
