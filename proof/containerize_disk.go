package proof

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"a2c/containerize"
)

// proveFullDisk builds on a disk that is too small: the last good image stays, and the message says what is needed.
func proveFullDisk(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-full")
	root := filepath.Join(dir, "root")
	files := plant(t, root)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, megabytes := range []int{1, 40, 100} { // full while copying, while unpacking or while compressing: the sparse file has 64 MB
		t.Run(strconv.Itoa(megabytes), func(t *testing.T) {
			mountDisk(t, disk, megabytes)
			o := oddOptions(t, b, root, files, filepath.Join(disk, "image"))
			_, err := containerize.Run(t.Context(), o)
			if !errors.Is(err, containerize.ErrNoSpace) || !strings.Contains(err.Error(), "needs up to") {
				t.Errorf("got %v, want ErrNoSpace", err)
			}
			for _, name := range []string{"oci", "oci.new", "build", "context.new"} {
				if _, err := os.Lstat(filepath.Join(o.Dir, name)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("left behind: %s", name)
				}
			}
		})
	}
}

// mountDisk mounts a small file system for the time of the test.
func mountDisk(t *testing.T, at string, megabytes int) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", megabytes), "tmpfs", at).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", at).CombinedOutput(); err != nil { //nolint:noctx // the test's context has ended
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}
