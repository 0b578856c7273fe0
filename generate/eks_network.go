package generate

import (
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const networkPolicyFile = "networkpolicy.example.yaml"

// networkPolicy lets the pods out to name servers and what is known of the application, if anything is.
func (w *workload) networkPolicy() (*networking.NetworkPolicy, bool) {
	known := ends(w.d)
	if len(known) == 0 {
		return nil, false
	}
	port := func(protocol string, number int) networking.NetworkPolicyPort {
		of, at := core.ProtocolTCP, intstr.FromInt32(int32(number))
		if protocol == "udp" {
			of = core.ProtocolUDP
		}
		return networking.NetworkPolicyPort{Protocol: &of, Port: &at}
	}
	p := &networking.NetworkPolicy{TypeMeta: meta.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}, ObjectMeta: w.meta(w.name)}
	p.Spec.PodSelector = meta.LabelSelector{MatchLabels: w.selector()}
	p.Spec.PolicyTypes = []networking.PolicyType{networking.PolicyTypeEgress}
	p.Spec.Egress = []networking.NetworkPolicyEgressRule{{Ports: []networking.NetworkPolicyPort{port("udp", 53), port("tcp", 53)}}}
	if len(w.d.RoleActions) > 0 {
		p.Spec.Egress = append(p.Spec.Egress, networking.NetworkPolicyEgressRule{Ports: []networking.NetworkPolicyPort{port("tcp", 443)}})
	}
	for _, e := range known {
		p.Spec.Egress = append(p.Spec.Egress, networking.NetworkPolicyEgressRule{
			To: []networking.NetworkPolicyPeer{{IPBlock: &networking.IPBlock{CIDR: e.cidr}}}, Ports: []networking.NetworkPolicyPort{port(e.protocol, e.port)},
		})
	}
	return p, true
}
