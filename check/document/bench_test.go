package document_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"a2c/check"
	"a2c/check/document"
)

// BenchmarkTaskDefinitions judges 1,000 task definitions, each with the faults of a real one.
func BenchmarkTaskDefinitions(b *testing.B) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "verdicts", "real", "ec2-web-links.json"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		files := make([]*document.File, 1000)
		for i := range files {
			if files[i], err = document.Read(fmt.Sprintf("task-%d.json", i), data); err != nil {
				b.Fatal(err)
			}
		}
		if verdicts, err := check.RunDocuments(files, nil); err != nil || len(verdicts) != len(files) {
			b.Fatal(len(verdicts), err)
		}
	}
}

// largeYAML are 10 MB of Kubernetes manifests in one stream.
func largeYAML() []byte {
	var b strings.Builder
	for i := 0; b.Len() < 10<<20; i++ {
		fmt.Fprintf(&b, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-%d\n  labels: {app: web, team: shop}\nspec:\n  replicas: 2\n  template:\n    metadata:\n      labels:\n        app: web\n    spec:\n      containers:\n", i)
		for c := range 3 {
			fmt.Fprintf(&b, "        - name: c%d\n          image: registry.example.org/shop/web:1.2.3\n          ports:\n            - containerPort: 8080\n              protocol: TCP\n          env:\n", c)
			for e := range 8 {
				fmt.Fprintf(&b, "            - name: SOME_VARIABLE_%d\n              value: \"some value of it that is longer\"\n", e)
			}
			b.WriteString("          resources:\n            requests: {cpu: 500m, memory: 1Gi}\n            limits: {cpu: 500m, memory: 1Gi}\n")
		}
	}
	return []byte(b.String())
}

// BenchmarkYAML reads and judges 10 MB of manifests.
func BenchmarkYAML(b *testing.B) {
	data := largeYAML()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		f, err := document.Read("x.yaml", data)
		if err != nil {
			b.Fatal(err)
		}
		if verdicts, err := check.RunDocuments([]*document.File{f}, nil); err != nil || len(verdicts) == 0 {
			b.Fatal(len(verdicts), err)
		}
	}
}
