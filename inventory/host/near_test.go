package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// answers asks a tree everything about a name. Wrapped errors name the operation and the path, which are to be the same, too.
func answers(t Tree, name string) []string {
	say := func(v any, err error) string { return fmt.Sprintf("%+v %v", v, err) }
	content := func(open func(string) (File, error)) string {
		f, err := open(name)
		if err != nil {
			return err.Error()
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		return fmt.Sprintf("%+v %q %v", f.Info(), data, err)
	}
	info, err := t.Lstat(name)
	target, err2 := t.Readlink(name)
	attrs, err3 := t.Xattrs(name)
	return []string{
		say(info, err), say(target, err2), say(attrs, err3), content(t.Open),
		content(func(name string) (File, error) { return OpenExact(t, name) }),
	}
}

// TestNear holds that a tree that stays in a folder answers as one that goes all the way, whatever was asked before.
func TestNear(t *testing.T) {
	dir := disk(t)
	_ = unix.Setxattr(filepath.Join(dir, "etc/passwd"), "user.note", []byte("x"), 0) // not on every file system
	names := []string{
		"/etc/passwd", "/etc", "/etc/", "/opt/v2/lib/a\xff\nb.jar", "/opt/current", "/opt/current/lib", "/opt/current/lib/a\xff\nb.jar", "/opt/climb",
		"/loop1", "/loop1/x", "/dangling", "/pipe", "/nothing", "/etc/passwd/x", "/opt/v2/../v2/lib", "/opt/v2/.", "/opt/v2/..", "/", "", "etc", "/etc/pass\x00wd", "/opt//v2",
		"/opt/current/lib/none", "/opt/v2/lib/none",
	}
	for kind, look := range lookups() {
		t.Run(kind, func(t *testing.T) {
			plain := tree(t, dir, look)
			n := Near(tree(t, dir, look))
			for range 2 { // the second round begins in the folder that the first ended in
				for _, name := range names {
					if d := cmp.Diff(answers(plain, name), answers(n, name)); d != "" {
						t.Errorf("%q (-machine +near)\n%s", name, d)
					}
				}
			}
		})
	}
}

// TestNearExchanged holds that a name exchanged for a link, and a folder exchanged for a link to another, bring no file of others in.
func TestNearExchanged(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("app/a", "ours")
	write("app/b", "ours")
	write("secret/b", "theirs")
	n := Near(tree(t, dir, walk))
	f, err := OpenExact(n, "/app/a")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := errors.Join(os.Remove(filepath.Join(dir, "app/b")), os.Symlink("/secret/b", filepath.Join(dir, "app/b"))); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenExact(n, "/app/b"); !errors.Is(err, ErrLink) {
		t.Errorf("a file exchanged for a link: got %v", err)
	}
	write("other/c", "ours")
	if err := errors.Join(os.Rename(filepath.Join(dir, "app"), filepath.Join(dir, "was")), os.Symlink("/secret", filepath.Join(dir, "app"))); err != nil {
		t.Fatal(err)
	}
	f, err = OpenExact(n, "/other/c") // leaves the folder
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := OpenExact(n, "/app/b"); !errors.Is(err, ErrLink) {
		t.Errorf("a folder exchanged for a link: got %v", err)
	}
}

// BenchmarkLookMany looks at the files of one deep folder as analyze does: what it is, its attributes, a few bytes.
func BenchmarkLookMany(b *testing.B) {
	dir := b.TempDir()
	const deep = "opt/shop/releases/2026-11/static/content/section-001/page-00001"
	if err := os.MkdirAll(filepath.Join(dir, deep), 0o755); err != nil {
		b.Fatal(err)
	}
	var names []string
	for i := range 100 {
		name := fmt.Sprintf("%s/item-%04d.html", deep, i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("<p>hello</p>"), 0o644); err != nil {
			b.Fatal(err)
		}
		names = append(names, "/"+name)
	}
	for kind, t := range map[string]Tree{"machine": tree(b, dir, walk), "near": Near(tree(b, dir, walk))} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				for _, name := range names {
					_, err := t.Lstat(name)
					_, err2 := t.Xattrs(name)
					f, err3 := t.Open(name)
					if err := errors.Join(err, err2, err3); err != nil {
						b.Fatal(err)
					}
					f.Close()
				}
			}
		})
	}
}

// TestNearSteady holds in which folders a name is taken to stay what it is, and that there, too, only regular files are opened.
func TestNearSteady(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes folders of root's")
	}
	dir := disk(t)
	for _, c := range []struct {
		mode  os.FileMode
		owner int
		risky bool
		want  bool
	}{
		{mode: 0o755, want: true}, {mode: 0o700, want: true}, {mode: 0o775}, {mode: 0o757}, {mode: 0o777 | os.ModeSticky}, {mode: 0o755, owner: 65534}, {mode: 0o755, risky: true},
	} {
		if err := errors.Join(os.Chmod(dir, c.mode), os.Chown(dir, c.owner, 0)); err != nil {
			t.Fatal(err)
		}
		m := tree(t, dir, walk)
		m.guard = &guard{risky: c.risky, limit: patience}
		n := Near(m).(*near)
		for name, want := range map[string]error{"/pipe": ErrNotRegular, "/etc": ErrNotRegular, "/loop1": unix.ELOOP, "/none": unix.ENOENT} {
			if _, err := n.Open(name); !errors.Is(err, want) {
				t.Errorf("%+v: Open(%s): %v, want %v", c, name, err, want)
			}
			if n.steady != c.want {
				t.Errorf("%+v: steady is %v", c, n.steady)
			}
		}
	}
}

// TestReadStated holds that a file is read whole, whatever it says of its size.
func TestReadStated(t *testing.T) {
	dir := t.TempDir()
	m := tree(t, dir, walk)
	for _, size := range []int{0, 1, 4095, 4096, 4097, 1 << 16} {
		data := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(filepath.Join(dir, "f"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(m, "/f", 1<<16)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: read %d, %v", size, len(got), err)
		}
	}
	if got, err := ReadFile(tree(t, "/", walk), "/sys/kernel/notes", 1<<20); err == nil && len(got) == 0 {
		t.Error("a file of sysfs is read as empty")
	}
}
