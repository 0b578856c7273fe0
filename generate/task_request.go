package generate

import (
	"fmt"

	"a2c/internal/term"
)

// registerTask is the request of RegisterTaskDefinition, as far as a2c fills it in
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html). The SDK's own types are held against it
// in the tests and not linked: with them come the schemas of all operations of ECS, 290 kB that every start of a2c would build.
// Fields stand in the order of their names.
type registerTask struct {
	ContainerDefinitions    []taskContainer `json:"containerDefinitions"`
	CPU                     string          `json:"cpu,omitempty"` // units, 1024 are a vCPU
	EphemeralStorage        *taskStorage    `json:"ephemeralStorage,omitempty"`
	ExecutionRoleARN        string          `json:"executionRoleArn"`
	Family                  string          `json:"family"`
	Memory                  string          `json:"memory,omitempty"` // MiB
	NetworkMode             string          `json:"networkMode"`
	PIDMode                 string          `json:"pidMode,omitempty"`
	RequiresCompatibilities []string        `json:"requiresCompatibilities"`
	RuntimePlatform         taskPlatform    `json:"runtimePlatform"`
	Tags                    []taskTag       `json:"tags,omitempty"`
	TaskRoleARN             string          `json:"taskRoleArn"`
	Volumes                 []taskMount     `json:"volumes,omitempty"`
}

type taskContainer struct {
	CPU                    int               `json:"cpu,omitempty"` // units
	DependsOn              []taskDependency  `json:"dependsOn,omitempty"`
	Environment            []taskVariable    `json:"environment,omitempty"`
	Essential              bool              `json:"essential"`
	FirelensConfiguration  *taskFireLens     `json:"firelensConfiguration,omitempty"`
	HealthCheck            *taskHealth       `json:"healthCheck,omitempty"`
	Image                  string            `json:"image"`
	LinuxParameters        *taskLinux        `json:"linuxParameters,omitempty"`
	LogConfiguration       taskLog           `json:"logConfiguration"`
	Memory                 int               `json:"memory,omitempty"` // MiB
	MemoryReservation      int               `json:"memoryReservation,omitempty"`
	MountPoints            []taskMountPoint  `json:"mountPoints,omitempty"`
	Name                   string            `json:"name"`
	PortMappings           []taskPort        `json:"portMappings,omitempty"`
	Privileged             bool              `json:"privileged,omitempty"`
	ReadonlyRootFilesystem bool              `json:"readonlyRootFilesystem"`
	ResourceRequirements   []taskResource    `json:"resourceRequirements,omitempty"`
	Secrets                []taskSecretValue `json:"secrets,omitempty"`
	StopTimeout            int               `json:"stopTimeout,omitempty"` // seconds
	SystemControls         []taskControl     `json:"systemControls,omitempty"`
	Ulimits                []taskLimit       `json:"ulimits,omitempty"`
	User                   string            `json:"user"`
}

type taskDependency struct {
	Condition     string `json:"condition"`
	ContainerName string `json:"containerName"`
}

type taskFireLens struct {
	Options map[string]string `json:"options"`
	Type    string            `json:"type"`
}

type taskHealth struct {
	Command     []string `json:"command"`
	Interval    int      `json:"interval"`
	Retries     int      `json:"retries"`
	StartPeriod int      `json:"startPeriod"`
	Timeout     int      `json:"timeout"`
}

type taskStorage struct {
	SizeInGiB int `json:"sizeInGiB"`
}

type taskPlatform struct {
	CPUArchitecture       string `json:"cpuArchitecture"`
	OperatingSystemFamily string `json:"operatingSystemFamily"`
}

type taskTag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type taskMount struct {
	ConfiguredAtLaunch     bool      `json:"configuredAtLaunch,omitempty"`
	EFSVolumeConfiguration *taskEFS  `json:"efsVolumeConfiguration,omitempty"`
	Host                   *taskHost `json:"host,omitempty"`
	Name                   string    `json:"name"`
}

type taskHost struct {
	SourcePath string `json:"sourcePath"`
}

type taskEFS struct {
	AuthorizationConfig *taskEFSAuthorization `json:"authorizationConfig,omitempty"`
	FileSystemID        string                `json:"fileSystemId"`
	TransitEncryption   string                `json:"transitEncryption"`
}

type taskEFSAuthorization struct {
	AccessPointID string `json:"accessPointId"`
	IAM           string `json:"iam"`
}

type taskVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type taskSecretValue struct {
	Name      string `json:"name"`
	ValueFrom string `json:"valueFrom"`
}

type taskLinux struct {
	Capabilities     *taskCapabilities `json:"capabilities,omitempty"`
	Devices          []taskDevice      `json:"devices,omitempty"`
	SharedMemorySize int               `json:"sharedMemorySize,omitempty"` // MiB
	Tmpfs            []taskTmpfs       `json:"tmpfs,omitempty"`
}

type taskCapabilities struct {
	Add  []string `json:"add,omitempty"`
	Drop []string `json:"drop,omitempty"`
}

type taskDevice struct {
	ContainerPath string   `json:"containerPath"`
	HostPath      string   `json:"hostPath"`
	Permissions   []string `json:"permissions"`
}

type taskResource struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type taskTmpfs struct {
	ContainerPath string   `json:"containerPath"`
	MountOptions  []string `json:"mountOptions,omitempty"`
	Size          int      `json:"size"` // MiB
}

type taskLog struct {
	LogDriver string            `json:"logDriver"`
	Options   map[string]string `json:"options"`
}

type taskMountPoint struct {
	ContainerPath string `json:"containerPath"`
	ReadOnly      bool   `json:"readOnly,omitempty"`
	SourceVolume  string `json:"sourceVolume"`
}

type taskPort struct {
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort,omitempty"` // none: any that is free, or the container's
	Name          string `json:"name,omitempty"`     // by which Service Connect knows it
	Protocol      string `json:"protocol"`
}

type taskControl struct {
	Namespace string `json:"namespace"`
	Value     string `json:"value"`
}

type taskLimit struct {
	HardLimit int    `json:"hardLimit"`
	Name      string `json:"name"`
	SoftLimit int    `json:"softLimit"`
}

// encode writes the request indented, with nothing in it that a terminal or a shell would act on.
func (r registerTask) encode() ([]byte, error) {
	data, err := term.EncodeJSON(r)
	if err != nil {
		return nil, fmt.Errorf("write task definition: %w", err)
	}
	return data, nil
}
