package kube

// Deployment is apps/v1.
type Deployment struct {
	Object
	Spec DeploymentSpec `json:"spec"`
}

// DeploymentSpec is the part of it that is written. Without Replicas it is scaled by somebody else.
type DeploymentSpec struct {
	Replicas *int32   `json:"replicas,omitempty"`
	Selector Selector `json:"selector"`
	Template Template `json:"template"`
	Strategy Strategy `json:"strategy"`
}

// Strategy is DeploymentStrategy: "RollingUpdate" or "Recreate".
type Strategy struct {
	Type          string         `json:"type,omitempty"`
	RollingUpdate *RollingUpdate `json:"rollingUpdate,omitempty"`
}

// RollingUpdate is RollingUpdateDeployment.
type RollingUpdate struct {
	MaxUnavailable IntOrString `json:"maxUnavailable"`
	MaxSurge       IntOrString `json:"maxSurge"`
}

// DaemonSet is apps/v1.
type DaemonSet struct {
	Object
	Spec DaemonSetSpec `json:"spec"`
}

// DaemonSetSpec is the part of it that is written.
type DaemonSetSpec struct {
	Selector Selector `json:"selector"`
	Template Template `json:"template"`
}

// StatefulSet is apps/v1.
type StatefulSet struct {
	Object
	Spec StatefulSetSpec `json:"spec"`
}

// StatefulSetSpec is the part of it that is written.
type StatefulSetSpec struct {
	Replicas             *int32        `json:"replicas,omitempty"`
	Selector             Selector      `json:"selector"`
	Template             Template      `json:"template"`
	VolumeClaimTemplates []VolumeClaim `json:"volumeClaimTemplates,omitempty"`
	ServiceName          string        `json:"serviceName"`
	// ClaimRetention says what becomes of the claims, and the data with them.
	ClaimRetention *ClaimRetention `json:"persistentVolumeClaimRetentionPolicy,omitempty"`
}

// ClaimRetention is StatefulSetPersistentVolumeClaimRetentionPolicy: "Retain" or "Delete".
type ClaimRetention struct {
	WhenDeleted string `json:"whenDeleted,omitempty"`
	WhenScaled  string `json:"whenScaled,omitempty"`
}

// CronJob is batch/v1.
type CronJob struct {
	Object
	Spec CronJobSpec `json:"spec"`
}

// CronJobSpec is the part of it that is written.
type CronJobSpec struct {
	Schedule                string      `json:"schedule"`
	TimeZone                string      `json:"timeZone,omitempty"`
	StartingDeadlineSeconds *int64      `json:"startingDeadlineSeconds,omitempty"`
	ConcurrencyPolicy       string      `json:"concurrencyPolicy,omitempty"`
	Suspend                 *bool       `json:"suspend,omitempty"`
	JobTemplate             JobTemplate `json:"jobTemplate"`
}

// JobTemplate is JobTemplateSpec.
type JobTemplate struct {
	Metadata Meta    `json:"metadata"`
	Spec     JobSpec `json:"spec"`
}

// JobSpec is batch/v1.
type JobSpec struct {
	BackoffLimit            *int32   `json:"backoffLimit,omitempty"`
	Template                Template `json:"template"`
	TTLSecondsAfterFinished *int32   `json:"ttlSecondsAfterFinished,omitempty"`
}

// Template is PodTemplateSpec.
type Template struct {
	Metadata Meta    `json:"metadata"`
	Spec     PodSpec `json:"spec"`
}

// PodSpec is core/v1.
type PodSpec struct {
	Volumes       []Volume    `json:"volumes,omitempty"`
	Containers    []Container `json:"containers"`
	RestartPolicy string      `json:"restartPolicy,omitempty"`
	// TerminationGracePeriodSeconds is how long the pod may take to end.
	TerminationGracePeriodSeconds *int64             `json:"terminationGracePeriodSeconds,omitempty"`
	NodeSelector                  map[string]string  `json:"nodeSelector,omitempty"`
	ServiceAccountName            string             `json:"serviceAccountName,omitempty"`
	AutomountServiceAccountToken  *bool              `json:"automountServiceAccountToken,omitempty"`
	HostPID                       bool               `json:"hostPID,omitempty"`
	SecurityContext               *PodSecurity       `json:"securityContext,omitempty"`
	Tolerations                   []Toleration       `json:"tolerations,omitempty"`
	EnableServiceLinks            *bool              `json:"enableServiceLinks,omitempty"`
	TopologySpreadConstraints     []SpreadConstraint `json:"topologySpreadConstraints,omitempty"`
}

// SpreadConstraint is TopologySpreadConstraint.
type SpreadConstraint struct {
	MaxSkew           int32    `json:"maxSkew"`
	TopologyKey       string   `json:"topologyKey"`
	WhenUnsatisfiable string   `json:"whenUnsatisfiable"`
	LabelSelector     Selector `json:"labelSelector"`
}

// Toleration of an operator alone, "Exists", bears every taint of a node.
type Toleration struct {
	Operator string `json:"operator,omitempty"`
}

// Volume is one of a claim or of a driver, a folder of the node, or an empty one.
type Volume struct {
	Name     string    `json:"name"`
	HostPath *HostPath `json:"hostPath,omitempty"`
	EmptyDir *EmptyDir `json:"emptyDir,omitempty"`
	Claim    *ClaimRef `json:"persistentVolumeClaim,omitempty"`
	CSI      *CSI      `json:"csi,omitempty"`
}

// EmptyDir is EmptyDirVolumeSource: on the node's disk, or of medium "Memory".
type EmptyDir struct {
	Medium    string `json:"medium,omitempty"`
	SizeLimit string `json:"sizeLimit,omitempty"`
}

// HostPath is HostPathVolumeSource: a type of "" looks for nothing before it is mounted.
type HostPath struct {
	Path string `json:"path"`
	Type string `json:"type,omitempty"`
}

// CSI is CSIVolumeSource.
type CSI struct {
	Driver           string            `json:"driver"`
	ReadOnly         *bool             `json:"readOnly,omitempty"`
	VolumeAttributes map[string]string `json:"volumeAttributes,omitempty"`
}

// ClaimRef is PersistentVolumeClaimVolumeSource.
type ClaimRef struct {
	ClaimName string `json:"claimName"`
}

// PodSecurity is PodSecurityContext.
type PodSecurity struct {
	RunAsUser           *int64          `json:"runAsUser,omitempty"`
	RunAsGroup          *int64          `json:"runAsGroup,omitempty"`
	RunAsNonRoot        *bool           `json:"runAsNonRoot,omitempty"`
	SupplementalGroups  []int64         `json:"supplementalGroups,omitempty"`
	FSGroup             *int64          `json:"fsGroup,omitempty"`
	Sysctls             []NameValue     `json:"sysctls,omitempty"`
	FSGroupChangePolicy string          `json:"fsGroupChangePolicy,omitempty"`
	SeccompProfile      *SeccompProfile `json:"seccompProfile,omitempty"`
}

// SeccompProfile is core/v1.
type SeccompProfile struct {
	Type string `json:"type"`
}

// NameValue is a sysctl.
type NameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Container is core/v1.
type Container struct {
	Name            string           `json:"name"`
	Image           string           `json:"image,omitempty"`
	Command         []string         `json:"command,omitempty"`
	Ports           []ContainerPort  `json:"ports,omitempty"`
	EnvFrom         []EnvFrom        `json:"envFrom,omitempty"`
	Env             []EnvVar         `json:"env,omitempty"`
	Resources       Resources        `json:"resources"`
	VolumeMounts    []VolumeMount    `json:"volumeMounts,omitempty"`
	LivenessProbe   *Probe           `json:"livenessProbe,omitempty"`
	ReadinessProbe  *Probe           `json:"readinessProbe,omitempty"`
	StartupProbe    *Probe           `json:"startupProbe,omitempty"`
	Lifecycle       *Lifecycle       `json:"lifecycle,omitempty"`
	ImagePullPolicy string           `json:"imagePullPolicy,omitempty"`
	SecurityContext *SecurityContext `json:"securityContext,omitempty"`
}

// Lifecycle is what is done before a container is told to end. Kubernetes knows Sleep since 1.29.
type Lifecycle struct {
	PreStop Handler `json:"preStop"`
}

// Handler is LifecycleHandler.
type Handler struct {
	Sleep Sleep `json:"sleep"`
}

// Sleep is SleepAction.
type Sleep struct {
	Seconds int64 `json:"seconds"`
}

// ContainerPort is core/v1.
type ContainerPort struct {
	Name          string `json:"name,omitempty"`
	ContainerPort int32  `json:"containerPort"`
	Protocol      string `json:"protocol,omitempty"`
}

// EnvFrom is EnvFromSource: all keys of a ConfigMap.
type EnvFrom struct {
	ConfigMapRef Name `json:"configMapRef"`
}

// EnvVar is core/v1: a key of a secret.
type EnvVar struct {
	Name      string     `json:"name"`
	ValueFrom *EnvSource `json:"valueFrom,omitempty"`
}

// EnvSource is EnvVarSource.
type EnvSource struct {
	SecretKeyRef SecretKey `json:"secretKeyRef"`
}

// SecretKey is SecretKeySelector.
type SecretKey struct {
	Name string `json:"name,omitempty"`
	Key  string `json:"key"`
}

// Resources is ResourceRequirements.
type Resources struct {
	Limits   map[string]string `json:"limits,omitempty"`
	Requests map[string]string `json:"requests,omitempty"`
}

// VolumeMount is core/v1.
type VolumeMount struct {
	Name      string `json:"name"`
	ReadOnly  bool   `json:"readOnly,omitempty"`
	MountPath string `json:"mountPath"`
}

// Probe is core/v1: an HTTP request or a connection.
type Probe struct {
	HTTPGet          *HTTPGet   `json:"httpGet,omitempty"`
	TCPSocket        *TCPSocket `json:"tcpSocket,omitempty"`
	TimeoutSeconds   int32      `json:"timeoutSeconds,omitempty"`
	PeriodSeconds    int32      `json:"periodSeconds,omitempty"`
	FailureThreshold int32      `json:"failureThreshold,omitempty"`
}

// HTTPGet is HTTPGetAction.
type HTTPGet struct {
	Path   string      `json:"path,omitempty"`
	Port   IntOrString `json:"port"`
	Scheme string      `json:"scheme,omitempty"`
}

// TCPSocket is TCPSocketAction.
type TCPSocket struct {
	Port IntOrString `json:"port"`
}

// SecurityContext is a container's.
type SecurityContext struct {
	Capabilities             *Capabilities `json:"capabilities,omitempty"`
	Privileged               *bool         `json:"privileged,omitempty"`
	ReadOnlyRootFilesystem   *bool         `json:"readOnlyRootFilesystem,omitempty"`
	AllowPrivilegeEscalation *bool         `json:"allowPrivilegeEscalation,omitempty"`
}

// Capabilities is core/v1.
type Capabilities struct {
	Add  []string `json:"add,omitempty"`
	Drop []string `json:"drop,omitempty"`
}
