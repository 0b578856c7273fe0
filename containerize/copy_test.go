package containerize

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
)

func opened(t *testing.T, dir, name string) host.File {
	t.Helper()
	tree, err := host.Machine(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := tree.Open("/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func created(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "copy"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// Content comes through whole, holes stay holes, whatever the way.
func TestClone(t *testing.T) {
	dir := t.TempDir()
	src, err := os.Create(filepath.Join(dir, "src"))
	if err != nil {
		t.Fatal(err)
	}
	const size = 32 << 20
	for _, at := range []int64{0, 5 << 20, size - 10} {
		if _, err := src.WriteAt([]byte("0123456789"), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := src.Sync(); err != nil { // blocks are counted when they are allocated
		t.Fatal(err)
	}
	want, err := os.ReadFile(src.Name())
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]func(dst *os.File, f host.File) (int64, error){
		"clone": func(dst *os.File, f host.File) (int64, error) {
			return cloneContent(t.Context(), dst, f, f.Info())
		},
		"sparse": func(dst *os.File, f host.File) (int64, error) {
			return copySparse(t.Context(), dst, f.(interface{ Fd() int }).Fd(), size)
		},
		"range": func(dst *os.File, f host.File) (int64, error) {
			return copyRange(t.Context(), dst, f.(interface{ Fd() int }).Fd(), 0, size)
		},
		"bytes": func(dst *os.File, f host.File) (int64, error) {
			return copyBytes(t.Context(), dst, f.(interface{ Fd() int }).Fd(), 0, size)
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			dst := created(t)
			n, err := way(dst, opened(t, dir, "src"))
			if err != nil || n != size {
				t.Fatalf("%d bytes, %v", n, err)
			}
			got, err := os.ReadFile(dst.Name())
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("the content differs (%v)", err)
			}
			var st unix.Stat_t
			if err := unix.Stat(dst.Name(), &st); err != nil {
				t.Fatal(err)
			}
			if name == "sparse" && st.Blocks*512 > size/2 {
				t.Errorf("the copy of a sparse file takes %d blocks", st.Blocks)
			}
		})
	}
}

func TestCopyStops(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "src"), make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fd := opened(t, dir, "src").(interface{ Fd() int }).Fd()
	_, err1 := copyRange(ctx, created(t), fd, 0, 1<<20)
	_, err2 := copyBytes(ctx, created(t), fd, 0, 1<<20)
	if !errors.Is(err1, context.Canceled) || !errors.Is(err2, context.Canceled) {
		t.Errorf("got %v and %v", err1, err2)
	}
}
