package golden_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"a2c/internal/golden"
)

// recorder keeps what a test would have reported.
type recorder struct {
	testing.TB
	errs []string
}

func (r *recorder) Helper()        {}
func (r *recorder) Error(a ...any) { r.errs = append(r.errs, a[0].(error).Error()) }
func (r *recorder) Errorf(f string, a ...any) {
	r.errs = append(r.errs, strings.ReplaceAll(f, "%s", "·"))
}

func TestEqual(t *testing.T) {
	if golden.Updating() {
		t.Skip("this test needs comparison")
	}
	path := filepath.Join(t.TempDir(), "want.txt")
	if err := os.WriteFile(path, []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path, got string
		fails     bool
	}{
		"same":         {path, "one\n", false},
		"no_newline":   {path, "one", true},
		"other":        {path, "two\n", true},
		"missing_file": {path + ".no", "one\n", true},
		"folder":       {filepath.Dir(path), "one\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{TB: t}
			golden.Equal(r, c.path, []byte(c.got))
			if fails := len(r.errs) > 0; fails != c.fails {
				t.Errorf("fails = %v, want %v: %q", fails, c.fails, r.errs)
			}
		})
	}
}

func TestJSONAndFiles(t *testing.T) {
	golden.JSON(t, "testdata/value.json", map[string]string{"b": "<2>", "a": "1"})
	golden.Files(t, "testdata/files.txtar", map[string][]byte{"b/c.yml": []byte("x: 1\n"), "a": nil})
}
