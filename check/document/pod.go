package document

// Pod is a pod, or the template of the pods that a workload makes.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
type Pod struct {
	Object
	Kind        string // of the object that makes it: Pod, Deployment, DaemonSet …
	Labels      Map    // of the pods
	Annotations Map    // of the pods
	Spec        Value[PodSpec]
	Replicas    Value[int64]
	TTL         Value[int64] // of a Job: seconds after which it is removed
}

// PodSpec is what a pod runs, and on what.
type PodSpec struct {
	Containers                    List[PodContainer] `tf:"container"`
	InitContainers                List[PodContainer] `tf:"init_container"`
	EphemeralContainers           List[PodContainer]
	HostNetwork, HostPID, HostIPC Value[bool]
	SecurityContext               Value[PodSecurity]
	Volumes                       List[PodVolume] `tf:"volume"`
	TopologySpreadConstraints     List[Raw]       `tf:"topology_spread_constraint"`
	Affinity                      Value[Affinity]
	NodeSelector                  Map
	OS                            Value[PodOS] `doc:"os"`
	RuntimeClassName, NodeName    Value[string]
	Tolerations                   List[Raw] `tf:"toleration"`
}

// PodOS is the system that a pod's containers are made for.
type PodOS struct{ Name Value[string] }

// Affinity draws pods to nodes or to each other.
type Affinity struct {
	NodeAffinity, PodAffinity, PodAntiAffinity Value[Raw]
}

// PodSecurity is what holds for all containers of a pod.
type PodSecurity struct {
	Sysctls        List[Sysctl] `tf:"sysctl"`
	WindowsOptions Value[Raw]
}

// Sysctl is a kernel value, as sysctl(8) names it.
type Sysctl struct {
	Name  Value[string]
	Value Value[Scalar]
}

// PodContainer is one of a pod's containers.
type PodContainer struct {
	Name, Image     Value[string]
	SecurityContext Value[ContainerSecurity]
	Ports           List[ContainerPort] `tf:"port"`
	Resources       Value[Resources]
	VolumeMounts    List[VolumeMount] `tf:"volume_mount"`
	VolumeDevices   List[Raw]
	RestartPolicy   Value[string]
	ReadinessProbe  Value[Raw]
	LivenessProbe   Value[Raw]
	Env             List[Variable]
	Command, Args   List[string]
}

// VolumeMount puts a volume into a container.
type VolumeMount struct {
	Name, MountPath Value[string]
	ReadOnly        Value[bool]
}

// ContainerSecurity is what one container may do.
type ContainerSecurity struct {
	Privileged, AllowPrivilegeEscalation Value[bool]
	Capabilities                         Value[Capabilities]
	WindowsOptions                       Value[Raw]
}

// ContainerPort opens a port of a container.
type ContainerPort struct {
	ContainerPort, HostPort Value[int64]
	HostIP, Protocol        Value[string]
}

// Resources are asked for (requests) and granted (limits), as quantities.
type Resources struct{ Requests, Limits Map }

// PodVolume is one of a pod's volumes; the field that is there says of what kind.
type PodVolume struct {
	Name                  Value[string]
	HostPath              Value[HostPath]
	EmptyDir              Value[Raw]
	PersistentVolumeClaim Value[Claim]
	CSI                   Value[CSI] `doc:"csi"`
	EBS                   Value[Raw] `doc:"awsElasticBlockStore"`
	Ephemeral             Value[Raw]
	ISCSI                 Value[Raw] `doc:"iscsi"`
	FC                    Value[Raw] `doc:"fc"`
}

// HostPath is a folder of the node.
type HostPath struct{ Path Value[string] }

// Claim names a claim of storage.
type Claim struct{ ClaimName Value[string] }

// CSI is a volume of a storage driver.
type CSI struct{ Driver Value[string] }

// Object is a Kubernetes object, with what rules need of it beside its pods.
// https://kubernetes.io/docs/reference/using-api/api-concepts/
type Object struct {
	At         Place `doc:"-"`
	Root       Place `doc:"-"` // of its document
	APIVersion string
	ObjectKind string
	Name       string
	Namespace  Value[string]
	Meta       Metadata
	Body       Value[Body] `doc:"-"`
	Beside     *Objects    `doc:"-"` // of the same files
}

// Objects are what stands in the same files: rules look there for the other half of what they demand.
type Objects struct {
	All          []*Object
	Pods         []*Pod
	Associations []*Association
}

// Association gives the pods of a service account a role: Pod Identity, as a resource of CloudFormation.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-podidentityassociation.html
type Association struct {
	At                        Place `doc:"-"`
	Namespace, ServiceAccount Value[string]
}

// Metadata names an object.
type Metadata struct {
	Name, Namespace     Value[string]
	Labels, Annotations Map
}

// Body is what objects other than workloads say: of a ConfigMap, a Service, an Ingress, a claim.
type Body struct {
	Data Map
	Spec Value[ObjectSpec]
}

// ObjectSpec is the part of Service, Ingress, PersistentVolumeClaim and PersistentVolume that rules look at.
type ObjectSpec struct {
	Type              Value[string] // of a Service
	LoadBalancerClass Value[string]
	IngressClassName  Value[string]
	StorageClassName  Value[string]
	CSI               Value[CSI] `doc:"csi"`
	EBS               Value[Raw] `doc:"awsElasticBlockStore"`
	HostPath          Value[Raw]
	PodSelector       Value[LabelSelector] // of a NetworkPolicy
	ScaleTargetRef    Value[Reference]     // of a HorizontalPodAutoscaler
	Rules             List[IngressRule]
	DefaultBackend    Value[Backend]
}

// LabelSelector matches pods by their labels; without any it matches all of the namespace.
type LabelSelector struct {
	MatchLabels      Map
	MatchExpressions List[Raw]
}

// Reference names another object of the same namespace.
type Reference struct{ Kind, Name Value[string] }

// IngressRule leads the paths of a host to services.
type IngressRule struct {
	HTTP Value[IngressPaths] `doc:"http"`
}

// IngressPaths are the paths of one host.
type IngressPaths struct{ Paths List[IngressPath] }

// IngressPath leads one path to a service.
type IngressPath struct{ Backend Value[Backend] }

// Backend is where an Ingress sends requests.
type Backend struct{ Service Value[Reference] }
