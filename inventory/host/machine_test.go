package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// lookups are the two ways to find a name; every test of names runs on both.
func lookups() map[string]lookup { return map[string]lookup{"openat2": openat2, "walk": walk} }

// disk is a folder used as a root, with what real disks hold: absolute links, links that climb out, odd names, a FIFO.
func disk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	fillDisk(t, dir)
	return dir
}

func fillDisk(t testing.TB, dir string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(dir, "opt/v2/lib"), 0o755))
	must(os.MkdirAll(filepath.Join(dir, "etc"), 0o750))
	must(os.WriteFile(filepath.Join(dir, "etc/passwd"), []byte("inside\n"), 0o640))
	must(os.WriteFile(filepath.Join(dir, "opt/v2/lib/a\xff\nb.jar"), []byte("jar"), 0o600))
	must(os.Symlink("/opt/v2", filepath.Join(dir, "opt/current")))
	must(os.Symlink("../../../../../../../etc/passwd", filepath.Join(dir, "opt/climb")))
	must(os.Symlink("loop2", filepath.Join(dir, "loop1")))
	must(os.Symlink("loop1", filepath.Join(dir, "loop2")))
	must(os.Symlink("/nowhere", filepath.Join(dir, "dangling")))
	must(unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
}

func tree(t testing.TB, root string, look lookup) *machine {
	t.Helper()
	fd, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return newMachine(fd, root, look, &guard{})
}

func TestMachineNames(t *testing.T) {
	dir := disk(t)
	for name, look := range lookups() {
		t.Run(name, func(t *testing.T) {
			m := tree(t, dir, look)
			for _, c := range []struct {
				file, want string
				err        error
			}{
				{file: "/etc/passwd", want: "inside\n"},
				{file: "/etc/../../../../etc/passwd", want: "inside\n"},
				{file: "/opt/climb", want: "inside\n"},
				{file: "//opt//current/./lib/a\xff\nb.jar", want: "jar"},
				{file: "/loop1", err: unix.ELOOP},
				{file: "/dangling", err: fs.ErrNotExist},
				{file: "/etc/passwd/", err: unix.ENOTDIR},
				{file: "/etc/passwd/x", err: unix.ENOTDIR},
				{file: "/pipe", err: ErrNotRegular},
				{file: "/etc", err: ErrNotRegular},
				{file: "etc/passwd", err: unix.EINVAL},
				{file: "/etc\x00/passwd", err: unix.EINVAL},
				{file: "", err: unix.EINVAL},
			} {
				got, err := ReadFile(m, c.file, 1000)
				if string(got) != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Errorf("ReadFile(%q) = %q, %v; want %q, %v", c.file, got, err, c.want, c.err)
				}
			}
		})
	}
}

// FuzzLookup holds that both ways find the same, or fail the same, whatever the name.
func FuzzLookup(f *testing.F) {
	f.Add("/opt/current/../climb")
	f.Add("/etc/passwd/.")
	f.Add("/loop1/x")
	f.Add("/dangling/..")
	f.Add("/opt/current/")
	f.Add("/opt/climb/")
	f.Add("//../etc/./passwd")
	f.Add("/pipe/..")
	dir := f.TempDir()
	fillDisk(f, dir)
	a, b, slow := tree(f, dir, openat2), tree(f, dir, walk), tree(f, dir, walk)
	slow.guard.risky = true
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 2000 {
			t.Skip("the kernel's limit of a name is not walk's")
		}
		for _, m := range []*machine{b, slow} {
			compare(t, "Lstat", name, a.Lstat, m.Lstat)
			compare(t, "Readlink", name, a.Readlink, m.Readlink)
			compare(t, "ReadDir", name, a.ReadDir, m.ReadDir)
			read := func(m *machine) func(string) ([]byte, error) {
				return func(name string) ([]byte, error) { return ReadFile(m, name, 1000) }
			}
			compare(t, "ReadFile", name, read(a), read(m))
		}
	})
}

func compare[T any](t *testing.T, what, name string, a, b func(string) (T, error)) {
	t.Helper()
	want, err1 := a(name)
	got, err2 := b(name)
	if fmt.Sprint(err1) != fmt.Sprint(err2) {
		t.Fatalf("%s(%q): openat2 says %v, walk %v", what, name, err1, err2)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s(%q) (-openat2 +walk):\n%s", what, name, diff)
	}
}

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
	if p.Exe != "/bin/sh" || p.Start != 900 || p.Args[0] != "x" {
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

func TestMachineLinksAndFolders(t *testing.T) {
	dir := disk(t)
	for name, look := range lookups() {
		t.Run(name, func(t *testing.T) {
			m := tree(t, dir, look)
			target, err := m.Readlink("/opt/current")
			if target != "/opt/v2" || err != nil {
				t.Errorf("Readlink = %q, %v", target, err)
			}
			if _, err := m.Readlink("/etc"); !errors.Is(err, unix.EINVAL) {
				t.Errorf("Readlink of a folder: %v, want EINVAL", err)
			}
			info, err := m.Lstat("/opt/current")
			if info.Type != Symlink || err != nil {
				t.Errorf("Lstat of a link = %c, %v", info.Type, err)
			}
			if info, err = m.Lstat("/opt/current/"); info.Type != Dir || err != nil {
				t.Errorf("Lstat of link/ = %c, %v", info.Type, err)
			}
			if info, err = m.Lstat("/etc/passwd"); info.Mode != 0o640 || info.Size != 7 || info.Type != Regular || err != nil {
				t.Errorf("Lstat = %+v, %v", info, err)
			}
			real, links, err := Resolve(m, "/opt/current/../climb")
			if err != nil || real != "/etc/passwd" || !slices.Equal(links, []string{"/opt/current", "/opt/climb"}) {
				t.Errorf("Resolve = %q, %q, %v", real, links, err)
			}
			entries, err := m.ReadDir("/")
			want := []Entry{{"dangling", Symlink}, {"etc", Dir}, {"loop1", Symlink}, {"loop2", Symlink}, {"opt", Dir}, {"pipe", Fifo}}
			if diff := cmp.Diff(want, entries); diff != "" || err != nil {
				t.Errorf("ReadDir (-want +got):\n%s%v", diff, err)
			}
			sub, err := m.Sub("/opt/current")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ReadFile(sub, "/../lib/a\xff\nb.jar", 10); string(got) != "jar" {
				t.Errorf("below Sub: %q, %v", got, err)
			}
			if _, err := m.Sub("/etc/passwd"); !errors.Is(err, unix.ENOTDIR) {
				t.Errorf("Sub of a file: %v, want ENOTDIR", err)
			}
		})
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

// TestMachineNeverOpensDevices exchanges a file for a FIFO while it is opened: Open must neither block nor open the FIFO.
func TestMachineNeverOpensDevices(t *testing.T) {
	dir := t.TempDir()
	file, fifo, name := filepath.Join(dir, "file"), filepath.Join(dir, "fifo"), filepath.Join(dir, "name")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			target := []string{file, fifo}[i%2]
			_ = os.Symlink(target, name+".new")
			_ = os.Rename(name+".new", name)
		}
	}()
	m := tree(t, dir, openat2)
	for range 2000 {
		f, err := m.Open("/name")
		if err == nil {
			if f.Info().Type != Regular {
				t.Fatal("opened something else than a regular file")
			}
			f.Close()
		}
	}
	close(stop)
	<-done
}

func TestMachineXattrs(t *testing.T) {
	dir := disk(t)
	if err := unix.Setxattr(filepath.Join(dir, "etc/passwd"), "user.note", []byte("a\x00b"), 0); err != nil {
		t.Skipf("the temporary folder's file system has no extended attributes: %v", err)
	}
	for name, look := range lookups() {
		t.Run(name, func(t *testing.T) {
			m := tree(t, dir, look)
			got, err := m.Xattrs("/etc/passwd")
			if diff := cmp.Diff(map[string][]byte{"user.note": []byte("a\x00b")}, got); diff != "" || err != nil {
				t.Errorf("Xattrs (-want +got):\n%s%v", diff, err)
			}
			if got, err := m.Xattrs("/opt/climb"); len(got) != 0 || err != nil {
				t.Errorf("Xattrs of a link to it = %q, %v; want the link's own: none", got, err)
			}
		})
	}
}

func TestReadFileLimit(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), make([]byte, 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
	m := tree(t, dir, openat2)
	if _, err := ReadFile(m, "/f", 9_999); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte over the limit: %v, want ErrTooLarge", err)
	}
	if got, err := ReadFile(m, "/f", 10_000); len(got) != 10_000 || err != nil {
		t.Errorf("at the limit: %d bytes, %v", len(got), err)
	}
}

func TestErrorsAreEscaped(t *testing.T) {
	m := tree(t, t.TempDir(), openat2)
	_, err := m.Lstat("/\x1b[2Jx")
	if err == nil || strings.ContainsRune(err.Error(), 0x1b) || !strings.Contains(err.Error(), `/\x1b[2Jx`) {
		t.Errorf("error = %q", err)
	}
}

func TestTimed(t *testing.T) {
	late := make(chan int, 1)
	release := make(chan struct{})
	_, err := timed(time.Millisecond, func() (int, error) { <-release; return 7, nil }, func(v int) { late <- v })
	if !errors.Is(err, ErrTimeout) {
		t.Errorf("a call that hangs: %v, want ErrTimeout", err)
	}
	close(release)
	if v := <-late; v != 7 {
		t.Errorf("late result %d, want 7", v)
	}
	if v, err := timed(time.Minute, func() (int, error) { return 8, nil }, func(int) {}); v != 8 || err != nil {
		t.Errorf("a call that answers = %d, %v", v, err)
	}
}

func TestWalk(t *testing.T) {
	dir := disk(t)
	for name, look := range lookups() {
		t.Run(name, func(t *testing.T) { testWalk(t, tree(t, dir, look)) })
	}
	t.Run("cancel", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		err := Walk(ctx, tree(t, dir, walk), "/", func(string, Info, error) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a walk that was cancelled: %v", err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		var seen []string
		err := Walk(context.Background(), tree(t, dir, walk), "/none", func(name string, _ Info, err error) error {
			seen = append(seen, name)
			return err
		})
		if !Vanished(err) || len(seen) != 1 {
			t.Errorf("a root that is not there: %v, %q", err, seen)
		}
	})
}

func testWalk(t *testing.T, m Tree) {
	var got []string
	err := Walk(context.Background(), m, "/", func(name string, info Info, err error) error {
		got = append(got, string(rune(info.Type))+name)
		if name == "/opt/v2" {
			return fs.SkipDir
		}
		return err
	})
	want := []string{"d/", "l/dangling", "d/etc", "-/etc/passwd", "l/loop1", "l/loop2", "d/opt", "l/opt/climb", "l/opt/current", "d/opt/v2", "p/pipe"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Walk (-want +got):\n%s%v", diff, err)
	}
}

func TestReadThisMachine(t *testing.T) {
	m, err := Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Read(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	p := h.Process(os.Getpid())
	if p == nil {
		t.Fatal("this process was not found")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if p.Exe != exe || p.PPID != os.Getppid() || !slices.Equal(p.Args, os.Args) {
		t.Errorf("got %q %d %q, want %q %d %q", p.Exe, p.PPID, p.Args, exe, os.Getppid(), os.Args)
	}
	start, err := p.StartTime()
	if age := time.Since(start); err != nil || age < 0 || age > time.Hour {
		t.Errorf("this process started %v ago, %v", age, err)
	}
	if h.Process(2) != nil {
		t.Errorf("kernel thread in the list: %+v", h.Process(2))
	}
}

func BenchmarkMachine(b *testing.B) {
	for name, look := range lookups() {
		b.Run(name, func(b *testing.B) {
			m := tree(b, "/", look)
			for b.Loop() {
				h, err := Read(context.Background(), m)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(h.Seen.Processes), "processes")
			}
		})
	}
}
