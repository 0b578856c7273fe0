package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// TestTimes has files of the years before and after which no document can say the time; tmpfs keeps any.
func TestTimes(t *testing.T) {
	for seconds, same := range map[int64]bool{-1 << 40: false, -1: true, 0: true, 1763971200: true, 1 << 33: true, 1 << 40: false} {
		got := infoOf(&unix.Stat_t{Mtim: unix.Timespec{Sec: seconds}}).MTime
		if _, err := got.MarshalJSON(); err != nil || got.Equal(time.Unix(seconds, 0)) != same {
			t.Errorf("time of %d: %v, error %v", seconds, got, err)
		}
	}
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
