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
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	sizes := []int{1, 40, 100} // full while copying, while unpacking or while compressing: the sparse file has 64 MB
	if b.Extent != Part {
		for at := 2; at < 120; at += 6 {
			sizes = append(sizes, at)
		}
	}
	for _, megabytes := range sizes {
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

// proveUnmounted takes the workspace's disk away in the midst of a build: an error, no process and no mount stays, and nothing is written to the folder that
// the disk lay over.
func proveUnmounted(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-unmounted")
	root := filepath.Join(dir, "root")
	files := plant(t, root)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	before := ownMounts(lines(t, "/proc/self/mountinfo"), b.Dir)
	for _, step := range []string{"context", "build", "layer application"} {
		t.Run(step, func(t *testing.T) {
			err := unmountedAt(t, step, disk, oddOptions(t, b, root, files, filepath.Join(disk, "image")))
			t.Logf("%v", err)
			if left, err := os.ReadDir(disk); err != nil || len(left) > 0 {
				t.Errorf("written below the mount: %v (%v)", left, err)
			}
			if of := family(t, os.Getpid()); len(of) > 1 {
				t.Errorf("processes stay: %v", living(of))
			}
			if d := cmp.Diff(before, ownMounts(lines(t, "/proc/self/mountinfo"), b.Dir)); d != "" {
				t.Errorf("mounts (-before +after):\n%s", d)
			}
		})
	}
}

// unmountedAt builds on a disk that is taken away when the step is reported first.
func unmountedAt(t *testing.T, step, disk string, o containerize.Options) error {
	t.Helper()
	run := func(name string, args ...string) {
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
	run("mount", "-t", "tmpfs", "tmpfs", disk)
	once := sync.OnceFunc(func() { run("umount", "-l", disk) })
	reached := false
	o.Report = func(e containerize.Event) {
		if e.Step == step {
			reached = true
			once()
		}
	}
	_, err := containerize.Run(t.Context(), o)
	once()
	if !reached || err == nil {
		t.Errorf("the step was reported: %v, error %v", reached, err)
	}
	return err
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
