package host

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"a2c/parse"
)

// self is this test's process as a2c sees it.
func self(t *testing.T) (*Host, *Process) {
	t.Helper()
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
	return h, p
}

// TestSelf compares what is read of this process with what it knows about itself.
func TestSelf(t *testing.T) {
	h, p := self(t)
	env, err := p.Environ()
	if path, _ := env.Get("PATH"); path != os.Getenv("PATH") || err != nil {
		t.Errorf("PATH = %q, %v", path, err)
	}
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := p.Cwd(); got != cwd || err != nil {
		t.Errorf("Cwd = %q, %v; want %q", got, err, cwd)
	}
	if root, err := p.Root(); root != "/" || err != nil {
		t.Errorf("Root = %q, %v", root, err)
	}
	s, err := p.Status()
	if err != nil || s.UID[1] != os.Geteuid() || s.GID[1] != os.Getegid() || s.Threads < 2 || s.VMRSS < 1<<20 || s.NSPID[0] != p.PID {
		t.Errorf("Status = %+v, %v", s, err)
	}
	u, err := p.User()
	if err != nil || u.UID != os.Geteuid() || len(u.Evidence["uid"]) == 0 {
		t.Errorf("User = %+v, %v", u, err)
	}
	maps, err := p.Maps()
	if err != nil || !slices.ContainsFunc(parse.MappedFiles(maps), func(m parse.Map) bool { return m.Path == p.Exe && m.Executable() }) {
		t.Errorf("no executable mapping of %s in %d, %v", p.Exe, len(maps), err)
	}
	limits, err := p.Limits()
	if err != nil || !slices.ContainsFunc(limits, func(l parse.Limit) bool { return l.Name == "Max open files" && l.Soft > 0 && l.Unit == "files" }) {
		t.Errorf("Limits = %+v, %v", limits, err)
	}
	if mounts, err := p.Mountinfo(); err != nil || !slices.ContainsFunc(mounts, func(m parse.Mount) bool { return m.Point == "/proc" && m.FSType == "proc" }) {
		t.Errorf("Mountinfo = %+v, %v", mounts, err)
	}
	if list, err := p.Cgroups(); err != nil || len(list) == 0 {
		t.Errorf("Cgroups = %+v, %v", list, err)
	}
	if user, system, err := p.CPUTime(); err != nil || user < 0 || system < 0 || user+system > time.Hour {
		t.Errorf("CPUTime = %v %v, %v", user, system, err)
	}
	if tr, err := p.Tree(); err != nil || tr != h.Tree {
		t.Errorf("Tree = %v, %v; want the machine's", tr, err)
	}
	for _, kind := range []string{"net", "mnt", "pid", "ipc"} {
		if inode, err := p.Namespace(kind); err != nil || inode == 0 {
			t.Errorf("Namespace(%s) = %d, %v", kind, inode, err)
		}
	}
}

func TestSelfFDs(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, p := self(t)
	fds, err := p.FDs()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(fds, func(fd FD) bool { return fd.Path() == name })
	if i < 0 {
		t.Fatalf("no descriptor of %s in %+v", name, fds)
	}
	info, err := fds[i].Info()
	if err != nil || !info.Appends() || !info.Writes() || info.Reads() {
		t.Errorf("Info = %+v, %v", info, err)
	}
	if st, err := fds[i].Stat(); err != nil || st.Type != Regular || st.Mode != 0o600 {
		t.Errorf("Stat = %+v, %v", st, err)
	}
}

// TestSelfListeners listens on real sockets of each family and finds them.
func TestSelfListeners(t *testing.T) {
	listen := func(network, addr string) int {
		l, err := net.Listen(network, addr)
		if err != nil {
			t.Skipf("listen %s: %v", network, err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l.Addr().(*net.TCPAddr).Port
	}
	v4 := listen("tcp4", "127.0.0.1:0")
	v6 := listen("tcp6", "[::1]:0")
	conn, err := net.Dial("tcp4", (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: v4}).String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	h, p := self(t)
	got, err := h.Listeners(p)
	if err != nil || len(got) != 2 {
		t.Fatalf("Listeners = %+v, %v", got, err)
	}
	for _, l := range got {
		want := map[int]string{v4: "127.0.0.1 tcp", v6: "::1 tcp6"}[l.Port]
		if l.Address+" "+l.Family != want || l.PID != os.Getpid() || len(l.Evidence["port"]) != 1 {
			t.Errorf("listener %+v, want %q", l, want)
		}
	}
	sockets, err := p.Sockets()
	if err != nil || !slices.ContainsFunc(sockets, func(s OpenSocket) bool { return s.State == parse.Established && int(s.Remote.Port()) == v4 }) {
		t.Errorf("no connection to port %d in %+v, %v", v4, sockets, err)
	}
	unix, err := net.Listen("unix", filepath.Join(t.TempDir(), "a b"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close() }()
	h, p = self(t)
	rows, err := p.UnixSockets()
	if err != nil || !slices.ContainsFunc(rows, func(s parse.UnixSocket) bool { return s.Path == unix.Addr().String() && s.Listening && s.Type == 1 }) {
		t.Errorf("no listening %s in %+v, %v", unix.Addr(), rows, err)
	}
	for _, call := range []func() error{
		func() error { _, err := p.PacketSockets(); return err },
		func() error { _, err := p.NetlinkSockets(); return err },
		func() error { _, err := p.RawSockets(); return err },
		func() error { _, err := p.MulticastGroups(); return err },
	} {
		if err := call(); err != nil {
			t.Error(err)
		}
	}
	if own, err := h.OwnNamespace("net"); err != nil || own == 0 {
		t.Errorf("OwnNamespace = %d, %v", own, err)
	}
}
