package proof

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
)

// FirstPromise proves that a2c does not change the host: two pictures of it, before and after the whole job on all four applications, are
// equal but for named exceptions; and a trace of every system call of that job shows no write, rename, unlink or mount outside of the
// workspace, since what is cleaned up afterwards would not show in a picture. /.dockerenv is present, as it may be on a virtual machine.
func FirstPromise() Proof {
	return Proof{
		Name: "first-promise", Needs: []Need{Root, AMD64, Packages}, Budget: 12 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.All()...)(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Strace()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: promise,
	}
}

// attempts: a machine is never quite alone. What others change meanwhile differs from time to time; what a2c does it does each time.
const attempts = 4

func promise(t *testing.T, b *Bench) {
	list := apps.All()
	site := b.Start(t, list...)
	c := b.Command("", "DOCKER_HOST="+b.Engine(t))
	dockerenv(t)
	settle(t, list, site)
	for n := range attempts {
		changed := b.watch(t, c, site, list)
		if len(changed) == 0 {
			return
		}
		report := t.Logf
		if n == attempts-1 {
			report = t.Errorf
		}
		const most = 40
		for _, d := range changed[:min(most, len(changed))] {
			report("attempt %d: the host is not what it was: %s", n+1, d)
		}
		report("attempt %d: %d differences", n+1, len(changed))
	}
}

// watch runs the whole job under strace between two pictures and returns their differences. A fault in the trace fails the test at once.
func (b *Bench) watch(t *testing.T, c Command, site *apps.Site, list []apps.App) []string {
	t.Helper()
	c.Workspace = b.Scratch(t, "promise")
	c.Trace = filepath.Join(b.Scratch(t, "trace"), "call")
	seen := b.camera(site.Dir)
	before := seen.take(t)
	jobs, _ := b.Inventory(t, c, site, list)
	for _, a := range list {
		j := jobs[a.Name]
		j.Whole(t, c, site)
	}
	changed := differences(before, seen.take(t))

	problems, calls := judge(t, c.Trace, func(path string) bool { return harmless(path, c.Workspace) })
	for _, p := range problems {
		t.Error(p)
	}
	if calls < 1000 {
		t.Errorf("the trace holds %d calls: it did not see the job", calls)
	}
	t.Logf("%d facts in the picture, %d calls in the trace", len(before), calls)
	return changed
}

// camera looks at everything that the first promise names. The exceptions:
func (b *Bench) camera(site string) camera {
	c := camera{
		hashed: []string{"/etc", "/srv", "/home", "/boot", "/var/lib", site},
		listed: []string{"/usr", "/root", "/opt", b.Dir, "/tmp", "/var/tmp", "/run", "/dev/shm"},
		except: []string{
			filepath.Join(b.Dir, "scratch"),      // the workspace
			filepath.Join(b.Dir, "engine"),       // the Docker Engine, which keeps the images that verify loads
			filepath.Join(b.Dir, "cache"),        // downloads: nobody's home is below
			filepath.Join(site, "var/log"),       // the applications' own logs
			filepath.Join(site, "var/lib"),       // and databases
			filepath.Join(site, "srv/shop/work"), // Tomcat compiles a JSP when it is asked for
			"/tmp/hsperfdata_*",                  // each JVM counts there all the time
			"/var/tmp/Microsoft",                 // azmcp's telemetry
			"/root/.config/go/telemetry",         // the go command that runs this test counts there,
			"/root/.cache/go-build",              // keeps results there
			"/tmp/go-build*",                     // and works there
		},
	}
	if b.Extent != Part { // content of 10 GB and more, where time of status and inode say the same in seconds
		c.hashed, c.listed = append(c.hashed, "/usr", "/root", "/opt", b.Dir), []string{"/tmp", "/var/tmp", "/run", "/dev/shm"}
	}
	return c
}

// settle asks each application everything once, so that what it does at first (compile a page, extract a library) is over.
func settle(t *testing.T, list []apps.App, site *apps.Site) {
	t.Helper()
	for _, a := range list {
		for _, k := range a.Asks {
			if _, err := site.Ask(t.Context(), a, k); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// dockerenv makes /.dockerenv for the time of the test, unless it is there.
func dockerenv(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/.dockerenv"); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err := os.WriteFile("/.dockerenv", nil, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove("/.dockerenv"); err != nil {
			t.Error(err)
		}
	})
}

// harmless says what a2c may write to: its workspace, and what is no file of the host.
func harmless(path, workspace string) bool {
	switch {
	case path == workspace, strings.HasPrefix(path, workspace+"/"):
		return true
	case path == "/dev/null", path == "/dev/tty":
		return true
	case strings.HasPrefix(path, "/memfd:"), strings.HasPrefix(path, "pipe:"), strings.HasPrefix(path, "socket:"), strings.HasPrefix(path, "anon_inode:"):
		return true
	}
	// of itself and its children: priority for the OOM killer, identity maps of a user namespace
	match, _ := filepath.Match("/proc/*/*", path)
	base := filepath.Base(path)
	return match && (base == "oom_score_adj" || base == "uid_map" || base == "gid_map" || base == "setgroups")
}
