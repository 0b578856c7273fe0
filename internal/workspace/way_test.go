package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSafeWay takes the test's own user for somebody who is not trusted, or for root.
func TestSafeWay(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.MkdirAll(dir+"/real/a", 0o755), os.Symlink("real", dir+"/link"), os.MkdirAll(dir+"/open/a", 0o755), os.Chmod(dir+"/open", 0o777),
		os.MkdirAll(dir+"/sticky/a", 0o755), os.Chmod(dir+"/sticky", 0o777|os.ModeSticky), os.Symlink(dir+"/open/a", dir+"/way"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	everybody := func(uint32) bool { return true }
	for name, want := range map[string]string{
		"real/a": "", "real/new/x": "", "link/a": "", "sticky/a": "", "open/a": "everybody can write to", "open/new": "everybody can write to", "way": "everybody can write to",
	} {
		if err := safeWay(filepath.Join(dir, name), everybody); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	// A link of somebody else, in a folder that is root's and sticky (fs.protected_symlinks may be off).
	info, err := os.Lstat(dir)
	if err != nil {
		t.Fatal(err)
	}
	own := uint32(os.Geteuid())
	if own == 0 {
		own = 61002
		if err := os.Lchown(dir+"/link", 61002, 61002); err != nil {
			t.Fatal(err)
		}
	}
	if err := safeWay(filepath.Join(dir, "link/a"), func(uid uint32) bool { return uid != own }); err == nil || !strings.Contains(err.Error(), "belongs to user") {
		t.Errorf("a link of somebody else, below %v: %v", info.Mode(), err)
	}
}
