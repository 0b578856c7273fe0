package generate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apps "k8s.io/api/apps/v1"
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
		"PodDisruptionBudget": func() any { return &policyv1.PodDisruptionBudget{} },
	}
	seen := map[string]bool{}
	for name, s := range samples() {
		outputs, err := Render(t.Context(), Propose(s.analysis, s.image, s.seen), []string{"eks-ec2"})
		if err != nil {
			t.Fatal(err)
		}
		for file, text := range outputs["eks-ec2"].Files {
			if !strings.HasSuffix(file, ".yaml") || file == "kustomization.yaml" {
				continue
			}
			var written map[string]any
			if err := yaml.Unmarshal(text, &written); err != nil {
				t.Fatalf("%s %s: %v", name, file, err)
			}
			kind, _ := written["kind"].(string)
			make, known := types[kind]
			if !known {
				t.Errorf("%s %s: kind %q is not compared", name, file, kind)
				continue
			}
			seen[kind] = true
			object := make()
			if err := yaml.UnmarshalStrict(text, object); err != nil {
				t.Errorf("%s %s: %v", name, file, err)
				continue
			}
			if diff := cmp.Diff(said(t, object), written); diff != "" {
				t.Errorf("%s %s: (-read +written)\n%s", name, file, diff)
			}
		}
	}
	for kind := range types {
		if !seen[kind] {
			t.Errorf("no case writes a %s", kind)
		}
	}
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
	delete(m, "status")
	undated(m)
	if spec, ok := m["spec"].(map[string]any); ok && len(spec) == 0 {
		delete(m, "spec")
	}
	return m
}

// undated drops creationTimestamp wherever it is null.
func undated(m map[string]any) {
	if v, there := m["creationTimestamp"]; there && v == nil {
		delete(m, "creationTimestamp")
	}
	for _, v := range m {
		if inner, ok := v.(map[string]any); ok {
			undated(inner)
		}
	}
}
