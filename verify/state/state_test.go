package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"a2c/model"
)

// list writes each entry of a tree on a line.
func list(t *testing.T, dir string) []string {
	var out []string
	err := filepath.Walk(dir, func(name string, info fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		s := info.Sys().(*syscall.Stat_t)
		line := fmt.Sprintf("%q %v %d:%d", rel, info.Mode(), s.Uid, s.Gid)
		switch info.Mode().Type() {
		case fs.ModeSymlink:
			target, _ := os.Readlink(name)
			line += " -> " + target
		case 0:
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d links, %d bytes %.8q %v", s.Nlink, len(data), data, info.ModTime().UTC().Format(time.RFC3339Nano))
			value := make([]byte, 10)
			if n, err := unix.Getxattr(name, "user.a", value); err == nil {
				line += " user.a=" + string(value[:n])
			}
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tree makes a root with a state folder in it, reached through an absolute link.
func tree(t *testing.T) (root, state string) {
	root = t.TempDir()
	state = filepath.Join(root, "srv/data")
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(state, "sub\xff"), 0o750))
	must(os.Symlink("/srv/data", filepath.Join(root, "link")))
	must(os.WriteFile(filepath.Join(state, "db"), []byte("content"), 0o640))
	must(os.Chmod(filepath.Join(state, "db"), 0o640|fs.ModeSetgid))
	must(os.Link(filepath.Join(state, "db"), filepath.Join(state, "sub\xff", "again")))
	must(os.Symlink("/etc/shadow", filepath.Join(state, "out")))
	must(unix.Mkfifo(filepath.Join(state, "fifo"), 0o600))
	if err := unix.Setxattr(filepath.Join(state, "db"), "user.a", []byte("b"), 0); err != nil {
		t.Logf("no user attributes here: %v", err)
	}
	must(os.Chtimes(filepath.Join(state, "db"), time.Unix(10, 0), time.Unix(1000000000, 5)))
	sparse, err := os.Create(filepath.Join(state, "sparse"))
	must(err)
	_, err = sparse.WriteAt([]byte("end"), 6<<20)
	must(errors.Join(err, sparse.Truncate(12<<20), sparse.Close()))
	return root, state
}

func TestCopy(t *testing.T) {
	root, state := tree(t)
	before := list(t, state)
	to := filepath.Join(t.TempDir(), "copy")
	skips, err := Copy(t.Context(), root, "/link", to, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	want := []model.Skip{{What: "copy of the state", Path: "/link/fifo", Reason: "is a FIFO, which has no content"}}
	if diff := cmp.Diff(want, skips); diff != "" {
		t.Error(diff)
	}
	var without []string
	for _, line := range before {
		if !strings.HasPrefix(line, `"fifo"`) {
			without = append(without, line)
		}
	}
	if diff := cmp.Diff(without, list(t, to)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(filepath.Join(to, "sparse"))
	if err != nil || size(info) > 1<<20 {
		t.Errorf("the hole was filled: %d bytes, %v", size(info), err)
	}
	if err := os.WriteFile(filepath.Join(to, "db"), []byte("twin"), 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, list(t, state)); diff != "" {
		t.Errorf("the living state changed: %s", diff)
	}
	var s unix.Stat_t
	if err := unix.Stat(filepath.Join(state, "db"), &s); err != nil {
		t.Fatal(err)
	}
}

func TestCopyLeavesTheAccessTime(t *testing.T) {
	root, state := tree(t)
	if _, err := Copy(t.Context(), root, "/srv/data", filepath.Join(t.TempDir(), "copy"), 1<<30); err != nil {
		t.Fatal(err)
	}
	var s unix.Stat_t
	if err := unix.Stat(filepath.Join(state, "db"), &s); err != nil || s.Atim.Sec != 10 {
		t.Errorf("access time %d, %v", s.Atim.Sec, err)
	}
}

func TestCopyOneFile(t *testing.T) {
	root, _ := tree(t)
	to := filepath.Join(t.TempDir(), "db")
	if _, err := Copy(t.Context(), root, "/srv/data/db", to, 1<<20); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(to); err != nil || string(data) != "content" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestCopyRefuses(t *testing.T) {
	root, state := tree(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	cases := []struct {
		name  string
		ctx   context.Context
		path  string
		limit int64
		want  error
	}{
		{"too large", t.Context(), "/srv/data", 3, ErrTooLarge},
		{"file too large", t.Context(), "/srv/data/db", 3, ErrTooLarge},
		{"missing", t.Context(), "/srv/none", 1 << 20, fs.ErrNotExist},
		{"cancelled", ended, "/srv/data", 1 << 20, context.Canceled},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "copy")
			if _, err := Copy(c.ctx, root, c.path, to, c.limit); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was written: %v", err)
			}
		})
	}
	if _, err := Copy(t.Context(), root, "/srv/data/fifo", filepath.Join(t.TempDir(), "x"), 1); err == nil {
		t.Error("a FIFO is no state")
	}
	_ = state
}
