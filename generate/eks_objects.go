package generate

import (
	"fmt"
	"strconv"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// manifest is one object with its file, and the fields that its type cannot leave out.
type manifest struct {
	file   string
	object any
	drops  []drop
}

// manifests lists the objects in the order in which they are applied.
func (w *workload) manifests() []manifest {
	created, status := drop{"metadata", "creationTimestamp"}, drop{"status"}
	list := []manifest{
		{"namespace.yaml", w.namespaceObject(), []drop{created, status, {"spec"}}},
		{"serviceaccount.yaml", w.serviceAccount(), []drop{created}},
	}
	for _, v := range w.volumes {
		list = append(list, manifest{"pvc-" + v.name + ".yaml", w.volumeClaim(v), []drop{created, status}})
	}
	list = append(list, manifest{"deployment.yaml", w.deployment(), []drop{created, status, {"spec", "template", "metadata", "creationTimestamp"}}})
	if len(w.ports) > 0 {
		list = append(list, manifest{"service.yaml", w.service(), []drop{created, status}})
	}
	if w.webIngress() {
		list = append(list, manifest{"ingress.yaml", w.ingress(), []drop{created, status}})
	}
	return append(list, manifest{"poddisruptionbudget.yaml", w.disruptionBudget(), []drop{created, status}})
}

func (w *workload) meta(name string) meta.ObjectMeta {
	return meta.ObjectMeta{Name: name, Namespace: w.namespace, Labels: w.labels()}
}

// namespaceObject demands of its pods what these pods keep to (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func (w *workload) namespaceObject() *core.Namespace {
	level := "restricted"
	if w.d.User.UID == 0 {
		level = "baseline"
	}
	labels := w.labels()
	labels["pod-security.kubernetes.io/enforce"] = level
	return &core.Namespace{
		TypeMeta:   meta.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: meta.ObjectMeta{Name: w.namespace, Labels: labels},
	}
}

// serviceAccount carries the IAM role of the pods (IRSA): https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
func (w *workload) serviceAccount() *core.ServiceAccount {
	role := w.d.EKSParameters.ServiceAccountRoleARN
	a := &core.ServiceAccount{
		TypeMeta:                     meta.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta:                   w.meta(w.name),
		AutomountServiceAccountToken: new(role != ""),
	}
	if role != "" {
		a.Annotations = map[string]string{"eks.amazonaws.com/role-arn": role}
	}
	return a
}

// volumeClaim asks for twice what is stored now, at least 1 GiB, from the cluster's default class.
func (w *workload) volumeClaim(v workloadVolume) *core.PersistentVolumeClaim {
	gib := max(1, (2*v.Bytes+1<<30-1)>>30)
	w.notes = append(w.notes, fmt.Sprintf("The data in %s (%s) starts empty: copy it to the volume before the first start that matters, or load it from a backup.", v.Path, v.name))
	return &core.PersistentVolumeClaim{
		TypeMeta:   meta.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: w.meta(v.claim),
		Spec: core.PersistentVolumeClaimSpec{
			AccessModes: []core.PersistentVolumeAccessMode{core.ReadWriteOnce},
			Resources: core.VolumeResourceRequirements{
				Requests: core.ResourceList{core.ResourceStorage: resource.MustParse(strconv.FormatInt(gib, 10) + "Gi")},
			},
		},
	}
}

func (w *workload) service() *core.Service {
	s := &core.Service{
		TypeMeta:   meta.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: w.meta(w.name),
		Spec:       core.ServiceSpec{Type: core.ServiceTypeClusterIP, Selector: w.selector()},
	}
	for _, p := range w.ports {
		s.Spec.Ports = append(s.Spec.Ports, core.ServicePort{
			Name: p.name, Port: int32(p.LocalPort), TargetPort: intstr.FromString(p.name), Protocol: core.Protocol(strings.ToUpper(protocol(p.Port))),
		})
	}
	return s
}

// ingress is for the AWS Load Balancer Controller: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
func (w *workload) ingress() *networking.Ingress {
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
	i := &networking.Ingress{TypeMeta: meta.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}, ObjectMeta: w.meta(w.name)}
	i.Annotations = annotations
	i.Spec.IngressClassName = new("alb")
	i.Spec.Rules = []networking.IngressRule{{IngressRuleValue: networking.IngressRuleValue{HTTP: &networking.HTTPIngressRuleValue{
		Paths: []networking.HTTPIngressPath{{
			Path: "/", PathType: new(networking.PathTypePrefix),
			Backend: networking.IngressBackend{Service: &networking.IngressServiceBackend{
				Name: w.name, Port: networking.ServiceBackendPort{Name: web.name},
			}},
		}},
	}}}}
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
func (w *workload) disruptionBudget() *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   meta.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: w.meta(w.name),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable: new(intstr.FromInt32(1)), Selector: &meta.LabelSelector{MatchLabels: w.selector()},
		},
	}
}

// exampleSecret shows the keys that the pods refer to.
func (w *workload) exampleSecret() *core.Secret {
	s := &core.Secret{
		TypeMeta: meta.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: w.meta(w.secretName()), Type: core.SecretTypeOpaque,
		StringData: map[string]string{},
	}
	for _, key := range w.secretKeys {
		s.StringData[key] = ""
	}
	return s
}
