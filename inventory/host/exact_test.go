package host

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestOpenExact opens by paths with and without links, on a real folder and on a fixture.
func TestOpenExact(t *testing.T) {
	dir := t.TempDir()
	for _, err := range []error{
		os.MkdirAll(filepath.Join(dir, "opt/app"), 0o755), os.WriteFile(filepath.Join(dir, "opt/app/a"), []byte("content"), 0o600),
		os.Symlink("app", filepath.Join(dir, "opt/current")), os.Symlink("a", filepath.Join(dir, "opt/app/link")),
		os.Symlink("/opt/app/a", filepath.Join(dir, "top")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	real, err := Machine(dir)
	if err != nil {
		t.Fatal(err)
	}
	fixture, err := Text(txtar.Parse([]byte("-- opt/app/a --\ncontent\n-- opt/current -> app --\n-- opt/app/link -> a --\n-- top -> /opt/app/a --\n")))
	if err != nil {
		t.Fatal(err)
	}
	for kind, tree := range map[string]Tree{"machine": real, "text": fixture} {
		f, err := OpenExact(tree, "/opt/app/a")
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if data, err := io.ReadAll(f); err != nil || string(data[:7]) != "content" {
			t.Errorf("%s: %q %v", kind, data, err)
		}
		f.Close()
		for name, want := range map[string]error{
			"/opt/current/a": ErrLink, "/opt/app/link": ErrLink, "/top": ErrLink, "/opt/app": ErrNotRegular, "/opt/app/none": fs.ErrNotExist,
		} {
			if f, err := OpenExact(tree, name); !errors.Is(err, want) {
				t.Errorf("%s: OpenExact(%s) = %v, %v, want %v", kind, name, f, err, want)
			}
		}
		if f, err := tree.Open("/opt/current/a"); err != nil {
			t.Errorf("%s: afterwards, Open follows no links: %v", kind, err)
		} else {
			f.Close()
		}
	}
}
