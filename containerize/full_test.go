package containerize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
)

// small is a folder of so many bytes. The test runs again for it, in a process of its own that alone sees that file system; false: it has, and was reported.
func small(t *testing.T, size int) (dir string, inside bool) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: mounts a small tmpfs")
	}
	const mark = "A2C_TEST_SMALL"
	if os.Getenv(mark) == "" {
		again := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.v", "-test.run=^"+t.Name()+"$")
		again.Env = append(os.Environ(), mark+"=1")
		again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		out, err := again.CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		} else if bytes.Contains(out, []byte("--- SKIP")) {
			t.Skipf("%s", out)
		}
		return "", false
	}
	dir = t.TempDir()
	for _, err := range []error{
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("a2c", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, true
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// No half archive is left on a full disk; the image is whole, and the message says where, and what to do.
func TestArchiveOnFullDisk(t *testing.T) {
	o := options(t)
	if err := disk.Room(t.TempDir(), 1<<20); err != nil {
		t.Skipf("the disk of temporary files is too full: %v", err)
	}
	dir, inside := small(t, 8<<10)
	if !inside {
		return
	}
	o.Tar = filepath.Join(dir, "shop.tar")
	if err := os.WriteFile(o.Tar, []byte("last week's"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} { // refused before, full while writing
		o.Force = force
		img, err := Run(t.Context(), o)
		if !errors.Is(err, ErrNoSpace) || !strings.Contains(err.Error(), o.Tar) || !strings.Contains(err.Error(), "--tar") || strings.Contains(err.Error(), "last good image") {
			t.Fatalf("force %v: got %v", force, err)
		}
		stored, err := layer.Load(filepath.Join(o.Dir, "oci"))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := stored.Digest(); err != nil || d.String() != img.Digest {
			t.Errorf("made %q, stored %v (%v)", img.Digest, d, err)
		}
		if text, err := os.ReadFile(o.Tar); string(text) != "last week's" || err != nil {
			t.Errorf("the last archive: %q, %v", text, err)
		}
		if got := names(t, dir); len(got) != 1 {
			t.Errorf("left behind: %q", got)
		}
	}
}

// Wherever the disk gets full, the last image, its Dockerfile and its context stay as they were, and nothing half-made is left.
func TestBuildOnFullDisk(t *testing.T) {
	dir, inside := small(t, 1<<20)
	if !inside {
		return
	}
	o := options(t)
	o.Dir = filepath.Join(dir, "image")
	first, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(left int64) {
		err := os.RemoveAll(filepath.Join(dir, "ballast"))
		free, _, freeErr := disk.Free(dir)
		err = errors.Join(err, freeErr)
		if err == nil && free > left {
			err = os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, free-left), 0o600)
		}
		if err != nil {
			t.Error(err)
		}
	}
	failed := map[string]bool{} // first words of what could not be done
	run := func(when string, left int64) (whole bool) {
		fill(1 << 20)
		o.Builder = filling{when: when, aside: t.TempDir(), fill: func() { fill(left) }}
		if when == "before" {
			if err := os.RemoveAll(filepath.Join(o.Dir, contextName)); err != nil { // one that is whole would stay
				t.Error(err)
			}
			fill(left)
		}
		img, err := Run(t.Context(), o)
		if err == nil {
			if img.Digest != first.Digest {
				t.Errorf("%d bytes free %s: another image", left, when)
			}
			return true
		}
		if errors.Is(err, ErrNoSpace) && strings.Contains(err.Error(), "the image is whole") {
			failed["sbom"] = true
			return false
		}
		_, what, said := strings.Cut(err.Error(), "name another with --workspace DIR: ")
		what, _, _ = strings.Cut(what, " ")
		failed[what] = true
		if !errors.Is(err, ErrNoSpace) || !said || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d bytes free %s: %v", left, when, err)
		}
		intact(t, o.Dir, first.Digest)
		return false
	}
	for _, when := range []string{"before", "made", "packed"} {
		for left := int64(0); left <= 256<<10 && !run(when, left); left += 4 << 10 { // full at every step of 4 kB: context, Dockerfile, raw layers, blobs, index
		}
	}
	for _, what := range []string{"copy", "build:", "layer", "write"} { // the last: the image's own documents
		if !failed[what] {
			t.Errorf("never full at %q: %v", what, failed)
		}
	}
}

// intact demands that the image folder holds the image, and nothing half-made.
func intact(t *testing.T, dir, digest string) {
	t.Helper()
	stored, err := layer.Load(filepath.Join(dir, "oci"))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := stored.Digest(); err != nil || d.String() != digest {
		t.Errorf("the last image is gone: %v, %v", d, err)
	}
	for _, name := range names(t, dir) {
		if name != "oci" && name != "context" && name != "Dockerfile" && name != ".a2c" && name != sbomFile && name != provenanceFile {
			t.Errorf("left behind: %s", name)
		}
	}
}

// filling fills the disk when all layers are "made" but none is handed over, or when all are "packed".
type filling struct {
	plain
	when  string
	aside string // another disk
	fill  func()
}

func (f filling) Build(ctx context.Context, s build.Spec) (build.Made, error) {
	if f.when == "before" {
		return f.plain.Build(ctx, s)
	}
	var all []build.RawLayer
	ready := s.Ready
	s.Ready = func(l build.RawLayer) error { all = append(all, l); return nil }
	if f.when == "made" {
		s.Output = f.aside // or their removal makes room
	}
	made, err := f.plain.Build(ctx, s)
	if f.when == "made" {
		f.fill()
	}
	for _, l := range all {
		err = errors.Join(err, ready(l))
	}
	if f.when == "packed" {
		for ctx.Err() == nil && slices.ContainsFunc(all, func(l build.RawLayer) bool { _, gone := os.Lstat(l.File); return gone == nil }) {
			time.Sleep(time.Millisecond)
		}
		f.fill()
	}
	return made, err
}

func TestArchiveStops(t *testing.T) {
	o := options(t)
	if _, err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	img, err := layer.Load(filepath.Join(o.Dir, "oci"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if err := layer.Archive(ctx, img, "app:1", filepath.Join(dir, "x.tar")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}
