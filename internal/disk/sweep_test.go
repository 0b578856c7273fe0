package disk

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	writing, err := Create(filepath.Join(dir, "a.tar"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	left, err := Create(filepath.Join(dir, "b.tar"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := left.f.Close(); err != nil { // as the end of its process does
		t.Fatal(err)
	}
	for _, name := range []string{AsidePrefix + "mine", "b.tar"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(dir); err != nil {
		t.Fatal(err)
	}
	if err := writing.Commit(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	if d := cmp.Diff([]string{AsidePrefix + "mine", "a.tar", "b.tar"}, have); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
