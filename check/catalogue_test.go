package check

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCatalogue holds the rules to the catalogue: each of its IDs is a rule, or it says why there is none, and no rule is missing there.
func TestCatalogue(t *testing.T) {
	var want, got []string
	for line := range strings.Lines(string(read(t, filepath.Join("..", "testdata", "verdicts", "catalogue.txt")))) {
		line = strings.TrimSpace(line)
		if id, reason, without := strings.Cut(line, ": "); without && reason != "" || strings.HasPrefix(line, "#") {
			if _, there := Explain(id); there {
				t.Errorf("%s is a rule, and the catalogue says why it is none", id)
			}
			continue
		}
		want = append(want, line)
	}
	for _, r := range All() {
		got = append(got, r.ID)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-catalogue +All):\n%s", diff)
	}
}
