package host

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	if got, err := p.Cwd(); got != cwd || err != nil {
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

const family = `systemd hands a socket to the server (activation), which forks a worker and starts a helper by a shell; jsvc's controller and child;
a container with its own namespaces; an agent whose shell leaks a listener to a child.
-- proc/1/cmdline ppid=0 --
/sbin/init
-- proc/1/exe -> /usr/lib/systemd/systemd --
-- proc/1/fd/9 -> socket:[100] --
-- proc/10/cmdline ppid=1 start=100 uid=5 gid=5 --
server
-- proc/10/exe -> /opt/server --
-- proc/10/fd/3 -> socket:[100] --
-- proc/10/fd/4 -> socket:[101] --
-- proc/10/fd/5 -> socket:[102] --
-- proc/10/cgroup --
0::/system.slice/system-server.slice/server@a.service
-- proc/10/net/tcp --
0.0.0.0:80 LISTEN 100
127.0.0.1:8081 LISTEN 101
127.0.0.1:41000 127.0.0.1:5432 ESTABLISHED 102
-- proc/10/net/tcp6 --
[::ffff:127.0.0.1]:8005 LISTEN 103
[::]:9000 LISTEN 105
-- proc/10/net/udp --
0.0.0.0:5353 CLOSE 106
0.0.0.0:45000 CLOSE 107
-- proc/11/cmdline ppid=10 start=101 --
server: worker
-- proc/11/exe -> /opt/server --
-- proc/11/fd/4 -> socket:[101] --
-- proc/11/fd/6 -> socket:[103] --
-- proc/11/fd/7 -> socket:[106] --
-- proc/11/fd/8 -> socket:[107] --
-- proc/12/cmdline ppid=10 start=102 --
sh
-c
helper
-- proc/12/exe -> /usr/bin/dash --
-- proc/12/fd/4 -> socket:[101] --
-- proc/13/cmdline ppid=12 start=103 --
helper
-- proc/13/exe -> /opt/helper --
-- proc/13/fd/4 -> socket:[101] --
-- proc/13/fd/9 -> socket:[105] --
-- proc/20/cmdline ppid=1 start=200 --
jsvc
-cp
x
-- proc/20/exe -> /usr/bin/jsvc --
-- proc/21/cmdline ppid=20 start=201 --
jsvc
-cp
x
-- proc/21/exe -> /usr/bin/jsvc --
-- proc/30/cmdline ppid=1 start=300 uid=5 --
app
-- proc/30/exe -> /app/app --
-- proc/30/root -> /var/lib/containers/1 --
-- proc/30/ns/net -> net:[7] --
-- proc/30/ns/mnt -> mnt:[8] --
-- proc/30/fd/3 -> socket:[300] --
-- proc/30/net/tcp --
0.0.0.0:80 LISTEN 300
-- var/lib/containers/1/etc/passwd --
inside:x:5:5::/:/bin/sh
-- etc/passwd --
outside:x:5:5::/:/bin/sh
-- etc/group --
web:x:5:
`

func familyHost(t *testing.T) *Host {
	t.Helper()
	h, err := Read(context.Background(), parseText(t, family))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestListeners(t *testing.T) {
	h := familyHost(t)
	for _, c := range []struct {
		name string
		pids []int
		want string
	}{
		{"server_with_worker", []int{10, 11}, "80 0.0.0.0 tcp 10, 5353 0.0.0.0 udp 11, 8005 127.0.0.1 tcp6 11, 8081 127.0.0.1 tcp 10"},
		{"leaked_to_helper", []int{13}, "9000 :: tcp6 13"},
		{"container", []int{30}, "80 0.0.0.0 tcp 30"},
		{"none", []int{20, 21}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ps []*Process
			for _, pid := range c.pids {
				ps = append(ps, h.Process(pid))
			}
			list, err := h.Listeners(ps...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range list {
				got = append(got, strings.Join([]string{strconv.Itoa(l.Port), l.Address, l.Family, strconv.Itoa(l.PID)}, " "))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), c.want)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	got := map[int]string{}
	var order []int
	for _, g := range Groups(familyHost(t)) {
		order = append(order, g.Main.PID)
		var text []string
		for _, l := range g.Launchers {
			text = append(text, "by "+strconv.Itoa(l.PID))
		}
		for _, c := range g.Children {
			text = append(text, strconv.Itoa(c.PID))
		}
		got[g.Main.PID] = strings.Join(text, " ")
	}
	if want := []int{1, 10, 11, 13, 21, 30}; !slices.Equal(order, want) {
		t.Errorf("groups of %v, want %v", order, want)
	}
	for pid, want := range map[int]string{1: "10 11 12 13 20 21 30", 10: "11 12 13", 13: "by 12", 21: "by 20", 30: ""} {
		if got[pid] != want {
			t.Errorf("group of %d: %q, want %q", pid, got[pid], want)
		}
	}
}

func TestUserAndUnit(t *testing.T) {
	h := familyHost(t)
	for pid, want := range map[int]string{10: "outside web", 30: "inside "} {
		u, err := h.Process(pid).User()
		if u.Name+" "+u.Group != want || err != nil {
			t.Errorf("user of %d = %+v, %v; want %q", pid, u, err, want)
		}
	}
	unit, at, err := h.Process(10).Unit()
	if unit != "server@a.service" || at != "/proc/10/cgroup:1" || err != nil {
		t.Errorf("Unit = %q %q %v", unit, at, err)
	}
}
