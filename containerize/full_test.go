package containerize

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
	"a2c/internal/disk"
)

// small mounts a file system of so many bytes that this test's thread alone sees.
func small(t *testing.T, size int) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: mounts a small tmpfs")
	}
	dir := t.TempDir()
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	for _, err := range []error{
		unix.Unshare(unix.CLONE_NEWNS), unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("a2c", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)),
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
	return dir
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
	dir := small(t, 8<<10)
	o.Tar = filepath.Join(dir, "shop.tar")
	if err := os.WriteFile(o.Tar, []byte("last week's"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} { // refused before, full while writing; no subtests, which run on other threads
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
	dir := small(t, 1<<20)
	o := options(t)
	o.Dir = filepath.Join(dir, "image")
	first, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	free, _, err := disk.Free(dir)
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}                              // first words of what could not be done
	for left := int64(0); left <= 256<<10; left += 4 << 10 { // full at every step of 4 kB: context, Dockerfile, raw layers, blobs, index
		if err := os.WriteFile(ballast, make([]byte, free-left), 0o600); err != nil {
			t.Fatal(err)
		}
		img, err := Run(t.Context(), o)
		if err == nil {
			if img.Digest != first.Digest {
				t.Errorf("%d bytes free: another image", left)
			}
			break
		}
		if errors.Is(err, ErrNoSpace) && strings.Contains(err.Error(), "the image is whole") {
			failed["sbom"] = true
			continue
		}
		_, what, said := strings.Cut(err.Error(), "name another with --workspace DIR: ")
		what, _, _ = strings.Cut(what, " ")
		failed[what] = true
		if !errors.Is(err, ErrNoSpace) || !said || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d bytes free: %v", left, err)
		}
		stored, err := layer.Load(filepath.Join(o.Dir, "oci"))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := stored.Digest(); err != nil || d.String() != first.Digest {
			t.Errorf("%d bytes free: the last image is gone: %v, %v", left, d, err)
		}
		for _, name := range names(t, o.Dir) {
			if name != "oci" && name != "context" && name != "Dockerfile" && name != ".a2c" && name != sbomFile && name != provenanceFile {
				t.Errorf("%d bytes free: left behind: %s", left, name)
			}
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	for _, what := range []string{"copy", "build:", "layer", "write"} { // the last: the image's own documents
		if !failed[what] {
			t.Errorf("never full at %q: %v", what, failed)
		}
	}
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
