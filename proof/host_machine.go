package proof

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"a2c/model"
	"a2c/proof/apps"
)

// machine is a system that a real systemd booted in namespaces of its own.
type machine struct {
	*starts
	java, secret string
	pid          int // of its systemd, seen from outside
}

// newMachine compiles the program and lays out the files of testdata/host/NAME.txtar, with the program in each of the folders.
func newMachine(t *testing.T, b *Bench, name string, folders ...string) *machine {
	t.Helper()
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{starts: &starts{t: t, b: b, dir: b.Scratch(t, "host-"+name)}, java: home, secret: strings.ToLower(rand.Text())}
	if err := os.Chmod(m.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	m.run(filepath.Join(home, "bin/javac"), "-d", m.path("classes"), filepath.Join(b.Repo, "testdata/host/Web.java"))
	archive, err := txtar.ParseFile(filepath.Join(b.Repo, "testdata/host", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	values := strings.NewReplacer("${java}", filepath.Join(home, "bin/java"), "${secret}", m.secret)
	for _, f := range archive.Files {
		name, mode, _ := strings.Cut(f.Name, " mode=")
		perm := uint64(0o644)
		if mode != "" {
			if perm, err = strconv.ParseUint(mode, 8, 12); err != nil {
				t.Fatal(err)
			}
		}
		m.lay(filepath.Join("files", name), values.Replace(string(f.Data)), os.FileMode(perm))
	}
	for _, folder := range folders {
		m.make(filepath.Join("files/srv/a2c-proof", folder))
		m.run(filepath.Join(home, "bin/jar"), "--create", "--file", m.path("files/srv/a2c-proof", folder, "web.jar"), "--main-class", "Web", "-C", m.path("classes"), ".")
	}
	m.run("cp", b.A2C, m.path("files/srv/a2c-proof/a2c"))
	if err := os.Symlink("proof.target", m.path("files/etc/systemd/system/default.target")); err != nil {
		t.Fatal(err)
	}
	return m
}

// lay writes a file below the scratch folder.
func (m *machine) lay(name, text string, perm os.FileMode) {
	m.t.Helper()
	m.make(filepath.Dir(name))
	if err := os.WriteFile(m.path(name), []byte(text), perm); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chmod(m.path(name), perm); err != nil { // whatever the umask
		m.t.Fatal(err)
	}
}

func (m *machine) make(dir string) {
	m.t.Helper()
	if err := os.MkdirAll(m.path(dir), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// boot starts systemd, and ends all of it with the test. The control groups that it made are removed.
func (m *machine) boot() {
	m.t.Helper()
	before := m.groups()
	m.t.Cleanup(func() {
		for dir := range m.groups() {
			if !before[dir] {
				m.removeGroup(dir)
			}
		}
	})
	out, err := os.Create(m.path("systemd.log"))
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(m.t.Context()), "unshare", "-mpfuinC", "--kill-child", "bash", filepath.Join(m.b.Repo, "testdata/host/boot.sh"), m.dir)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = out, out, &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		m.shutDown(cmd)
		if err := out.Close(); err != nil {
			m.t.Error(err)
		}
	})
	m.pid = m.init(cmd.Process.Pid, "systemd", m.path("systemd.log"))
	fmt.Fprintf(m.b.Log, "systemd: process %d\n", m.pid)
}

// shutDown ends unshare, which takes its child along (--kill-child), and the kernel all that is in the PID namespace of that.
func (m *machine) shutDown(cmd *exec.Cmd) {
	members := family(m.t, cmd.Process.Pid)
	if err := cmd.Process.Kill(); err != nil {
		m.t.Errorf("end systemd: %v", err)
	}
	_ = cmd.Wait() // that it was ended by a signal is no failure
	for deadline := time.Now().Add(20 * time.Second); len(living(members)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Errorf("still there: %v", living(members))
			return
		}
	}
}

// hold runs a script in namespaces of its own, as unshare(1) makes them, and waits for it to have become the program, whose number it returns. It ends
// with the test, and with it all that is in its PID namespace.
func (m *machine) hold(t *testing.T, name, namespaces, program, script string, args ...string) int {
	t.Helper()
	log := m.path(name + ".log")
	argv := append([]string{"/usr/bin/unshare", namespaces, "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh"}, args...)
	cmd := session(t, log, apps.Command{Argv: argv, Dir: "/", Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}}, nil)
	t.Cleanup(func() { m.shutDown(cmd) })
	return m.init(cmd.Process.Pid, program, log)
}

// init waits for the child of unshare to have become a program.
func (m *machine) init(parent int, program, log string) int {
	m.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for pid, p := range processes(m.t) {
			if p != parent {
				continue
			}
			if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && filepath.Base(exe) == program {
				return pid
			}
		}
	}
	text, _ := os.ReadFile(log) // for the message alone
	m.t.Fatalf("%s does not come up:\n%s", program, text[max(0, len(text)-4000):])
	return 0
}

func (m *machine) log() string {
	text, _ := os.ReadFile(m.path("systemd.log")) // for the message alone
	return string(text[max(0, len(text)-4000):])
}

// ask sends a request inside of the network namespace of a process, until the answer is 200 or 30 seconds have passed.
func (m *machine) ask(t *testing.T, pid int, address, path, host string) string {
	t.Helper()
	client := inside(fmt.Sprintf("/proc/%d/ns/net", pid))
	client.Timeout = 5 * time.Second
	last := ""
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		answer, err := client.Do(request)
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK && err == nil {
			return string(body)
		}
		last = answer.Status
	}
	return last
}

// enter runs a program inside.
func (m *machine) enter(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := m.command(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// command is one that runs inside, with the environment of a login there and nothing of the one that the proofs run in: script(1) and tmux(1) start
// what SHELL names, and whether a shell stays as the parent of the one command that it was given depends on which it is.
func (m *machine) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"-t", strconv.Itoa(m.pid), "-a", name}, args...)...)
	cmd.Env = []string{"HOME=/root", "LOGNAME=root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SHELL=/bin/bash", "USER=root"}
	return cmd
}

// inventory takes the inventory from within, as an administrator of that machine would.
func (m *machine) inventory(t *testing.T, args ...string) model.Inventory {
	t.Helper()
	c := m.b.Command("/run/a2c-workspace")
	c.Path = "/usr/bin/nsenter"
	argv := append([]string{"-t", strconv.Itoa(m.pid), "-a", "/srv/a2c-proof/a2c", "inventory", "-q", "-o", "json"}, args...)
	r := c.Run(t, []int{exitDone, exitNotAllSeen}, argv...)
	if strings.Contains(string(r.Stdout), m.secret) {
		t.Error("the secret of the machine's files stands in the inventory")
	}
	found := model.Inventory{}
	if err := json.Unmarshal(r.Stdout, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// groups are the control groups beside the ones that systemd makes, which mounts every hierarchy that the kernel has: those at the root of each, and
// those below the test's own.
func (m *machine) groups() map[string]bool {
	found := map[string]bool{}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		m.t.Fatal(err)
	}
	for line := range strings.Lines(string(own)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		roots := []string{filepath.Join("/sys/fs/cgroup", strings.TrimPrefix(f[1], "name="))}
		if f[1] == "" {
			roots = []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}
		}
		for _, root := range roots {
			if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err != nil {
				continue // not mounted there
			}
			for _, dir := range append(folders(root), folders(filepath.Join(root, f[2]))...) {
				if ext := filepath.Ext(dir); ext == ".slice" || ext == ".scope" || filepath.Base(dir) == "by-hand" { // an engine's may be another proof's
					found[dir] = true
				}
			}
		}
	}
	return found
}

// folders are those in a folder; none where that does not exist.
func folders(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var list []string
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}

// sweepGroups removes with the test the control groups at the top of every hierarchy that a pattern matches then and did not before.
func (m *machine) sweepGroups(t *testing.T, pattern string) {
	t.Helper()
	groups := func() (list []string) {
		for _, p := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
			found, err := filepath.Glob(p + pattern)
			if err != nil {
				t.Error(err)
			}
			list = append(list, found...)
		}
		return list
	}
	before := groups()
	t.Cleanup(func() {
		for _, dir := range groups() {
			if !slices.Contains(before, dir) {
				m.removeGroup(dir)
			}
		}
	})
}

// removeGroup removes a control group and those below it, once their processes are gone.
func (m *machine) removeGroup(dir string) {
	var err error
	for range 50 {
		for _, b := range folders(dir) {
			m.removeGroup(b)
		}
		if err = os.Remove(dir); err == nil || os.IsNotExist(err) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	m.t.Errorf("remove the control group: %v", err)
}
