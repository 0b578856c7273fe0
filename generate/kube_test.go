package generate

import (
	"encoding/json"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// TestObjects reads every manifest with Kubernetes' own types, strictly, and compares what they hold with what was written: no name is unknown to them, and
// none is missing.
func TestObjects(t *testing.T) {
	types := map[string]func() any{
		"Deployment": func() any { return &apps.Deployment{} }, "Namespace": func() any { return &core.Namespace{} }, "Service": func() any { return &core.Service{} },
		"ServiceAccount": func() any { return &core.ServiceAccount{} }, "Secret": func() any { return &core.Secret{} }, "Ingress": func() any { return &networking.Ingress{} },
		"PersistentVolumeClaim": func() any { return &core.PersistentVolumeClaim{} }, "NetworkPolicy": func() any { return &networking.NetworkPolicy{} },
		"PodDisruptionBudget": func() any { return &policyv1.PodDisruptionBudget{} }, "StatefulSet": func() any { return &apps.StatefulSet{} },
		"DaemonSet": func() any { return &apps.DaemonSet{} },
		"ConfigMap": func() any { return &core.ConfigMap{} }, "HorizontalPodAutoscaler": func() any { return &autoscaling.HorizontalPodAutoscaler{} },
		"CronJob": func() any { return &batch.CronJob{} }, "PersistentVolume": func() any { return &core.PersistentVolume{} },
	}
	seen := map[string]bool{}
	for name, s := range samples() {
		d := Propose(s.analysis, s.image, s.seen)
		if name == "tomcat-file" {
			d.Volumes[0].FileSystemID, d.Volumes[0].AccessPointID = "fs-0123456789abcdef0", "fsap-0123456789abcdef0"
		}
		outputs, err := Render(t.Context(), d, []string{"eks-ec2", "eks-fargate"})
		if err != nil {
			t.Fatal(err)
		}
		for target, output := range outputs {
			for file, text := range output.Files {
				if strings.HasSuffix(file, ".yaml") && path.Base(file) != "kustomization.yaml" && !strings.HasPrefix(file, "cloudformation/") && file != "sidecar/container.yaml" {
					seen[sameObject(t, name+" "+target+" "+file, text, types)] = true
				}
			}
		}
	}
	for kind := range types {
		if !seen[kind] {
			t.Errorf("no case writes a %s", kind)
		}
	}
}

// sameObject returns the kind of what was written.
func sameObject(t *testing.T, file string, text []byte, types map[string]func() any) string {
	t.Helper()
	var written map[string]any
	if err := yaml.Unmarshal(text, &written); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	kind, _ := written["kind"].(string)
	make, known := types[kind]
	if !known {
		t.Errorf("%s: kind %q is not compared", file, kind)
		return kind
	}
	object := make()
	if err := yaml.UnmarshalStrict(text, object); err != nil {
		t.Errorf("%s: %v", file, err)
		return kind
	}
	if diff := cmp.Diff(said(t, object), written); diff != "" {
		t.Errorf("%s: (-read +written)\n%s", file, diff)
	}
	return kind
}

// said is an object without the fields that Kubernetes' types cannot leave out though they say nothing.
func said(t *testing.T, object any) map[string]any {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	silent(m)
	if spec, ok := m["spec"].(map[string]any); ok && len(spec) == 0 {
		delete(m, "spec")
	}
	return m
}

// silent drops what says nothing wherever it is: a creationTimestamp that is null, a status and an updateStrategy without content.
func silent(m map[string]any) {
	for _, key := range []string{"creationTimestamp", "status", "updateStrategy"} {
		if v, there := m[key]; there {
			if content, ok := v.(map[string]any); v == nil || ok && (len(content) == 0 || key == "status") {
				delete(m, key)
			}
		}
	}
	for _, v := range m {
		switch v := v.(type) {
		case map[string]any:
			silent(v)
		case []any:
			for _, item := range v {
				if inner, ok := item.(map[string]any); ok {
					silent(inner)
				}
			}
		}
	}
}
