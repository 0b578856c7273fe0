package generate

import (
	"strings"

	"a2c/generate/kube"
)

// networkPolicy lets in to what is served and checked, and out to name servers and what is known of the application. Where nothing is known of it, it may
// reach everything. One that takes no connections is let in to by nobody.
func (w *workload) networkPolicy() kube.NetworkPolicy {
	p := kube.NetworkPolicy{Object: w.object("networking.k8s.io/v1", "NetworkPolicy", w.name)}
	p.Spec = kube.NetworkPolicySpec{
		PodSelector: kube.Selector{MatchLabels: map[string]string{partOf: w.name}}, PolicyTypes: []string{"Ingress", "Egress"}, Ingress: w.letIn(), Egress: []kube.EgressRule{{}},
	}
	known := ends(w.d)
	if len(known)+len(w.peers) == 0 {
		w.notes = append(w.notes, "networkpolicy.yaml lets it out to everything, since no connection of it is known.")
		return p
	}
	p.Spec.Egress = append([]kube.EgressRule{{Ports: []kube.PolicyPort{policyPort("udp", 53), policyPort("tcp", 53)}}}, w.toAWS()...)
	for _, e := range known {
		p.Spec.Egress = append(p.Spec.Egress, kube.EgressRule{
			To: []kube.Peer{{IPBlock: &kube.IPBlock{CIDR: e.cidr}}}, Ports: []kube.PolicyPort{policyPort(e.protocol, e.port)},
		})
	}
	for _, peer := range w.peers {
		p.Spec.Egress = append(p.Spec.Egress, kube.EgressRule{
			To:    []kube.Peer{{PodSelector: &kube.Selector{MatchLabels: map[string]string{"app.kubernetes.io/name": peer.name}}}},
			Ports: []kube.PolicyPort{policyPort("tcp", peer.port)},
		})
	}
	w.notes = append(w.notes, "networkpolicy.yaml lets it out only to what is known of it, which may lack what is used seldom: read it, and add to reaches in deployment.json. The network of the cluster has to enforce such policies.")
	return p
}

func policyPort(protocol string, number int) kube.PolicyPort {
	if protocol != "udp" {
		protocol = "tcp"
	}
	return kube.PolicyPort{Protocol: strings.ToUpper(protocol), Port: kube.Number(number)}
}

// letIn is what is exposed, and the port of the health check, which a load balancer asks too.
func (w *workload) letIn() []kube.PolicyPorts {
	var ports []kube.PolicyPort
	checked := w.d.HealthCheck.Port
	for _, p := range w.ports {
		ports = append(ports, policyPort(protocol(p.Port), p.LocalPort))
		if p.LocalPort == checked && protocol(p.Port) == "tcp" {
			checked = 0
		}
	}
	if checked != 0 {
		ports = append(ports, policyPort("tcp", checked))
	}
	if len(ports) == 0 {
		return nil
	}
	return []kube.PolicyPorts{{Ports: ports}}
}

// toAWS lets it out to AWS, and to the agent that gives the role of Pod Identity at a fixed address of the node
// (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html).
func (w *workload) toAWS() []kube.EgressRule {
	var rules []kube.EgressRule
	if len(w.d.RoleActions) > 0 || w.roleARN() != "" || w.d.EKSParameters.PodIdentity {
		rules = append(rules, kube.EgressRule{Ports: []kube.PolicyPort{policyPort("tcp", 443)}})
	}
	if w.d.EKSParameters.PodIdentity {
		rules = append(rules, kube.EgressRule{
			To: []kube.Peer{{IPBlock: &kube.IPBlock{CIDR: "169.254.170.23/32"}}}, Ports: []kube.PolicyPort{policyPort("tcp", 80)},
		})
	}
	return rules
}
