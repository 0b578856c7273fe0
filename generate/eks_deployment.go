package generate

import (
	"crypto/sha256"
	"encoding/hex"

	"a2c/generate/kube"
)

// kind of the object that keeps the pods running.
func (w *workload) kind() string {
	switch {
	case w.daemon():
		return "DaemonSet"
	case w.stateful():
		return "StatefulSet"
	}
	return "Deployment"
}

func (w *workload) controller() any {
	switch {
	case w.daemon():
		return w.daemonSet()
	case w.stateful():
		return w.statefulSet()
	}
	return w.deployment()
}

func (w *workload) deployment() kube.Deployment {
	d := kube.Deployment{
		Object: w.object("apps/v1", "Deployment", w.name),
		Spec: kube.DeploymentSpec{
			Replicas: w.fixedReplicas(),
			Selector: kube.Selector{MatchLabels: w.selector()},
			Strategy: kube.Strategy{Type: "RollingUpdate", RollingUpdate: &kube.RollingUpdate{MaxUnavailable: kube.Number(0), MaxSurge: kube.Number(1)}},
			Template: w.template(),
		},
	}
	if w.single() { // the old pod ends before the new one starts: only one may write
		d.Spec.Strategy = kube.Strategy{Type: "Recreate"}
	}
	return d
}

// statefulSet keeps each pod's disks for it, also when it is deleted: by itself it ends the old pod before the new one starts.
func (w *workload) statefulSet() kube.StatefulSet {
	return kube.StatefulSet{
		Object: w.object("apps/v1", "StatefulSet", w.name),
		Spec: kube.StatefulSetSpec{
			Replicas:             w.fixedReplicas(),
			Selector:             kube.Selector{MatchLabels: w.selector()},
			Template:             w.template(),
			VolumeClaimTemplates: w.claimTemplates(),
			ServiceName:          w.podsName(),
			ClaimRetention:       &kube.ClaimRetention{WhenDeleted: "Retain", WhenScaled: "Retain"},
		},
	}
}

// daemonSet runs on each node, whatever else the node is kept for.
func (w *workload) daemonSet() kube.DaemonSet {
	d := kube.DaemonSet{Object: w.object("apps/v1", "DaemonSet", w.name)}
	d.Spec = kube.DaemonSetSpec{Selector: kube.Selector{MatchLabels: w.selector()}, Template: w.template()}
	d.Spec.Template.Spec.Tolerations = []kube.Toleration{{Operator: "Exists"}}
	d.Spec.Template.Spec.TopologySpreadConstraints = nil
	return d
}

// environmentMark is an annotation of the pods: a ConfigMap that changed starts them anew.
const environmentMark = "a2c/environment"

func (w *workload) template() kube.Template {
	t := kube.Template{Metadata: kube.Meta{Labels: w.labels()}, Spec: w.pod(w.serving())}
	if len(w.d.Environment) > 0 {
		sum := sha256.Sum256([]byte(encoded(w.d.Environment)))
		t.Metadata.Annotations = map[string]string{environmentMark: "sha256:" + hex.EncodeToString(sum[:])}
	}
	return t
}

func (w *workload) configName() string { return label(w.name+"-config", 63, "config") }

// configMap holds the environment. Its values reach the container as they are: only those that stand in the pod itself are expanded.
func (w *workload) configMap() kube.ConfigMap {
	c := kube.ConfigMap{Object: w.object("v1", "ConfigMap", w.configName()), Data: map[string]string{}}
	for _, e := range w.d.Environment {
		c.Data[e.Name] = e.Value
	}
	return c
}
