package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Hostile shows what inventory, analyze, check and containerize say of real processes that are not as they should be: whose files were deleted
// or replaced, whose arguments act on terminals, that are stopped, end at once, live in namespaces of their own or on a mount that is dead.
func Hostile() Proof {
	return Proof{
		Name: "hostile", Needs: []Need{Root, Packages}, Budget: 3 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Compiler())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			h := newEnemies(t, b)
			list := oddProcesses(b.Extent)
			for i := range list {
				h.start(&list[i])
			}
			for i := range list {
				h.wait(list[i])
			}
			for _, c := range list {
				if c.after != nil {
					c.after(h, c)
				}
			}
			h.others(list)
			found := h.inventory()
			analyzed := b.Choose("odd processes", oddNames(list), 12) // the inventory above saw all of them
			for _, c := range list {
				if !slices.Contains(analyzed, c.name) {
					continue
				}
				t.Run(c.name, func(t *testing.T) { h.check(t, c, found) })
			}
		},
	}
}

// enemies is what the cases share: a small Java runtime that may be deleted, a program for it, a2c where other users can run it.
type enemies struct {
	*starts
	jdk   string
	c     Command
	skips []model.Skip // of the inventory
}

func newEnemies(t *testing.T, b *Bench) *enemies {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	s := &starts{t: t, b: b, dir: b.Scratch(t, "hostile")}
	h := &enemies{starts: s, jdk: s.path("jdk")}
	for _, dir := range []string{s.dir, filepath.Dir(s.dir)} { // nobody has to enter
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.write("src/Wait.java", `public class Wait { public static void main(String[] a) throws Exception { System.out.println("up"); Thread.sleep(1L << 40); } }`)
	s.run(filepath.Join(home, "bin/javac"), "-d", s.path("classes"), s.path("src/Wait.java"))
	s.run(filepath.Join(home, "bin/jar"), "--create", "--file", s.path("wait.jar"), "--main-class", "Wait", "-C", s.path("classes"), ".")
	s.run(filepath.Join(home, "bin/jlink"), "--add-modules", "java.base", "--strip-debug", "--output", h.jdk)
	s.run("cp", b.A2C, s.path("a2c"))
	s.run("gcc", "-O2", "-static", "-o", s.path("load"), filepath.Join(b.Repo, "testdata/load/load.c"))
	s.run("gcc", "-O2", "-shared", "-fPIC", "-o", s.path("title.so"), filepath.Join(b.Repo, "testdata/load/title.c"))
	h.c = b.Command(s.path("workspace"))
	return h
}

// start starts the program of one case in a folder of its own, from which everything may be taken away.
func (h *enemies) start(c *oddCase) {
	h.t.Helper()
	h.run("mkdir", "-p", h.path(c.name, "app"), h.path(c.name, "cwd"))
	h.run("cp", h.path("wait.jar"), h.path(c.name, "app/app.jar"))
	java := filepath.Join(h.jdk, "bin/java")
	if c.ownJDK != "" {
		h.run("cp", "-a", h.jdk, h.path(c.name, c.ownJDK))
		java = h.path(c.name, c.ownJDK, "bin/java")
	}
	argv := append([]string{java, "-Xmx16m", "-XX:TieredStopAtLevel=1", "-jar", h.path(c.name, "app/app.jar")}, c.args...)
	if c.wrap != nil {
		argv = c.wrap(h, *c, argv)
	}
	s := startCase{name: c.name, dir: h.path(c.name, "cwd"), argv: argv}
	if !filepath.IsAbs(argv[0]) {
		var err error
		if s.argv[0], err = exec.LookPath(argv[0]); err != nil {
			h.t.Fatal(err)
		}
	}
	s.env = c.env
	h.starts.start(&s)
	c.pid = s.pid
}

// wait waits for the program's first line.
func (h *enemies) wait(c oddCase) {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		text, err := os.ReadFile(h.path(c.name + ".log"))
		if strings.Contains(string(text), "up\n") {
			return
		}
		if err != nil || time.Now().After(end) {
			h.t.Fatalf("%s does not come up: %v\n%s", c.name, err, head(text))
		}
	}
}

// others starts what is looked at only by the way: 500 programs called java that end at once.
func (h *enemies) others(list []oddCase) {
	h.run("mkdir", "-p", h.path("short"))
	h.run("cp", "/bin/true", h.path("short/java"))
	s := startCase{name: "short-lived", dir: "/", argv: []string{"/bin/sh", "-c", `i=0; while [ $i -lt 250 ]; do "$0" -jar /short.jar & "$0" -jar /short.jar & wait; i=$((i+1)); done; exec sleep 1000`, h.path("short/java")}}
	h.starts.start(&s)
	fmt.Fprintf(h.b.Log, "%d odd processes\n", len(list))
}

// inventory holds for root and for nobody that the list comes in time, and that nothing in it acts on a terminal.
func (h *enemies) inventory() model.Inventory {
	h.t.Helper()
	for _, format := range []string{"table", "json"} {
		r := h.c.Run(h.t, []int{exitNotAllSeen}, "inventory", "-o", format)
		h.tame(h.t, r)
		if strings.Contains(string(r.Stderr), "short.jar") {
			h.t.Errorf("a process that ended is said to be unreadable:\n%s", r.Stderr)
		}
	}
	timed := h.b.Command(h.path("timed"))
	timed.Path, timed.Prefix = h.path("load"), []string{"time", "1", h.b.A2C}
	m := median(h.t, timed.Run(h.t, nil, "inventory", "-o", "json", "--", "/bin/true").Stdout, "a")
	if m.processor > 10 || m.megabytes > 100 {
		h.t.Errorf("an inventory takes %.1f s of processor time and %.0f MB: more than 10 s or 100 MB", m.processor, m.megabytes)
	}
	h.t.Logf("an inventory takes %.1f s of processor time, %.0f MB", m.processor, m.megabytes)
	nobody := h.c
	nobody.Path, nobody.Workspace = "/usr/bin/setpriv", h.path("nobody")
	h.run("install", "-d", "-o", "nobody", nobody.Workspace)
	nobody.Env = []string{"HOME=" + nobody.Workspace}
	r := nobody.Run(h.t, []int{exitNotAllSeen}, "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", h.path("a2c"), "inventory", "-o", "table")
	h.tame(h.t, r)
	if !strings.Contains(string(r.Stderr), "run as root") {
		h.t.Errorf("nobody is not told to run it as root:\n%s", r.Stderr)
	}
	var found model.Inventory
	readJSON(h.t, filepath.Join(h.c.Workspace, "inventory.json"), &found)
	var seen model.Host
	readJSON(h.t, filepath.Join(h.c.Workspace, "host.json"), &seen)
	h.skips = seen.Skips
	return found
}

// tame holds that a command answered in time and wrote nothing that a terminal would obey.
func (h *enemies) tame(t *testing.T, r Ran) {
	t.Helper()
	if r.Seconds > 20 {
		t.Errorf("a2c %s took %.1f s", strings.Join(r.Args, " "), r.Seconds)
	}
	for _, text := range []string{string(r.Stdout), string(r.Stderr)} {
		if strings.ContainsAny(text, "\x1b\u202e\x07\x00\u009b") {
			t.Errorf("a2c %s writes what a terminal obeys: %q", strings.Join(r.Args, " "), text)
		}
	}
}

// check analyzes one case and holds what is said against what has to be said.
func (h *enemies) check(t *testing.T, c oddCase, found model.Inventory) {
	id := ""
	family := family(t, c.pid)
	for each, app := range found {
		if _, mine := family[app.ProcessID]; mine {
			id = each
		}
	}
	if id == "" {
		t.Fatalf("no application claims process %d", c.pid)
	}
	if app := found[id]; c.listed != "" && (app.ApplicationType != "java-generic" || !slices.ContainsFunc(h.skips, func(s model.Skip) bool {
		return string(s.Path) == fmt.Sprintf("/proc/%d/cmdline", c.pid) && s.Incomplete && strings.Contains(s.Reason, c.listed)
	})) {
		t.Errorf("it is a %s, and no skip says %q", app.ApplicationType, c.listed)
	}
	code := exitDone
	if c.says != "" {
		code = exitNotAllSeen
	}
	r := h.c.Run(t, []int{code}, "analyze", "--application-id", id, "-o", "table")
	h.tame(t, r)
	said := strings.ReplaceAll(string(r.Stderr), h.path(c.name), "DIR")
	if !strings.Contains(said, c.says) {
		t.Errorf("analyze says:\n%s\nnot: %s", said, c.says)
	}
	if c.rule != "" {
		r = h.c.Run(t, []int{exitAnswerNo}, "check", "--application-id", id, "-o", "json")
		if !strings.Contains(string(r.Stdout), c.rule) {
			t.Errorf("check does not name %s:\n%s", c.rule, head(r.Stdout))
		}
	}
	if c.refused != "" {
		r = h.c.Run(t, []int{exitFailed}, "containerize", "--application-id", id)
		if !strings.Contains(string(r.Stderr), c.refused) {
			t.Errorf("containerize says %s, not %q", r.Stderr, c.refused)
		}
	}
}
