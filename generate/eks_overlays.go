package generate

import (
	"encoding/json"
	"fmt"
)

// kustomization is kustomize.config.k8s.io/v1beta1, as far as it is written (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/).
type kustomization struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Namespace  string           `json:"namespace,omitempty"`
	Resources  []string         `json:"resources,omitempty"`
	Images     []kustomizeImage `json:"images,omitempty"`
	Replicas   []kustomizeCount `json:"replicas,omitempty"`
	Patches    []kustomizePatch `json:"patches,omitempty"`
}

type kustomizeImage struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

type kustomizeCount struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// kustomizePatch is a list of operations (RFC 6902), or an object that is merged, here or in a file.
type kustomizePatch struct {
	Target kustomizeTarget `json:"target"`
	Patch  string          `json:"patch,omitempty"`
	Path   string          `json:"path,omitempty"`
}

// kustomizeTarget without a name is each of the kind.
type kustomizeTarget struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

// operation of RFC 6902.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// overlay is what both stages say: which image.
func (w *workload) overlay() kustomization {
	return kustomization{Resources: []string{"../../base"}, Images: []kustomizeImage{{w.image, w.d.Image.Digest}}}
}

func (w *workload) production() kustomization {
	k := w.overlay()
	k.Namespace = w.namespace // for what other components add
	return k
}

func (w *workload) developmentNamespace() string { return label(w.namespace+"-dev", 63, "app") }

// development is a namespace of its own with one copy. What lies on a file system by its ID begins empty there: the data of production is not for tests.
func (w *workload) development() kustomization {
	k := w.overlay()
	k.Namespace = w.developmentNamespace()
	switch {
	case w.autoscaled():
		k.Patches = append(k.Patches, w.patch("HorizontalPodAutoscaler", w.name, operation{"replace", "/spec/minReplicas", 1}))
	case w.replicas() > 1 && !w.daemon():
		k.Replicas = []kustomizeCount{{w.name, 1}}
	}
	if len(w.claimed()) > 0 {
		k.Patches = append(k.Patches, w.patch(w.kind(), w.name, w.emptied("/spec/template")...))
	}
	if len(w.claimed()) > 0 {
		for _, job := range w.jobNames() {
			k.Patches = append(k.Patches, w.patch("CronJob", w.cronJobName(job), w.emptied("/spec/jobTemplate/spec/template")...))
		}
	}
	for _, v := range w.claimed() {
		k.Patches = append(k.Patches, kustomizePatch{
			Target: kustomizeTarget{"PersistentVolumeClaim", v.claim},
			Patch:  encoded(map[string]any{"$patch": "delete", "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": map[string]string{"name": v.claim}}),
		})
	}
	return k
}

// emptied puts an empty folder in the place of each claim of the pods at path, whose volumes begin with them.
func (w *workload) emptied(path string) []operation {
	var all []operation
	for i, v := range w.claimed() {
		all = append(all, operation{"replace", fmt.Sprintf("%s/spec/volumes/%d", path, i), map[string]any{"name": v.name, "emptyDir": struct{}{}}})
	}
	return all
}

func (w *workload) patch(kind, name string, operations ...operation) kustomizePatch {
	return kustomizePatch{Target: kustomizeTarget{kind, name}, Patch: encoded(operations)}
}

// encoded is JSON, which every reader of YAML takes. What is put in has a form in JSON.
func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
