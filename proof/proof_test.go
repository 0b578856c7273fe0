package proof

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"a2c/internal/jail"
)

// TestMain plays the inner side of a sandbox: the proofs run verify in their own process.
func TestMain(m *testing.M) {
	jail.Main()
	os.Exit(m.Run())
}

// TestProofs runs every proof. A2C_PROOF says how much (part, full, soak), BENCH is the folder it may fill; -run TestProofs/NAME runs one.
func TestProofs(t *testing.T) {
	b := openBench(t)
	var rows []row
	for _, p := range All() {
		r := row{name: p.Name, budget: p.Budget}
		ran := false
		passed := t.Run(p.Name, func(t *testing.T) {
			ran = true
			if why, ours := missing(t, b.Extent, p.Needs); why != "" {
				r.result, r.excused = "skipped: "+why, !ours
				t.Skip(why)
			}
			fmt.Fprintf(b.Log, "\n=== %s\n", p.Name)
			begin := time.Now()
			if p.Install != nil {
				p.Install(t, b)
			}
			r.install = time.Since(begin)
			begin = time.Now()
			defer func() {
				r.run = time.Since(begin)
				if t.Skipped() {
					r.result = "skipped: by itself, see above"
				}
			}()
			p.Run(t, b)
		})
		switch {
		case !ran: // -run chose another
			continue
		case !passed:
			r.result = "FAILED"
		case r.result == "" && r.run > r.budget:
			r.result = "passed, over its budget"
		case r.result == "":
			r.result = "passed"
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		t.Errorf("no proof has the name that -run (ONLY) chooses")
	}
	report(t, rows)
	if b.Extent != Soak {
		inTime(t, rows)
	}
}

// inTime fails when the proofs together take longer than their budgets together: what a busy machine costs one of them the others have left.
func inTime(t *testing.T, rows []row) {
	var run, budget time.Duration
	for _, r := range rows {
		run += r.run
		budget += r.budget
	}
	if run > budget {
		t.Errorf("the proofs took %.0f s together, their budgets are %.0f s", run.Seconds(), budget.Seconds())
	}
}

type row struct {
	name                 string
	install, run, budget time.Duration
	result               string
	excused              bool // skipped for want of something that no setting of this machine can give
}

func report(t *testing.T, rows []row) {
	fmt.Printf("\n%-24s %9s %9s %9s  %s\n", "proof", "install", "run", "budget", "result")
	for _, r := range rows {
		fmt.Printf("%-24s %7.1f s %7.1f s %7.0f s  %s\n", r.name, r.install.Seconds(), r.run.Seconds(), r.budget.Seconds(), r.result)
		if os.Getenv("CI") == "true" && strings.HasPrefix(r.result, "skipped") && !r.excused {
			t.Errorf("%s was %s; with CI=true nothing may be skipped", r.name, r.result)
		}
	}
}

func openBench(t *testing.T) *Bench {
	extent := Extent(os.Getenv("A2C_PROOF"))
	switch extent {
	case "":
		t.Skip("proofs on real things are run by `make test`")
	case Part, Full, Soak:
	default:
		t.Fatalf("A2C_PROOF=%s: it takes part, full or soak", extent)
	}
	repo, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	b := &Bench{Dir: os.Getenv("BENCH"), Repo: repo, A2C: filepath.Join(repo, "bin", "a2c"), Extent: extent, Log: os.Stderr}
	if !filepath.IsAbs(b.Dir) {
		t.Fatalf("BENCH=%q must be an absolute path", b.Dir)
	}
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.A2C); err != nil {
		t.Fatalf("%v; run `make build` first", err)
	}
	commit, err := exec.CommandContext(t.Context(), "git", "-C", repo, "-c", "safe.directory="+repo, "rev-parse", "HEAD").Output()
	if err != nil {
		fmt.Fprintf(b.Log, "no git commit (%v): the part of large matrices is chosen by the version instead\n", err)
		commit = []byte("none")
	}
	b.Commit = strings.TrimSpace(string(commit))
	fmt.Fprintf(b.Log, "proofs: %s, commit %s, bench %s\n", extent, b.Commit, b.Dir)
	return b
}

// missing says what of the needs is not offered, "" when nothing is missing, and whether this machine could offer it.
func missing(t *testing.T, extent Extent, needs []Need) (why string, ours bool) {
	for _, n := range needs {
		switch n {
		case Root:
			if os.Geteuid() != 0 {
				return "not root", true
			}
		case AMD64:
			if runtime.GOARCH != "amd64" {
				return "the machine is " + runtime.GOARCH + ", not amd64", true
			}
		case Packages:
			if os.Getenv("A2C_OFFLINE") != "" {
				return "A2C_OFFLINE is set: no package registries", true
			}
		case VulnerabilityDatabase:
			if err := databaseAnswers(t); err != nil {
				return "the Go vulnerability database does not answer: " + err.Error(), false
			}
		case Benchmark:
			if extent == Part {
				return "a benchmark: make bench", false
			}
		case Minutes:
			if extent == Part {
				return "takes more minutes than a run of the tests has: make proof", false
			}
		default:
			return "the runner does not know the need " + string(n), true
		}
	}
	return "", true
}

// databaseAnswers asks the database for its index, as govulncheck does.
func databaseAnswers(t *testing.T) error {
	base := vulnerabilityDatabase()
	if strings.HasPrefix(base, "file://") {
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, base+"/index/db.json", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// TestRegistry holds the list of proofs together.
func TestRegistry(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range All() {
		if p.Name == "" || seen[p.Name] || strings.ContainsAny(p.Name, " /") {
			t.Errorf("the name %q is empty, used twice or cannot be given to -run", p.Name)
		}
		seen[p.Name] = true
		if p.Run == nil || p.Budget <= 0 {
			t.Errorf("%s has nothing to run or no budget", p.Name)
		}
	}
}

func TestChoose(t *testing.T) {
	b := &Bench{Extent: Part, Commit: "a", Log: &strings.Builder{}}
	cases := []string{"one", "two", "three", "four", "five"}
	first := b.Choose("numbers", cases, 2)
	if again := b.Choose("numbers", cases, 2); len(first) != 2 || strings.Join(first, " ") != strings.Join(again, " ") {
		t.Errorf("the same commit took %v, then %v", first, again)
	}
	taken := map[string]bool{}
	for commit := range strings.SplitSeq("abcdefghijklmnopqrstuvwxyz", "") {
		b.Commit = commit
		for _, c := range b.Choose("numbers", cases, 2) {
			taken[c] = true
		}
	}
	if len(taken) != len(cases) {
		t.Errorf("26 commits took only %v", taken)
	}
	b.Extent = Full
	if all := b.Choose("numbers", cases, 2); len(all) != len(cases) {
		t.Errorf("a full run took %v", all)
	}
}
