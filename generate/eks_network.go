package generate

import (
	"strings"

	"a2c/generate/kube"
)

const networkPolicyFile = "networkpolicy.example.yaml"

// networkPolicy lets the pods out to name servers and what is known of the application, if anything is.
func (w *workload) networkPolicy() (kube.NetworkPolicy, bool) {
	known := ends(w.d)
	if len(known) == 0 {
		return kube.NetworkPolicy{}, false
	}
	port := func(protocol string, number int) kube.PolicyPort {
		if protocol != "udp" {
			protocol = "tcp"
		}
		return kube.PolicyPort{Protocol: strings.ToUpper(protocol), Port: kube.Number(number)}
	}
	p := kube.NetworkPolicy{Object: w.object("networking.k8s.io/v1", "NetworkPolicy", w.name)}
	p.Spec.PodSelector = kube.Selector{MatchLabels: w.selector()}
	p.Spec.PolicyTypes = []string{"Egress"}
	p.Spec.Egress = []kube.EgressRule{{Ports: []kube.PolicyPort{port("udp", 53), port("tcp", 53)}}}
	if len(w.d.RoleActions) > 0 {
		p.Spec.Egress = append(p.Spec.Egress, kube.EgressRule{Ports: []kube.PolicyPort{port("tcp", 443)}})
	}
	for _, e := range known {
		p.Spec.Egress = append(p.Spec.Egress, kube.EgressRule{
			To: []kube.Peer{{IPBlock: kube.IPBlock{CIDR: e.cidr}}}, Ports: []kube.PolicyPort{port(e.protocol, e.port)},
		})
	}
	return p, true
}
