package document

// Task is an ECS task definition. Fields have the API's names; those of CloudFormation differ in their first letters alone.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
type Task struct {
	At                      Place `doc:"-"`
	Family                  Value[string]
	TaskRole                Value[string] `doc:"taskRoleArn"`
	ExecutionRole           Value[string] `doc:"executionRoleArn"`
	NetworkMode             Value[string]
	Containers              List[Container] `doc:"containerDefinitions"`
	Volumes                 List[Volume]    `tf:"volume"`
	PlacementConstraints    List[Placement]
	RequiresCompatibilities List[string]
	CPU                     Value[string] `doc:"cpu"`
	Memory                  Value[string]
	Tags                    List[Tag]
	PIDMode                 Value[string] `doc:"pidMode"`
	IPCMode                 Value[string] `doc:"ipcMode"`
	ProxyConfiguration      Value[Raw]
	InferenceAccelerators   List[Raw] `tf:"inference_accelerator"`
	EphemeralStorage        Value[EphemeralStorage]
	RuntimePlatform         Value[RuntimePlatform]
	Service                 *Service `doc:"-"` // one that runs it, when it stands in the same files
}

// Tag is a key with its value.
type Tag struct{ Key, Value Value[string] }

// EphemeralStorage is a task's own disk.
type EphemeralStorage struct {
	SizeInGiB Value[int64]
}

// RuntimePlatform is what the containers run on.
type RuntimePlatform struct {
	CPUArchitecture       Value[string] `doc:"cpuArchitecture"`
	OperatingSystemFamily Value[string]
}

// Container is one of a task's containers.
type Container struct {
	Name, Image                   Value[string]
	CPU                           Value[int64] `doc:"cpu"`
	Memory, MemoryReservation     Value[int64]
	Links                         List[string]
	PortMappings                  List[PortMapping]
	Essential                     Value[bool]
	RestartPolicy                 Value[RestartPolicy]
	EntryPoint, Command           List[string]
	Environment                   List[Variable]
	EnvironmentFiles              List[EnvironmentFile]
	MountPoints                   List[MountPoint]
	VolumesFrom                   List[VolumeFrom]
	LinuxParameters               Value[LinuxParameters]
	Secrets                       List[Variable]
	DependsOn                     List[Dependency]
	StartTimeout, StopTimeout     Value[int64]
	Hostname, User                Value[string]
	DisableNetworking, Privileged Value[bool]
	ReadonlyRootFilesystem        Value[bool]
	DNSServers                    List[string] `doc:"dnsServers"`
	DNSSearchDomains              List[string] `doc:"dnsSearchDomains"`
	ExtraHosts                    List[Raw]
	DockerSecurityOptions         List[string]
	Ulimits                       List[Ulimit]
	LogConfiguration              Value[LogConfiguration]
	HealthCheck                   Value[HealthCheck]
	SystemControls                List[SystemControl]
	ResourceRequirements          List[ResourceRequirement]
	FirelensConfiguration         Value[Firelens]
	CredentialSpecs               List[string]
	DockerLabels                  Map
	FixedAddress                  Value[string] `doc:"-"` // of a compose file: an address, or a network card's
}

// PortMapping opens a port of a container.
type PortMapping struct {
	ContainerPort, HostPort Value[int64]
	Protocol, Name          Value[string]
	ContainerPortRange      Value[string]
}

// RestartPolicy restarts one container without its task.
type RestartPolicy struct {
	Enabled              Value[bool]
	IgnoredExitCodes     List[int64]
	RestartAttemptPeriod Value[int64]
}

// Variable is an environment variable with its value, or a secret with what it is read from.
type Variable struct {
	Name, Value Value[string]
	ValueFrom   Value[Raw]
}

// EnvironmentFile is an object of S3 that holds variables.
type EnvironmentFile struct{ Value, Type Value[string] }

// MountPoint puts a volume into a container.
type MountPoint struct {
	SourceVolume, ContainerPath Value[string]
	ReadOnly                    Value[bool]
}

// VolumeFrom takes the mount points of another container.
type VolumeFrom struct{ SourceContainer Value[string] }

// LinuxParameters are the kernel's part of a container.
type LinuxParameters struct {
	Capabilities        Value[Capabilities]
	Devices             List[Raw]
	InitProcessEnabled  Value[bool]
	SharedMemorySize    Value[int64]
	Tmpfs               List[Tmpfs]
	MaxSwap, Swappiness Value[int64]
}

// Capabilities are added to the default set or taken from it.
type Capabilities struct{ Add, Drop List[string] }

// Tmpfs is a file system in memory.
type Tmpfs struct {
	ContainerPath Value[string]
	Size          Value[int64]
}

// Dependency says which container is waited for.
type Dependency struct{ ContainerName, Condition Value[string] }

// Ulimit is a limit of setrlimit(2).
type Ulimit struct {
	Name                 Value[string]
	SoftLimit, HardLimit Value[int64]
}

// LogConfiguration says where a container's output goes.
type LogConfiguration struct {
	LogDriver     Value[string]
	Options       Map
	SecretOptions List[Variable]
}

// HealthCheck is run in a container.
type HealthCheck struct {
	Command                                 Value[[]Value[string]]
	Interval, Timeout, Retries, StartPeriod Value[int64]
}

// SystemControl is a kernel value, as sysctl(8) names it.
type SystemControl struct{ Namespace, Value Value[string] }

// ResourceRequirement asks for a GPU or an accelerator.
type ResourceRequirement struct{ Type, Value Value[string] }

// Firelens makes a container the router of the others' logs.
type Firelens struct {
	Type    Value[string]
	Options Map
}

// Volume is one of a task's volumes.
type Volume struct {
	Name               Value[string]
	Host               Value[HostVolume]
	HostPath           Value[string]       `doc:"-" tf:"host_path"` // Terraform's way to say host.sourcePath
	Docker             Value[DockerVolume] `doc:"dockerVolumeConfiguration"`
	EFS                Value[EFSVolume]    `doc:"efsVolumeConfiguration"`
	FSx                Value[Raw]          `doc:"fsxWindowsFileServerVolumeConfiguration"`
	S3Files            Value[S3Volume]     `doc:"s3filesVolumeConfiguration"`
	ConfiguredAtLaunch Value[bool]         `tf:"configure_at_launch"`
}

// HostVolume is a folder of the instance.
type HostVolume struct{ SourcePath Value[string] }

// DockerVolume is a volume of a driver of Docker: of the instance's own disk, unless the driver keeps it elsewhere.
type DockerVolume struct{ Scope, Driver Value[string] }

// EFSVolume is a folder of an EFS file system.
type EFSVolume struct {
	FileSystemID        Value[string] `doc:"fileSystemId"`
	RootDirectory       Value[string]
	TransitEncryption   Value[string]
	AuthorizationConfig Value[EFSAuthorization]
}

// EFSAuthorization is how a task may use the file system.
type EFSAuthorization struct {
	AccessPointID Value[string] `doc:"accessPointId"`
	IAM           Value[string] `doc:"iam"`
}

// S3Volume is a bucket as a file system.
type S3Volume struct {
	AccessPoint   Value[string] `doc:"accessPointArn"`
	RootDirectory Value[string]
}

// Service keeps tasks running.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
type Service struct {
	At                            Place         `doc:"-"`
	Name                          Value[string] `doc:"serviceName" tf:"name"`
	TaskDefinition                Value[string]
	Task                          *Task `doc:"-"` // the definition, when it stands in the same file
	LaunchType                    Value[string]
	CapacityProviderStrategy      List[CapacityProvider]
	PlatformVersion               Value[string]
	SchedulingStrategy            Value[string]
	LoadBalancers                 List[LoadBalancer] `tf:"load_balancer"`
	NetworkConfiguration          Value[NetworkConfiguration]
	DeploymentController          Value[DeploymentController]
	PlacementConstraints          List[Placement]
	PlacementStrategy             List[Placement] `doc:"placementStrategy placementStrategies" tf:"ordered_placement_strategy"`
	HealthCheckGracePeriodSeconds Value[int64]
	DeploymentConfiguration       Value[DeploymentConfiguration]
	EnableExecuteCommand          Value[bool]
	VolumeConfigurations          List[Raw] `tf:"volume_configuration"`
	DesiredCount                  Value[int64]
	Tags                          List[Tag]
	Closed                        []string `doc:"-"` // endpoints that its subnets lack, where the same file shows that they lead nowhere else
}

// CapacityProvider is one place where tasks may run.
type CapacityProvider struct {
	Name Value[string] `doc:"capacityProvider"`
}

// LoadBalancer is what brings requests to a service.
type LoadBalancer struct {
	TargetGroup   Value[string] `doc:"targetGroupArn"`
	Classic       Value[string] `doc:"loadBalancerName" tf:"elb_name"`
	ContainerName Value[string]
	ContainerPort Value[int64]
	Group         *TargetGroup `doc:"-"` // when it stands in the same file
}

// TargetGroup is what a load balancer sends to. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-targetgroup.html
type TargetGroup struct {
	At              Place `doc:"-"`
	TargetType      Value[string]
	HealthCheckPort Value[string]
	Attributes      List[TargetGroupAttribute] `doc:"targetGroupAttributes"`
}

// TargetGroupAttribute is a setting of a target group, deregistration_delay.timeout_seconds for one.
type TargetGroupAttribute struct{ Key, Value Value[string] }

// Placement is a constraint (type and expression) or a strategy (type and field) of where tasks are put.
type Placement struct{ Type, Expression, Field Value[string] }

// DeploymentController is what replaces tasks by those of a new version.
type DeploymentController struct{ Type Value[string] }

// NetworkConfiguration is where a service's tasks get their network interfaces.
type NetworkConfiguration struct {
	VPC Value[VPC] `doc:"awsvpcConfiguration"`
}

// VPC names the subnets and security groups.
type VPC struct {
	Subnets, SecurityGroups List[string]
	AssignPublicIP          Value[string] `doc:"assignPublicIp"`
}

// DeploymentConfiguration is how new versions replace old ones.
type DeploymentConfiguration struct {
	CircuitBreaker Value[CircuitBreaker] `doc:"deploymentCircuitBreaker"`
	MaximumPercent Value[int64]
}

// CircuitBreaker ends deployments that fail.
type CircuitBreaker struct{ Enable, Rollback Value[bool] }
