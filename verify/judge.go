package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"a2c/model"
	"a2c/verify/compare"
)

// Times of a comparison.
const (
	poll = 100 * time.Millisecond
	// others is how much longer than the main port the other ports may take to open.
	others = 10 * time.Second
	// insideOnly is how long a port may be open on loopback alone: programs open one address after the other.
	insideOnly = 3 * time.Second
	// apart is the least time between two questions of one kind to the live application: what it counts in seconds must have changed.
	apart = 1100 * time.Millisecond
)

// judge waits for the twin, compares, and fills v. again: the twin did not start, or differs.
func (r *run) judge(ctx context.Context, twin Twin, targets []target, start time.Time, v *model.Verification) (again bool, err error) {
	failed, err := r.wait(ctx, twin, targets)
	if err != nil {
		return false, err
	}
	ready, why := time.Now(), failed.why
	if why == "" {
		v.ReadySeconds = ready.Sub(start).Round(time.Millisecond).Seconds()
		r.report("ready", "", ready.Sub(start))
		if v.Comparisons, err = r.compare(ctx, twin, targets, ready.Add(r.o.Settle), &v.Skips); err != nil {
			return false, err
		}
		why = conclude(v.Comparisons)
		status, err := twin.Status(ctx)
		if err != nil {
			return false, err
		}
		if !status.Running {
			failed = r.ended("while it was compared", status)
			why = failed.why
		}
	}
	v.Why, v.Verified = why, why == ""
	again = failed.again
	for _, c := range v.Comparisons {
		again = again || !c.Same
	}
	if v.PeakBytes, err = twin.Memory(ctx); err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "memory of the twin", Reason: err.Error()})
	}
	reached, skips := twin.Reached()
	v.Reached = append(v.Reached, reached...)
	v.Skips = append(v.Skips, skips...)
	if !v.Verified {
		lines, err := twin.Log(ctx, logLines)
		if err != nil {
			v.Skips = append(v.Skips, model.Skip{What: "log of the twin", Reason: err.Error()})
		}
		v.Log = r.redact.lines(lines)
	}
	return again, ctx.Err()
}

// conclude says what stands against a verdict of "the same".
func conclude(list []model.Comparison) string {
	proof, differ, why := false, 0, ""
	for _, c := range list {
		if !c.Same {
			differ++
		}
		proof = proof || c.Proof
		if why == "" && c.ProofWhy != "" {
			why = fmt.Sprintf("%s %d%s: %s", c.Method, c.Port, c.Path, c.ProofWhy)
		}
	}
	switch {
	case differ > 0:
		return fmt.Sprintf("%d of %d comparisons differ", differ, len(list))
	case len(list) == 0:
		return "the image listens on no TCP port: there is nothing to compare"
	case proof:
		return ""
	case why == "":
		why = "no port speaks HTTP"
	}
	return "nothing that was compared shows that the image works (" + why + "): name a path that the application answers, --path /…, or a whole request, --request FILE"
}

// failure is why a twin does not serve; again: another kind of root could help.
type failure struct {
	why   string // "": it serves
	again bool
}

// ended says how a twin ended.
func (r *run) ended(when string, s Status) failure {
	switch {
	case s.OutOfMemory:
		return failure{why: fmt.Sprintf("it ended %s: killed at its memory limit of %d MiB (--memory)", when, r.o.MemoryBytes>>20)}
	case s.Error != "":
		return failure{fmt.Sprintf("it ended %s: %s", when, compare.Visible(r.redact.line(s.Error))), true}
	}
	return failure{fmt.Sprintf("it ended %s: exit code %d", when, s.ExitCode), true}
}

// wait returns when the first target accepts connections, or with the reason why it never will. The others get a little longer.
func (r *run) wait(ctx context.Context, twin Twin, targets []target) (failure, error) {
	if len(targets) == 0 {
		return failure{}, nil
	}
	failed, err := r.waitFor(ctx, twin, targets[0], r.o.Timeout)
	if err != nil || failed.why != "" {
		return failed, err
	}
	begin := time.Now()
	for _, t := range targets[1:] {
		// One that does not open is a difference, told by the comparison.
		if _, err := r.waitFor(ctx, twin, t, others-time.Since(begin)); err != nil {
			return failure{}, err
		}
	}
	return failure{}, nil
}

// waitFor waits for one port.
func (r *run) waitFor(ctx context.Context, twin Twin, t target, limit time.Duration) (failure, error) {
	deadline := time.Now().Add(limit)
	var inside time.Time // since when only the twin's own loopback accepts
	for {
		in, out, errOpen := twin.Open(t.port)
		if out || in && t.inside {
			return failure{}, nil
		}
		if !in {
			inside = time.Time{}
		} else if inside.IsZero() {
			inside = time.Now()
		}
		status, err := twin.Status(ctx)
		switch {
		case ctx.Err() != nil:
			return failure{}, ctx.Err()
		case err != nil:
			return failure{}, err
		case !status.Running:
			return r.ended("before it listened", status), nil
		case errOpen != nil:
			return failure{}, errOpen
		case in && time.Since(inside) > insideOnly:
			return failure{why: fmt.Sprintf("port %d is open on loopback only: nobody outside the container reaches it", t.port)}, nil
		case time.Now().After(deadline):
			return failure{fmt.Sprintf("port %d is not open after %v (--timeout)", t.port, limit), true}, nil
		}
		if err := sleep(ctx, poll); err != nil {
			return failure{}, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// question is one request with what came back.
type question struct {
	t                 target
	q                 Request
	live, again, twin compare.Answer
	liveErr, twinErr  error
}

// compare asks everything: the live application, the twin, and the live application again.
func (r *run) compare(ctx context.Context, twin Twin, targets []target, settled time.Time, skips *[]model.Skip) ([]model.Comparison, error) {
	list := []model.Comparison{}
	var questions []*question
	for _, t := range targets {
		if t.scheme == "" || !t.known {
			c, err := r.listen(twin, t)
			if err != nil {
				return nil, err
			}
			list = append(list, c)
			continue
		}
		for _, q := range t.requests {
			questions = append(questions, &question{t: t, q: q})
		}
	}
	questions = r.first(ctx, questions, skips)
	asked := time.Now()
	for _, q := range questions {
		r.askTwin(ctx, twin, q, settled)
	}
	if err := sleep(ctx, apart-time.Since(asked)); err != nil {
		return nil, err
	}
	for _, q := range questions {
		if q.liveErr == nil {
			q.again, q.liveErr = r.askLive(ctx, q)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	compared := make([]model.Comparison, 0, len(questions)+len(list))
	for _, q := range questions {
		c := r.result(q)
		r.report("compare", fmt.Sprintf("%s %d%s: same %t", c.Method, c.Port, model.Path(c.Path), c.Same), 0)
		compared = append(compared, c)
	}
	return append(compared, list...), nil
}

// first asks the live application, and stops at its first server error: whatever the reason, it is not to be troubled further.
func (r *run) first(ctx context.Context, questions []*question, skips *[]model.Skip) []*question {
	for i, q := range questions {
		q.live, q.liveErr = r.askLive(ctx, q)
		if q.live.Status < 500 || i+1 == len(questions) {
			continue
		}
		*skips = append(*skips, model.Skip{
			What: "requests", Reason: fmt.Sprintf("the live application answered %d to %s %s: no further request was sent to it", q.live.Status, q.q.Method, model.Path(q.q.Path)),
			Count: len(questions) - i - 1, Incomplete: true,
		})
		return questions[:i+1]
	}
	return questions
}

func (r *run) askLive(ctx context.Context, q *question) (compare.Answer, error) {
	a := asker{scheme: q.t.scheme, host: hostOf(q.t), dial: func(ctx context.Context) (net.Conn, error) { return r.live.dial(ctx, q.t.live) }}
	return a.ask(ctx, q.q)
}

// askTwin asks again, as long as the twin has time to settle, where it answers with an error and the live application does not.
func (r *run) askTwin(ctx context.Context, twin Twin, q *question, settled time.Time) {
	a := asker{scheme: q.t.scheme, host: hostOf(q.t), dial: func(ctx context.Context) (net.Conn, error) { return twin.Dial(ctx, q.t.port, q.t.inside) }}
	for {
		q.twin, q.twinErr = a.ask(ctx, q.q)
		failed := q.twinErr != nil || q.twin.Status >= 400 && q.live.Status < 400
		if !failed || q.liveErr != nil || !q.q.safe() || time.Now().After(settled) {
			return
		}
		if s, err := twin.Status(ctx); err != nil || !s.Running {
			return
		}
		if sleep(ctx, 5*poll) != nil {
			return
		}
	}
}

func hostOf(t target) string { return net.JoinHostPort(address(t.live), strconv.Itoa(t.port)) }

// result judges one question.
func (r *run) result(q *question) model.Comparison {
	c := model.Comparison{Port: q.t.port, Method: q.q.Method, Path: q.q.Path, Live: r.answer(q.live, q.liveErr), Twin: r.answer(q.twin, q.twinErr)}
	if q.liveErr != nil || q.twinErr != nil {
		c.Same = false
		c.Differences = []string{fmt.Sprintf("answer: %s / %s", or(c.Live.Error, "yes"), or(c.Twin.Error, "yes"))}
		return c
	}
	result := compare.Answers(q.live, q.again, q.twin, compare.Options{Host: or(q.q.Host, hostOf(q.t)), Redact: r.redact.text, Line: r.redact.line})
	c.Same, c.Differences, c.Masked = len(result.Differences) == 0, result.Differences, result.Masked
	c.Proof, c.ProofWhy = result.Proof, result.Why
	return c
}

func (r *run) answer(a compare.Answer, err error) model.Answer {
	if err != nil {
		return model.Answer{Error: compare.Visible(r.redact.line(cause(err)))}
	}
	return model.Answer{Status: a.Status, ContentType: compare.Visible(r.redact.line(a.ContentType)), Bytes: int64(len(a.Body)), SHA256: a.SHA256()}
}

// cause is an error without the addresses that differ between live and twin.
func cause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}

// listen compares a port that a2c sends nothing to: the kernel tells who listens.
func (r *run) listen(twin Twin, t target) (model.Comparison, error) {
	c := model.Comparison{Port: t.port, Method: "LISTEN"}
	listens, err := r.live.listens(t.port)
	if err != nil {
		return c, err
	}
	if !listens {
		c.Live.Error = "does not listen"
	}
	inside, outside, err := twin.Open(t.port)
	if err != nil {
		return c, err
	}
	if !outside && (!inside || !t.inside) {
		c.Twin.Error = "does not listen"
	}
	c.Same = c.Live.Error == c.Twin.Error
	if c.Same {
		c.ProofWhy = "that a port is open shows little"
	} else {
		c.Differences = []string{fmt.Sprintf("port: %s / %s", or(c.Live.Error, "listens"), or(c.Twin.Error, "listens"))}
	}
	return c, nil
}
