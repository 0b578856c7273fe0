package proof

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/engine"
	"a2c/proof/apps"
)

// Kill proves that the built program can be interrupted or killed at any moment: no process, no mount and no container stays, the documents
// stay valid, and the next run works.
func Kill() Proof {
	return Proof{
		Name: "kill", Needs: []Need{Root, AMD64, Packages}, Budget: 5 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Portal())(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Strace()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			catchHangUp(t)
			k := newKiller(t, b)
			chosen := b.Choose("endings at any moment", names(endings()), 3) // of five, of which one cannot be caught
			for _, e := range endings() {
				t.Run("verify_with_a_twin_"+e.name, func(t *testing.T) { k.withTwin(t, e) })
			}
			t.Run("twin_killed", k.twinKilled)
			t.Run("nobody_reads_the_messages", k.unread)
			for _, command := range k.commands() {
				t.Run(command[0], func(t *testing.T) {
					for range b.Repeat(1, 5, 50) {
						k.anyMoment(t, command, chosen)
					}
				})
			}
			for _, command := range k.commands()[2:] {
				t.Run("child_of_"+command[0], func(t *testing.T) { k.childKilled(t, command) })
			}
			t.Run("slow_disk", k.slowDisk)
			t.Run("builds", func(t *testing.T) { k.builds(t, b.Repeat(2, 20, 200)) })
			k.again(t)
		},
	}
}

// catchHangUp lets the programs that the test starts have SIGHUP's default, also when the test itself runs under nohup(1): a caught signal is
// reset in them, an ignored one is not (execve(2)), and a2c then goes on as it should.
func catchHangUp(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(c) })
}

// ending is a way to end a program from outside.
type ending struct {
	name   string
	signal syscall.Signal
	group  bool // to every process of the group, as a terminal does
}

func endings() []ending {
	return []ending{
		{"SIGINT", syscall.SIGINT, false},
		{"ctrl-c", syscall.SIGINT, true},
		{"SIGTERM", syscall.SIGTERM, false},
		{"hang-up", syscall.SIGHUP, true},
		{"SIGKILL", syscall.SIGKILL, false},
	}
}

func names(list []ending) []string {
	all := make([]string, 0, len(list))
	for _, e := range list {
		all = append(all, e.name)
	}
	return all
}

// killer has done the whole job once, and does it again and again to be ended in the midst of it.
type killer struct {
	c      Command
	site   *apps.Site
	job    Job
	engine *engine.Client
	whole  map[string]time.Duration // of each command, undisturbed
	random *rand.Rand
	bench  string
	mounts []string // the machine's own and those below bench
}

func newKiller(t *testing.T, b *Bench) *killer {
	t.Helper()
	a := apps.Portal()
	k := &killer{site: b.Start(t, a), whole: map[string]time.Duration{}}
	host := b.Engine(t)
	k.c = b.Command(b.Scratch(t, "kill"), "DOCKER_HOST="+host)
	jobs, _ := b.Inventory(t, k.c, k.site, []apps.App{a})
	k.job = jobs[a.Name]
	k.job.Whole(t, k.c, k.site)
	for _, ran := range k.job.Runs {
		k.whole[ran.Args[0]] = time.Duration(ran.Seconds * float64(time.Second))
	}
	client, err := engine.Connect(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	k.engine = client
	seed := uint64(time.Now().UnixNano())
	t.Logf("moments: seed %d", seed)
	k.random = rand.New(rand.NewPCG(seed, 1))
	k.bench = b.Dir
	k.mounts = ownMounts(lines(t, "/proc/self/mountinfo"), b.Dir)
	return k
}

// commands are those that write. Those that need an image come first: a new analysis makes it out of date.
func (k *killer) commands() [][]string {
	id := []string{"--application-id", k.job.ID}
	return [][]string{
		k.verifyCommand(),
		slices.Concat([]string{"generate", "app-deployment"}, id),
		{"inventory"},
		slices.Concat([]string{"analyze"}, id),
		slices.Concat([]string{"containerize", "--force"}, id), // else nothing is built when nothing has changed
	}
}

func (k *killer) verifyCommand() []string {
	return slices.Concat([]string{"verify", "--application-id", k.job.ID}, k.site.VerifyArgs(k.job.App))
}

// anyMoment ends the command in each chosen way at random moments, until each catchable signal has interrupted it once: a proof whose signals all come
// before the command listens, or after its end, proves nothing.
func (k *killer) anyMoment(t *testing.T, command, chosen []string) {
	t.Helper()
	const most = 40
	for _, e := range endings() {
		if !slices.Contains(chosen, e.name) {
			continue
		}
		hit, limit := false, int64(k.whole[command[0]])
		for try := 0; try < most && !hit; try++ {
			code := k.endAt(t, command, e, time.Duration(k.random.Int64N(limit+1)))
			hit = code == exitInterrupted || e.signal == syscall.SIGKILL
			if code == exitDone || code == exitNotAllSeen { // too late
				limit = limit * 3 / 4
			}
		}
		if !hit {
			t.Errorf("a2c %s: %s at %d moments within %v, and none interrupted it", command[0], e.name, most, k.whole[command[0]])
		}
	}
}

// endAt starts a2c, ends it at the moment, looks at what is left, and returns the exit code.
func (k *killer) endAt(t *testing.T, command []string, e ending, moment time.Duration) int {
	t.Helper()
	before := halfWritten(t, k.c.Workspace) // by one that was killed
	r := k.start(t, command)
	time.Sleep(moment)
	r.end(t, e)
	code := r.wait(t)
	switch {
	case e.signal == syscall.SIGKILL:
	case code == -1 && r.signaled() == e.signal: // before a2c listens to signals the kernel ends it
	case !slices.Contains([]int{exitDone, exitNotAllSeen, exitInterrupted}, code):
		t.Errorf("a2c %s, %s after %v, ended with exit code %d: %s", command[0], e.name, moment, code, r.stderr.String())
	}
	if command[0] == "verify" && code == -1 { // also when a2c did not listen to the signal yet
		k.afterKill(t, r, reapedLoad)
	}
	k.nothingRuns(t, r)
	validDocuments(t, k.c.Workspace)
	if e.signal != syscall.SIGKILL && code != -1 {
		k.nothingLeft(t, before)
	}
	return code
}

// again does the whole job once more: what killed runs left is gone, and the image is the same.
func (k *killer) again(t *testing.T) {
	t.Helper()
	last := Job{App: k.job.App, ID: k.job.ID}
	last.Whole(t, k.c, k.site)
	if !last.Verification.Verified {
		t.Errorf("after all the kills it is not verified: %s", last.Verification.Why)
	}
	if last.Image.Digest != k.job.Image.Digest {
		t.Errorf("the image after all the kills is %s, before it was %s", last.Image.Digest, k.job.Image.Digest)
	}
	k.nothingLeft(t, nil)
}

// nothingRuns demands that the processes of the run are gone, and its mounts.
func (k *killer) nothingRuns(t *testing.T, r *started) {
	t.Helper()
	left := living(r.members)
	for begin := time.Now(); len(left) > 0 && time.Since(begin) < 3*time.Second; left = living(r.members) {
		time.Sleep(20 * time.Millisecond)
	}
	if len(left) > 0 {
		t.Errorf("a2c %s: these processes stay: %s", r.name, strings.Join(left, ", "))
	}
	if diff := cmp.Diff(k.mounts, ownMounts(lines(t, "/proc/self/mountinfo"), k.bench)); diff != "" {
		t.Errorf("a2c %s: other mounts than before (-before +after):\n%s", r.name, diff)
	}
}

// ownMounts are the lines of a mount table (proc_pid_mountinfo(5)) that a run of a2c on this bench could have added or taken away: below the bench, and all
// where the system has its folders. Below the folders where programs keep data of their own, others mount and unmount meanwhile: an engine, another proof.
func ownMounts(table []string, bench string) []string {
	return slices.DeleteFunc(table, func(line string) bool {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[4] == bench || strings.HasPrefix(fields[4], bench+"/") {
			return false
		}
		return slices.ContainsFunc([]string{"/opt/", "/srv/", "/tmp/", "/run/", "/var/lib/", "/home/"}, func(dir string) bool { return strings.HasPrefix(fields[4], dir) })
	})
}

// nothingLeft demands that no container, no image of verify's and no half-written file is there beside those that were there before.
func (k *killer) nothingLeft(t *testing.T, before []string) {
	t.Helper()
	k.nothingAtEngine(t)
	for _, name := range halfWritten(t, k.c.Workspace) {
		if !slices.Contains(before, name) {
			t.Errorf("left half-written: %s", name)
		}
	}
}

func (k *killer) nothingAtEngine(t *testing.T) {
	t.Helper()
	containers, err := k.engine.Containers(t.Context(), "a2c.verify")
	if err != nil || len(containers) > 0 {
		t.Errorf("containers left: %v, %v", containers, err)
	}
	images, err := k.engine.Images(t.Context(), "a2c.invalid/verify")
	if err != nil || len(images) > 0 {
		t.Errorf("images left: %v, %v", images, err)
	}
}

// halfWritten lists the files and folders that a2c only makes on its way to another.
func halfWritten(t *testing.T, workspace string) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{".a2c-new-*", "*/.a2c-new-*", "*/*/.a2c-new-*", "*/*/*/.a2c-new-*", "*/verify.tmp-*", "*/.*.next", "*/image/*.new", "*/image/build"} {
		found, err := filepath.Glob(filepath.Join(workspace, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// validDocuments demands that each document of the workspace is whole.
func validDocuments(t *testing.T, workspace string) {
	t.Helper()
	for _, pattern := range []string{"*.json", "*/*.json", "*/image/*.json", "*/*/*.json"} {
		files, err := filepath.Glob(filepath.Join(workspace, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.Size() == 0 {
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s is empty: %v", file, err)
				}
				continue
			}
			var document map[string]any
			readJSON(t, file, &document)
		}
	}
}
