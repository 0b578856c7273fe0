package generate

// ECS, load balancing and EFS in CloudFormation. Field names are the properties' own unless a tag says otherwise.

type cfnTaskDefinition struct {
	Family                  string
	NetworkMode             string
	PidMode                 string `json:"PidMode,omitempty"`
	RequiresCompatibilities []string
	CPU                     string         `json:"Cpu,omitempty"`
	Memory                  string         `json:"Memory,omitempty"`
	RuntimePlatform         cfnPlatform    `json:"RuntimePlatform"`
	EphemeralStorage        *cfnEphemeral  `json:"EphemeralStorage,omitempty"`
	ExecutionRoleArn        any            `json:"ExecutionRoleArn"`
	TaskRoleArn             any            `json:"TaskRoleArn"`
	ContainerDefinitions    []cfnContainer `json:"ContainerDefinitions"`
	Volumes                 []cfnVolume    `json:"Volumes,omitempty"`
	Tags                    []cfnTag       `json:"Tags,omitempty"`
}

type cfnPlatform struct {
	OperatingSystemFamily string
	CPUArchitecture       string `json:"CpuArchitecture"`
}

type cfnEphemeral struct{ SizeInGiB int }

type cfnContainer struct {
	Name                   string
	Image                  any
	Essential              bool
	User                   string
	CPU                    int  `json:"Cpu,omitempty"`
	Memory                 int  `json:",omitempty"`
	MemoryReservation      int  `json:",omitempty"`
	Privileged             bool `json:",omitempty"`
	ReadonlyRootFilesystem any
	PortMappings           []cfnPortMapping   `json:",omitempty"`
	Environment            []cfnVariable      `json:",omitempty"`
	Secrets                []cfnSecret        `json:",omitempty"`
	MountPoints            []cfnMountPoint    `json:",omitempty"`
	LinuxParameters        *cfnLinux          `json:",omitempty"`
	ResourceRequirements   []cfnResourceNeed  `json:",omitempty"`
	SystemControls         []cfnSystemControl `json:",omitempty"`
	HealthCheck            *cfnHealth         `json:",omitempty"`
	StopTimeout            int                `json:",omitempty"`
	Ulimits                []cfnUlimit        `json:",omitempty"`
	LogConfiguration       cfnLog
	FirelensConfiguration  *cfnFireLens    `json:",omitempty"`
	DependsOn              []cfnDependency `json:",omitempty"`
}

type (
	cfnPortMapping struct {
		ContainerPort int
		HostPort      *int `json:",omitempty"` // 0: one that is free
		Protocol      string
		Name          string `json:",omitempty"` // by which Service Connect knows it
	}
	cfnResourceNeed struct{ Type, Value string }
	cfnHealth       struct {
		Command                                 []any
		Interval, Retries, StartPeriod, Timeout int
	}
	cfnVariable struct {
		Name  string
		Value any
	}
	cfnSecret struct {
		Name      string
		ValueFrom any
	}
	cfnMountPoint struct {
		SourceVolume  string
		ContainerPath any
		ReadOnly      bool
	}
	cfnLinux struct {
		Capabilities     *cfnCapabilities `json:",omitempty"`
		Devices          []cfnDevice      `json:",omitempty"`
		SharedMemorySize int              `json:",omitempty"`
		Tmpfs            []cfnTmpfs       `json:",omitempty"`
	}
	cfnCapabilities struct {
		Add  []string `json:",omitempty"`
		Drop []string `json:",omitempty"`
	}
	cfnDevice struct {
		ContainerPath, HostPath any
		Permissions             []string
	}
	cfnTmpfs struct {
		ContainerPath any
		Size          int
		MountOptions  []string
	}
	cfnSystemControl struct{ Namespace, Value string }
	cfnUlimit        struct {
		Name      string
		SoftLimit int
		HardLimit int
	}
	cfnFireLens struct {
		Type    string
		Options map[string]string
	}
	cfnDependency struct{ ContainerName, Condition string }
	cfnLog        struct {
		LogDriver string
		Options   map[string]any
	}
)

type cfnVolume struct {
	Name string
	EFS  *cfnEFSVolume  `json:"EFSVolumeConfiguration,omitempty"`
	Host *cfnHostVolume `json:",omitempty"`
}

type cfnHostVolume struct{ SourcePath any }

type cfnEFSVolume struct {
	FileSystem        any `json:"FilesystemId"`
	TransitEncryption string
	Authorization     struct {
		AccessPoint any    `json:"AccessPointId,omitempty"`
		IAM         string `json:"IAM"`
	} `json:"AuthorizationConfig"`
}

type cfnService struct {
	Cluster                  any
	TaskDefinition           any
	LaunchType               any    `json:",omitempty"`
	CapacityProviderStrategy any    `json:",omitempty"`
	PlatformVersion          string `json:",omitempty"`
	SchedulingStrategy       string `json:",omitempty"`
	DesiredCount             any    `json:",omitempty"`
	DeploymentConfiguration  cfnDeployment
	PlacementStrategies      []placement  `json:",omitempty"`
	HealthGrace              int          `json:"HealthCheckGracePeriodSeconds,omitempty"`
	NetworkConfiguration     *cfnNetworks `json:",omitempty"`
	LoadBalancers            []any        `json:",omitempty"` // cfnServiceBalancer, or a choice
	ServiceConnect           *cfnConnect  `json:"ServiceConnectConfiguration,omitempty"`
	EnableExecuteCommand     any
	EnableECSManagedTags     bool
	PropagateTags            string
	Tags                     []cfnTag `json:",omitempty"`
}

type (
	placement        struct{ Type, Field string }
	capacityStrategy struct {
		CapacityProvider any
		Weight           int
	}
	cfnNetworks struct{ AwsvpcConfiguration cfnNetwork }
)

// cfnConnect is how a service is found and finds others (Service Connect); without Services it only finds.
type cfnConnect struct {
	Enabled   bool
	Namespace any
	Services  []cfnConnected `json:",omitempty"`
}

type (
	cfnConnected struct {
		PortName      string
		DiscoveryName string
		ClientAliases []cfnAlias
	}
	cfnAlias struct {
		DNSName string `json:"DnsName"`
		Port    int
	}
	cfnNamespace struct{ Name, Description string }
)

type cfnDeployment struct {
	MaximumPercent           int
	MinimumHealthyPercent    int
	DeploymentCircuitBreaker struct{ Enable, Rollback bool }
}

type cfnNetwork struct {
	AssignPublicIP any `json:"AssignPublicIp,omitempty"`
	SecurityGroups []any
	Subnets        any
}

type cfnServiceBalancer struct {
	ContainerName  string
	ContainerPort  int
	TargetGroupArn any
}

type cfnLoadBalancer struct {
	Type           string
	Scheme         any
	Subnets        any
	SecurityGroups []any
	Attributes     []cfnTag `json:"LoadBalancerAttributes,omitempty"`
	Tags           []cfnTag `json:",omitempty"`
}

type cfnTargetGroup struct {
	TargetType          string
	VpcID               any `json:"VpcId"`
	Protocol            string
	Port                int
	HealthCheckProtocol string
	HealthCheckPort     string
	HealthCheckPath     any      `json:",omitempty"`
	Matcher             *matcher `json:",omitempty"`
	HealthCheckInterval int      `json:"HealthCheckIntervalSeconds"`
	HealthyThreshold    int      `json:"HealthyThresholdCount"`
	UnhealthyThreshold  int      `json:"UnhealthyThresholdCount"`
	Attributes          []cfnTag `json:"TargetGroupAttributes"`
	Tags                []cfnTag `json:",omitempty"`
}

type matcher struct {
	HTTPCode string `json:"HttpCode"`
}

type cfnListenerRule struct {
	ListenerArn any
	Priority    any
	Conditions  []ruleCondition
	Actions     []any
}

type ruleCondition struct {
	Field  string
	Values []any
}

type cfnListener struct {
	LoadBalancerArn any
	Port            any
	Protocol        any
	SslPolicy       any `json:",omitempty"`
	Certificates    any `json:",omitempty"`
	DefaultActions  []any
}

type (
	forward struct {
		Type           string
		TargetGroupArn any
	}
	redirect struct {
		Type           string
		RedirectConfig struct{ Protocol, Port, StatusCode string }
	}
	certificate struct{ CertificateArn any }
)

type cfnFileSystem struct {
	Encrypted      bool
	BackupPolicy   struct{ Status string }
	FileSystemTags []cfnTag `json:",omitempty"`
}

type cfnMountTarget struct {
	FileSystemID   any `json:"FileSystemId"`
	SubnetID       any `json:"SubnetId"`
	SecurityGroups []any
}

type cfnAccessPoint struct {
	FileSystemID  any `json:"FileSystemId"`
	PosixUser     posixUser
	RootDirectory struct {
		Path         string
		CreationInfo creation
	}
	AccessPointTags []cfnTag `json:",omitempty"`
}

type (
	posixUser struct {
		UID string `json:"Uid"`
		GID string `json:"Gid"`
	}
	creation struct {
		OwnerUID    string `json:"OwnerUid"`
		OwnerGID    string `json:"OwnerGid"`
		Permissions string
	}
)

type cfnScalable struct {
	MinCapacity       any
	MaxCapacity       any
	ResourceID        any `json:"ResourceId"`
	ServiceNamespace  string
	ScalableDimension string
}

type cfnScaling struct {
	PolicyName                               string
	PolicyType                               string
	ScalingTargetID                          any `json:"ScalingTargetId"`
	TargetTrackingScalingPolicyConfiguration struct {
		PredefinedMetricSpecification struct{ PredefinedMetricType string }
		TargetValue                   any
		ScaleInCooldown               int
		ScaleOutCooldown              int
	}
}
