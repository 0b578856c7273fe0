package sample

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory/host"
	"a2c/model"
)

// second is a look at one process.
func second(ticks uint64, pid int, start uint64) []reading {
	return []reading{{pid: pid, start: start, ticks: ticks, rss: 1 << 20, threads: 2}}
}

func TestMeter(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    []time.Duration
		looks [][]reading
		cores []float64
		notes []string
	}{
		{"steady", []time.Duration{0, time.Second, 2 * time.Second}, [][]reading{second(100, 7, 1), second(150, 7, 1), second(160, 7, 1)}, []float64{0.5, 0.1}, nil},
		{"late", []time.Duration{0, 10 * time.Second}, [][]reading{second(0, 7, 1), second(500, 7, 1)}, []float64{0.5}, []string{"did not get to look for 10s"}},
		{"wrapped", []time.Duration{0, time.Second, 2 * time.Second}, [][]reading{second(1<<32-10, 7, 1), second(20, 7, 1), second(40, 7, 1)}, []float64{0.2}, []string{"process 7 went back"}},
		{"jumped", []time.Duration{0, time.Second}, [][]reading{second(0, 7, 1), second(90000, 7, 1)}, nil, []string{"jumped by 900.0 s"}},
		{"started anew", []time.Duration{0, time.Second, 2 * time.Second}, [][]reading{second(900, 7, 1), second(10, 7, 99), second(20, 7, 99)}, []float64{0, 0.1}, []string{"another one got its number"}},
		{"another number", []time.Duration{0, time.Second, 2 * time.Second}, [][]reading{second(900, 7, 1), second(10, 8, 99), second(20, 8, 99)}, []float64{0, 0.1}, []string{"process 8 came", "process 7 ended"}},
		{"same moment", []time.Duration{time.Second, time.Second}, [][]reading{second(1, 7, 1), second(2, 7, 1)}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMeter(2, time.Second)
			for i, at := range c.at {
				m.take(at, c.looks[i])
			}
			if d := cmp.Diff(c.cores, m.cores); d != "" {
				t.Errorf("cores (-want +got)\n%s", d)
			}
			if len(m.notes) != len(c.notes) {
				t.Fatalf("notes %q, want %q", m.notes, c.notes)
			}
			for i, want := range c.notes {
				if !strings.Contains(m.notes[i], want) {
					t.Errorf("note %q, want %q", m.notes[i], want)
				}
			}
		})
	}
}

func TestClock(t *testing.T) {
	m := newMeter(1, time.Second)
	drift := m.clock(time.Second, time.Second, 0)
	drift = m.clock(3602*time.Second, 2*time.Second, drift) // set forward
	drift = m.clock(3603*time.Second, 3*time.Second, drift)
	m.clock(4*time.Second, 4*time.Second, drift) // and back
	want := []string{"the clock was set by 1h0m0s at 2s; the figures go by another one", "2 times in all: the clock was set"}
	if d := cmp.Diff(want, m.remarks()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestSpread(t *testing.T) {
	var list []int64
	for i := range int64(200) {
		list = append(list, 200-i)
	}
	if d := cmp.Diff(model.ByteSpread{P50: 100, P90: 180, P99: 198, Max: 200}, byteSpread(list)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if d := cmp.Diff(model.CoreSpread{}, coreSpread(nil)); d != "" {
		t.Errorf("nothing (-want +got)\n%s", d)
	}
}

func TestMerge(t *testing.T) {
	run := func(started string) []model.SampleRun { return []model.SampleRun{{Started: started}} }
	busy := model.Sampling{Runs: run("day"), Seconds: 60, Cores: model.CoreSpread{P50: 1, Max: 2}, RSS: model.ByteSpread{Max: 9}, Threads: 40, Evidence: model.Evidence{"cores": {"/proc/1/stat"}}}
	quiet := model.Sampling{Runs: run("night"), Seconds: 10, Cores: model.CoreSpread{P50: 0.1, P90: 0.2, Max: 0.2}, Steady: model.CoreSpread{P50: 0.1, P90: 0.15, Max: 0.2}, RSS: model.ByteSpread{Max: 8}, Threads: 50, Evidence: model.Evidence{"cores": {"/proc/2/stat"}}}
	want := model.Sampling{
		Runs: append(run("day"), run("night")...), Seconds: 70, Cores: model.CoreSpread{P50: 1, P90: 0.2, Max: 2}, Steady: model.CoreSpread{P50: 1, P90: 0.15, Max: 2}, RSS: model.ByteSpread{Max: 9}, Threads: 50,
		Evidence: model.Evidence{"cores": {"/proc/1/stat", "/proc/2/stat"}},
	}
	if d := cmp.Diff(want, Merge(&busy, quiet)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if d := cmp.Diff(quiet, Merge(nil, quiet)); d != "" {
		t.Errorf("the first (-want +got)\n%s", d)
	}
	sum := busy
	for range 2 * maxRuns {
		sum = Merge(&sum, quiet)
	}
	if len(sum.Runs) != maxRuns || sum.Seconds != 60+2*maxRuns*10 {
		t.Errorf("%d runs, %g seconds", len(sum.Runs), sum.Seconds)
	}
}

// TestCompiling tells apart what a thread does that is named like HotSpot's compiler, and one that comes later.
func TestCompiling(t *testing.T) {
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var compiling sync.WaitGroup
	defer compiling.Wait()
	defer stop()
	named := make(chan error)
	compile := func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its name
		named <- os.WriteFile("/proc/thread-self/comm", []byte("C2 CompilerThread0"), 0)
		for ctx.Err() == nil {
		}
	}
	compiling.Go(compile)
	if err := <-named; err != nil {
		t.Fatal(err)
	}
	w, err := newWatcher(ctx, tree, model.App{ProcessID: os.Getpid(), Processes: []int{os.Getpid()}}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	w.threads()
	w.look(0)
	time.Sleep(300 * time.Millisecond)
	compiling.Go(compile)
	if err := <-named; err != nil {
		t.Fatal(err)
	}
	w.threads()
	time.Sleep(300 * time.Millisecond)
	w.look(600 * time.Millisecond)
	if n := len(w.compilers[os.Getpid()].own); n < 2 || w.m.compile < 3 || len(w.m.steady) != 1 || w.m.steady[0] > 0.5*w.m.cores[0] {
		t.Errorf("%d threads compiled for %d ticks: %g cores, without them %g", n, w.m.compile, w.m.cores, w.m.steady)
	}
}

// TestWatch samples this very process, twice at least (a look that takes long on a busy machine puts off the next), which is kept busy, and counts the lines of a log that it writes.
func TestWatch(t *testing.T) {
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.OpenFile(t.TempDir()+"/localhost_access_log.2026-11-29.txt", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := log.WriteString("before\n"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	go func() {
		written := false
		for since := time.Since(began); since < 2*time.Second; since = time.Since(began) {
			if since > time.Second && !written {
				_, _ = log.WriteString("GET / 200\nGET /x 200\n") // counted below
				written = true
			}
		}
	}()
	s, err := Watch(t.Context(), tree, model.App{ProcessID: os.Getpid(), Processes: []int{os.Getpid()}}, 2100*time.Millisecond, nil)
	if err != nil {
		t.Fatal(err)
	}
	run := s.Runs[0]
	if run.Samples < 2 || run.Samples > 3 || s.Cores.Max < 0.05 || s.RSS.Max < 1<<20 || s.Threads < 3 || s.OpenFiles < 3 || s.PSS.Max == 0 || len(run.Notes) != 0 {
		t.Errorf("%+v", s)
	}
	if run.Requests == nil || run.Requests.Lines != 2 {
		t.Errorf("requests %+v", run.Requests)
	}
}

// TestWatchAnew ends the process that is sampled, and starts another one with its command, beside one with another.
func TestWatchAnew(t *testing.T) {
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	start := func(seconds string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "sleep", seconds)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	end := func(cmd *exec.Cmd) {
		_ = cmd.Process.Kill() // and that it was killed is no failure
		_ = cmd.Wait()
	}
	first := start("1012")
	came := make(chan *exec.Cmd, 2)
	time.AfterFunc(1500*time.Millisecond, func() {
		end(first)
		came <- start("1013")
		came <- start("1012")
	})
	s, err := Watch(t.Context(), tree, model.App{ProcessID: first.Process.Pid, Processes: []int{first.Process.Pid}}, 5*time.Second, nil)
	other, second := <-came, <-came
	end(other)
	end(second)
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(s.Runs[0].Notes, "\n")
	for _, want := range []string{fmt.Sprintf("the main process %d ended", first.Process.Pid), fmt.Sprintf("process %d with the same command came", second.Process.Pid)} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
	if n := s.Runs[0].Samples; n < 3 || !slices.Contains(s.Evidence["rss"], model.FromProc(second.Process.Pid, "stat")) {
		t.Errorf("%d samples, evidence %v", n, s.Evidence["rss"])
	}
}

func TestWatchEnded(t *testing.T) {
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Watch(t.Context(), tree, model.App{ProcessID: 1 << 22}, time.Second, nil); err == nil {
		t.Error("a process that does not run was sampled")
	}
}

// BenchmarkLook is the look that is taken every second.
func BenchmarkLook(b *testing.B) {
	tree, err := host.Machine("/")
	if err != nil {
		b.Fatal(err)
	}
	w, err := newWatcher(b.Context(), tree, model.App{ProcessID: os.Getpid(), Processes: []int{os.Getpid()}}, time.Second)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		w.look(0)
	}
}
