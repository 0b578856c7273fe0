package verify

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"a2c/internal/child"
	"a2c/model"
	"a2c/verify/compare"
)

// defaultRate is how many requests a second the live application gets at most.
const defaultRate = 40

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
	child.Awake(func() { // the image that starts has no more priority than a2c
		begin := time.Now()
		answer, err = r.askLive(ctx, q, gzip)
		took = time.Since(begin)
	})
	r.load.Requests++
	return answer, took, err
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

// kept is how many of all questions are left until the image runs: one of so many. The others are asked a second time while it starts.
const kept = 5

// watch asks the live application a second time while the image starts, which takes longer than that, and then its first good question once a second: to see
// whether the start slows it down. end returns how long it took. One that becomes slow, or fails, is let alone until the image runs.
func (r *run) watch(ctx context.Context) (end func() []time.Duration) {
	i := slices.IndexFunc(r.questions, func(q *question) bool { return q.good() && q.q.safe() })
	if i < 0 || r.o.NoLive || r.load.Stopped != "" {
		return func() []time.Duration { return nil }
	}
	waiting, stop := context.WithCancel(ctx)
	done := make(chan []time.Duration, 1)
	go func() {
		list, well := r.ahead(ctx, waiting)
		for well && sleep(waiting, time.Second) == nil {
			var took time.Duration
			if _, took, well = r.second(ctx, r.questions[i]); took > 0 {
				list = append(list, took)
			}
		}
		done <- list
	}()
	return func() []time.Duration {
		stop()
		return <-done
	}
}

// ahead asks most questions a second time until waiting ends, and returns how long they took; false: it is not well.
func (r *run) ahead(ctx, waiting context.Context) (list []time.Duration, well bool) {
	if sleep(waiting, apart-time.Since(r.surveyed)) != nil {
		return nil, true
	}
	for i, q := range r.questions {
		if i%kept == 0 || q.liveErr != nil || q.tookAgain > 0 || !q.q.safe() {
			continue
		}
		if r.pace.wait(waiting) != nil {
			break
		}
		answer, took, well := r.second(ctx, q)
		if !well {
			return list, false
		}
		q.again, q.tookAgain, q.early = answer, took, true
		list = append(list, took)
	}
	return list, true
}

// second asks once more and reports whether the live application is well. took is 0 when it did not answer.
func (r *run) second(ctx context.Context, q *question) (answer compare.Answer, took time.Duration, well bool) {
	answer, took, err := r.timed(ctx, q, q.packs())
	if err != nil {
		return answer, 0, false
	}
	return answer, took, (answer.Status < 500 || q.live.Status >= 500) && slowed(q, took) == ""
}

// packs reports whether the second answer is asked for compressed: the twin is asked so, too, and it costs the live application no further request.
func (q *question) packs() bool {
	return q.gzip || q.q.Method == http.MethodGet && q.liveErr == nil && !q.live.Cut
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
			before = append(before, q.took)
			if !q.early {
				after = append(after, q.tookAgain)
			}
		}
	}
	load.BeforeMillis, load.AskedMillis, load.StartingMillis = median(before), median(after), median(r.starting)
	return &load
}
