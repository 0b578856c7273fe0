package proof

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"a2c/containerize"
	"a2c/containerize/build"
	"a2c/internal/engine"
	"a2c/proof/apps"
)

// podmanRuntime is a runtime whose limits are those that a machine without CAP_SYS_RESOURCE can give: Podman's own, which are meant for all its containers,
// cannot be changed where its API is asked for one.
const podmanRuntime = `#!/bin/sh
for a in "$@"; do
  [ "$p" = --bundle ] && sed -i 's/"hard":[0-9]*,"soft":[0-9]*/"hard":4096,"soft":4096/g' "$a/config.json"
  p=$a
done
exec runc "$@"
`

// podmanSocket serves Podman's API, in a network namespace of its own and with all its files below the bench, and returns its address.
func podmanSocket(t *testing.T, b *Bench) string {
	t.Helper()
	dir := b.Scratch(t, "pm") // Podman takes no long path of a socket
	runtime := filepath.Join(dir, "runtime")
	if err := os.WriteFile(runtime, []byte(podmanRuntime), 0o755); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s.sock")
	argv := []string{
		"/usr/bin/unshare", "-n", "sh", "-c", `ip link set lo up; exec "$@"`, "sh", "podman",
		"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"), "--tmpdir", filepath.Join(dir, "tmp"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", runtime,
		"system", "service", "--time=0", "unix://" + socket,
	}
	log := filepath.Join(dir, "log")
	service := session(t, log, apps.Command{Argv: argv, Dir: "/", Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + dir}}, nil)
	t.Cleanup(func() { end(t, "Podman's service", service.Process.Pid, service) })
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		c, err := engine.Connect(t.Context(), "unix://"+socket)
		if err == nil {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			return "unix://" + socket
		}
		if time.Since(begin) > time.Minute {
			said, _ := os.ReadFile(log) // for the message only
			t.Fatalf("Podman's service: %v\n%s", err, said)
		}
	}
}

// untouched has each builder build between two pictures of the host and of the engine: nothing of it is left but the workspace.
func (p *buildersProof) untouched(t *testing.T) {
	podman := podmanSocket(t, p.bench)
	for _, c := range []struct {
		name, host string
		builder    build.Builder
	}{
		{"kaniko", p.host, build.Kaniko{Program: p.program()}},
		{"docker", p.host, p.builder()},
		{"docker_over_podman", podman, build.Docker{Host: podman, Program: p.program()}},
		{"dockerfile", p.host, build.Dockerfile{}},
	} {
		t.Run(c.name, func(t *testing.T) { p.leaves(t, c.host, c.builder) })
	}
}

// leaves fails for what differs after each of several builds.
func (p *buildersProof) leaves(t *testing.T, host string, builder build.Builder) {
	t.Helper()
	dir := p.bench.Scratch(t, "builders-host")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, p.bench, root, plant(t, root), filepath.Join(dir, "image"))
	o.Builder = builder
	var each map[string]string // by its kind
	for n := range attempts {  // a machine is never quite alone, see promise
		before := p.look(t, host)
		if _, err := containerize.Run(t.Context(), o); err != nil && !errors.Is(err, build.ErrNoImage) {
			t.Fatal(err)
		}
		seen := map[string]string{}
		for _, d := range differences(before, p.look(t, host)) {
			if kind := numbers.ReplaceAllString(d, "0"); n == 0 || each[kind] != "" {
				seen[kind] = d
			}
		}
		if each = seen; len(each) == 0 {
			t.Logf("%d facts are the same before and after, at attempt %d", len(before), n+1)
			return
		}
	}
	for _, d := range each {
		t.Errorf("after %d builds of %d: %s", attempts, attempts, d)
	}
}

// Where anybody writes, names count and no times, and what the test and the shells of other people put there counts for nothing.
var (
	anybody = regexp.MustCompile(`^file (/tmp|/var/tmp|/run|/dev/shm)(/|$)`)
	others  = regexp.MustCompile(`^file /tmp/(Test|bash_)`)
)

// ours reports a process of this bench's builders and engines: others have theirs.
func (p *buildersProof) ours(name, command string) bool {
	if !slices.Contains([]string{"a2c", "a2c-kaniko", "conmon", "runc", "containerd-shim"}, command) {
		return false
	}
	exe, err := os.Readlink("/proc/" + strings.Fields(name)[1] + "/exe")
	return err == nil && (strings.HasPrefix(exe, filepath.Dir(p.bench.A2C)+"/") || !strings.HasPrefix(command, "a2c"))
}

// look is a picture of what a builder could leave: names, files by inode and times, mounts, settings of the kernel, firewall, cgroups, sockets, loop devices,
// its processes, and what the engine has.
func (p *buildersProof) look(t *testing.T, host string) picture {
	t.Helper()
	c := camera{
		hashed: []string{"/etc"}, listed: []string{"/root", "/home", "/srv", "/boot", "/usr/local", "/tmp", "/var/tmp", "/run", "/dev/shm"},
		except: []string{"/root/.config/go/telemetry", "/root/.cache", "/tmp/go-build*", "/tmp/hsperfdata_*", "/run/containers"},
	}
	seen := c.take(t)
	for name, value := range seen {
		switch {
		case strings.HasPrefix(name, "namespace "):
			delete(seen, name)
		case strings.HasPrefix(name, "process ") && !p.ours(name, value):
			delete(seen, name)
		case others.MatchString(name):
			delete(seen, name)
		case anybody.MatchString(name):
			seen[name] = "there"
		}
	}
	for n, device := range loopDevices(t) {
		seen["loop device "+strconv.Itoa(n)] = device
	}
	d := docker{env: []string{"DOCKER_HOST=" + host}}
	for kind, args := range map[string][]string{
		"container": {"ps", "-aq", "--no-trunc"}, "image": {"images", "-aq", "--no-trunc"}, "name of an image": {"images", "--format", "{{.Repository}}:{{.Tag}}"},
		"volume": {"volume", "ls", "-q"}, "network": {"network", "ls", "-q", "--no-trunc"},
	} {
		for line := range strings.FieldsSeq(d.run(t, nil, args...)) {
			seen[kind+" "+line] = "there"
		}
	}
	return seen
}
