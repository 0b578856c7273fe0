package model

import "slices"

// Deployment is deployment.json, the user's to edit: App2Container's names where it had them, aws and the rest beside them.
type Deployment struct {
	A2CTemplateVersion string        `json:"a2CTemplateVersion"` // "3.1"
	ApplicationID      string        `json:"applicationId"`
	ImageName          string        `json:"imageName"`
	ExposedPorts       []Port        `json:"exposedPorts"`
	Environment        []NameValue   `json:"environment"`
	ECRParameters      ECRParameters `json:"ecrParameters"`
	ECSParameters      ECSParameters `json:"ecsParameters"`
	EKSParameters      EKSParameters `json:"eksParameters"`
	// FireLens sends the log of a task on ECS elsewhere than to CloudWatch alone.
	FireLens     *FireLens     `json:"fireLensParameters,omitempty"`
	AWS          AWS           `json:"aws"`
	Image        DeployedImage `json:"image"`
	Secrets      []SecretRef   `json:"secrets"`
	Volumes      []Mount       `json:"volumes"`
	Writable     []Path        `json:"writable"`
	ReadOnlyRoot bool          `json:"readOnlyRootFilesystem"`
	// DropCapabilities are taken from the container: "ALL", names without "CAP_", or "NONE". None named: ALL from every user but root.
	DropCapabilities []string `json:"dropCapabilities,omitempty"`
	// AllowEscalation lets setuid programs and capabilities of files give more than the process has (allowPrivilegeEscalation of Kubernetes; ECS always does).
	AllowEscalation bool `json:"allowPrivilegeEscalation"`
	// StopSeconds is how long it may take to end before it is killed; Fargate waits 120 at most. 0: the platform's 30.
	StopSeconds int         `json:"stopSeconds"`
	User        User        `json:"user"`
	HealthCheck HealthCheck `json:"healthCheck"`
	// Reaches is what the application talks to or is configured to, so that networks can let it out; one on the machine itself is to be moved or given.
	Reaches []Reach `json:"reaches"`
	// RoleActions are what the task role may need: a proposal in a file of its own, which nothing applies.
	RoleActions []RoleActions `json:"roleActions"`
	// SingleCopy says that two may never run at once, not even while a new one is deployed.
	SingleCopy bool `json:"singleCopy,omitempty"`
	// StickySessions sends a browser to the same copy again: its sessions live in that copy's memory.
	StickySessions bool `json:"stickySessions,omitempty"`
	// Daemon says that it is an agent of the machine, which runs once on each instance or node.
	Daemon bool `json:"daemon,omitempty"`
	// HostNeeds are what it was seen to use of the machine beyond what every container has: the least that does, each with its evidence.
	HostNeeds []HostNeed `json:"hostNeeds"`
	// NotApplied is what App2Container's deployment.json said and is not done here.
	NotApplied []NotApplied `json:"notApplied,omitempty"`
	// Reasons says where proposed values come from, by their JSON path: "ecsParameters.memory".
	Reasons map[string]string `json:"reasons"`
	Inputs  Inputs            `json:"inputs"`
}

// NotApplied is a key of App2Container's deployment.json that a2c does nothing with.
type NotApplied struct {
	Key string `json:"key"` // "ecsParameters.dependentApps"
	Why string `json:"why"`
}

// AWS is never invented: filled by --profile or by hand.
type AWS struct {
	AccountID string `json:"accountId"` // twelve digits
	Region    string `json:"region"`    // "eu-central-1"
}

// NameValue is an environment variable that is no secret.
type NameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// SecretRef is a secret by reference.
type SecretRef struct {
	Name      string `json:"name"`      // variable in the container
	ValueFrom string `json:"valueFrom"` // ARN, or "" for the one that the stack is given as a parameter
	Kind      string `json:"kind"`
}

// Reach is a remote end of a connection.
type Reach struct {
	Name     string `json:"name"`     // for people
	Host     string `json:"host"`     // as configured, or the address of the connection seen
	Port     int    `json:"port"`     // 0: not known
	Protocol string `json:"protocol"` // "tcp", "udp"
	Seen     bool   `json:"seen"`     // a connection was
	From     string `json:"from"`     // the setting that names it; "" for none
	// Local says that it is on the analyzed machine itself, where a container does not find it; Process which program answers there, if one does.
	Local   bool   `json:"local,omitempty"`
	Process string `json:"process,omitempty"`
	// ApplicationID is the application of the same machine that answers there: generated together with it, it is found by its name.
	ApplicationID string `json:"applicationId,omitempty"`
	// Settings are those in force that name such an application.
	Settings []ReachSetting `json:"settings,omitempty"`
}

// ReachSetting is a setting that has to name another address once the application on the same machine runs elsewhere.
type ReachSetting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`  // "" when it holds a secret
	Source string `json:"source"` // "file /etc/orders/application.yml:6"
	// Variable is the variable of the environment that the framework takes in its place; "": there is none, or something that counts more sets it.
	Variable string `json:"variable"`
}

// RoleActions are those of one service of AWS.
type RoleActions struct {
	Service string   `json:"service"` // prefix of its actions
	Actions []string `json:"actions"` // "s3:GetObject"
	Reason  string   `json:"reason"`  // what tells that it is used, and what to know
}

// HostNeed is one thing of the machine. Fargate refuses nearly all of them.
type HostNeed struct {
	Kind string `json:"kind"` // one of the words below
	// Name is a capability without CAP_, the path of a device or folder, the dotted name of a kernel value, a limit as in ulimit ("memlock"); "" where Kind says all.
	Name string `json:"name,omitempty"`
	// Value is that of a kernel value; a limit's, -1 for none; MiB of shared memory; of a folder "ro" when it is only read. "": not known, which grants nothing.
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"` // what was seen, and where
}

// Kinds of HostNeed.
const (
	NeedCapability   = "capability"
	NeedDevice       = "device"
	NeedGPU          = "gpu"
	NeedSysctl       = "sysctl"
	NeedLimit        = "limit"
	NeedSharedMemory = "sharedMemory" // /dev/shm larger than 64 MiB
	NeedPrivileged   = "privileged"
	NeedHostPID      = "hostPid" // sees the machine's processes
	NeedHostPath     = "hostPath"
)

// ECRParameters keeps App2Container's names.
type ECRParameters struct {
	ECRRepoTag string `json:"ecrRepoTag"`
}

// FireLens keeps App2Container's names. One destination is written: what reads the log names one output.
type FireLens struct {
	EnableFireLensLogging bool             `json:"enableFireLensLogging"`
	LogDestinations       []LogDestination `json:"logDestinations"`
}

// LogDestination is where a log goes.
type LogDestination struct {
	Service     string `json:"service"`     // one of the words below
	RegexFilter string `json:"regexFilter"` // lines that do not match go nowhere; "": all go
	// StreamName is the delivery stream of Firehose or the stream of Kinesis; of CloudWatch it begins the names of log streams.
	StreamName string `json:"streamName"`
}

// Services of LogDestination.
const (
	LogsToCloudWatch = "cloudwatch"
	LogsToFirehose   = "firehose"
	LogsToKinesis    = "kinesis"
)

// ECSParameters keeps App2Container's names; cpu and memory are those of the task.
type ECSParameters struct {
	CreateECSArtifacts bool    `json:"createEcsArtifacts"`
	ECSFamily          string  `json:"ecsFamily"`
	CPU                float64 `json:"cpu"`    // vCPU
	Memory             int     `json:"memory"` // MiB
	// EphemeralStorageGiB is the task's disk, 21 to 200; 0: the default of 20.
	EphemeralStorageGiB int `json:"ephemeralStorageGiB,omitempty"`
	// NoFile is the limit of open files, up to 1048576; 0: Fargate's default of 65535.
	NoFile int `json:"nofile,omitempty"`
	// DeployTarget is "fargate" or "ec2": which of the two is written when no target is named.
	DeployTarget string        `json:"deployTarget"`
	EC2          EC2Parameters `json:"ec2"`
	// WithNetwork has a network written, too, for whoever has none.
	WithNetwork    bool           `json:"withNetwork,omitempty"`
	PublicApp      bool           `json:"publicApp"`
	StackName      string         `json:"stackName"`
	ResourceTags   []Tag          `json:"resourceTags"`
	ReuseResources ReuseResources `json:"reuseResources"`
}

// EC2Parameters are what a task on instances of EC2 takes in the place of cpu and memory: any size will do there.
type EC2Parameters struct {
	CPU    float64 `json:"cpu"`    // vCPU, a share: more is taken while it is free
	Memory int     `json:"memory"` // MiB, the limit
	// NetworkMode is "bridge" (dynamic ports of the instance) or "awsvpc" (an address and a security group of its own).
	NetworkMode string `json:"networkMode"`
}

// EKSParameters keeps App2Container's names.
type EKSParameters struct {
	CreateEKSArtifacts bool    `json:"createEksArtifacts"`
	Namespace          string  `json:"namespace"`
	CPU                float64 `json:"cpu"`
	Memory             int     `json:"memory"` // MiB
	Replicas           int     `json:"replicas"`
	// MaxReplicas is up to how many copies an autoscaler goes, by CPU; not more than Replicas: there is none.
	MaxReplicas int `json:"maxReplicas,omitempty"`
	// Ingress is "alb" (load balancers by AWS's controller: for HTTP an Ingress, for everything else a Service) or "none".
	Ingress string `json:"ingress"`
	// ServiceAccountRoleARN is the IAM role of the pods (IRSA); "": they have none.
	ServiceAccountRoleARN string `json:"serviceAccountRoleArn"`
	// PodIdentity gives the role by an association in the place of IRSA's annotation; Fargate has IRSA only.
	PodIdentity bool `json:"podIdentity,omitempty"`
	// Secrets is who makes the Secret of the pods: "template" (you do; the default), "external-secrets" or "csi".
	Secrets        string         `json:"secrets,omitempty"`
	CronJobs       []CronJob      `json:"cronJobs"`
	ReuseResources ReuseResources `json:"reuseResources"`
	ResourceTags   []Tag          `json:"resourceTags"`
}

// CronJob is a command that runs by the clock with the application's image.
type CronJob struct {
	Name     string   `json:"name"`
	Schedule string   `json:"schedule"`           // as in a crontab: "*/5 * * * *", "@daily"
	TimeZone string   `json:"timeZone,omitempty"` // "Europe/Berlin"; "": the cluster's
	Command  []string `json:"command"`
	Suspend  bool     `json:"suspend"` // it does not run
	Reason   string   `json:"reason"`  // where on the machine it stood
}

// ReuseResources keeps App2Container's names.
type ReuseResources struct {
	VPCID             string `json:"vpcId"`
	ACMCertificateARN string `json:"acmCertificateArn"`
}

// Tag of an AWS resource.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// DeployedImage says which image, by digest.
type DeployedImage struct {
	Repository string `json:"repository"` // ECR repository name
	Digest     string `json:"digest"`
	Platform   string `json:"platform"` // "linux/amd64"
	// Environment are the variables that it sets itself, as far as they may differ from stage to stage: what is the same needs no repeating.
	Environment []NameValue `json:"environment,omitempty"`
}

// Differing are the variables that say something else than the image.
func (d Deployment) Differing() []NameValue {
	var all []NameValue
	for _, e := range d.Environment {
		if !slices.Contains(d.Image.Environment, e) {
			all = append(all, e)
		}
	}
	return all
}

// HealthCheck of load balancer and probes.
type HealthCheck struct {
	Port         int    `json:"port"`
	Path         string `json:"path"`  // "" : TCP only
	Codes        string `json:"codes"` // "200-399"
	StartSeconds int    `json:"startSeconds"`
	Source       string `json:"source"` // where path and seconds come from: "verify.json", "default"
	// Command is the image's own check, which ECS runs in the container: "CMD" with a program and its arguments, or "CMD-SHELL"; none: there is none.
	Command []string `json:"command,omitempty"`
}
