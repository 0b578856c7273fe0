package verify

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v3/mem"

	"a2c/model"
)

// Limits of a trial of sizes.
const (
	// mostSizes are tried: more steps than from the smallest CPU to what a host that proves images has.
	mostSizes = 8
	// asks are how many different requests measure the latency, rounds how often in a row each; the median of them all counts.
	asks, rounds = 5, 5
	// warm is how long an image may take until it is as fast as it gets: runtimes compile what is used often.
	warm = 30 * time.Second
	// factor is how much slower than the live application the image may answer; what is below noise more than that is the machine's.
	factor = 1.5
	noise  = 2 * time.Millisecond
)

// sizing looks for the smallest task size that does.
type sizing struct {
	*run
	targets   []target
	set       restrictions
	questions []*question
	limit     time.Duration // of the median latency; 0: it is not known
	grace     time.Duration
	free      int64  // bytes that this host can give
	cannot    string // why no limit can be set on this machine
}

// sizes tries Fargate's sizes from the smallest that has the least memory (Options.SizeLeast): one that runs out of memory leads to more memory, one that is too slow to
// more CPU. It does if all ports are open and everything is answered as the live application does within the grace time, and the median latency is at most factor times
// the live application's.
func (r *run) sizes(ctx context.Context, targets []target, set restrictions) (*model.Sizing, error) {
	z := &sizing{run: r, targets: targets, set: set, grace: r.grace()}
	m, err := mem.VirtualMemory()
	if err != nil {
		return nil, fmt.Errorf("memory of this host: %w", err)
	}
	z.free = int64(m.Available) - int64(m.Total/20)
	s := &model.Sizing{LeastMiB: r.o.SizeLeast, GraceSeconds: z.grace.Seconds(), Trials: []model.SizeTrial{}}
	z.choose(s)
	memory := r.o.SizeLeast
	for _, row := range model.FargateSizes() {
		first, _ := slices.BinarySearch(row.Memory, memory)
		for _, mib := range row.Memory[first:] {
			if s.Why = z.beyond(row.CPU, mib, len(s.Trials)); s.Why != "" {
				return s, nil
			}
			trial, short, err := z.try(ctx, row.CPU, mib)
			if err != nil {
				return nil, err
			}
			if s.Why = z.cannot; s.Why != "" {
				return s, nil
			}
			r.report("size", trial.String(), 0)
			s.Trials = append(s.Trials, trial)
			if trial.Fits {
				s.CPU, s.Memory = trial.CPU, trial.Memory
				return s, nil
			}
			if !short {
				break
			}
			memory = mib + 1
		}
	}
	s.Why = "nothing that Fargate has does"
	return s, nil
}

// grace is how long a start may take: as long as failed health checks do not count, or --timeout where that is less.
func (r *run) grace() time.Duration {
	seconds := float64(r.o.Analysis.AnalysisInfo.App.Runtime.StartSeconds())
	if h := r.o.Image.Config.Healthcheck; h != nil && h.StartSeconds > 0 {
		seconds = h.StartSeconds
	}
	return min(r.o.Timeout, time.Duration(seconds*float64(time.Second)))
}

// choose takes a handful of safe requests whose answers are the same, and what the live application took for them.
func (z *sizing) choose(s *model.Sizing) {
	var took []time.Duration
	for _, q := range z.run.questions {
		if len(z.questions) < asks && q.good() && q.q.safe() && !q.live.Cut && q.twinErr == nil && q.twin.Status == q.live.Status {
			z.questions = append(z.questions, q)
			if q.tookAgain > 0 {
				took = append(took, q.took, q.tookAgain)
			}
		}
	}
	if s.LiveMillis = median(took); s.LiveMillis > 0 {
		live := time.Duration(s.LiveMillis * float64(time.Millisecond))
		z.limit = max(time.Duration(factor*float64(live)), live+noise)
		s.LimitMillis = float64(z.limit) / float64(time.Millisecond)
	}
}

// beyond says why a size is not tried, and none after it.
func (z *sizing) beyond(cpu, mib, tried int) string {
	switch {
	case cpu > 1024*runtime.NumCPU():
		return fmt.Sprintf("this machine has %d processors: %g vCPU and more cannot be tried here", runtime.NumCPU(), float64(cpu)/1024)
	case int64(mib)<<20 > z.free:
		return fmt.Sprintf("%d MiB are free on this host: %d MiB cannot be tried here", z.free>>20, mib)
	case tried == mostSizes:
		return fmt.Sprintf("%d sizes were tried", tried)
	}
	return ""
}

// try runs the image once at a size. short: it ran out of memory.
func (z *sizing) try(ctx context.Context, cpu, mib int) (t model.SizeTrial, short bool, err error) {
	t = model.SizeTrial{CPU: float64(cpu) / 1024, Memory: mib}
	usual := z.o
	defer func() { z.o = usual }()
	z.o.CPUs, z.o.MemoryBytes, z.o.Timeout, z.o.Blind = t.CPU, int64(mib)<<20, z.grace, true // who looks on costs time
	refused, err := z.with(ctx, z.targets, z.set, func(twin Twin, start time.Time, _ []model.Skip) error {
		if z.cannot = unlimited(twin); z.cannot != "" {
			return nil
		}
		failed, err := z.wait(ctx, twin, z.targets)
		if err != nil {
			return err
		}
		if failed.why == "" {
			failed, err = z.measure(ctx, twin, start, &t)
		}
		t.Why = failed.why
		if status, e := twin.Status(ctx); e == nil {
			short = status.OutOfMemory
		}
		return err
	})
	if refused != "" {
		t.Why = refused
	}
	t.Fits = t.Why == ""
	return t, short, err
}

// unlimited says why a twin is larger than it should be; "": it is not.
func unlimited(twin Twin) string {
	_, skips := twin.Reached()
	for _, k := range skips {
		if strings.Contains(k.What, "limit") { // cgroup.New
			return k.What + ": " + k.Reason
		}
	}
	return ""
}

// measure asks until everything is answered as it should be, and then until that is fast enough.
func (z *sizing) measure(ctx context.Context, twin Twin, start time.Time, t *model.SizeTrial) (failure, error) {
	var took []time.Duration
	var begun time.Time
	for {
		times, wrong := z.round(ctx, twin)
		status, err := twin.Status(ctx)
		switch now := time.Now(); {
		case ctx.Err() != nil:
			return failure{}, ctx.Err()
		case err != nil:
			return failure{}, err
		case !status.Running:
			return z.ended("while it was asked", status), nil
		case wrong != "" && now.After(start.Add(z.grace)):
			return failure{why: wrong}, nil
		case wrong != "":
			took, begun = nil, time.Time{}
			if err := sleep(ctx, 5*poll); err != nil {
				return failure{}, err
			}
			continue
		case begun.IsZero():
			begun = now
			t.ReadySeconds = now.Sub(start).Round(time.Millisecond).Seconds()
		}
		took = append(took, times...)
		took = took[max(0, len(took)-rounds*len(z.questions)):]
		if len(took) < rounds*len(z.questions) {
			continue
		}
		t.Millis = median(took)
		if t.WarmSeconds = time.Since(begun).Round(time.Millisecond).Seconds(); z.limit == 0 || t.Millis <= float64(z.limit)/float64(time.Millisecond) {
			return failure{}, nil
		}
		if time.Since(begun) > warm {
			return failure{why: fmt.Sprintf("it answers after %.1f ms (median), %v after it was ready; at most %.1f ms are allowed", t.Millis, warm, float64(z.limit)/float64(time.Millisecond))}, nil
		}
	}
}

// round asks each question once; wrong says what is not answered as the live application does.
func (z *sizing) round(ctx context.Context, twin Twin) (times []time.Duration, wrong string) {
	for _, q := range z.questions {
		begin := time.Now()
		answer, err := z.twinAsker(twin, q).ask(ctx, q.q)
		times = append(times, time.Since(begin))
		if err != nil {
			return nil, fmt.Sprintf("it does not answer %s in time: %s", model.Path(q.q.Path), z.redact.line(cause(err)))
		}
		if answer.Status != q.live.Status {
			return nil, fmt.Sprintf("it answers %d to %s, and the live application %d", answer.Status, model.Path(q.q.Path), q.live.Status)
		}
	}
	return times, ""
}
