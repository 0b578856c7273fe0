package proof

import (
	"archive/tar"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/internal/engine"
	"a2c/internal/term"
	"a2c/model"
	"a2c/proof/apps"
)

// BadTwin puts a program that misbehaves (testdata/badtwin) into an image in place of the application: verify ends with a clear verdict within a bound, says why,
// and leaves nothing: no process, mount, group or folder, also when it is killed in the midst of it, and no lack of disk or memory.
func BadTwin() Proof {
	return Proof{
		Name: "badtwin", Needs: []Need{Root, AMD64, Packages}, Budget: 9 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Probe())(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Compiler()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			x := newBadTwin(t, b)
			var names []string
			for _, c := range x.cases() {
				names = append(names, c.mode)
			}
			chosen := b.Choose("bad twins", names, 5)
			for _, c := range x.cases() {
				if slices.Contains(chosen, c.mode) {
					t.Run(c.mode, func(t *testing.T) { x.sandboxed(t, c) })
				}
			}
			for range b.Repeat(2, 6, 30) {
				for _, mode := range []string{"deaf", "forks"} {
					t.Run("SIGKILL_with_one_that_is_"+mode, func(t *testing.T) { x.killed(t, mode) })
				}
			}
			if b.Extent != Part {
				t.Run("docker", x.inDocker)
			}
			fmt.Fprintf(b.Log, "\n%-16s %8s %-10s %s\n%s", "the image", "seconds", "verdict", "why", strings.Join(x.rows, ""))
		},
	}
}

// badCase is one way to misbehave.
type badCase struct {
	mode  string
	says  string        // what the reason holds
	bound time.Duration // until the verdict
}

func (x *badTwin) cases() []badCase {
	return []badCase{
		{"never", "is not open after 10s", time.Minute},
		{"elsewhere", "is not open after 10s", time.Minute},
		{"taken", "ended before it listened", time.Minute},
		{"dies", "ended while it was compared", 2 * time.Minute},
		{"floods", "comparisons differ", 2 * time.Minute},
		{"forks", "is not open after 10s", 2 * time.Minute},
		{"deaf", "comparisons differ", time.Minute},
		{"fills", "", 4 * time.Minute},
		{"huge", "comparisons differ", 2 * time.Minute},
		{"redirects", "comparisons differ", time.Minute},
		{"holds", "comparisons differ", 4 * time.Minute},
		{"drips", "comparisons differ", 4 * time.Minute},
	}
}

type badTwin struct {
	b       *Bench
	c       Command
	site    *apps.Site
	job     Job
	program []byte
	rows    []string
}

func newBadTwin(t *testing.T, b *Bench) *badTwin {
	a := apps.Probe()
	x := &badTwin{b: b}
	x.site, x.c, x.job = b.imageOf(t, "badtwin", a)
	file := filepath.Join(b.Scratch(t, "badtwin-program"), "badtwin")
	compile := exec.CommandContext(t.Context(), "gcc", "-O2", "-static", "-o", file, filepath.Join(b.Repo, "testdata/badtwin/badtwin.c"))
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	var err error
	if x.program, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	return x
}

// image puts the program into the image.
func (x *badTwin) image(t *testing.T, mode string) {
	t.Helper()
	m := newMutant(t, x.c, x.job, filepath.Join(x.c.Workspace, "layer.tar"))
	m.entry(t, tar.Header{Name: "/badtwin", Typeflag: tar.TypeReg, Mode: 0o755}, x.program)
	m.config.Entrypoint, m.config.Cmd = []string{"/badtwin", mode, fmt.Sprint(x.site.Port(x.job.App, 0)), filepath.Join(x.site.Dir, "var/lib/probe")}, nil
	m.write(t)
}

func (x *badTwin) command(runtime string) []string {
	return []string{"verify", "--application-id", x.job.ID, "--runtime", runtime, "--timeout", "10s", "--path", "/settings"}
}

// sandboxed demands a verdict, and that the host is as it was.
func (x *badTwin) sandboxed(t *testing.T, c badCase) {
	x.image(t, c.mode)
	before, free := sandboxPicture(t), freeDisk(t, x.c.Workspace)
	x.verdict(t, x.c, "sandbox", c)
	sandboxGone(t, x.c, before)
	x.gone(t, free)
}

func (x *badTwin) verdict(t *testing.T, command Command, runtime string, c badCase) {
	t.Helper()
	ran := command.Run(t, []int{exitAnswerNo, exitNotAllSeen}, x.command(runtime)...)
	var v model.Verification
	readJSON(t, filepath.Join(command.Workspace, x.job.ID, "verify.json"), &v)
	if !strings.Contains(v.Why, c.says) || v.Why == "" || v.Verdict != model.VerifyDifferent {
		t.Errorf("%s, because %q, which does not say %q\n%s", v.Verdict, v.Why, c.says, ran.Stdout)
	}
	if taken := time.Duration(ran.Seconds * float64(time.Second)); taken > c.bound {
		t.Errorf("it took %v, more than %v", taken, c.bound)
	}
	const most = 300 << 20
	if ran.Peak > most {
		t.Errorf("a2c took %d MiB of memory", ran.Peak>>20)
	}
	if len(ran.Stdout) > 1<<20 {
		t.Errorf("a2c wrote %d bytes", len(ran.Stdout))
	}
	x.rows = append(x.rows, fmt.Sprintf("%-16s %8.1f %-10s %.200s\n", runtime+" "+c.mode, ran.Seconds, v.Verdict, term.Safe(v.Why)))
}

// gone demands that no process of the program stays, and no file of it.
func (x *badTwin) gone(t *testing.T, free uint64) {
	t.Helper()
	var left []string
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(100 * time.Millisecond) {
		if left = runningBad(t); len(left) == 0 {
			break
		}
	}
	if len(left) > 0 {
		t.Errorf("%d processes of it stay: %v", len(left), left[:min(5, len(left))])
	}
	const others = 3 << 30 // what everything else on the machine may write meanwhile
	if now := freeDisk(t, x.c.Workspace); now+others < free {
		t.Errorf("%d MiB of the disk are free, before it were %d", now>>20, free>>20)
	}
}

// runningBad are the processes of the program, by the name that the kernel has of it.
func runningBad(t *testing.T) (list []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/comm")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if text, _ := os.ReadFile(name); string(text) == "badtwin\n" { // it may have ended
			list = append(list, filepath.Base(filepath.Dir(name)))
		}
	}
	return list
}

func freeDisk(t *testing.T, dir string) uint64 {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return st.Bavail * uint64(st.Bsize)
}

// killed kills a2c while the program runs, at any moment.
func (x *badTwin) killed(t *testing.T, mode string) {
	x.image(t, mode)
	before, free := sandboxPicture(t), freeDisk(t, x.c.Workspace)
	cmd := x.c.Make(t.Context(), x.command("sandbox")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); len(runningBad(t)) == 0 && time.Since(begin) < 30*time.Second; time.Sleep(10 * time.Millisecond) {
	}
	time.Sleep(time.Duration(time.Now().UnixNano() % int64(time.Second)))
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	for begin := time.Now(); time.Since(begin) < 30*time.Second; time.Sleep(100 * time.Millisecond) {
		if left, err := filepath.Glob(filepath.Join(x.c.Workspace, "*/verify.tmp-*")); err == nil && len(left) == 0 && len(runningBad(t)) == 0 {
			break
		}
	}
	sandboxGone(t, x.c, before)
	x.gone(t, free)
}

// inDocker has some of them in containers.
func (x *badTwin) inDocker(t *testing.T) {
	host := x.b.Engine(t)
	command := x.b.Command(x.c.Workspace, "DOCKER_HOST="+host)
	client, err := engine.Connect(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close() //nolint:errcheck // nothing is written
	for _, c := range x.cases() {
		if !slices.Contains([]string{"floods", "forks", "huge", "deaf", "fills"}, c.mode) {
			continue
		}
		t.Run(c.mode, func(t *testing.T) {
			x.image(t, c.mode)
			free := freeDisk(t, x.c.Workspace)
			x.verdict(t, command, "docker", c)
			x.gone(t, free)
			if list, err := client.Containers(t.Context(), "a2c.verify"); err != nil || len(list) > 0 {
				t.Errorf("containers left: %v, %v", list, err)
			}
		})
	}
}
