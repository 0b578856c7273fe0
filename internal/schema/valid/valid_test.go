package valid_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/internal/schema"
	"a2c/internal/schema/valid"
	"a2c/schemas"
)

// Every document has a published schema, and no schema is left over.
func TestNames(t *testing.T) {
	var want []string
	for file := range schema.Documents() {
		want = append(want, strings.TrimSuffix(file, filepath.Ext(file)))
	}
	slices.Sort(want)
	if got := schemas.Names(); !slices.Equal(got, want) {
		t.Errorf("published are %v, documents are %v", got, want)
	}
}

// The goldens of the stages are real output: they fit what is published.
func TestGoldens(t *testing.T) {
	for pattern, name := range map[string]string{
		"../../../inventory/testdata/hosts/*.inventory.json": "inventory.json",
		"../../../inventory/testdata/hosts/*.host.json":      "host.json",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no goldens, %v", pattern, err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := valid.Document(name, data); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for name, text := range map[string]string{
		"inventory.json": `{"java-tomcat-00000000": {"processId": "412"}}`,
		"host.json":      `{"a2cVersion": "1", "unknown": true}`,
		"files.jsonl":    "{}\n{}\n",
	} {
		if err := valid.Document(name, []byte(text)); err == nil {
			t.Errorf("%s: %s is taken for valid", name, text)
		}
	}
	if err := valid.Document("notes.json", []byte("x")); err != nil {
		t.Errorf("no document of ours: %v", err)
	}
}
