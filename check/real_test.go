package check

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealistic: documents as teams write them, several faults at once. Beside each stands what has to be found, written from the documentation:
// "severity rule pointer" ("." is the document itself), below the targets that it is judged for, where it is not what fits the document. Nothing else may be said.
func TestRealistic(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "verdicts", "real", "*.want"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	found, wanted := 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".want")
		t.Run(name, func(t *testing.T) {
			documents, _ := filepath.Glob(strings.TrimSuffix(file, ".want") + ".[jy]*")
			if len(documents) != 1 {
				t.Fatalf("want one document beside %s, got %v", file, documents)
			}
			data, err := os.ReadFile(documents[0])
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			var targets []string
			for line := range strings.Lines(string(read(t, file))) {
				line = strings.TrimSpace(line)
				if asked, ok := strings.CutPrefix(line, "target "); ok {
					targets = strings.Fields(asked)
				} else if line != "" && !strings.HasPrefix(line, "#") {
					want = append(want, line)
				}
			}
			for _, f := range said(t, filepath.Base(documents[0]), data, targets) {
				pointer := f.Places[0].Pointer
				if pointer == "" {
					pointer = "."
				}
				got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, pointer))
			}
			slices.Sort(want)
			slices.Sort(got)
			found, wanted = found+len(got), wanted+len(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Logf("%d documents: %d findings wanted, %d made", len(files), wanted, found)
}
