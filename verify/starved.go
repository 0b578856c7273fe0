package verify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"a2c/model"
)

// patience is how often a question is asked again that the twin had no processor time to answer: it has the lowest priority, and the machine may be busy.
const patience = 2

// starved is the error of a twin that had no processor time to answer.
type starved struct{ waited, of time.Duration }

func (s *starved) Error() string {
	return fmt.Sprintf("no answer in %v, in which its threads waited %v for a processor: the machine is busy", s.of.Round(time.Second), s.waited.Round(time.Second))
}

// patiently asks the twin, and again where the time ran out while it waited for a processor rather than for itself.
func (r *run) patiently(ctx context.Context, twin Twin, ask func() error) error {
	for n := 0; ; n++ {
		slow := watchWaiting(twin)
		err := ask()
		s := slow()
		if err == nil || !timedOut(err) || r.o.CPUs != 0 {
			return err
		}
		switch {
		case s.waited < s.of/4:
			return err
		case n == patience || ctx.Err() != nil:
			return s
		}
	}
}

// atOnce is how long an answer may take before it is looked why it takes longer: most come sooner, and cost nothing.
const atOnce = 100 * time.Millisecond

// watchWaiting begins to count how long the twin waits for a processor, unless the returned function is called at once; that gives the count.
func watchWaiting(twin Twin) func() *starved {
	before, begin := make(chan time.Duration, 1), time.Now()
	timer := time.AfterFunc(atOnce, func() { before <- waited(twin.PID()) })
	return func() *starved {
		if timer.Stop() {
			return &starved{of: time.Since(begin)}
		}
		return &starved{waited: waited(twin.PID()) - <-before, of: time.Since(begin)}
	}
}

// spared is the time that does not count: while the twin waited for a processor, at most twice the limit. With a size of its own (Options.CPUs) it counts, since
// the kernel makes it wait when it has had its share.
func (r *run) spared(twin Twin, before, limit time.Duration) time.Duration {
	if r.o.CPUs != 0 {
		return 0
	}
	return min(waited(twin.PID())-before, 2*limit)
}

// spent says in a half sentence that time was spared; "" when next to none was.
func (r *run) spent(twin Twin, before, limit time.Duration) string {
	if d := r.spared(twin, before, limit); d > limit/4 {
		return fmt.Sprintf(", and %v more while it waited for a processor: the machine is busy", d.Round(time.Second))
	}
	return ""
}

// waited is how long the threads of a process have been ready to run while others ran (Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat); 0 where the
// kernel does not count it.
func waited(pid int) (sum time.Duration) {
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0
	}
	for _, name := range names {
		text, _ := os.ReadFile(name) // it may have ended
		if f := strings.Fields(string(text)); len(f) == 3 {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			sum += time.Duration(n)
		}
	}
	return sum
}

// unanswered is a question that says nothing of the image: it had no processor time for an answer.
func unanswered(c *model.Comparison, s *starved) {
	c.Verdict, c.ProofWhy = model.VerifyNotComparable, s.Error()+"; verify again when it is not"
}
