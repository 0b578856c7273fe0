package proof

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/servers"
)

// healthEvery stands in the place of the image's own seconds between two checks, which would make the proof long; all else is the image's.
const healthEvery = 2 * time.Second

// asked is a server whose image asks a path for its health.
func asked() servers.Server {
	s := servers.SpringBootLoader()
	s.Name = "springboot-health"
	return s
}

// proveHealth has an application stop in its container, and another one lose its port: both turn unhealthy within the time that the image says, in Docker, and
// in Podman at the next check. One that answers again turns healthy.
func (s imageSubject) proveHealth(t *testing.T, b *Bench, c Command, j Job) {
	t.Helper()
	d := docker{env: c.Env}
	t.Run("connects", func(t *testing.T) {
		proc := s.runImage(t, d, j.Tar, nil, []string{"--health-interval", healthEvery.String()})
		d.healthy(t, entryName)
		s.closePort(t, d, proc)
		d.unhealthy(t, j.Image.Config.Healthcheck)
	})
	j.Containerize(t, c, "--health-path", s.server.Page)
	t.Run("asks", func(t *testing.T) {
		proc := s.runImage(t, d, j.Tar, nil, []string{"--health-interval", healthEvery.String()})
		d.healthy(t, entryName)
		pid, err := strconv.Atoi(filepath.Base(proc))
		if err != nil {
			t.Fatal(err)
		}
		freeze(t, pid, true)
		seconds := d.unhealthy(t, j.Image.Config.Healthcheck)
		freeze(t, pid, false)
		d.becomes(t, "healthy", time.Minute)
		fmt.Fprintf(b.Log, "%s: stopped, and unhealthy after %.1f s; healthy again\n", s.server.Name, seconds)
	})
	t.Run("podman", func(t *testing.T) { s.podmanHealth(t, b, j) })
}

// freeze stops all threads of a process, or lets them go on.
func freeze(t *testing.T, pid int, stop bool) {
	t.Helper()
	sig := syscall.SIGCONT
	if stop {
		sig = syscall.SIGSTOP
	}
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatal(err)
	}
}

// closePort closes the application's listener from outside (ss(8), SOCK_DESTROY), as an application may by itself: its process stays.
func (s imageSubject) closePort(t *testing.T, d docker, proc string) {
	t.Helper()
	port := fmt.Sprintf("sport = :%d", s.server.Ports)
	out := d.command(t, nil, "nsenter", "--net="+proc+"/ns/net", "ss", "-K", "-l", "-t", "-n", port)
	if left := d.command(t, nil, "nsenter", "--net="+proc+"/ns/net", "ss", "-H", "-l", "-t", "-n", port); left != "" {
		t.Fatalf("ss -K did not close it: %s\n%s", left, out)
	}
}

// unhealthy waits no longer than the image's check may take to say so, and returns the seconds.
func (d docker) unhealthy(t *testing.T, h *model.Healthcheck) float64 {
	t.Helper()
	begin := time.Now()
	each := healthEvery + time.Duration(h.TimeoutSeconds*float64(time.Second)) + time.Second // the engine starts a process for each
	d.becomes(t, "unhealthy", time.Duration(1+h.Retries)*each)
	return time.Since(begin).Seconds()
}

func (d docker) becomes(t *testing.T, want string, limit time.Duration) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		health := strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{json .State.Health}}", entryName))
		var h struct{ Status string }
		if err := json.Unmarshal([]byte(health), &h); err != nil {
			t.Fatal(err)
		}
		if h.Status == want {
			return
		}
		if time.Since(begin) > limit {
			t.Fatalf("not %s within %v: %s", want, limit, health)
		}
	}
}

// podmanHealth runs the check of the same image by hand, as a timer of systemd does.
func (s imageSubject) podmanHealth(t *testing.T, b *Bench, j Job) {
	t.Helper()
	dir, run := b.Scratch(t, "images-podman"), b.Scratch(t, "run")
	podman := func(args ...string) (string, int) {
		t.Helper()
		all := append([]string{
			"--root", filepath.Join(dir, "podman"), "--runroot", run, "--tmpdir", filepath.Join(run, "tmp"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", "/usr/sbin/runc",
		}, args...)
		out, code, err := try(t.Context(), []string{"HOME=" + dir}, "podman", all...)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out)), code
	}
	must := func(args ...string) string {
		t.Helper()
		out, code := podman(args...)
		if code != 0 {
			t.Fatalf("podman %s: exit code %d\n%s", args[0], code, out)
		}
		return out
	}
	_, reference, _ := strings.Cut(must("load", "-q", "-i", j.Tar), "Loaded image: ")
	must("run", "-d", "--network", "none", "--health-interval", "disable", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "--name", entryName, strings.TrimSpace(reference))
	defer podman("rm", "-f", "-t", "0", entryName)
	check := func(want int, within time.Duration) {
		t.Helper()
		for begin := time.Now(); ; time.Sleep(500 * time.Millisecond) {
			out, code := podman("healthcheck", "run", entryName)
			if code == want {
				return
			}
			if time.Since(begin) > within {
				t.Fatalf("podman healthcheck run: exit code %d, not %d: %s\n%s", code, want, out, must("inspect", entryName))
			}
		}
	}
	check(0, 2*time.Minute) // it is starting
	pid, err := strconv.Atoi(must("inspect", "-f", "{{.State.Pid}}", entryName))
	if err != nil {
		t.Fatal(err)
	}
	freeze(t, pid, true)
	check(1, 0)
	freeze(t, pid, false)
	check(0, 10*time.Second)
	fmt.Fprintf(b.Log, "%s: podman healthcheck run says the same\n", s.server.Name)
}
