package proof

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"a2c/model"
	"a2c/parse"
	"a2c/proof/apps"
)

// Sizing samples three applications while they are used moderately, measures what that costs, and holds the size that is proposed against what they
// then really use under twice that load, which the proof measures by itself.
func Sizing() Proof {
	list := []apps.App{apps.Orders(), apps.Shop(), apps.Portal()}
	return Proof{
		Name: "sizing", Needs: []Need{Root, AMD64, Packages}, Budget: 9 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(list...)(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Wrk()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "sizing"))
			jobs, _ := b.Inventory(t, c, site, list)
			f := figures{t: t, b: b}
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					f.t = t
					s := sizing{t: t, c: c, site: site, job: jobs[a.Name], figures: &f, part: b.Extent == Part}
					s.run()
				})
			}
			f.print()
		},
	}
}

type sizing struct {
	t       *testing.T
	c       Command
	site    *apps.Site
	job     Job
	figures *figures
	part    bool // of the tests, not of the figures
}

// Seconds of a sample and of the load after it; cores that the lower load takes.
const (
	sizingSample = 20
	sizingLoad   = 12
	sizingCores  = 0.2
)

// run samples and measures twice: at a load that is to take sizingCores, held against twice of that, and, but in a run of the tests, at all that the application can
// answer on this machine, beside wrk, held against the same.
func (s *sizing) run() {
	s.load(s.t.Context(), 0, 5*time.Second)
	before := s.used() - s.compiling()
	most := s.load(s.t.Context(), 0, 3*time.Second)
	each := (s.used() - s.compiling() - before).Seconds() / 3 / most
	rate := max(5, sizingCores/each)
	s.t.Logf("it answers %.0f requests a second, %.2f ms of CPU time each: asked %.0f a second", most, 1000*each, rate)
	s.compare("under twice the load", rate, 2*rate)
	if !s.part {
		s.compare("under all load", 0, 0)
	}
}

func (s *sizing) compare(what string, sampled, loaded float64) {
	s.t.Helper()
	name := s.job.App.Name
	proposed, cost := s.sample(sampled)
	s.warm()
	s.figures.note(name+": sampling costs, of one core", 100*cost, 0.5, "%")
	cores, peak := s.really(loaded)
	s.figures.note(name+": cores "+what+" (99 %)", cores, 0, "")
	s.figures.note(name+": memory at its peak", float64(peak)/(1<<20), 0, "MiB")
	cpu, memory, ok := model.FitFargate(int(cores*1024+1), int(peak>>20)+1)
	if !ok {
		s.t.Fatalf("Fargate has nothing for %.2f cores and %d bytes", cores, peak)
	}
	// With more CPU goes more memory at least: what was needed of memory is compared at the same CPU.
	larger := max(int(proposed.CPU*1024), cpu)
	_, wanted, fits := model.FitFargate(larger, proposed.NeedMiB)
	_, used, _ := model.FitFargate(larger, int(peak>>20)+1)
	if !fits {
		s.t.Fatalf("Fargate has nothing for %d MiB", proposed.NeedMiB)
	}
	s.t.Logf("proposed %g vCPU with %d MiB; really used: fits %g with %d MiB", proposed.CPU, proposed.Memory, float64(cpu)/1024, memory)
	s.figures.note(name+": steps of CPU apart "+what, float64(steps(rows(), int(proposed.CPU*1024), cpu)), 2, "")
	s.figures.note(name+": steps of memory apart "+what, float64(steps(memories(), wanted, used)), 2, "")
	if mib := int(peak >> 20); proposed.Memory < mib {
		s.t.Errorf("%d MiB are proposed, %d MiB were used", proposed.Memory, mib)
	}
}

// sizeOf is what the proof reads of a2c size -o json.
type sizeOf struct {
	Usage model.Usage `json:"usage"`
	Sizes []struct {
		Target string  `json:"target"`
		CPU    float64 `json:"cpu"`
		Memory int     `json:"memory"`
	} `json:"sizes"`
}

// sample runs analyze --sample under load and returns what a2c size proposes for Fargate, and the share of a core that a2c's processes took while
// they sampled, by the kernel's own count.
func (s *sizing) sample(rate float64) (proposed struct {
	CPU             float64
	Memory, NeedMiB int
}, cost float64,
) {
	s.t.Helper()
	asked := s.under(rate, func() { cost = s.analyze() })
	ran := s.c.Run(s.t, nil, "size", "--application-id", s.job.ID, "-o", "json")
	var size sizeOf
	if err := json.Unmarshal(ran.Stdout, &size); err != nil {
		s.t.Fatal(err)
	}
	s.seen(size.Usage, asked)
	s.t.Logf("%.2f cores (%s) by samples %+v; averages %.2f", size.Usage.Need.Cores, size.Usage.Need.CoresFrom, size.Usage.Sampling.Cores, size.Usage.Cores)
	for _, one := range size.Sizes {
		if one.Target == "ecs-fargate" {
			proposed.CPU, proposed.Memory = one.CPU, one.Memory
			_, proposed.NeedMiB = size.Usage.Need.Units()
		}
	}
	return proposed, cost
}

// analyze samples, and returns the share of a core that it took.
func (s *sizing) analyze() float64 {
	s.t.Helper()
	cmd := s.c.Make(s.t.Context(), "-vv", "analyze", "--application-id", s.job.ID, "--sample", strconv.Itoa(sizingSample)+"s", "-o", "json")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	var before, after time.Duration
	var began, ended time.Time
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		switch {
		case strings.Contains(lines.Text(), "step=sample"):
			before, began = familyTime(cmd.Process.Pid), time.Now()
		case strings.Contains(lines.Text(), "step=processes"):
			after, ended = familyTime(cmd.Process.Pid), time.Now()
		}
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != exitNotAllSeen {
		s.t.Fatalf("analyze --sample: %v", err)
	}
	if began.IsZero() || ended.Sub(began) < (sizingSample-1)*time.Second {
		s.t.Fatalf("a2c sampled for %s", ended.Sub(began))
	}
	return (after - before).Seconds() / ended.Sub(began).Seconds()
}

// seen holds what the sample says against what is known of the application.
func (s *sizing) seen(u model.Usage, rate float64) {
	s.t.Helper()
	if u.Sampling == nil || u.Need == nil || u.Heap == nil || len(u.Memory) < 3 {
		s.t.Fatalf("%+v", u)
	}
	run := u.Sampling.Runs[len(u.Sampling.Runs)-1]
	if run.Samples < sizingSample/2 || run.Cores.P50 <= 0 || u.Sampling.Threads < 4 || u.Sampling.OpenFiles < 10 {
		s.t.Errorf("%+v", u.Sampling)
	}
	if want := map[string]string{"orders": "Serial", "shop": "G1", "portal": ""}[s.job.App.Name]; want != "" && (u.Heap.Collector != want || u.Heap.Source != "measured" || u.Heap.MaxBytes != 256<<20) {
		s.t.Errorf("heap %+v, want %s of 256 MiB", u.Heap, want)
	}
	if r := run.Requests; s.job.App.Name == "shop" && r != nil {
		s.t.Logf("the access log tells %.1f requests a second, %.1f were sent", r.PerSecond, rate)
	}
	if u.Need.MemoryBytes < max(u.PeakRSSBytes, u.Sampling.RSS.Max) || u.Need.Cores < u.Sampling.Steady.P99 {
		s.t.Errorf("less is needed than was seen: %+v", u.Need)
	}
}

// really puts load on the application and measures what it uses, second by second.
func (s *sizing) really(rate float64) (cores float64, peak int64) {
	s.t.Helper()
	var list []float64
	asked := s.under(rate, func() {
		time.Sleep(time.Second)
		before, at := s.used(), time.Now()
		for range sizingLoad {
			time.Sleep(time.Second)
			now := s.used()
			list = append(list, (now-before).Seconds()/time.Since(at).Seconds())
			before, at = now, time.Now()
		}
	})
	slices.Sort(list)
	for _, pid := range s.job.Found.Processes {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			s.t.Fatal(err)
		}
		status, err := parse.Status(data)
		if err != nil {
			s.t.Fatal(err)
		}
		peak += status.VMHWM
	}
	cores = list[(len(list)*99+99)/100-1]
	load, _ := os.ReadFile("/proc/loadavg")
	s.t.Logf("%.0f requests a second: cores %.2f (median) %.2f (99 %%), at its peak %d MiB; load of the machine %s", asked, list[len(list)/2], cores, peak>>20, bytes.TrimSpace(load))
	return cores, peak
}

// warm puts all load on the application until its runtime has compiled what it compiles: what that takes is no need, and sample was to see that.
func (s *sizing) warm() {
	s.t.Helper()
	for began := time.Now(); ; {
		all, compiling := s.used(), s.compiling()
		s.load(s.t.Context(), 0, 4*time.Second)
		all, compiling = s.used()-all, s.compiling()-compiling
		if share := compiling.Seconds() / all.Seconds(); share < 0.1 || time.Since(began) > time.Minute {
			s.t.Logf("compiling takes %.0f %% of its CPU time after %s of all load", 100*share, time.Since(began).Round(time.Second))
			return
		}
	}
}

// compiling is the CPU time of the threads that compile.
func (s *sizing) compiling() time.Duration {
	var sum time.Duration
	for _, pid := range s.job.Found.Processes {
		names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/comm", pid))
		for _, file := range names {
			if comm, _ := os.ReadFile(file); bytes.Contains(comm, []byte(" CompilerThre")) || bytes.HasPrefix(comm, []byte(".NET Tiered")) {
				sum += onProcessor(filepath.Join(filepath.Dir(file), "schedstat"))
			}
		}
	}
	return sum
}

// used is the CPU time of the application's processes.
func (s *sizing) used() time.Duration {
	var sum time.Duration
	for _, pid := range s.job.Found.Processes {
		sum += taskTime(pid)
	}
	return sum
}

// connections of the load.
const sizingConnections = 4

// sizingScript makes wrk ask the paths in turn, and wait before each question so that it asks so many times a second. It waits for whole milliseconds.
const sizingScript = `local paths, wait, rest, n = {%s}, %g, math.random(), 0
request = function() n = n %% #paths + 1; return wrk.format("GET", paths[n]) end
if wait > 0 then
  delay = function() rest = rest + wait; local whole = math.floor(rest); rest = rest - whole; return whole end
end
`

// load asks the application's own questions by wrk: rate times a second, or, for 0, as fast as four connections can. It returns how many a second were
// answered; any other answer than 200 and any error of a connection fails the proof.
func (s *sizing) load(ctx context.Context, rate float64, d time.Duration) float64 {
	s.t.Helper()
	wait := 0.0
	if rate > 0 {
		wait = 1000 * sizingConnections / rate
	}
	var paths []string
	for _, a := range s.job.App.Asks {
		if a.Status == http.StatusOK {
			paths = append(paths, strconv.Quote(a.Path))
		}
	}
	script := filepath.Join(s.t.TempDir(), "ask.lua")
	if err := os.WriteFile(script, fmt.Appendf(nil, sizingScript, strings.Join(paths, ", "), wait), 0o600); err != nil {
		s.t.Error(err)
		return 0
	}
	cmd := exec.CommandContext(ctx, "wrk", "-t1", "-c"+strconv.Itoa(sizingConnections), fmt.Sprintf("-d%ds", int(d.Seconds())), "--timeout", "20s", "-s", script, s.site.Base(s.job.App))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it prints what it has so far
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() == nil {
		s.t.Errorf("wrk: %v\n%s", err, out)
	}
	perSecond := 0.0
	for line := range strings.Lines(string(out)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ":"); key {
		case "Requests/sec":
			perSecond, err = strconv.ParseFloat(strings.TrimSpace(value), 64)
		case "Socket errors", "Non-2xx or 3xx responses":
			s.t.Errorf("wrk: %s", line)
		}
	}
	if err != nil && ctx.Err() == nil || perSecond <= 0 {
		s.t.Errorf("wrk tells no rate:\n%s", out)
	}
	return perSecond
}

// under does something while the load runs.
func (s *sizing) under(rate float64, do func()) float64 {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	var loading sync.WaitGroup
	asked := 0.0
	loading.Go(func() { asked = s.load(ctx, rate, 2*time.Minute) })
	do()
	stop()
	loading.Wait()
	return asked
}

// familyTime is the CPU time of a process and of those that it started.
func familyTime(pid int) time.Duration {
	sum := taskTime(pid)
	children, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range children {
		data, _ := os.ReadFile(file)
		for word := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(word); err == nil {
				sum += familyTime(child)
			}
		}
	}
	return sum
}

// taskTime is the time on a processor of all threads that a process has, in nanoseconds, by their schedstat.
func taskTime(pid int) time.Duration {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	var sum time.Duration
	for _, file := range files {
		sum += onProcessor(file)
	}
	return sum
}

// onProcessor reads a schedstat; 0 when the thread has ended.
func onProcessor(file string) time.Duration {
	data, _ := os.ReadFile(file)
	first, _, _ := strings.Cut(string(data), " ")
	n, _ := strconv.ParseInt(first, 10, 64)
	return time.Duration(n)
}

// rows are the CPU units that Fargate has, memories its amounts of memory in MiB, each ascending.
func rows() []int {
	var list []int
	for _, s := range model.FargateSizes() {
		list = append(list, s.CPU)
	}
	return list
}

func memories() []int {
	var list []int
	for _, s := range model.FargateSizes() {
		list = append(list, s.Memory...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// steps is how far two values of a list are apart.
func steps(list []int, a, b int) int {
	d := slices.Index(list, a) - slices.Index(list, b)
	return max(d, -d)
}
