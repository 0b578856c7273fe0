package proof

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/internal/workspace"
	"a2c/model"
	"a2c/proof/apps"
)

// HostileConfig shows that no file that an inventory reads keeps it from finding the application, nor from ending soon and with little memory: one
// process of every kind that is known by its configuration, all at a time, whose files are made anew for each round: 100 MB, bombs of entities and
// aliases, includes of themselves, FIFOs, devices, a mount that is dead. Each file that could not be read is a skip, exit code 4.
func HostileConfig() Proof {
	return Proof{
		Name: "hostile-config", Needs: []Need{Root, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Compiler())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			h := newConfigured(t, b)
			for i := range h.kinds {
				h.begin(&h.kinds[i])
			}
			h.ready()
			for _, r := range configRounds() {
				if b.Extent != Part || r.part {
					t.Run(r.name, func(t *testing.T) { h.round(t, r) })
				}
			}
		},
	}
}

// configured are the processes, and what all rounds share.
type configured struct {
	*starts
	java  string
	kinds []configKind
	space int // process in whose mount namespace all of them run; its folder "dead" answers nothing
}

func newConfigured(t *testing.T, b *Bench) *configured {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	h := &configured{starts: &starts{t: t, b: b, dir: b.Scratch(t, "hostile-config")}, java: filepath.Join(home, "bin/java"), kinds: configKinds()}
	h.run("gcc", "-O2", "-static", "-o", h.path("load"), filepath.Join(b.Repo, "testdata/load/load.c"))
	sources := []string{filepath.Join(home, "bin/javac"), "-d", h.path("classes")}
	for _, k := range h.kinds {
		if k.main == "" {
			continue
		}
		at := strings.LastIndexByte(k.main, '.')
		name := filepath.Join("src", strings.ReplaceAll(k.main, ".", "/")+".java")
		h.write(name, fmt.Sprintf("package %s; public class %s { public static void main(String[] a) throws Exception { Thread.sleep(1L << 40); } }\n", k.main[:at], k.main[at+1:]))
		sources = append(sources, h.path(name))
	}
	h.run(slices.Compact(sources)...)
	h.run(filepath.Join(home, "bin/jar"), "--create", "--file", h.path("stub.jar"), "-C", h.path("classes"), ".")
	h.space = h.deadMount("")
	return h
}

// deadMount starts a process with a mount namespace of its own in which the folder dead is a FUSE mount that nobody serves, and mounts what more is to be.
func (h *configured) deadMount(more string) int {
	h.t.Helper()
	h.run("mkdir", "-p", h.path("dead"))
	script := more + `exec 5<>/dev/fuse; mount -i -t fuse -o fd=5,rootmode=40000,user_id=0,group_id=0,allow_other dead dead; echo > mounted; exec sleep 100000`
	s := startCase{name: "space", dir: h.dir, argv: []string{"/usr/bin/unshare", "-m", "sh", "-ec", script}}
	h.start(&s)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(h.path("mounted")); err == nil {
			return s.pid
		}
		if time.Now().After(end) {
			h.t.Fatal("a FUSE mount that answers nothing cannot be made")
		}
	}
}

// begin starts a process of a kind, its files as they are to be.
func (h *configured) begin(k *configKind) {
	h.t.Helper()
	k.dir = h.path(k.name)
	h.run("mkdir", "-p", k.dir)
	for name, text := range k.more {
		h.write(filepath.Join(k.name, name), k.fill(text))
	}
	for _, name := range k.jars {
		h.run("mkdir", "-p", filepath.Dir(filepath.Join(k.dir, name)))
		h.run("cp", h.path("stub.jar"), filepath.Join(k.dir, name))
	}
	for name, program := range k.programs {
		found, err := h.program(program)
		if err != nil {
			h.t.Fatal(err)
		}
		h.run("mkdir", "-p", filepath.Dir(filepath.Join(k.dir, name)))
		h.run("cp", "-L", found, filepath.Join(k.dir, name))
	}
	h.sound(h.t, k)
	argv := k.argv
	if k.main != "" {
		argv = append([]string{h.java, "-Xmx16m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"}, argv...)
	}
	for i := range argv {
		argv[i] = strings.ReplaceAll(k.fill(argv[i]), "{STUB}", h.path("stub.jar"))
	}
	s := startCase{name: k.name + ".process", dir: k.dir, argv: append([]string{"/usr/bin/nsenter", "-t", fmt.Sprint(h.space), "-m", "--wd=" + k.dir}, argv...)}
	for _, e := range k.env {
		s.env = append(s.env, k.fill(e))
	}
	h.start(&s)
	k.pid = s.pid
}

// program finds a program, or a library of the C library's.
func (h *configured) program(name string) (string, error) {
	if !strings.Contains(name, ".so") {
		return exec.LookPath(name)
	}
	found, err := filepath.Glob("/lib/*/" + name)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no %s below /lib", name)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// sound writes the files of a kind as they are to be.
func (h *configured) sound(t *testing.T, k *configKind) {
	t.Helper()
	for name, text := range k.files {
		full := filepath.Join(k.dir, name)
		if err := os.RemoveAll(full); err != nil {
			t.Fatal(err)
		}
		h.write(filepath.Join(k.name, name), k.fill(text))
	}
}

// ready waits until every kind is found with nothing to complain of.
func (h *configured) ready() {
	h.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		found, host, _ := h.look(h.t, exitDone, exitNotAllSeen)
		missing := h.missing(found)
		skips := h.skipsBelow(host, "")
		if len(missing) == 0 && len(skips) == 0 {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("not found: %v; skips: %+v", missing, skips)
		}
	}
}

// look takes an inventory.
func (h *configured) look(t *testing.T, codes ...int) (found model.Inventory, host model.Host, r Ran) {
	t.Helper()
	c := h.b.Command(h.path("workspace"))
	r = c.Run(t, codes, "inventory", "-o", "wide", "--evidence")
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
	readJSON(t, filepath.Join(c.Workspace, "host.json"), &host)
	return found, host, r
}

// missing are the kinds that no application of the inventory is.
func (h *configured) missing(found model.Inventory) []string {
	var names []string
	for _, k := range h.kinds {
		if k.kind != "" && !slices.ContainsFunc(keys(found), func(id string) bool {
			return found[id].ApplicationType == k.kind && slices.Contains(found[id].Processes, k.pid)
		}) {
			names = append(names, k.name)
		}
	}
	return names
}

func keys(found model.Inventory) []string {
	var ids []string
	for id := range found {
		ids = append(ids, id)
	}
	return ids
}

// skipsBelow are the skips of files in a kind's folder, "" for all kinds.
func (h *configured) skipsBelow(host model.Host, name string) []model.Skip {
	return slices.DeleteFunc(slices.Clone(host.Skips), func(s model.Skip) bool { return !strings.HasPrefix(string(s.Path), h.path(name)+"/") })
}

// round makes all files as the round wants them, then those alone that a sound file leads to, and holds what the inventory says each time.
func (h *configured) round(t *testing.T, r configRound) {
	t.Cleanup(func() {
		for i := range h.kinds {
			h.sound(t, &h.kinds[i])
		}
	})
	h.pass(t, r, func(k *configKind, name string) (change, due bool) { return true, !slices.Contains(k.behind, name) })
	if r.circles {
		h.circles(t)
	}
	if r.halves {
		h.halves(t)
	}
	for i := range h.kinds {
		h.sound(t, &h.kinds[i])
	}
	h.pass(t, r, func(k *configKind, name string) (change, due bool) {
		behind := slices.Contains(k.behind, name)
		return behind, behind
	})
}

// circles holds that the analysis of servers whose placeholders lead back to themselves ends, and says of which.
func (h *configured) circles(t *testing.T) {
	t.Helper()
	found, _, _ := h.look(t, exitDone, exitNotAllSeen)
	c := h.b.Command(h.path("workspace"))
	for _, k := range h.kinds {
		for _, id := range keys(found) {
			if !slices.Contains([]string{"tomcat", "liberty", "wildfly"}, k.name) || !slices.Contains(found[id].Processes, k.pid) {
				continue
			}
			ran := c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", id, "-q", "-o", "json")
			var said model.Configuration
			readJSON(t, filepath.Join(c.Workspace, id, workspace.ConfigurationFile), &said)
			if ran.Seconds > 30 || !slices.ContainsFunc(said.Values, func(v model.ConfigValue) bool { return strings.Contains(v.Problem, "leads back to itself") }) {
				t.Errorf("%s: analyzed in %.1f s; of %d values none is said to lead back to itself, or that took more than 30 s", k.name, ran.Seconds, len(said.Values))
			}
		}
	}
}

// pass changes the files that which chooses, and holds that each of which a skip is due has one.
func (h *configured) pass(t *testing.T, r configRound, which func(k *configKind, name string) (change, due bool)) {
	made := map[string]bool{}
	for i := range h.kinds {
		for name := range h.kinds[i].files {
			change, due := which(&h.kinds[i], name)
			if !change || r.applies != nil && !r.applies(name) {
				continue
			}
			full := h.change(t, r, &h.kinds[i], name)
			if due && !r.readable {
				made[full] = true
			}
		}
	}
	codes := []int{exitNotAllSeen}
	if len(made) == 0 {
		codes = append(codes, exitDone)
	}
	found, host, ran := h.look(t, codes...)
	if missing := h.missing(found); len(missing) > 0 {
		t.Errorf("not found: %v", missing)
	}
	if h.said(made, host); len(made) > 0 {
		t.Errorf("not said to be unreadable: %v", made)
	}
	e := enemies{starts: h.starts}
	e.tame(t, ran)
	h.cost(t, r, ran)
}

// change makes one file as the round wants it.
func (h *configured) change(t *testing.T, r configRound, k *configKind, name string) string {
	t.Helper()
	full := filepath.Join(k.dir, name)
	if err := os.RemoveAll(full); err != nil {
		t.Fatal(err)
	}
	if err := r.make(full, k.fill(k.files[name]), h.path("dead")); err != nil {
		t.Fatal(err)
	}
	return full
}

// said takes out what there is a skip of; of a proxy one says it of the configuration as a whole.
func (h *configured) said(made map[string]bool, host model.Host) {
	for _, s := range h.skipsBelow(host, "") {
		delete(made, string(s.Path))
	}
	for _, k := range h.kinds {
		if k.kind == "" && len(h.skipsBelow(host, k.name)) > 0 {
			for name := range k.files {
				delete(made, filepath.Join(k.dir, name))
			}
		}
	}
}

// cost holds the time and the memory of an inventory.
func (h *configured) cost(t *testing.T, r configRound, ran Ran) {
	t.Helper()
	c := h.b.Command(h.path("workspace"))
	c.Path, c.Prefix = h.path("load"), []string{"time", "1", h.b.A2C}
	m := median(t, c.Run(t, nil, "inventory", "-o", "json", "--", "/bin/true").Stdout, "a")
	megabytes := cmp.Or(r.megabytes, 60)
	if m.processor > 5 || m.megabytes > megabytes || r.seconds > 0 && ran.Seconds > r.seconds {
		t.Errorf("%.1f s of processor time, %.0f MB, %.1f s: more than 5 s, %.0f MB, or %.0f s where a mount is dead", m.processor, m.megabytes, ran.Seconds, megabytes, r.seconds)
	}
	t.Logf("%d kinds, %.1f s, %.1f s of processor time, %.0f MB", len(h.kinds), ran.Seconds, m.processor, m.megabytes)
}
