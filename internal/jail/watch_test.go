package jail

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// TestMain is the inner side of a box, and the program in it.
func TestMain(m *testing.M) {
	Main()
	if len(os.Args) == 2 && os.Args[0] == "/probe" {
		os.Exit(probe(os.Args[1]))
	}
	os.Exit(m.Run())
}

// looped is how often the probe asks for one path to see what that costs.
const looped = 20_000

// probe looks paths up in every way that there is.
func probe(how string) int {
	switch how {
	case "many":
		return probeMany()
	case "loop":
		begin := time.Now()
		for range looped {
			_ = unix.Stat("/nothing", &unix.Stat_t{})
		}
		fmt.Println(time.Since(begin).Nanoseconds() / looped)
		return 0
	case "stays":
		fmt.Println("ready")
		for {
			_, _ = os.Stat("/stays")
			time.Sleep(time.Millisecond)
		}
	}
	_, _ = os.Stat("/stat")
	_, _ = os.Lstat("/lstat")
	_, _ = os.Open("/open")
	_, _ = os.Readlink("/readlink")
	_ = unix.Access("/access", unix.R_OK)
	_ = unix.Faccessat2(unix.AT_FDCWD, "/faccessat2", unix.R_OK, unix.AT_SYMLINK_NOFOLLOW)
	_ = unix.Statx(unix.AT_FDCWD, "/statx", 0, unix.STATX_MODE, &unix.Statx_t{})
	_, _ = unix.Openat2(unix.AT_FDCWD, "/openat2", &unix.OpenHow{Flags: unix.O_CREAT | unix.O_RDWR | unix.O_CLOEXEC, Mode: 0o600, Resolve: unix.RESOLVE_IN_ROOT})
	_, _ = os.OpenFile("/made", os.O_CREATE|os.O_WRONLY, 0o600)
	_ = os.Chdir("/folder")
	_, _ = os.Open("relative")
	fd, err := unix.Open("/folder/deep", unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_, _ = unix.Openat(fd, "beside", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	_ = unix.Fstatat(fd, "", &unix.Stat_t{}, unix.AT_EMPTY_PATH) // looks nothing up
	_, _ = syscall.ForkExec("/program", []string{"program"}, &syscall.ProcAttr{})
	_, _ = os.Stat("/" + strings.Repeat("l", unix.PathMax)) // longer than any path
	_, _ = os.Stat("/" + strings.Repeat("w/", 1500))
	_, _, e := unix.Syscall6(unix.SYS_OPENAT, 0, 1, 0, 0, 0, 0) // no memory there
	if e != unix.EFAULT {
		fmt.Println("a path that cannot be read:", e)
		return 1
	}
	edge, err := unix.Mmap(-1, 0, 2*os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil || unix.Mprotect(edge[os.Getpagesize():], unix.PROT_NONE) != nil {
		return 1
	}
	last := edge[os.Getpagesize()-len("/edge\x00"):] // ends with the page
	copy(last, "/edge\x00")
	if _, _, e := unix.Syscall6(unix.SYS_OPENAT, 0, uintptr(unsafe.Pointer(&last[0])), 0, 0, 0, 0); e != unix.ENOENT {
		fmt.Println("a path at the end of a page:", e)
		return 1
	}
	return 0
}

// probeMany has many threads look, and children that end while they do.
func probeMany() int {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 200 {
				_, _ = os.Stat(fmt.Sprintf("/many-%d-%d", i, n))
				if n%50 == 0 {
					_, _ = syscall.ForkExec(fmt.Sprintf("/child-%d-%d", i, n), []string{"child"}, &syscall.ProcAttr{})
				}
			}
		})
	}
	all.Wait()
	return 0
}

// boxed runs the probe in a box and returns what was heard, how it ended and what it printed.
func boxed(t testing.TB, how string, during func(*Box, *Watcher)) ([]Lookup, *Box, string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := elf.NewFile(bytes.NewReader(self)); err != nil || slices.ContainsFunc(e.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Skip("this test is no static program")
	}
	root := t.TempDir()
	if err := errors.Join(os.Chmod(root, 0o755), os.MkdirAll(filepath.Join(root, "folder/deep"), 0o755), os.WriteFile(filepath.Join(root, "probe"), self, 0o755)); err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(read)
		said <- string(text)
	}()
	b, err := NewBox(t.Context(), write)
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	var list []Lookup
	w, err := b.Watch(func(l Lookup) { list = append(list, l) })
	if err != nil {
		t.Fatal(err)
	}
	err = b.Run(BoxPlan{Root: root, Hostname: "box", User: "0:0", Dir: "/", Args: []string{"/probe", how}, Env: []string{"PATH=/bin"}})
	if err != nil {
		t.Fatal(err, b.Kill())
	}
	during(b, w)
	if err := errors.Join(b.Kill(), w.Close()); err != nil {
		t.Error(err)
	}
	return list, b, <-said
}

func waitEnd(t testing.TB, b *Box) {
	select {
	case <-b.Ended():
	case <-time.After(30 * time.Second):
		t.Error("the program hangs")
	}
}

// TestWatch hears of each kind of look-up once, as it was meant; what cannot be read is counted, and nothing changes for the caller.
func TestWatch(t *testing.T) {
	unread := 0
	list, b, said := boxed(t, "all", func(b *Box, w *Watcher) {
		waitEnd(t, b)
		var err error
		if unread, err = w.State(); err != nil {
			t.Skip(err)
		}
	})
	if b.State().ExitCode() != 0 {
		t.Fatalf("the program ended with %d: %s", b.State().ExitCode(), said)
	}
	if unread != 2 {
		t.Errorf("%d could not be read, want the one without memory and the one that is too long", unread)
	}
	seen := map[string]Lookup{}
	for _, l := range list {
		seen[l.Path] = l
	}
	for path, want := range map[string]Lookup{
		"/stat": {}, "/lstat": {Link: true}, "/open": {Open: true}, "/readlink": {Link: true}, "/access": {}, "/faccessat2": {Link: true}, "/statx": {},
		"/openat2": {Open: true, Create: true}, "/made": {Open: true, Create: true}, "relative": {Open: true, Dir: "/folder"}, "beside": {Open: true, Dir: "/folder/deep"},
		"/program": {}, "/edge": {Open: true}, "/" + strings.Repeat("w/", 1500): {}, "/folder/deep": {Open: true},
	} {
		got, ok := seen[path]
		if got.Call == "" || got.PID == 0 {
			t.Errorf("%q: call %q of %d", path, got.Call, got.PID)
		}
		if want.Call, want.PID, want.Path = got.Call, got.PID, path; !ok || got != want {
			t.Errorf("%q: got %+v, want %+v", path, got, want)
		}
	}
	if seen["/program"].Call != "execve" {
		t.Errorf("%+v", seen["/program"])
	}
	if _, there := seen[""]; there {
		t.Error("a descriptor alone counts as a path")
	}
}

// TestWatchMany: no look-up of many threads is lost, nor that of a child that shares its parent's memory (vfork).
func TestWatchMany(t *testing.T) {
	list, b, said := boxed(t, "many", func(b *Box, _ *Watcher) { waitEnd(t, b) })
	if b.State().ExitCode() != 0 {
		t.Fatal(said)
	}
	seen := map[string]bool{}
	for _, l := range list {
		seen[l.Path] = true
	}
	for i := range 8 {
		for n := range 200 {
			if name := fmt.Sprintf("/many-%d-%d", i, n); !seen[name] {
				t.Errorf("%s is lost", name)
			}
			if name := fmt.Sprintf("/child-%d-%d", i, n); n%50 == 0 && !seen[name] {
				t.Errorf("%s is lost", name)
			}
		}
	}
}

// TestWatchEnds: a program that goes on looking is ended in the middle, and the listener with it.
func TestWatchEnds(t *testing.T) {
	begin := time.Now()
	list, _, _ := boxed(t, "stays", func(*Box, *Watcher) { time.Sleep(300 * time.Millisecond) })
	if !slices.ContainsFunc(list, func(l Lookup) bool { return l.Path == "/stays" }) || time.Since(begin) > 10*time.Second {
		t.Errorf("%d look-ups in %v", len(list), time.Since(begin))
	}
}

func TestLookupFilter(t *testing.T) {
	raw, err := bpf.Assemble(lookupFilter())
	if err != nil {
		t.Fatal(err)
	}
	var code []unix.SockFilter
	for _, r := range raw {
		code = append(code, unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K})
	}
	for name, c := range map[string]struct {
		arch, nr uint32
		args     []uint64
		want     uint32
	}{
		"open":             {auditArch, unix.SYS_OPENAT, nil, unix.SECCOMP_RET_USER_NOTIF},
		"execute":          {auditArch, unix.SYS_EXECVE, nil, unix.SECCOMP_RET_USER_NOTIF},
		"stat":             {auditArch, unix.SYS_STATX, []uint64{0, 0, 0}, unix.SECCOMP_RET_USER_NOTIF},
		"descriptor alone": {auditArch, unix.SYS_STATX, []uint64{0, 0, unix.AT_EMPTY_PATH}, retAllow},
		"read":             {auditArch, unix.SYS_READ, nil, retAllow},
		"32 bits":          {unix.AUDIT_ARCH_I386, unix.SYS_OPENAT, nil, retAllow},
	} {
		if got := verdict(t, code, c.arch, c.nr, c.args...); got != c.want {
			t.Errorf("%s: %#x, want %#x", name, got, c.want)
		}
	}
}

// BenchmarkWatch says how many nanoseconds a look-up takes that a2c hears of; without, stat(2) takes some hundred.
func BenchmarkWatch(b *testing.B) {
	for b.Loop() {
		_, _, said := boxed(b, "loop", func(x *Box, _ *Watcher) { waitEnd(b, x) })
		ns, err := strconv.ParseFloat(strings.TrimSpace(said), 64)
		if err != nil {
			b.Fatal(said)
		}
		b.ReportMetric(ns, "ns/look-up")
	}
}
