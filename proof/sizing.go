package proof

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
		Name: "sizing", Needs: []Need{Root, AMD64, Packages}, Budget: 6 * time.Minute,
		Install: InstallApps(list...),
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

// Seconds of a sample and of the load after it.
const (
	sizingSample = 20
	sizingLoad   = 12
)

func (s *sizing) run() {
	name := s.job.App.Name
	s.load(s.t.Context(), 0, 8*time.Second) // what is compiled in the first seconds is no need
	most := s.load(s.t.Context(), 0, 3*time.Second)
	rate := max(5, most/6)
	s.load(s.t.Context(), rate, 20*time.Second) // a JVM goes on to compile what was used, on a core of its own
	proposed, cost := s.sample(rate)
	s.figures.note(name+": sampling costs, of one core", 100*cost, 0.5, "%")
	s.figures.note(name+": requests a second while sampled", rate, 0, "/s")
	cores, peak := s.really(2 * rate)
	s.figures.note(name+": cores under twice that load (99 %)", cores, 0, "")
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
	apart := max(steps(rows(), int(proposed.CPU*1024), cpu), steps(memories(), wanted, used))
	s.t.Logf("proposed %g vCPU with %d MiB; really used: fits %g with %d MiB", proposed.CPU, proposed.Memory, float64(cpu)/1024, memory)
	fails := 2.0
	if s.part {
		fails = 4 // on a machine that does other things, and compiles for longer than this waits
	}
	s.figures.hold(name+": steps of Fargate between", float64(apart), 2, fails, "")
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
	ctx, stop := context.WithCancel(s.t.Context())
	var loading sync.WaitGroup
	loading.Go(func() { s.load(ctx, rate, time.Minute) })
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
	stop()
	loading.Wait()
	if began.IsZero() || ended.Sub(began) < (sizingSample-1)*time.Second {
		s.t.Fatalf("a2c sampled for %s", ended.Sub(began))
	}
	ran := s.c.Run(s.t, nil, "size", "--application-id", s.job.ID, "-o", "json")
	var size sizeOf
	if err := json.Unmarshal(ran.Stdout, &size); err != nil {
		s.t.Fatal(err)
	}
	s.seen(size.Usage, rate)
	s.t.Logf("%.2f cores (%s) by samples %+v; averages %.2f", size.Usage.Need.Cores, size.Usage.Need.CoresFrom, size.Usage.Sampling.Cores, size.Usage.Cores)
	for _, one := range size.Sizes {
		if one.Target == "ecs-fargate" {
			proposed.CPU, proposed.Memory = one.CPU, one.Memory
			_, proposed.NeedMiB = size.Usage.Need.Units()
		}
	}
	return proposed, (after - before).Seconds() / ended.Sub(began).Seconds()
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
	if u.Need.MemoryBytes < max(u.PeakRSSBytes, u.Sampling.RSS.Max) || u.Need.Cores < u.Sampling.Cores.P99 {
		s.t.Errorf("less is needed than was seen: %+v", u.Need)
	}
}

// really puts load on the application and measures what it uses, second by second.
func (s *sizing) really(rate float64) (cores float64, peak int64) {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	var loading sync.WaitGroup
	loading.Go(func() { s.load(ctx, rate, time.Minute) })
	defer loading.Wait()
	defer stop()
	time.Sleep(time.Second)
	var list []float64
	before, at := s.used(), time.Now()
	for range sizingLoad {
		time.Sleep(time.Second)
		now := s.used()
		list = append(list, (now-before).Seconds()/time.Since(at).Seconds())
		before, at = now, time.Now()
	}
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
	return list[(len(list)*99+99)/100-1], peak
}

// used is the CPU time of the application's processes.
func (s *sizing) used() time.Duration {
	var sum time.Duration
	for _, pid := range s.job.Found.Processes {
		sum += taskTime(pid)
	}
	return sum
}

// load asks the application's own questions: rate times a second, or, for 0, as fast as four connections can. It returns how many a second were answered.
func (s *sizing) load(ctx context.Context, rate float64, d time.Duration) float64 {
	const connections = 4
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var answered, next atomic.Int64
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1)
				if rate > 0 {
					select {
					case <-ctx.Done():
					case <-time.After(time.Until(began.Add(time.Duration(float64(n) / rate * float64(time.Second))))):
					}
				}
				if s.ask(ctx, client, int(n)) {
					answered.Add(1)
				}
			}
		})
	}
	all.Wait()
	return float64(answered.Load()) / time.Since(began).Seconds()
}

func (s *sizing) ask(ctx context.Context, client *http.Client, n int) bool {
	a := s.job.App
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.site.Base(a)+a.Asks[n%len(a.Asks)].Path, nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil
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
		data, err := os.ReadFile(file)
		if err != nil {
			continue // the thread ended
		}
		first, _, _ := strings.Cut(string(data), " ")
		n, _ := strconv.ParseInt(first, 10, 64)
		sum += time.Duration(n)
	}
	return sum
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
