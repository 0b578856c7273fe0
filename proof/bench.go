package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
	"a2c/proof/engine"
)

// Extent is how much of the proofs is run.
type Extent string

// Extents, as the variable A2C_PROOF names them.
const (
	Part Extent = "part" // make test: of large matrices a part, chosen by the commit
	Full Extent = "full" // make proof: all
	Soak Extent = "soak" // make soak: all, repeated
)

// Bench is where proofs live.
type Bench struct {
	Dir    string // absolute, readable by other users
	Repo   string // the checkout
	A2C    string // the built program
	Extent Extent
	Commit string    // of the checkout; chooses the part
	Log    io.Writer // what is being done, for people
}

// Choose returns the cases of a large matrix that this run takes: all of them, or n chosen by the commit's hash. What it took is printed;
// a case that was not chosen is not skipped, another commit takes it.
func (b *Bench) Choose(matrix string, cases []string, n int) []string {
	if b.Extent != Part || n >= len(cases) {
		return cases
	}
	ordered := slices.Clone(cases)
	rank := func(name string) uint64 {
		h := fnv.New64a()
		fmt.Fprintf(h, "%s %s %s", b.Commit, matrix, name)
		return h.Sum64()
	}
	slices.SortFunc(ordered, func(x, y string) int {
		if rx, ry := rank(x), rank(y); rx != ry {
			if rx < ry {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	chosen := ordered[:n]
	slices.Sort(chosen)
	fmt.Fprintf(b.Log, "%s: %d of %d by commit %.12s: %s\n", matrix, n, len(cases), b.Commit, strings.Join(chosen, ", "))
	return chosen
}

// Repeat is how often a proof by chance (kill at random moments) tries.
func (b *Bench) Repeat(part, full, soak int) int {
	switch b.Extent {
	case Full:
		return full
	case Soak:
		return soak
	}
	return part
}

// Scratch returns a fresh folder below the bench that is removed when the test has passed, and kept, named in the log, when it failed.
func (b *Bench) Scratch(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(b.Dir, "scratch", name)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kept for a look: %s", dir)
			return
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// Site opens the folder of the sample applications; a random seed plants other secrets in each run.
func (b *Bench) Site(t *testing.T) *apps.Site {
	t.Helper()
	site, err := apps.Open(apps.Options{
		Dir: filepath.Join(b.Dir, "demo"), Cache: filepath.Join(b.Dir, "cache"), Repo: b.Repo, Seed: uint64(time.Now().UnixNano()) >> 12, Log: b.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// InstallApps is the Install of proofs that need sample applications.
func InstallApps(list ...apps.App) func(*testing.T, *Bench) {
	return func(t *testing.T, b *Bench) {
		if err := b.Site(t).Install(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
}

// Start starts the applications for the time of the test.
func (b *Bench) Start(t *testing.T, list ...apps.App) *apps.Site {
	t.Helper()
	site := b.Site(t)
	if err := site.Stop(list); err != nil { // what a killed run left, with the secrets of that run
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Stop(list); err != nil {
			t.Error(err)
		}
	})
	if err := site.Start(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	return site
}

// Engine starts a Docker Engine for the time of the test and returns its address, as for DOCKER_HOST.
func (b *Bench) Engine(t *testing.T) string {
	t.Helper()
	e, err := engine.Start(t.Context(), filepath.Join(b.Dir, "engine"), b.Log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return e.Host
}

// GoInstall builds a program from the Go module proxy into the bench's bin folder, unless that version stands there.
func (b *Bench) GoInstall(t *testing.T, module string) {
	t.Helper()
	path, version, _ := strings.Cut(module, "@")
	mark := filepath.Join(b.Dir, "bin", "."+filepath.Base(path)+"-"+version)
	if _, err := os.Stat(mark); err == nil {
		return
	}
	fmt.Fprintf(b.Log, "go install %s\n", module)
	cmd := exec.CommandContext(t.Context(), "go", "install", module)
	cmd.Dir = os.TempDir() // not the checkout: its go.mod does not decide
	cmd.Env = append(os.Environ(), "GOBIN="+filepath.Join(b.Dir, "bin"), "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go install %s: %v\n%s", module, err, out)
	}
	if err := os.WriteFile(mark, nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Ran is what a command did.
type Ran struct {
	Args    []string
	Stdout  []byte
	Stderr  []byte
	Code    int
	Seconds float64
	Peak    int64 // bytes of memory, of the largest of its processes
}

// Command is a2c with a workspace and further environment.
type Command struct {
	Path      string
	Prefix    []string // arguments before a2c's own, when Path starts another program that starts a2c
	Workspace string
	Env       []string
	Trace     string // prefix of the files that strace writes, one per thread; "": no strace
}

// Command returns a2c on the workspace.
func (b *Bench) Command(workspace string, env ...string) Command {
	return Command{Path: b.A2C, Workspace: workspace, Env: env}
}

// Run runs a2c and fails the test when the exit code is none of those allowed (none given: 0).
func (c Command) Run(t *testing.T, allowed []int, args ...string) Ran {
	t.Helper()
	r, err := c.Try(t.Context(), args...)
	if err != nil {
		t.Fatalf("a2c %s: %v", strings.Join(args, " "), err)
	}
	if len(allowed) == 0 {
		allowed = []int{0}
	}
	if !slices.Contains(allowed, r.Code) {
		t.Fatalf("a2c %s: exit code %d, not one of %v\n%s\n%s", strings.Join(args, " "), r.Code, allowed, r.Stderr, head(r.Stdout))
	}
	return r
}

// Try runs a2c and returns what it did, whatever the exit code.
func (c Command) Try(ctx context.Context, args ...string) (Ran, error) {
	cmd := c.Make(ctx, args...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return Ran{Args: args}, err
	}
	peak := watchPeak(cmd.Process.Pid)
	err := cmd.Wait()
	r := Ran{Args: args, Stdout: out.Bytes(), Stderr: problems.Bytes(), Seconds: time.Since(begin).Seconds(), Code: cmd.ProcessState.ExitCode(), Peak: peak()}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return r, err
	}
	return r, nil
}

// Make prepares the command with the environment of a fresh login: nothing of the test's own is inherited.
func (c Command) Make(ctx context.Context, args ...string) *exec.Cmd {
	args = slices.Concat(c.Prefix, args)
	cmd := exec.CommandContext(ctx, c.Path, args...)
	if c.Trace != "" {
		cmd = exec.CommandContext(ctx, "strace", append([]string{"-ff", "-qq", "-y", "--pidns-translation", "-s", "4096", "-e", "trace=" + traced(), "-o", c.Trace, c.Path}, args...)...)
	}
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "A2C_WORKSPACE=" + c.Workspace}, c.Env...)
	return cmd
}

func head(b []byte) []byte {
	const most = 4 << 10
	if len(b) > most {
		return append(b[:most:most], " …"...)
	}
	return b
}
