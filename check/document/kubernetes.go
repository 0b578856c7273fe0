package document

import (
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// kubernetes reads the objects of one file.
type kubernetes struct {
	file   *File
	reader reader
}

// podPaths say where the template of its pods stands in an object of each kind, group and version.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
func podPaths() map[string][]string {
	template := []string{"spec", "template"}
	return map[string][]string{
		"v1/Pod":                   {},
		"v1/PodTemplate":           {"template"},
		"v1/ReplicationController": template,
		"apps/v1/Deployment":       template,
		"apps/v1/ReplicaSet":       template,
		"apps/v1/StatefulSet":      template,
		"apps/v1/DaemonSet":        template,
		"batch/v1/Job":             template,
		"batch/v1/CronJob":         {"spec", "jobTemplate", "spec", "template"},
	}
}

// otherKinds are objects that run nothing themselves and that rules look at.
func otherKinds() []string {
	return []string{
		"v1/ConfigMap", "v1/Service", "v1/PersistentVolumeClaim", "v1/PersistentVolume", "v1/ServiceAccount", "v1/Namespace",
		"networking.k8s.io/v1/Ingress", "networking.k8s.io/v1/NetworkPolicy", "policy/v1/PodDisruptionBudget", "autoscaling/v2/HorizontalPodAutoscaler",
	}
}

// Removed says since which version of Kubernetes an API ("apps/v1beta1", "Deployment") is no more, and by which it was replaced ("": by none). As of
// November 2026. https://kubernetes.io/docs/reference/using-api/deprecation-guide/
func Removed(version, kind string) (since, instead string, removed bool) {
	for _, r := range []struct{ version, since, instead, kinds string }{
		{"extensions/v1beta1", "1.16", "apps/v1", "Deployment DaemonSet ReplicaSet"},
		{"extensions/v1beta1", "1.16", "networking.k8s.io/v1", "NetworkPolicy"},
		{"extensions/v1beta1", "1.22", "networking.k8s.io/v1", "Ingress"},
		{"extensions/v1beta1", "1.16", "", "PodSecurityPolicy"},
		{"apps/v1beta1", "1.16", "apps/v1", "Deployment StatefulSet ControllerRevision"},
		{"apps/v1beta2", "1.16", "apps/v1", "Deployment DaemonSet ReplicaSet StatefulSet ControllerRevision"},
		{"networking.k8s.io/v1beta1", "1.22", "networking.k8s.io/v1", "Ingress IngressClass"},
		{"rbac.authorization.k8s.io/v1beta1", "1.22", "rbac.authorization.k8s.io/v1", "ClusterRole ClusterRoleBinding Role RoleBinding"},
		{"apiextensions.k8s.io/v1beta1", "1.22", "apiextensions.k8s.io/v1", "CustomResourceDefinition"},
		{"admissionregistration.k8s.io/v1beta1", "1.22", "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration ValidatingWebhookConfiguration"},
		{"scheduling.k8s.io/v1beta1", "1.22", "scheduling.k8s.io/v1", "PriorityClass"},
		{"storage.k8s.io/v1beta1", "1.22", "storage.k8s.io/v1", "StorageClass CSIDriver CSINode VolumeAttachment"},
		{"batch/v1beta1", "1.25", "batch/v1", "CronJob"},
		{"policy/v1beta1", "1.25", "policy/v1", "PodDisruptionBudget"},
		{"policy/v1beta1", "1.25", "", "PodSecurityPolicy"},
		{"autoscaling/v2beta1", "1.25", "autoscaling/v2", "HorizontalPodAutoscaler"},
		{"autoscaling/v2beta2", "1.26", "autoscaling/v2", "HorizontalPodAutoscaler"},
		{"discovery.k8s.io/v1beta1", "1.25", "discovery.k8s.io/v1", "EndpointSlice"},
		{"node.k8s.io/v1beta1", "1.25", "node.k8s.io/v1", "RuntimeClass"},
	} {
		if r.version == version && slices.Contains(strings.Fields(r.kinds), kind) {
			return r.since, r.instead, true
		}
	}
	return "", "", false
}

func (k *kubernetes) object(n *parse.Node, at, root Place) {
	version, kind := n.Get("apiVersion"), n.Get("kind")
	if version.Kind != parse.String || kind.Kind != parse.String {
		k.file.note(at, "its apiVersion and kind are no texts")
		return
	}
	if items := n.Get("items"); items != nil && strings.HasSuffix(kind.Text, "List") {
		k.list(items, at.key("items", items), root, version.Text, strings.TrimSuffix(kind.Text, "List"))
		return
	}
	k.one(n, at, root, version.Text, kind.Text)
}

func (k *kubernetes) list(items *parse.Node, at, root Place, version, kind string) {
	for i, item := range items.Items {
		place := at.item(i, item)
		v, what := item.Get("apiVersion"), item.Get("kind")
		switch {
		case item.Kind != parse.Object:
			k.file.note(place, "it is %s, no object", item.Kind)
		case v != nil && what != nil:
			k.object(item, place, root)
		case kind != "": // of a DeploymentList the items need not say that they are Deployments
			k.one(item, place, root, version, kind)
		default:
			k.file.note(place, "it says no apiVersion and kind")
		}
	}
}

func (k *kubernetes) one(n *parse.Node, at, root Place, version, kind string) {
	id := version + "/" + kind
	path, workload := podPaths()[id]
	_, _, removed := Removed(version, kind)
	if !workload && !removed && !slices.Contains(otherKinds(), id) {
		k.file.note(at, "%s of %s is passed over: no rule knows it", model.Path(kind), model.Path(version))
		return
	}
	r := k.reader
	r.wrong = nil
	o := Object{At: at, Root: root, APIVersion: version, ObjectKind: kind}
	if meta := n.Get("metadata"); meta != nil {
		r.fillStruct(&o.Meta, meta, at.key("metadata", meta))
	}
	o.Name, o.Namespace = o.Meta.Name.V, o.Meta.Namespace
	if removed { // no rule but that of the version is for it
		k.file.add(Subject{At: at, Object: &Object{At: at, Root: root, APIVersion: version, ObjectKind: kind, Name: o.Name}}, kind, o.Name)
		return
	}
	if !workload {
		o.Body.fill(&r, n, at)
		k.file.add(Subject{At: at, Object: &o, Wrong: r.wrong}, kind, o.Name)
		return
	}
	p := Pod{Object: o, Kind: kind}
	r.workload(&p, n, at, path)
	k.file.add(Subject{At: at, Pod: &p, Wrong: r.wrong}, kind, o.Name)
}

// workload reads the pods that an object makes.
func (r *reader) workload(p *Pod, n *parse.Node, at Place, path []string) {
	var own struct {
		Replicas                Value[int64]
		TTLSecondsAfterFinished Value[int64] `doc:"ttlSecondsAfterFinished"`
	}
	template, place := n, at
	for _, name := range path {
		if name == "template" && template.Kind == parse.Object { // the spec that holds the template also says how many and how long
			r.fillStruct(&own, template, place)
		}
		inner := template.Get(name)
		if inner == nil {
			return
		}
		template, place = inner, place.key(name, inner)
	}
	p.Replicas, p.TTL = own.Replicas, own.TTLSecondsAfterFinished
	var t struct {
		Metadata Value[Metadata]
		Spec     Value[PodSpec]
	}
	r.fillStruct(&t, template, place)
	p.Labels, p.Annotations, p.Spec = t.Metadata.V.Labels, t.Metadata.V.Annotations, t.Spec
}
