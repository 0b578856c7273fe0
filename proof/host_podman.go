package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// podman runs the same program in a container of Podman, whose conmon holds the published port open.
func (m *machine) podman(t *testing.T) {
	m.root("pod")
	m.run("tar", "-C", m.path("pod"), "-cf", m.path("pod.tar"), ".")
	m.sweepGroups(t, "libpod_parent") // all containers of Podman lie in it
	// In a network namespace of its own: its bridge and its rules for packets end with that.
	holder := session(t, m.path("podman.log"), apps.Command{Argv: []string{"/usr/bin/unshare", "-n", "sh", "-c", "ip link set lo up; exec sleep 600"}, Dir: "/", Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}}, nil)
	t.Cleanup(func() { end(t, "the network namespace", holder.Process.Pid, holder) })
	podman := func(args ...string) string {
		t.Helper()
		all := append([]string{"-t", strconv.Itoa(holder.Process.Pid), "-n", "podman", "--root", m.path("podman/root"), "--runroot", m.path("podman/run"), "--tmpdir", m.path("podman/tmp"), "--cgroup-manager", "cgroupfs", "--runtime", "/usr/sbin/runc"}, args...)
		cmd := exec.Command("nsenter", all...) //nolint:noctx // it cleans up, too
		var problems strings.Builder
		cmd.Stderr = &problems
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("podman %s: %v\n%s", strings.Join(args, " "), err, problems.String())
		}
		return strings.TrimSpace(string(out))
	}
	m.hasNetwork(holder.Process.Pid)
	podman("import", m.path("pod.tar"), "a2c-proof-host:1")
	t.Cleanup(func() { podman("rmi", "a2c-proof-host:1") })
	t.Cleanup(func() { podman("rm", "-f", "-t", "0", "till") })
	args := []string{
		"run", "-d", "--name", "till", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "-p", "127.0.0.1:19221:8080", "-v", "/usr:/usr:ro",
		"-v", m.path("files/srv/a2c-proof") + ":/app:ro",
	}
	for _, dir := range m.javaSettings(t) {
		args = append(args, "-v", dir+":"+dir+":ro")
	}
	id := podman(append(args, "--entrypoint", filepath.Join(m.java, "bin/java"), "a2c-proof-host:1", "-Xmx32m", "-jar", "/app/web.jar", "0.0.0.0", "8080", "till")...)
	pid, err := strconv.Atoi(podman("inspect", "-f", "{{.State.Pid}}", "till"))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.ask(t, pid, "127.0.0.1:8080", "/", ""); got != "till" {
		t.Fatalf("the container answers %q", got)
	}
	app := m.contained(t, pid)
	if c := app.Container; c == nil || c.Engine != "podman" || c.ID != id || c.Name != "till" || app.Start.Mechanism != "container" || app.Artifact != "/app/web.jar" {
		t.Errorf("container %+v, started by %q, artifact %s", app.Container, app.Start.Mechanism, app.Artifact)
	}
	if len(app.Published) != 1 || !slices.ContainsFunc(app.Published, func(p model.Published) bool {
		return p.Address == "127.0.0.1" && p.Port == 19221 && p.Target == 8080 && p.Protocol == "tcp" && p.By == "conmon"
	}) {
		t.Errorf("published: %+v", app.Published)
	}
}

// hasNetwork waits until a process has left the machine's network namespace.
func (m *machine) hasNetwork(pid int) {
	m.t.Helper()
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		m.t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid)); err == nil && theirs != own {
			return
		}
	}
	m.t.Fatalf("process %d stays in the network namespace of the machine", pid)
}
