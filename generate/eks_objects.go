package generate

import (
	"cmp"
	"strconv"
	"strings"

	"a2c/generate/kube"
)

// namespaceObject demands of its pods what these pods keep to (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func (w *workload) namespaceObject() kube.Object {
	labels := w.labels()
	labels["pod-security.kubernetes.io/enforce"], labels["pod-security.kubernetes.io/warn"] = w.level(), w.level()
	return kube.Object{Kind: "Namespace", APIVersion: "v1", Metadata: kube.Meta{Name: w.namespace, Labels: labels}}
}

// services are one for each listener, the first under the application's own name, and one without an address for the pods of a StatefulSet.
func (w *workload) services() []kube.Service {
	var all []kube.Service
	for i, p := range w.ports {
		s := kube.Service{Object: w.object("v1", "Service", serviceName(w.name, p.name, i)), Spec: kube.ServiceSpec{Type: "ClusterIP", Selector: w.selector()}}
		s.Spec.Ports = []kube.ServicePort{{Name: p.name, Port: int32(p.LocalPort), TargetPort: kube.Text(p.name), Protocol: strings.ToUpper(protocol(p.Port))}}
		if w.networkBalanced(p) {
			s.Spec.Type, s.Spec.LoadBalancerClass = "LoadBalancer", "service.k8s.aws/nlb"
			s.Metadata.Annotations = w.networkBalancer()
		}
		all = append(all, s)
	}
	if w.stateful() {
		s := kube.Service{Object: w.object("v1", "Service", w.podsName())}
		s.Spec = kube.ServiceSpec{Type: "ClusterIP", ClusterIP: "None", PublishNotReadyAddresses: true, Selector: w.selector()}
		all = append(all, s)
	}
	return all
}

// networkBalanced: what does not speak HTTP gets a network load balancer where HTTP has one of its own kind. One of UDP is asked for health over TCP.
func (w *workload) networkBalanced(p workloadPort) bool {
	return w.d.EKSParameters.Ingress == "alb" && !webPort(p.Port) && !w.daemon() && (protocol(p.Port) == "tcp" || w.d.HealthCheck.Port > 0)
}

// networkBalancer is for the AWS Load Balancer Controller: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
func (w *workload) networkBalancer() map[string]string {
	const prefix = "service.beta.kubernetes.io/aws-load-balancer-"
	annotations := map[string]string{
		prefix + "nlb-target-type": "ip", prefix + "scheme": "internal", prefix + "healthcheck-protocol": "tcp",
		prefix + "target-group-attributes": "deregistration_delay.timeout_seconds=30",
	}
	if w.d.ECSParameters.PublicApp {
		annotations[prefix+"scheme"] = "internet-facing"
	}
	if port := w.d.HealthCheck.Port; port > 0 {
		annotations[prefix+"healthcheck-port"] = strconv.Itoa(port)
	}
	var tags []string
	for _, tag := range w.d.EKSParameters.ResourceTags {
		tags = append(tags, tag.Key+"="+tag.Value)
	}
	if len(tags) > 0 {
		annotations[prefix+"additional-resource-tags"] = strings.Join(tags, ",")
	}
	return annotations
}

// serviceName is that of the port with the number i: the first one's is the application's own.
func serviceName(application, port string, i int) string {
	if i == 0 {
		return application
	}
	return label(application, 63-1-len(port), "app") + "-" + port
}

// podsName is that of the service whose name leads to the pods of a StatefulSet themselves.
func (w *workload) podsName() string { return label(w.name, 58, "app") + "-pods" }

// ingress is for the AWS Load Balancer Controller: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
func (w *workload) ingress() kube.Ingress {
	h := w.d.HealthCheck
	const prefix = "alb.ingress.kubernetes.io/"
	annotations := map[string]string{
		prefix + "scheme":                  "internal",
		prefix + "target-type":             "ip",
		prefix + "listen-ports":            `[{"HTTP":80}]`,
		prefix + "healthcheck-path":        "/",
		prefix + "success-codes":           "200-499", // a load balancer cannot merely connect: anything but a server's error is alive
		prefix + "target-group-attributes": "deregistration_delay.timeout_seconds=30",
	}
	if w.d.ECSParameters.PublicApp {
		annotations[prefix+"scheme"] = "internet-facing"
	}
	if h.Path != "" {
		annotations[prefix+"healthcheck-path"] = h.Path
		annotations[prefix+"success-codes"] = cmp.Or(h.Codes, "200-399")
	}
	web, service := w.web()
	if h.Path != "" && h.Port != web.LocalPort {
		annotations[prefix+"healthcheck-port"] = strconv.Itoa(h.Port)
	}
	if web.Purpose == "https" {
		annotations[prefix+"backend-protocol"], annotations[prefix+"healthcheck-protocol"] = "HTTPS", "HTTPS"
	}
	if w.d.StickySessions {
		annotations[prefix+"target-group-attributes"] += ",stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=3600"
	}
	if arn := cmp.Or(w.d.EKSParameters.ReuseResources.ACMCertificateARN, w.d.ECSParameters.ReuseResources.ACMCertificateARN); arn != "" {
		annotations[prefix+"certificate-arn"], annotations[prefix+"ssl-redirect"] = arn, "443"
		annotations[prefix+"listen-ports"] = `[{"HTTP":80},{"HTTPS":443}]`
		annotations[prefix+"ssl-policy"] = "ELBSecurityPolicy-TLS13-1-2-2021-06"
	} else {
		w.notes = append(w.notes, "The load balancer speaks HTTP only: for TLS write the ARN of a certificate to eksParameters.reuseResources.acmCertificateArn and generate again.")
	}
	var tags []string
	for _, tag := range w.d.EKSParameters.ResourceTags {
		tags = append(tags, tag.Key+"="+tag.Value)
	}
	if len(tags) > 0 {
		annotations[prefix+"tags"] = strings.Join(tags, ",")
	}
	i := kube.Ingress{Object: w.object("networking.k8s.io/v1", "Ingress", w.name)}
	i.Metadata.Annotations = annotations
	i.Spec.IngressClassName = "alb"
	i.Spec.Rules = []kube.IngressRule{{HTTP: kube.IngressHTTP{Paths: []kube.IngressPath{{
		Path: "/", PathType: "Prefix",
		Backend: kube.IngressBackend{Service: kube.ServiceBackend{Name: service, Port: kube.Name{Name: web.name}}},
	}}}}}
	return i
}

// web is the first port that speaks HTTP, and the name of its service.
func (w *workload) web() (workloadPort, string) {
	for i, p := range w.ports {
		if webPort(p.Port) {
			return p, w.services()[i].Metadata.Name
		}
	}
	return workloadPort{}, ""
}

// disruptionBudget lets a node be drained: one pod at a time, also when it is the only one.
func (w *workload) disruptionBudget() kube.DisruptionBudget {
	return kube.DisruptionBudget{
		Object: w.object("policy/v1", "PodDisruptionBudget", w.name),
		Spec:   kube.DisruptionBudgetSpec{MaxUnavailable: kube.Number(1), Selector: kube.Selector{MatchLabels: w.selector()}},
	}
}
