package proof

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory"
	"a2c/model"
	"a2c/proof/apps"
)

// AroundHost shows what inventory says of how applications are started, who opened their sockets and which proxies stand in front of them: on a
// machine that a real systemd has booted, from inside and from outside of it, and in a container of a real engine.
func AroundHost() Proof {
	return Proof{
		Name: "host", Needs: []Need{Root, Packages}, Budget: 2 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			tools := append(apps.JavaTools(), append(apps.HostTools(), apps.StartTools()...)...)
			if b.Extent != Part {
				tools = append(tools, apps.EngineTools()...)
				b.GoInstall(t, crictl)
			}
			if err := apps.Ensure(t.Context(), b.Log, tools); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			m := newMachine(t, b, "machine", "", "queue", "gate", "legacy")
			m.boot()
			m.ready()
			t.Run("inside", m.inside)
			t.Run("outside", m.outside)
			t.Run("container", m.container)
			t.Run("instances", m.again)
			if b.Extent != Part { // they take ways like Docker's, and a while
				t.Run("lxc", m.lxc)
				t.Run("podman", m.podman)
				t.Run("rootless", m.rootless)
				t.Run("containerd", m.containerd)
			}
			t.Run("started", func(t *testing.T) { startedOtherwise(t, b) })
		},
	}
}

// expectedStart is what must be said of an application of testdata/host/machine.txtar. It is written by hand from those files.
type expectedStart struct {
	User      string // that it runs as
	Mechanism string
	Name      string
	File      string
	DropIns   []string          `json:",omitempty"`
	Settings  map[string]string // of the unit, some
	Variables []string          `json:",omitempty"` // names, of Environment and EnvironmentFile
	Sockets   []string          `json:",omitempty"`
	Inherited string            `json:",omitempty"`
	Process   map[string]string // some of what the kernel holds
	Proxies   []string          `json:",omitempty"` // product, names, path, where it stands
	Related   int
}

// inside takes the inventory from within, as an administrator of that machine would, and holds each application against what its files say.
func (m *machine) inside(t *testing.T) {
	found := m.inventory(t)
	var want map[string]expectedStart
	readJSON(t, filepath.Join(m.b.Repo, "testdata/host/want.json"), &want)
	m.decoys(t)
	m.unresolved(t)
	got := map[string]expectedStart{}
	for id, app := range found {
		if id != inventory.ID(app) {
			t.Errorf("the ID %s is not made from what stands below it", id)
		}
		if app.Container != nil {
			t.Errorf("%s is said to be in a container: %+v", id, app.Container)
		}
		name := app.Start.Name
		got[name] = seenStart(app, want[name])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("applications by unit (-want +got):\n%s", diff)
	}
}

// unresolved holds that the lines of the proxies whose targets a request decides are listed, by file and line.
func (m *machine) unresolved(t *testing.T) {
	t.Helper()
	var h model.Host
	readJSON(t, fmt.Sprintf("/proc/%d/root/run/a2c-workspace/host.json", m.pid), &h)
	got := map[string]string{}
	for _, s := range h.Skips {
		if strings.HasPrefix(s.What, "where ") {
			got[s.What+" of "+string(s.Path)] = s.Reason
		}
	}
	want := map[string]string{
		"where nginx hands on to by line 9 of /etc/a2c-proof/sites/shop.conf": "http://127.0.0.1:$arg_port is decided while it runs",
		"where apache hands on to by line 22 of /etc/a2c-proof/apache.conf":   "http://127.0.0.1:$1/ is decided while it runs",
		"where haproxy hands on to by line 12 of /etc/a2c-proof/haproxy.cfg":  "%[req.hdr(host),lower] is decided while it runs",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("targets that are not known (-want +got):\n%s", diff)
	}
}

// decoys holds that the processes which only look like Java do run, so that their absence from the inventory says something.
func (m *machine) decoys(t *testing.T) {
	t.Helper()
	running := 0
	for pid := range family(t, m.pid) {
		argv, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil {
			continue // it ended
		}
		exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		args := strings.Split(string(argv), "\x00")
		if filepath.Base(exe) != "java" && (args[0] == "java" || len(args) > 1 && filepath.Base(args[1]) == "java") {
			running++
		}
	}
	if running != 3 {
		t.Errorf("%d processes look like Java and are none, want 3", running)
	}
}

// seenStart is what the inventory says, of settings and of the process as far as want asks for them.
func seenStart(app model.App, want expectedStart) expectedStart {
	s := app.Start
	got := expectedStart{User: app.User.Name, Mechanism: s.Mechanism, Name: s.Name, File: string(s.File), Related: len(app.Related), Settings: map[string]string{}, Process: map[string]string{}}
	if u := s.Unit; u != nil {
		for _, d := range u.DropIns {
			got.DropIns = append(got.DropIns, string(d))
		}
		for _, v := range u.Settings {
			if _, asked := want.Settings[v.Key]; asked {
				got.Settings[v.Key] = v.Value
			}
		}
		got.Variables = append(got.Variables, u.Environment...)
		for _, f := range u.EnvironmentFiles {
			got.Variables = append(got.Variables, f.Names...)
		}
		for _, k := range u.Sockets {
			got.Sockets = append(got.Sockets, k.Name+" "+strings.Join(k.Listen, " "))
		}
	}
	for _, l := range app.Listeners {
		got.Inherited += l.Inherited
	}
	for _, p := range app.Proxies {
		at := p.Evidence["upstream"][0]
		got.Proxies = append(got.Proxies, strings.Join(append(append([]string{p.Product}, p.ServerNames...), p.Path, string(at)), " "))
	}
	slices.Sort(got.Proxies)
	all := map[string]string{
		"cwd": string(app.Process.Cwd), "umask": app.Process.Umask, "nice": strconv.Itoa(app.Process.Nice), "oomScoreAdj": strconv.Itoa(app.Process.OOMScoreAdj),
		"ambientCapabilities": strings.Join(app.Process.Ambient, " "), "noNewPrivileges": strconv.FormatBool(app.Process.NoNewPrivs), "seccomp": app.Process.Seccomp,
	}
	for _, l := range app.Process.Limits {
		all[l.Name] = l.Soft + "/" + l.Hard
	}
	for key := range want.Process {
		got.Process[key] = all[key]
	}
	return got
}

// outside takes the inventory of the machine that all of this runs on: what systemd started there has a root, mounts and process numbers of its own,
// and is left out, unless it is asked for; then its units are read from its own root.
func (m *machine) outside(t *testing.T) {
	c := m.b.Command(m.path("workspace"))
	without := takeInventory(t, c)
	ours := family(t, m.pid)
	for id, app := range without {
		if app.Container != nil || ours[app.ProcessID] != 0 {
			t.Errorf("%s (process %d) is listed without --include-containers", id, app.ProcessID)
		}
	}
	var h model.Host
	readJSON(t, filepath.Join(c.Workspace, "host.json"), &h)
	at := slices.IndexFunc(h.Skips, func(s model.Skip) bool { return s.What == "application in a container (unknown engine)" })
	if at < 0 || h.Skips[at].Count != servicesOfProof || h.Skips[at].Remedy != inventory.ContainerRemedy || h.Skips[at].Incomplete {
		t.Errorf("the skips do not say that %d applications were left out: %+v", servicesOfProof, h.Skips)
	}
	c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-q", "-o", "json", "--include-containers")
	found := model.Inventory{}
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
	units := map[string]string{}
	for _, app := range found {
		if ours[app.ProcessID] != 0 {
			units[app.Start.Name] = string(app.Start.File)
			if app.Container == nil || app.Container.Engine != "unknown" || !app.Foreign {
				t.Errorf("%s: container %+v, foreign %v", app.Start.Name, app.Container, app.Foreign)
			}
		}
	}
	want := map[string]string{
		"shop.service": "/usr/lib/systemd/system/shop.service", "queue@blue.service": "/etc/systemd/system/queue@.service", "queue@green.service": "/etc/systemd/system/queue@.service",
		"gate.service": "/etc/systemd/system/gate.service", "legacy.service": "/etc/init.d/legacy",
	}
	if diff := cmp.Diff(want, units); diff != "" {
		t.Errorf("units as seen from outside (-want +got):\n%s", diff)
	}
}

// servicesOfProof is how many applications the machine has.
const servicesOfProof = 5

// again restarts all applications and wants the same IDs.
func (m *machine) again(t *testing.T) {
	before := m.ids(t)
	units := append(slices.DeleteFunc(slices.Sorted(maps.Keys(before)), func(u string) bool { return u == "gate.service" }), "gate.service")
	m.enter(t, "systemctl", append([]string{"restart"}, units[:len(units)-1]...)...)
	m.enter(t, "systemctl", "stop", "gate.service")
	m.ready()
	if diff := cmp.Diff(before, m.ids(t)); diff != "" {
		t.Errorf("IDs after a restart (-before +after):\n%s", diff)
	}
}

func (m *machine) ids(t *testing.T) map[string]string {
	ids := map[string]string{}
	for id, app := range m.inventory(t) {
		ids[app.Start.Name] = id
	}
	return ids
}

// ready waits until every application and every proxy answers, which also activates the service behind the socket.
func (m *machine) ready() {
	m.t.Helper()
	for _, x := range []struct{ address, path, host, want string }{
		{"127.0.0.1:19210", "/", "", "shop"},
		{"127.0.0.1:19211", "/", "", "queue-blue"},
		{"127.0.0.1:19212", "/", "", "queue-green"},
		{"127.0.0.1:19213", "/", "", "gate"},
		{"127.0.0.1:19214", "/", "", "legacy"},
		{"127.0.0.1:19201", "/shop", "shop.example", "shop"},
		{"127.0.0.1:19202", "/gate", "gate.example", "gate"},
		{"127.0.0.1:19203", "/legacy", "", "legacy"},
		{"127.0.0.1:19204", "/shop", "shop.example", "shop"},
	} {
		if got := m.ask(m.t, m.pid, x.address, x.path, x.host); got != x.want {
			m.t.Fatalf("%s%s answers %q, want %q\n%s", x.address, x.path, got, x.want, m.log())
		}
	}
	fmt.Fprintln(m.b.Log, "five applications and four proxies answer")
}
