package host

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
)

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

// TestChroot has a process whose root is a folder of the machine: the kernel prints that folder before its names.
func TestChroot(t *testing.T) {
	h, err := Read(context.Background(), parseText(t, `
-- proc/7/cmdline --
/bin/app
-- proc/7/exe -> /srv/jail/bin/app (deleted) --
-- proc/7/root -> /srv/jail --
-- proc/7/cwd -> /srv/jail --
-- proc/7/fd/3 -> /srv/jail/data/db --
-- proc/7/fd/4 -> /srv/jailbreak --
-- proc/7/maps --
1-2 r-xp 0 fe:00 7                     /srv/jail/lib/libc.so
2-3 rw-p 0 00:00 0                     [heap]
-- srv/jail/bin/app --
`))
	if err != nil {
		t.Fatal(err)
	}
	p := h.Process(7)
	cwd, _, err := p.Cwd()
	if p.Exe != "/bin/app" || !p.ExeDeleted || cwd != "/" || err != nil {
		t.Errorf("exe %q %v, cwd %q, %v", p.Exe, p.ExeDeleted, cwd, err)
	}
	fds, err := p.FDs()
	if err != nil || len(fds) != 2 || fds[0].Target != "/data/db" || fds[1].Target != "/srv/jailbreak" {
		t.Errorf("FDs = %+v, %v", fds, err)
	}
	maps, err := p.Maps()
	if err != nil || len(maps) != 2 || maps[0].Path != "/lib/libc.so" || maps[1].Path != "[heap]" {
		t.Errorf("Maps = %+v, %v", maps, err)
	}
	tr, err := p.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Lstat(p.Exe); err != nil {
		t.Errorf("exe in its own tree: %v", err)
	}
}
