package host

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestOddUnits holds that only a link to /dev/null masks a unit: what else is no file is said.
func TestOddUnits(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "units")
	for _, err := range []error{
		os.Mkdir(dir, 0o755), os.Mkdir(filepath.Join(root, "dev"), 0o755), syscall.Mkfifo(filepath.Join(root, "dev/null"), 0o644), syscall.Mkfifo(filepath.Join(dir, "fifo.service"), 0o644),
		os.Mkdir(filepath.Join(dir, "folder.service"), 0o755), os.Symlink("/dev/null", filepath.Join(dir, "masked.service")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tree, err := Machine(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"fifo": ErrNotRegular, "folder": ErrNotRegular, "masked": nil, "missing": nil} {
		if _, err := ReadUnit(tree, []string{"/units"}, name+".service"); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}
