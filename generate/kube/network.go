package kube

// Service is core/v1.
type Service struct {
	Object
	Spec ServiceSpec `json:"spec"`
}

// ServiceSpec is the part of it that is written.
type ServiceSpec struct {
	Ports                    []ServicePort     `json:"ports,omitempty"`
	Selector                 map[string]string `json:"selector,omitempty"`
	ClusterIP                string            `json:"clusterIP,omitempty"` // "None": the name leads to the pods themselves
	Type                     string            `json:"type,omitempty"`
	LoadBalancerClass        string            `json:"loadBalancerClass,omitempty"`
	PublishNotReadyAddresses bool              `json:"publishNotReadyAddresses,omitempty"`
}

// ServicePort is core/v1.
type ServicePort struct {
	Name       string      `json:"name,omitempty"`
	Protocol   string      `json:"protocol,omitempty"`
	Port       int32       `json:"port"`
	TargetPort IntOrString `json:"targetPort"`
}

// Ingress is networking.k8s.io/v1.
type Ingress struct {
	Object
	Spec IngressSpec `json:"spec"`
}

// IngressSpec is the part of it that is written.
type IngressSpec struct {
	IngressClassName string        `json:"ingressClassName,omitempty"`
	Rules            []IngressRule `json:"rules,omitempty"`
}

// IngressRule leads to HTTP paths.
type IngressRule struct {
	HTTP IngressHTTP `json:"http"`
}

// IngressHTTP is HTTPIngressRuleValue.
type IngressHTTP struct {
	Paths []IngressPath `json:"paths"`
}

// IngressPath is HTTPIngressPath.
type IngressPath struct {
	Path     string         `json:"path,omitempty"`
	PathType string         `json:"pathType"`
	Backend  IngressBackend `json:"backend"`
}

// IngressBackend is a service.
type IngressBackend struct {
	Service ServiceBackend `json:"service"`
}

// ServiceBackend is IngressServiceBackend.
type ServiceBackend struct {
	Name string `json:"name"`
	Port Name   `json:"port"`
}

// NetworkPolicy is networking.k8s.io/v1.
type NetworkPolicy struct {
	Object
	Spec NetworkPolicySpec `json:"spec"`
}

// NetworkPolicySpec is the part of it that is written.
type NetworkPolicySpec struct {
	PodSelector Selector      `json:"podSelector"`
	Ingress     []PolicyPorts `json:"ingress,omitempty"`
	Egress      []EgressRule  `json:"egress,omitempty"`
	PolicyTypes []string      `json:"policyTypes,omitempty"`
}

// PolicyPorts is a NetworkPolicyIngressRule for whoever asks.
type PolicyPorts struct {
	Ports []PolicyPort `json:"ports,omitempty"`
}

// EgressRule is NetworkPolicyEgressRule.
type EgressRule struct {
	Ports []PolicyPort `json:"ports,omitempty"`
	To    []Peer       `json:"to,omitempty"`
}

// PolicyPort is NetworkPolicyPort.
type PolicyPort struct {
	Protocol string      `json:"protocol,omitempty"`
	Port     IntOrString `json:"port"`
}

// Peer is NetworkPolicyPeer: one of the two.
type Peer struct {
	IPBlock     *IPBlock  `json:"ipBlock,omitempty"`
	PodSelector *Selector `json:"podSelector,omitempty"`
}

// IPBlock is networking.k8s.io/v1.
type IPBlock struct {
	CIDR string `json:"cidr"`
}

// DisruptionBudget is policy/v1 PodDisruptionBudget.
type DisruptionBudget struct {
	Object
	Spec DisruptionBudgetSpec `json:"spec"`
}

// DisruptionBudgetSpec is the part of it that is written.
type DisruptionBudgetSpec struct {
	Selector       Selector    `json:"selector"`
	MaxUnavailable IntOrString `json:"maxUnavailable"`
}
