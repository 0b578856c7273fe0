package host

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFakeProc takes a folder for / that has a proc which is no procfs: its links are text, and are not followed out of the folder.
func TestFakeProc(t *testing.T) {
	dir := t.TempDir()
	proc := filepath.Join(dir, "proc/412")
	for _, err := range []error{
		os.MkdirAll(filepath.Join(proc, "fd"), 0o755),
		os.WriteFile(filepath.Join(proc, "stat"), []byte("412 (x) S 1 412 412 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 900 1 1 0\n"), 0o600),
		os.WriteFile(filepath.Join(proc, "cmdline"), []byte("x\x00"), 0o600),
		os.Symlink("/bin/sh", filepath.Join(proc, "exe")),
		os.Symlink("/etc/passwd", filepath.Join(proc, "fd/3")),
		os.Symlink("socket:[7]", filepath.Join(proc, "fd/4")),
		os.Symlink("/", filepath.Join(proc, "root")),
		unix.Mkfifo(filepath.Join(proc, "status"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m := tree(t, dir, openat2)
	h, err := Read(context.Background(), m)
	if err != nil || len(h.Processes) != 1 {
		t.Fatalf("%+v, %v", h, err)
	}
	p := h.Processes[0]
	if p.Exe != "/bin/sh" || p.Start != 900 || p.Args()[0] != "x" {
		t.Errorf("process %+v", p)
	}
	if _, err := m.Open("/proc/412/exe"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("exe leads to a file outside of the root: %v", err)
	}
	fds, err := p.FDs()
	if err != nil || len(fds) != 2 {
		t.Fatalf("FDs = %+v, %v", fds, err)
	}
	for _, fd := range fds {
		if info, err := fd.Stat(); err != nil || info.Type != Symlink {
			t.Errorf("Stat of %+v = %+v, %v; want the link, which leads nowhere in this root", fd, info, err)
		}
	}
	if _, err := p.Status(); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a FIFO in place of status: %v", err)
	}
	if tr, err := p.Tree(); err != nil {
		t.Error(err)
	} else if _, err := tr.Lstat("/proc/412"); err != nil {
		t.Errorf("its root is the folder: %v", err)
	}
}

// TestMachineProc reads this test's own /proc: magic links are text for Readlink, and Open and Sub follow them.
func TestMachineProc(t *testing.T) {
	deleted := filepath.Join(t.TempDir(), "deleted")
	f, err := os.Create(deleted)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("still there"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(deleted); err != nil {
		t.Fatal(err)
	}
	self := "/proc/" + strconv.Itoa(os.Getpid())
	fd := self + "/fd/" + strconv.Itoa(int(f.Fd()))
	for name, look := range lookups() {
		t.Run(name, func(t *testing.T) {
			m := tree(t, "/", look)
			if got, err := m.Readlink(fd); got != deleted+deletedMark || err != nil {
				t.Errorf("Readlink of fd = %q, %v", got, err)
			}
			if got, err := ReadFile(m, fd, 100); string(got) != "still there" || err != nil {
				t.Errorf("content of a deleted file = %q, %v", got, err)
			}
			if got, err := m.Readlink(self + "/ns/net"); !strings.HasPrefix(got, "net:[") || err != nil {
				t.Errorf("Readlink of ns/net = %q, %v", got, err)
			}
			if got, err := ReadFile(m, "/proc/self/status", smallFile); !strings.HasPrefix(string(got), "Name:") || err != nil {
				t.Errorf("status = %.20q, %v", got, err)
			}
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			file, err := m.Open(self + "/root" + exe)
			if err != nil {
				t.Fatalf("through root: %v", err)
			}
			defer file.Close()
			again, err := m.Open(self + "/exe")
			if err != nil {
				t.Fatalf("exe: %v", err)
			}
			defer again.Close()
			if file.Info().Ino != again.Info().Ino || file.Info().Size == 0 {
				t.Errorf("root%s is inode %d, exe is %d", exe, file.Info().Ino, again.Info().Ino)
			}
			sub, err := m.Sub(self + "/root")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sub.Lstat(exe); err != nil {
				t.Errorf("exe below Sub(root): %v", err)
			}
			if _, err := m.Open(self + "/fd"); !errors.Is(err, ErrNotRegular) {
				if _, err = ReadFile(m, self+"/fd", 10); !errors.Is(err, ErrNotRegular) {
					t.Errorf("a folder of /proc: %v, want ErrNotRegular", err)
				}
			}
		})
	}
}
