package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/apps"
)

// Churn shows that an inventory is the same whatever comes and goes beside it: 200 programs a second, half of which call themselves java, during 50
// inventories; and that of a /proc that hides other users' processes, or closes them, what can be seen is shown.
func Churn() Proof {
	return Proof{
		Name: "churn", Needs: []Need{Root, Packages}, Budget: 3 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Compiler())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			s := newSpeed(t, b, "churn")
			t.Run("storm", s.storm)
			t.Run("hidepid=2", func(t *testing.T) { s.hidden(t, 2, unlisted) })
			t.Run("hidepid=1", func(t *testing.T) { s.hidden(t, 1, closed) })
		},
	}
}

func (s *speed) storm(t *testing.T) {
	const processes = 100
	pid := s.hold(t, processes)
	c := s.inside(pid, s.b.A2C)
	s.complete(t, c, processes)
	c.Run(t, []int{exitDone}, "inventory", "-o", "json")
	var first model.Inventory
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &first)

	s.run("mkdir", "-p", s.path("short"))
	for _, name := range []string{"java", "worker"} {
		s.run("cp", "/bin/true", s.path("short", name))
		storm := s.inside(pid, s.path("load")).Make(t.Context(), "storm", "100", s.path("short", name), "-jar", "/short.jar")
		storm.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := storm.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = storm.Process.Kill() // nsenter, upon which the kernel ends what it started
			_ = storm.Wait()
		})
	}
	lines := cmp.Comparer(func(_, _ model.Evidence) bool { return true }) // a JVM maps more and more: its lines move
	vanished := 0
	for i := range 50 {
		c.Run(t, []int{exitDone}, "inventory", "-o", "json")
		var found model.Inventory
		var host model.Host
		readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
		readJSON(t, filepath.Join(c.Workspace, "host.json"), &host)
		if d := cmp.Diff(first, found, lines); d != "" {
			t.Fatalf("inventory %d is another one (-before the storm +in it)\n%s", i+1, head([]byte(d)))
		}
		vanished += host.Seen.Vanished
	}
	if vanished == 0 {
		t.Error("no process vanished while it was looked at: the storm proves nothing")
	}
	t.Logf("50 inventories, each the same; %d processes vanished while they were looked at", vanished)
}

// hidden looks as nobody at a /proc mounted with hidepid, in a PID namespace of its own, so that no other mount of it changes (before Linux 5.8
// the option belonged to the namespace). said reports whether what is hidden is told.
func (s *speed) hidden(t *testing.T, hidepid int, said func(model.Host) bool) {
	s.run("cp", s.b.A2C, s.path("a2c"))
	s.run("chmod", "-R", "a+rX", s.dir, filepath.Dir(s.dir))
	work := s.path(fmt.Sprintf("nobody%d", hidepid))
	s.run("install", "-d", "-o", "nobody", work)
	nobody := "setpriv --reuid nobody --regid nogroup --clear-groups "
	java := s.java + " -Xmx16m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar " + s.path("0/idle.jar") + " "
	script := fmt.Sprintf("mount -t proc -o hidepid=%d proc /proc", hidepid) + " && ip link set lo up && { " + java + "8100 & " + nobody + java + "8101 & } && " +
		"i=0; while [ $i -lt 300 ] && [ $(grep -c ' 0A ' /proc/1/net/tcp6 /proc/1/net/tcp | awk -F: '{n+=$2} END{print n}') -lt 2 ]; do sleep 0.1; i=$((i+1)); done; " +
		nobody + s.path("a2c") + " inventory -o json; echo $? > " + s.path("code")
	c := s.b.Command(work, "HOME="+work)
	c.Path, c.Prefix = "/usr/bin/unshare", []string{"-mpnf", "--kill-child", "sh", "-c", script}
	r := c.Run(t, nil)
	code, err := os.ReadFile(s.path("code"))
	if err != nil || string(code) != strconv.Itoa(exitNotAllSeen)+"\n" {
		t.Errorf("a2c ended with %q, not %d; %v\n%s", code, exitNotAllSeen, err, r.Stderr)
	}
	var found model.Inventory
	var host model.Host
	readJSON(t, filepath.Join(work, "inventory.json"), &found)
	readJSON(t, filepath.Join(work, "host.json"), &host)
	if len(found) != 1 {
		t.Fatalf("nobody sees %d applications, not its own one: %s", len(found), r.Stderr)
	}
	for _, app := range found {
		if app.User.Name != "nobody" || len(app.Listeners) != 1 || app.Listeners[0].Port != 8101 {
			t.Errorf("nobody sees %+v", app)
		}
	}
	if !said(host) {
		t.Errorf("that processes are hidden is not said: %+v, %+v", host.Skips, host.Seen)
	}
}

// unlisted reports whether a skip says that processes may be missing from the list: hidepid=2.
func unlisted(host model.Host) bool {
	return slices.ContainsFunc(host.Skips, func(s model.Skip) bool {
		return s.Incomplete && s.Path == "/proc" && strings.HasPrefix(s.Reason, "proc is mounted with hidepid=") // 2, or its new name
	})
}

// closed reports whether a skip names the processes that are listed, but closed: hidepid=1. These are the shell, which is the first, and its JVM at least.
func closed(host model.Host) bool {
	return host.Seen.Unreadable >= 2 && slices.ContainsFunc(host.Skips, func(s model.Skip) bool {
		return s.Incomplete && s.Remedy == "run as root" && s.Count == host.Seen.Unreadable && len(s.Each) == s.Count && slices.Contains(s.Each, "1")
	})
}
