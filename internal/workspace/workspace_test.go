package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"a2c/internal/disk"
	"a2c/model"
)

func open(t *testing.T) *Workspace {
	t.Helper()
	w, err := Open(filepath.Join(t.TempDir(), "w"), true)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := w.Lock("a2c test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unlock(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestDefault(t *testing.T) {
	for name, c := range map[string]struct {
		euid int
		env  map[string]string
		want string
	}{
		"root":         {0, map[string]string{"XDG_STATE_HOME": "/x"}, "/var/lib/a2c"},
		"xdg":          {7, map[string]string{"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/a2c"},
		"xdg_relative": {7, map[string]string{"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/a2c"},
		"nowhere":      {7, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Default(c.euid, func(k string) string { return c.env[k] })
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestModes(t *testing.T) {
	w := open(t)
	if err := w.Save("a/b.json", 1); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"": 0o700 | fs.ModeDir, "a": 0o700 | fs.ModeDir, "a/b.json": 0o600, lockFile: 0o600} {
		info, err := os.Stat(w.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
}

func TestRefusedFolders(t *testing.T) {
	dir := t.TempDir()
	for _, err := range []error{
		os.WriteFile(dir+"/file", nil, 0o600), os.Mkdir(dir+"/open", 0o700), os.Chmod(dir+"/open", 0o777),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"file": "is no folder", "open": "can be written by others (mode 0777)", "file/below": "cannot be written: not a directory",
		"new\x1bline/x": "",
	} {
		w, err := Open(filepath.Join(dir, name), false)
		if err != nil {
			t.Fatal(err)
		}
		unlock, err := w.Lock("a2c test")
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
		if err == nil {
			_ = unlock()
		}
	}
}

func TestLock(t *testing.T) {
	w := open(t)
	_, err := w.Lock("a2c analyze --all")
	l, ok := errors.AsType[*LockedError](err)
	if !ok || !strings.Contains(l.Holder, "(a2c test)") {
		t.Errorf("got %v", err)
	}
	out, execErr := exec.CommandContext(t.Context(), "/bin/sh", "-c", `test "process $PPID (a2c test)" = "$(cat "$0")"`, w.Path(lockFile)).CombinedOutput()
	if execErr != nil {
		t.Errorf("the lock does not name the process: %v %s", execErr, out)
	}
}

// Two builds of one application keep each other out, those of two do not; who writes to the whole workspace waits for both.
func TestLockApp(t *testing.T) {
	w, err := Open(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := os.Mkdir(w.App(id), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	held := func(lock func() (func() error, error), want string) {
		t.Helper()
		_, err := lock()
		l, ok := errors.AsType[*LockedError](err)
		if !ok || !strings.Contains(l.Holder, want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	whole := func() (func() error, error) { return w.Lock("a2c all") }
	first, err := w.LockApp("a", "a2c build a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Create("a/image.json"); err != nil { // is being written, and stays
		t.Fatal(err)
	}
	second, err := w.LockApp("b", "a2c build b")
	if err != nil {
		t.Fatal(err)
	}
	held(func() (func() error, error) { return w.LockApp("a", "a2c again") }, "(a2c build a)")
	held(whole, "(a2c build a)")
	if left := asides(t, w.dir); len(left) != 1 {
		t.Errorf("being written: %q", left)
	}
	if err := first(); err != nil {
		t.Fatal(err)
	}
	held(whole, "(a2c build b)")
	if err := second(); err != nil {
		t.Fatal(err)
	}
	unlock, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	held(func() (func() error, error) { return w.LockApp("b", "a2c build b") }, "(a2c all)")
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestLockSweeps(t *testing.T) {
	w, err := Open(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"inventory.json", "app/analysis.json", "app/image/image.json", "app/eks-ec2/base/x.yaml"} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		} // neither committed nor discarded, as if killed
	}
	unlock, err := w.Lock("a2c test")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unlock() }()
	if left := asides(t, w.dir); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}

func asides(t *testing.T, dir string) []string {
	t.Helper()
	var left []string
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(name), disk.AsidePrefix) {
			left = append(left, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestWriteIsWholeOrNothing(t *testing.T) {
	w := open(t)
	if err := w.Save("x.json", "old"); err != nil {
		t.Fatal(err)
	}
	a, err := w.Create("x.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if err := a.Discard(); err != nil {
		t.Fatal(err)
	}
	if err := a.Discard(); err != nil {
		t.Errorf("a second Discard: %v", err)
	}
	if got, err := Load[string](w, "x.json"); got != "old" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if left := asides(t, w.dir); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}

func TestFull(t *testing.T) {
	err := full(fmt.Errorf("write /w/x.json: %w", syscall.ENOSPC))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "write /w/x.json: no space left on device: nothing was changed there; make room") {
		t.Errorf("got %v", err)
	}
}

// A real full disk: a tmpfs in a mount namespace that this test's thread alone sees.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: mounts a small tmpfs")
	}
	dir := t.TempDir()
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	for _, err := range []error{
		unix.Unshare(unix.CLONE_NEWNS), unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("a2c", dir, "tmpfs", 0, "size=256k"),
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
	w, err := Open(dir+"/w", true)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Save("x.json", "old"); err != nil {
		t.Fatal(err)
	}
	err = w.Save("x.json", strings.Repeat("x", 1<<20))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Errorf("got %v", err)
	}
	if got, err := Load[string](w, "x.json"); got != "old" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if left := asides(t, w.dir); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	careful, err := Open(dir+"/w", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*disk.SpaceError](careful.Save("x.json", strings.Repeat("x", 2<<20))); !ok {
		t.Errorf("got %v, want a SpaceError", err)
	}
}

func TestLoadErrors(t *testing.T) {
	w := open(t)
	_, err := Load[model.Analysis](w, "x/analysis.json")
	if m, ok := errors.AsType[*MissingError](err); !ok || m.Name != "x/analysis.json" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := w.write("x/analysis.json", []byte("{\n  \"containerParameters\": {\"applicationPort\": \"x\", \"imageTg\": 1}}")); err != nil {
		t.Fatal(err)
	}
	_, err = Load[model.Analysis](w, "x/analysis.json")
	p := w.Path("x/analysis.json")
	want := p + ":2:46: containerParameters.applicationPort: want a number, got a string\n" +
		p + ":2:51: containerParameters.imageTg: unknown key; did you mean \"imageTag\"?"
	if err == nil || cmp.Diff(want, err.Error()) != "" {
		t.Errorf("(-want +got)\n%s", cmp.Diff(want, err.Error()))
	}
}

func TestFiles(t *testing.T) {
	w := open(t)
	f, err := w.CreateFiles("app")
	if err != nil {
		t.Fatal(err)
	}
	want := []model.File{{Path: "/a\xff", Reasons: []string{"<x>"}}, {Path: "/b", Mode: 0o644}}
	for _, file := range want {
		if err := f.Add(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Add(model.File{Path: "/b"}); err == nil {
		t.Error("took a path twice")
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	var got []model.File
	for file, err := range w.Files("app") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, file)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" { // a list that is null is written as an empty one
		t.Errorf("(-want +got)\n%s", d)
	}
	if err := w.write("app/files.jsonl", []byte("{\"path\":\"/a\"}\n{\"pth\":1}\n")); err != nil {
		t.Fatal(err)
	}
	for _, err = range w.Files("app") {
	}
	if err == nil || !strings.Contains(err.Error(), "files.jsonl:2: json: unknown field \"pth\"") {
		t.Errorf("got %v", err)
	}
}

// What stands in a document is shown on terminals and in editors: nothing in it moves the cursor, turns or hides text, and it reads back as it was.
func TestDocumentsAreLegible(t *testing.T) {
	w := open(t)
	odd := "c1\u009b31m\x7f bidi\u202egpj\u2066 zero\u200b\U000e0001"
	if err := w.Save("app/x.json", map[string]string{odd: odd}); err != nil {
		t.Fatal(err)
	}
	f, err := w.CreateFiles("app")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Add(model.File{Path: model.Path("/" + odd), Reasons: []string{odd}}), f.Commit()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app/x.json", "app/files.jsonl"} {
		text, err := os.ReadFile(w.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range string(text) {
			if r != '\n' && !strconv.IsPrint(r) {
				t.Errorf("%s holds %U", name, r)
			}
		}
	}
	if got, err := Load[map[string]string](w, "app/x.json"); got[odd] != odd || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for got, err := range w.Files("app") {
		if got.Reasons[0] != odd || got.Path != model.Path("/"+odd) || err != nil {
			t.Errorf("got %q, %v", got.Reasons, err)
		}
	}
}
