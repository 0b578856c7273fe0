package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"a2c/generate/kube"
)

// manifest is one object with its file.
type manifest struct {
	file   string
	object any
}

// manifests lists the objects in the order in which they are applied.
func (w *workload) manifests() []manifest {
	list := []manifest{
		{"namespace.yaml", w.namespaceObject()},
		{"serviceaccount.yaml", w.serviceAccount()},
	}
	for _, v := range w.volumes {
		list = append(list, manifest{"pvc-" + v.name + ".yaml", w.volumeClaim(v)})
	}
	list = append(list, manifest{"deployment.yaml", w.deployment()})
	if len(w.ports) > 0 {
		list = append(list, manifest{"service.yaml", w.service()})
	}
	if w.webIngress() {
		list = append(list, manifest{"ingress.yaml", w.ingress()})
	}
	return append(list, manifest{"poddisruptionbudget.yaml", w.disruptionBudget()})
}

func (w *workload) object(version, kind, name string) kube.Object {
	return kube.Object{Kind: kind, APIVersion: version, Metadata: kube.Meta{Name: name, Namespace: w.namespace, Labels: w.labels()}}
}

// namespaceObject demands of its pods what these pods keep to (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func (w *workload) namespaceObject() kube.Object {
	level := "restricted"
	if w.d.User.UID == 0 || w.d.AllowEscalation || !slices.Contains(dropCapabilities(w.d), all) {
		level = "baseline"
	}
	labels := w.labels()
	labels["pod-security.kubernetes.io/enforce"] = level
	return kube.Object{Kind: "Namespace", APIVersion: "v1", Metadata: kube.Meta{Name: w.namespace, Labels: labels}}
}

// serviceAccount carries the IAM role of the pods (IRSA): https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
func (w *workload) serviceAccount() kube.ServiceAccount {
	role := w.d.EKSParameters.ServiceAccountRoleARN
	a := kube.ServiceAccount{Object: w.object("v1", "ServiceAccount", w.name), AutomountServiceAccountToken: new(role != "")}
	if role != "" {
		a.Metadata.Annotations = map[string]string{"eks.amazonaws.com/role-arn": role}
	}
	return a
}

// volumeClaim asks for twice what is stored now, at least 1 GiB, from the cluster's default class.
func (w *workload) volumeClaim(v workloadVolume) kube.VolumeClaim {
	gib := max(1, (2*v.Bytes+1<<30-1)>>30)
	w.notes = append(w.notes, fmt.Sprintf("The data in %s (%s) starts empty: copy it to the volume before the first start that matters, or load it from a backup.", v.Path, v.name))
	return kube.VolumeClaim{
		Object: w.object("v1", "PersistentVolumeClaim", v.claim),
		Spec: kube.VolumeClaimSpec{
			AccessModes: []string{"ReadWriteOnce"},
			Resources:   kube.Resources{Requests: map[string]string{"storage": kube.Mebibytes(gib << 10)}},
		},
	}
}

func (w *workload) service() kube.Service {
	s := kube.Service{
		Object: w.object("v1", "Service", w.name),
		Spec:   kube.ServiceSpec{Type: "ClusterIP", Selector: w.selector()},
	}
	for _, p := range w.ports {
		s.Spec.Ports = append(s.Spec.Ports, kube.ServicePort{
			Name: p.name, Port: int32(p.LocalPort), TargetPort: kube.Text(p.name), Protocol: strings.ToUpper(protocol(p.Port)),
		})
	}
	return s
}

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
		annotations[prefix+"success-codes"] = orDefault(h.Codes, "200-399")
	}
	web := w.webPort()
	if h.Path != "" && h.Port != web.LocalPort {
		annotations[prefix+"healthcheck-port"] = strconv.Itoa(h.Port)
	}
	if web.Purpose == "https" {
		annotations[prefix+"backend-protocol"], annotations[prefix+"healthcheck-protocol"] = "HTTPS", "HTTPS"
	}
	if arn := orDefault(w.d.EKSParameters.ReuseResources.ACMCertificateARN, w.d.ECSParameters.ReuseResources.ACMCertificateARN); arn != "" {
		annotations[prefix+"certificate-arn"], annotations[prefix+"ssl-redirect"] = arn, "443"
		annotations[prefix+"listen-ports"] = `[{"HTTP":80},{"HTTPS":443}]`
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
		Backend: kube.IngressBackend{Service: kube.ServiceBackend{Name: w.name, Port: kube.Name{Name: web.name}}},
	}}}}}
	return i
}

// webPort is the first port that speaks HTTP.
func (w *workload) webPort() workloadPort {
	for _, p := range w.ports {
		if webPort(p.Port) {
			return p
		}
	}
	return workloadPort{}
}

// disruptionBudget lets a node be drained: one pod at a time, also when it is the only one.
func (w *workload) disruptionBudget() kube.DisruptionBudget {
	return kube.DisruptionBudget{
		Object: w.object("policy/v1", "PodDisruptionBudget", w.name),
		Spec:   kube.DisruptionBudgetSpec{MaxUnavailable: kube.Number(1), Selector: kube.Selector{MatchLabels: w.selector()}},
	}
}

// exampleSecret shows the keys that the pods refer to.
func (w *workload) exampleSecret() kube.Secret {
	s := kube.Secret{Object: w.object("v1", "Secret", w.secretName()), Type: "Opaque", StringData: map[string]string{}}
	for _, key := range w.secretKeys {
		s.StringData[key] = ""
	}
	return s
}
