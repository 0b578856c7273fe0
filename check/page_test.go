package check

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/golden"
)

// TestPages holds docs/rules to what the rules say, and to no page more.
func TestPages(t *testing.T) {
	dir := filepath.Join("..", "docs", "rules")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{"README.md": Index()}
	for _, s := range Summaries() {
		pages[s.ID+".md"] = s.Page()
	}
	for name, text := range pages {
		golden.Equal(t, filepath.Join(dir, name), []byte(text))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, e := range entries {
		there = append(there, e.Name())
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(pages)), there); diff != "" {
		t.Errorf("docs/rules (-want +got):\n%s", diff)
	}
}
