package generate

// ECS, load balancing and EFS in CloudFormation. Field names are the properties' own unless a tag says otherwise.

type cfnTaskDefinition struct {
	Family                  string
	NetworkMode             string
	RequiresCompatibilities []string
	CPU                     string         `json:"Cpu"`
	Memory                  string         `json:"Memory"`
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
	ReadonlyRootFilesystem bool
	PortMappings           []cfnPortMapping   `json:",omitempty"`
	Environment            []cfnVariable      `json:",omitempty"`
	Secrets                []cfnSecret        `json:",omitempty"`
	MountPoints            []cfnMountPoint    `json:",omitempty"`
	LinuxParameters        *cfnLinux          `json:",omitempty"`
	SystemControls         []cfnSystemControl `json:",omitempty"`
	HealthCheck            *cfnHealth         `json:",omitempty"`
	StopTimeout            int                `json:",omitempty"`
	Ulimits                []cfnUlimit        `json:",omitempty"`
	LogConfiguration       cfnLog
}

type (
	cfnPortMapping struct {
		ContainerPort int
		Protocol      string
	}
	cfnHealth struct {
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
		Capabilities *cfnCapabilities `json:",omitempty"`
		Tmpfs        []cfnTmpfs       `json:",omitempty"`
	}
	cfnCapabilities struct{ Drop []string }
	cfnTmpfs        struct {
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
	cfnLog struct {
		LogDriver string
		Options   map[string]any
	}
)

type cfnVolume struct {
	Name string
	EFS  cfnEFSVolume `json:"EFSVolumeConfiguration"`
}

type cfnEFSVolume struct {
	FileSystem        any `json:"FilesystemId"`
	TransitEncryption string
	Authorization     struct {
		AccessPoint any    `json:"AccessPointId,omitempty"`
		IAM         string `json:"IAM"`
	} `json:"AuthorizationConfig"`
}

type cfnService struct {
	Cluster                 any
	TaskDefinition          any
	LaunchType              string
	PlatformVersion         string
	DesiredCount            any
	DeploymentConfiguration cfnDeployment
	HealthGrace             int `json:"HealthCheckGracePeriodSeconds,omitempty"`
	NetworkConfiguration    struct{ AwsvpcConfiguration cfnNetwork }
	LoadBalancers           []cfnServiceBalancer `json:",omitempty"`
	EnableECSManagedTags    bool
	PropagateTags           string
	Tags                    []cfnTag `json:",omitempty"`
}

type cfnDeployment struct {
	MaximumPercent           int
	MinimumHealthyPercent    int
	DeploymentCircuitBreaker struct{ Enable, Rollback bool }
}

type cfnNetwork struct {
	AssignPublicIP any `json:"AssignPublicIp"`
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
