package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun holds that each command has a page with an example, the same in each run.
func TestRun(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if err := run([]string{filepath.Join(dir, "man1")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a2c.1", "a2c-inventory.1", "a2c-analyze.1", "a2c-secrets-put.1", "a2c-generate-app-deployment.1"} {
		page, err := os.ReadFile(filepath.Join(first, "man1", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(page), ".SH EXAMPLE") {
			t.Errorf("%s has no example", name)
		}
		if again, err := os.ReadFile(filepath.Join(second, "man1", name)); err != nil || string(again) != string(page) {
			t.Errorf("%s is another one the second time: %v", name, err)
		}
	}
	if run(nil) == nil || run([]string{"a", "b"}) == nil {
		t.Error("without one folder it does something")
	}
}
