package proof

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/apps"
)

// HostileStart shows that no file which says how applications are started keeps an inventory from finding them, nor from ending soon and with little
// memory: on a root of its own, where a service, a program of supervisord, a job of cron and a daemon of an init script run, units, crontabs, scripts and
// configurations are made anew for each round: huge, noise, escapes, includes without end, FIFOs, devices, links to themselves, a mount that is dead.
func HostileStart() Proof {
	return Proof{
		Name: "hostile-start", Needs: []Need{Root, Packages}, Budget: 2 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Compiler())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			h := newStartedApps(t, b)
			h.ready()
			for _, r := range append(startRounds(), configNoFiles()...) {
				if b.Extent != Part || r.part {
					t.Run(r.name, func(t *testing.T) { h.round(t, r) })
				}
			}
		},
	}
}

// startedApps are applications in a mount namespace whose /etc is a copy that the rounds change.
type startedApps struct {
	configured
	apps []startedApp
}

// startedApp is one application, and what says how it is started.
type startedApp struct {
	name, mechanism string
	script          string            // starts it, with "$@" for its command
	files           map[string]string // below /etc, as they are to be
	behind          []string          // those of them that another one leads to
}

func allStartedApps() []startedApp {
	const unit = "a2c-proof.service"
	return []startedApp{
		{name: "unit", mechanism: "systemd", script: `mkdir -p "$GROUP"; echo $$ > "$GROUP/cgroup.procs"; exec "$@"`, files: map[string]string{
			"systemd/system/" + unit:               "[Service]\nExecStart=/srv/x\nEnvironmentFile=/etc/a2c-proof/shop.env\nSockets=a2c-proof-b.socket\n",
			"systemd/system/" + unit + ".d/a.conf": "[Service]\nNice=5\n",
			"systemd/system/a2c-proof-b.socket":    "[Socket]\nListenStream=18990\n",
			"a2c-proof/shop.env":                   "SHOP=1\n",
		}, behind: []string{"a2c-proof/shop.env"}},
		{name: "supervisord", mechanism: "supervisord", script: `exec ./python3 ./supervisord "$@"`, files: map[string]string{
			"supervisord.conf": "[include]\nfiles = a2c-proof/sup.d/*.conf\n", "a2c-proof/sup.d/shop.conf": "[program:shop]\ncommand=/srv/x\n",
		}, behind: []string{"a2c-proof/sup.d/shop.conf"}},
		{name: "cron", mechanism: "cron", script: `exec ./cron -c '"$@"; exit 0' cron "$@"`, files: map[string]string{
			"crontab": "5 4 * * * root /srv/x y\n", "cron.d/a2c-proof": "@daily root /srv/x z\n",
		}},
		{name: "script", mechanism: "sysv", script: `"$@" & exit 0`, files: map[string]string{
			"init.d/a2c-proof": "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: shop\n### END INIT INFO\nexec java -jar {DIR}/script/app.jar\n",
		}},
	}
}

func newStartedApps(t *testing.T, b *Bench) *startedApps {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	h := &startedApps{configured: configured{starts: &starts{t: t, b: b, dir: b.Scratch(t, "hostile-start")}, java: filepath.Join(home, "bin/java")}, apps: allStartedApps()}
	h.run("gcc", "-O2", "-static", "-o", h.path("load"), filepath.Join(b.Repo, "testdata/load/load.c"))
	h.write("src/Wait.java", `public class Wait { public static void main(String[] a) throws Exception { Thread.sleep(1L << 40); } }`)
	h.run(filepath.Join(home, "bin/javac"), "-d", h.path("classes"), h.path("src/Wait.java"))
	h.run("sh", "-ec", `cd "$1"; cp -a /etc etc; rm -rf etc/shadow* etc/gshadow* etc/ssh etc/ssl/private`, "sh", h.dir)
	h.space = h.deadMount("mount --bind etc /etc; ")
	for _, a := range h.apps {
		h.run("mkdir", "-p", h.path(a.name))
		h.run(filepath.Join(home, "bin/jar"), "--create", "--file", h.path(a.name, "app.jar"), "--main-class", "Wait", "-C", h.path("classes"), ".")
	}
	h.run("cp", "-L", "/bin/bash", h.path("supervisord/python3"))
	h.run("cp", "-L", "/bin/bash", h.path("cron/cron"))
	h.write("supervisord/supervisord", `SUPERVISOR_PROCESS_NAME=shop "$@"; exit 0`)
	for _, a := range h.apps {
		h.sound(a)
		h.begin(a)
	}
	return h
}

// begin starts an application. That of a unit is put into a control group of the unit's name, which is removed when it has ended.
func (h *startedApps) begin(a startedApp) {
	h.t.Helper()
	group := "/sys/fs/cgroup/systemd"
	if _, err := os.Stat(group); err != nil {
		group = "/sys/fs/cgroup"
	}
	group += "/system.slice/a2c-proof.service"
	if a.name == "unit" {
		h.t.Cleanup(func() {
			_ = os.Remove(group)
			_ = os.Remove(filepath.Dir(group)) // stays where systemd has others in it
		})
	}
	s := startCase{name: a.name + ".process", dir: h.path(a.name), env: []string{"GROUP=" + group}, argv: []string{
		"/usr/bin/nsenter", "-t", strconv.Itoa(h.space), "-m", "--wd=" + h.path(a.name), "bash", "-ec", a.script, "bash",
		h.java, "-Xmx16m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", h.path(a.name, "app.jar"),
	}}
	h.start(&s)
}

// sound writes the files of an application as they are to be.
func (h *startedApps) sound(a startedApp) {
	h.t.Helper()
	for name, text := range a.files {
		if err := os.RemoveAll(h.path("etc", name)); err != nil {
			h.t.Fatal(err)
		}
		h.write(filepath.Join("etc", name), strings.ReplaceAll(text, "{DIR}", h.dir))
	}
}

// command is a2c inside.
func (h *startedApps) command(prefix ...string) Command {
	c := h.b.Command(h.path("workspace"))
	c.Prefix = append(append([]string{"-t", strconv.Itoa(h.space), "-m"}, prefix...), c.Path)
	c.Path = "/usr/bin/nsenter"
	return c
}

// look takes an inventory and returns the mechanism of each application that is found, by name, and what was skipped.
func (h *startedApps) look(t *testing.T, codes ...int) (mechanisms map[string]string, skips map[string]bool, r Ran) {
	t.Helper()
	c := h.command()
	r = c.Run(t, codes, "inventory", "-o", "wide", "--evidence")
	var found model.Inventory
	var host model.Host
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
	readJSON(t, filepath.Join(c.Workspace, "host.json"), &host)
	mechanisms, skips = map[string]string{}, map[string]bool{}
	for _, app := range found {
		for _, a := range h.apps {
			if string(app.Artifact) == h.path(a.name, "app.jar") && app.ApplicationType == "java-generic" {
				mechanisms[a.name] = app.Start.Mechanism
			}
		}
	}
	for _, s := range host.Skips {
		skips[string(s.Path)] = skips[string(s.Path)] || s.Incomplete
	}
	return mechanisms, skips, r
}

// ready waits until all are found as they are started, with nothing to complain of.
func (h *startedApps) ready() {
	h.t.Helper()
	want := map[string]string{}
	for _, a := range h.apps {
		want[a.name] = a.mechanism
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		got, skips, _ := h.look(h.t, exitDone, exitNotAllSeen)
		diff := cmp.Diff(want, got)
		var unread []string
		for _, a := range h.apps {
			for name := range a.files {
				if skips["/etc/"+name] {
					unread = append(unread, name)
				}
			}
		}
		if diff == "" && len(unread) == 0 {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("how they are started (-want +got):\n%s\nnot read: %v", diff, unread)
		}
	}
}

// round changes all files, then those alone that a sound file leads to.
func (h *startedApps) round(t *testing.T, r configRound) {
	restore := func() {
		for _, a := range h.apps {
			h.sound(a)
		}
	}
	t.Cleanup(restore)
	for _, behind := range []bool{false, true} {
		restore()
		due := map[string]bool{}
		for _, a := range h.apps {
			h.change(t, r, a, behind, due)
		}
		h.held(t, r, due)
	}
}

// change makes the files of an application as the round wants them, those alone that another leads to when behind, and adds to due what has to be said.
func (h *startedApps) change(t *testing.T, r configRound, a startedApp, behind bool, due map[string]bool) {
	t.Helper()
	for name, text := range a.files {
		last := slices.Contains(a.behind, name)
		if behind && !last || r.applies != nil && !r.applies(name) {
			continue
		}
		full := h.path("etc", name)
		if err := os.RemoveAll(full); err != nil {
			t.Fatal(err)
		}
		if err := r.make(full, text, h.path("dead")); err != nil {
			t.Fatal(err)
		}
		if last == behind && !r.readable {
			due["/etc/"+name] = true
		}
	}
}

// held holds what an inventory says, and what it costs: each file that is due has a skip.
func (h *startedApps) held(t *testing.T, r configRound, due map[string]bool) {
	t.Helper()
	codes := []int{exitNotAllSeen}
	if len(due) == 0 {
		codes = append(codes, exitDone)
	}
	found, skips, ran := h.look(t, codes...)
	if len(found) != len(h.apps) {
		t.Errorf("found are %v", found)
	}
	for name := range due {
		if !skips[name] {
			t.Errorf("%s is not said to be unreadable", name)
		}
	}
	e := enemies{starts: h.starts}
	e.tame(t, ran)
	c := h.command(h.path("load"), "time", "1")
	m := median(t, c.Run(t, nil, "inventory", "-o", "json", "--", "/bin/true").Stdout, "a")
	if m.processor > 5 || m.megabytes > 60 || r.seconds > 0 && ran.Seconds > r.seconds {
		t.Errorf("%.1f s of processor time, %.0f MB, %.1f s: more than 5 s, 60 MB, or %.0f s where a mount is dead", m.processor, m.megabytes, ran.Seconds, r.seconds)
	}
	t.Logf("%.1f s, %.1f s of processor time, %.0f MB", ran.Seconds, m.processor, m.megabytes)
}

// startRounds are what units, crontabs, scripts and configurations of supervisord may hold.
func startRounds() []configRound {
	const large = 900 << 10
	isScript := func(name string) bool {
		return strings.HasPrefix(name, "init.d/") || strings.Contains(name, "/init.d/")
	}
	fill := func(text string) func(string, string, string) error {
		return func(name, sound, _ string) error { return putText(name, sound+strings.Repeat(text, large/len(text))) }
	}
	return []configRound{
		{name: "100 MB", part: true, make: func(name, sound, _ string) error {
			if err := putText(name, sound); err != nil {
				return err
			}
			return os.Truncate(name, 100<<20)
		}},
		{name: "dense", part: true, make: fill("b=c\n"), applies: func(name string) bool { return !isScript(name) }},
		{name: "sections", readable: true, make: fill("[program:%(x)s]\ncommand=a\n[group:shop]\nprograms=a,b\n")},
		{name: "words", readable: true, make: fill("a ")},
		{name: "includes without end", readable: true, make: func(name, sound, _ string) error {
			return putText(name, sound+"[include]\nfiles="+strings.Repeat("/etc/a2c-proof/sup.d/* ", 1000)+"\n"+strings.Repeat("EnvironmentFile=/etc/a2c-proof/*\n", 5000)+"Sockets="+strings.Repeat("x.socket ", 20_000)+"\n")
		}},
		{name: "continued", readable: true, make: fill("\\\n")},
		{name: "NUL", readable: true, make: fill("\x00")},
		{name: "noise", readable: true, part: true, make: func(name, _, _ string) error {
			text := make([]byte, large)
			r := rand.New(rand.NewPCG(2, uint64(len(name))))
			for i := range text {
				text[i] = byte(r.Uint32())
			}
			return putText(name, string(text))
		}},
		{name: "escapes", readable: true, part: true, make: func(name, sound, _ string) error {
			bad := "\x1b[2J\u202e\u009b\x07\xff"
			return putText(name, strings.NewReplacer("shop", "shop"+bad, "/srv/x", "/srv/x"+bad, "Nice=5", "Nice=5"+bad, "18990", "18990"+bad).Replace(sound))
		}},
	}
}
