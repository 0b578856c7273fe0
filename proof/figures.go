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

	"a2c/proof/apps"
)

// Figures measures what a2c promises to reach: start-up, inventory, program and image sizes, seconds and memory of containerize, and that
// the same application gives the same digest in another workspace, after a touch. `make bench` prints them.
func Figures() Proof {
	return Proof{
		Name: "figures", Needs: []Need{Root, AMD64, Packages}, Budget: 5 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Shop(), apps.Orders(), apps.Hello())(t, b)
			release := exec.CommandContext(t.Context(), "make", "-s", "-C", b.Repo, "release")
			if out, err := release.CombinedOutput(); err != nil {
				t.Fatalf("make release: %v\n%s", err, out)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			f := figures{t: t, b: b}
			f.programs()
			f.closure()
			f.images()
			f.hello()
			f.print()
		},
	}
}

type figures struct {
	t     *testing.T
	b     *Bench
	lines []string
}

// note keeps a figure and fails the test when it is not below the limit.
func (f *figures) note(name string, value, limit float64, unit string) {
	f.t.Helper()
	f.hold(name, value, limit, limit, unit)
}

// timed is note for what a clock measured: `make bench`, with the machine to itself, holds the limit; a run of the tests, beside which the machine
// does what it likes, prints it and fails at twice of it.
func (f *figures) timed(name string, value, limit float64, unit string) {
	f.t.Helper()
	fails := limit
	if f.b.Extent == Part {
		fails = 2 * limit
	}
	f.hold(name, value, limit, fails, unit)
}

func (f *figures) hold(name string, value, limit, fails float64, unit string) {
	f.t.Helper()
	verdict := ""
	if limit > 0 {
		verdict = fmt.Sprintf("  (below %g)", limit)
		if value >= limit {
			verdict = fmt.Sprintf("  NOT BELOW %g", limit)
		}
		if value >= fails {
			f.t.Errorf("%s: %.3g %s, to reach: below %g", name, value, unit, limit)
		}
	}
	f.lines = append(f.lines, fmt.Sprintf("%-46s %10.3g %s%s", name, value, unit, verdict))
}

func (f *figures) print() {
	fmt.Fprintln(f.b.Log, "\nfigures")
	for _, l := range f.lines {
		fmt.Fprintln(f.b.Log, "  "+l)
	}
}

func (f *figures) programs() {
	f.note("a2c, without the builder inside", megabytes(f.t, f.b.A2C), 28, "MB")
	f.note("a2c, with the builder inside (make release)", megabytes(f.t, filepath.Join(f.b.Repo, "dist", "a2c")), 50, "MB")
	c := f.b.Command(f.b.Scratch(f.t, "figures"))
	f.timed("a2c version, median of 21", 1000*f.median(21, c, "version"), 20, "ms")
	f.timed("a2c inventory, median of 7", f.median(7, c, "inventory"), 0.1, "s")
}

// closure measures how long the native closure of each JDK takes, by the benchmark of the package that finds it.
func (f *figures) closure() {
	f.t.Helper()
	bench := exec.CommandContext(f.t.Context(), "go", "test", "-count=1", "-run", "^$", "-bench", "^BenchmarkClosureJDK$", "-benchtime", "7x", "./analyze/files")
	bench.Dir = f.b.Repo
	out, err := bench.CombinedOutput()
	if err != nil {
		f.t.Fatalf("benchmark: %v\n%s", err, out)
	}
	found := false
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		i := slices.Index(words, "ms/closure")
		if i < 1 {
			continue
		}
		ms, err := strconv.ParseFloat(words[i-1], 64)
		if err != nil {
			f.t.Fatalf("benchmark: %v\n%s", err, out)
		}
		found = true
		jdk, _, _ := strings.Cut(strings.TrimPrefix(words[0], "BenchmarkClosureJDK/"), "-amd64")
		f.timed("native closure of "+jdk+", median of 7", ms, 200, "ms")
	}
	if !found {
		f.t.Errorf("no JDK was measured, and the applications run on one:\n%s", out)
	}
}

// median runs the command n times, after once to fill the page cache.
func (f *figures) median(n int, c Command, args ...string) float64 {
	f.t.Helper()
	allowed := []int{exitDone, exitNotAllSeen}
	c.Run(f.t, allowed, args...)
	var seconds []float64
	for range n {
		seconds = append(seconds, c.Run(f.t, allowed, args...).Seconds)
	}
	slices.Sort(seconds)
	return seconds[n/2]
}

func (f *figures) images() {
	list := []apps.App{apps.Shop(), apps.Orders()}
	limits := map[string]float64{"shop": 230, "orders": 220}
	site := f.b.Start(f.t, list...)
	c := f.b.Command(f.b.Scratch(f.t, "figures-images"))
	jobs, _ := f.b.Inventory(f.t, c, site, list)
	for _, a := range list {
		j := jobs[a.Name]
		j.Analyze(f.t, c)
		j.Containerize(f.t, c)
		f.note("image of "+a.Title, float64(j.Image.Uncompressed)/1e6, limits[a.Name], "MB")
		f.note("  compressed, as a registry keeps it", float64(j.Image.Size)/1e6, 0, "MB")
		f.timed("  containerize", j.Runs[len(j.Runs)-1].Seconds, 30, "s")
		f.note("  peak memory of a2c and the builder", float64(j.Image.PeakBytes)/1e6, 150, "MB")
		first := j.Runs[len(j.Runs)-1].Seconds
		j.Containerize(f.t, c)
		f.note("  again, nothing changed: share of the first's time", j.Runs[len(j.Runs)-1].Seconds/first, 0, "")
		f.again(site, a, j)
	}
	if f.b.Extent != Part {
		f.many(c, jobs["shop"], 5000, 2, 100)
		f.many(c, jobs["orders"], 1000000, 60, 300)
	}
}

// again builds the same application from another workspace, after its program was touched: the digest must be the same.
func (f *figures) again(site *apps.Site, a apps.App, first Job) {
	f.t.Helper()
	now := time.Now()
	if err := os.Chtimes(string(first.Found.Artifact), now, now); err != nil {
		f.t.Fatal(err)
	}
	c := f.b.Command(f.b.Scratch(f.t, "figures-again"))
	jobs, _ := f.b.Inventory(f.t, c, site, []apps.App{a})
	j := jobs[a.Name]
	j.Analyze(f.t, c)
	j.Containerize(f.t, c)
	if j.Image.Digest != first.Image.Digest {
		f.t.Errorf("%s: the second image is %s, the first %s", a.Name, j.Image.Digest, first.Image.Digest)
	}
}

func megabytes(t *testing.T, file string) float64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return float64(info.Size()) / 1e6
}
