package verify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"a2c/model"
	"a2c/verify/compare"
)

// defaultRate is how many requests a second the live application gets at most.
const defaultRate = 20

// defaultMost is how many questions there are at most, unless the user names more.
const defaultMost = 50

// pace keeps requests to the live application apart.
type pace struct {
	mu   sync.Mutex
	gap  time.Duration
	next time.Time
}

func newPace(perSecond float64) *pace {
	return &pace{gap: time.Duration(float64(time.Second) / perSecond)}
}

// wait returns when the next request may go out.
func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.gap)
	p.mu.Unlock()
	return sleep(ctx, at.Sub(now))
}

// timed asks the live application one question. The time is until the answer was read, or the error came.
func (r *run) timed(ctx context.Context, q *question, gzip bool) (answer compare.Answer, took time.Duration, err error) {
	begin := time.Now()
	answer, err = r.askLive(ctx, q, gzip)
	r.load.Requests++
	return answer, time.Since(begin), err
}

// Slower than twice, and by more than this, is what the live application must not become.
const slower = 100 * time.Millisecond

// slowed says in a sentence that the live application takes twice as long as before; "" when it does not.
func slowed(q *question, took time.Duration) string {
	if took <= 2*q.took || took-q.took <= slower {
		return ""
	}
	return fmt.Sprintf("the live application took %v instead of %v", took.Round(time.Millisecond), q.took.Round(time.Millisecond))
}

// watch asks the live application's first good question once a second while the image starts, to see whether that slows it down. end returns how long it took.
func (r *run) watch(ctx context.Context) (end func() []time.Duration) {
	i := slices.IndexFunc(r.questions, func(q *question) bool { return q.good() && q.q.safe() })
	if i < 0 || r.o.NoLive || r.load.Stopped != "" {
		return func() []time.Duration { return nil }
	}
	q := r.questions[i]
	ctx, stop := context.WithCancel(ctx)
	done := make(chan []time.Duration, 1)
	go func() {
		var list []time.Duration
		for sleep(ctx, time.Second) == nil {
			begin := time.Now()
			answer, err := r.askLive(ctx, q, false)
			if ctx.Err() != nil {
				break
			}
			took := time.Since(begin)
			list = append(list, took)
			if err != nil || answer.Status >= 500 || slowed(q, took) != "" {
				break
			}
		}
		done <- list
	}()
	return func() []time.Duration {
		stop()
		return <-done
	}
}

// good reports whether the live application answered with a success.
func (q *question) good() bool {
	return q.liveErr == nil && q.live.Status >= 200 && q.live.Status < 300
}

// median of a list in milliseconds; 0 of none.
func median(list []time.Duration) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(list), cmp.Compare[time.Duration])
	return float64(sorted[len(sorted)/2].Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// loaded is what the comparison cost the live application.
func (r *run) loaded() *model.LiveLoad {
	if r.load.Requests == 0 {
		return nil
	}
	load := r.load
	var before, after []time.Duration
	for _, q := range r.questions {
		if q.good() && q.tookAgain > 0 {
			before, after = append(before, q.took), append(after, q.tookAgain)
		}
	}
	load.BeforeMillis, load.AskedMillis, load.StartingMillis = median(before), median(after), median(r.starting)
	return &load
}
