package proof

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory"
	"a2c/model"
)

// expectedOther is what must be said of an application of testdata/host/started.txtar. It is written by hand from those files.
type expectedOther struct {
	User      string
	Mechanism string
	Name      string `json:",omitempty"`
	File      string `json:",omitempty"` // with the line, where one tells
	Parents   string `json:",omitempty"` // the programs between it and what starts everything, nearest first
	Terminal  bool   `json:",omitempty"`
	Container string `json:",omitempty"` // engine and name
	Artifact  string
	Listeners []string `json:",omitempty"`
	Related   []string `json:",omitempty"` // names
}

// startedOtherwise boots a second machine, on which applications are started by supervisord, cron, an init script, several kinds of sessions and two
// engines of containers, and holds each against what the machine's files say.
func startedOtherwise(t *testing.T, b *Bench) {
	m := newMachine(t, b, "started", "desk", "pool", "night", "report", "plain", "name", "hand", "pair", "box")
	m.root("files/srv/box")
	m.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", m.path("files/etc/a2c-proof/host_key"))
	m.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", m.path("files/etc/a2c-proof/key"))
	m.run("cp", m.path("files/etc/a2c-proof/key.pub"), m.path("files/etc/a2c-proof/authorized_keys"))
	m.boot()
	m.byHand()
	for name, port := range map[string]int{
		"desk": 19230, "night": 19232, "day": 19233, "report": 19234, "plain": 19235, "tmux": 19236, "screen": 19237, "script": 19238, "su": 19239,
		"worker-0": 19240, "worker-1": 19241, "ssh": 19242, "box": 19246,
	} {
		if got := m.ask(t, m.pid, "127.0.0.1:"+strconv.Itoa(port), "/", ""); got != name {
			log, _ := os.ReadFile(fmt.Sprintf("/proc/%d/root/run/box.log", m.pid)) // for the message alone
			t.Fatalf("port %d answers %q, want %q\n%s%s", port, got, name, m.log(), log)
		}
	}
	m.both(t, "127.0.0.1:19243", "pair-0", "pair-1")
	var want map[string]expectedOther
	readJSON(t, filepath.Join(b.Repo, "testdata/host/want-started.json"), &want)
	found := m.inventory(t, "--include-containers")
	got := map[string]expectedOther{}
	for id, app := range found {
		if id != inventory.ID(app) {
			t.Errorf("the ID %s is not made from what stands below it", id)
		}
		if got[calls(app)].User != "" {
			t.Errorf("%s is listed twice", calls(app))
		}
		got[calls(app)] = seenOther(app, found)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("applications by name (-want +got):\n%s", diff)
	}
}

// both waits until each of the processes that share a port has answered there: the kernel chooses one by the addresses of a connection.
func (m *machine) both(t *testing.T, address string, names ...string) {
	t.Helper()
	missing := map[string]bool{}
	for _, name := range names {
		missing[name] = true
	}
	for end := time.Now().Add(30 * time.Second); len(missing) > 0; delete(missing, m.ask(t, m.pid, address, "/", "")) {
		if time.Now().After(end) {
			t.Fatalf("%s never answers as %v\n%s", address, missing, m.log())
		}
	}
}

// byHand starts what has no unit.
func (m *machine) byHand() {
	java := filepath.Join(m.java, "bin/java") + " -Xmx32m -jar /srv/a2c-proof/"
	m.enter(m.t, "/srv/a2c-proof/by-hand", "/etc/init.d/plain", "start")
	m.enter(m.t, "/srv/a2c-proof/by-hand", "tmux", "-L", "a2c-proof", "new-session", "-d", java+"hand/web.jar 127.0.0.1 19236 tmux")
	m.enter(m.t, "/srv/a2c-proof/by-hand", append([]string{"screen", "-dmS", "a2c-proof"}, strings.Fields(java+"hand/web.jar 127.0.0.1 19237 screen")...)...)
	m.stays("/srv/a2c-proof/by-hand", "script", "-qfc", java+"hand/web.jar 127.0.0.1 19238 script", "/dev/null")
	m.stays("/srv/a2c-proof/by-hand", "su", "-s", "/bin/sh", "-", "nobody", "-c", java+"hand/web.jar 0.0.0.0 19239 su udp")
	m.stays("/usr/bin/ssh", "-F", "none", "-i", "/etc/a2c-proof/key", "-p", "19229", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectionAttempts=20", "root@127.0.0.1", java+"hand/web.jar 127.0.0.1 19242 ssh")
	for _, name := range []string{"pair-0", "pair-1"} {
		m.stays("/srv/a2c-proof/by-hand", strings.Fields(java+"pair/web.jar 127.0.0.1 19243 "+name+" shared")...)
	}
}

// stays runs a program inside that is ended with the machine.
func (m *machine) stays(name string, args ...string) {
	m.t.Helper()
	cmd := m.command(context.WithoutCancel(m.t.Context()), name, args...)
	out, err := os.OpenFile(m.path("systemd.log"), os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended with the machine, most often
		_ = cmd.Wait()
	})
}

// calls is the name that Web answers with.
func calls(app model.App) string {
	args := app.Process.Args
	args = args[slices.Index(args, "-jar")+2:]
	return args[min(2, len(args)-1)]
}

func seenOther(app model.App, found model.Inventory) expectedOther {
	s := app.Start
	number := regexp.MustCompile(`(pts/|session-)[0-9]+`) // another at each start
	got := expectedOther{User: app.User.Name, Mechanism: s.Mechanism, Name: number.ReplaceAllString(s.Name, "${1}N"), File: string(s.File), Artifact: string(app.Artifact), Terminal: s.Terminal != ""}
	for _, from := range s.Evidence["file"] {
		if strings.HasPrefix(string(from), got.File+":") {
			got.File = string(from)
		}
	}
	var parents []string
	for _, p := range s.Parents {
		program, _, _ := strings.Cut(p.Cmdline, " ")
		parents = append(parents, filepath.Base(program))
	}
	got.Parents = strings.Join(parents, " ")
	if c := app.Container; c != nil {
		got.Container = strings.TrimSpace(c.Engine + " " + c.ID + " " + c.Name)
	}
	for _, l := range app.Listeners {
		text := fmt.Sprintf("%s %s:%d", l.Family, l.Address, l.Port)
		if l.Group != 0 {
			text += fmt.Sprintf(" shared by %d", l.Group)
		}
		if l.Inherited != "" {
			text += " from " + l.Inherited
		}
		got.Listeners = append(got.Listeners, text)
	}
	for _, u := range app.UnixListeners {
		got.Listeners = append(got.Listeners, u.Type+" "+string(u.Path))
	}
	for _, id := range app.Related {
		got.Related = append(got.Related, calls(found[id]))
	}
	slices.Sort(got.Related)
	return got
}
