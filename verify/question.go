package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"a2c/model"
	"a2c/verify/asked"
	"a2c/verify/compare"
)

// question is one request with what came back.
type question struct {
	t                 target
	q                 Request
	live, again, twin compare.Answer
	packed            *compare.Answer  // the twin's when it may compress; nil: nobody was asked so
	more              []compare.Answer // further ones of the live application
	starts            []compare.Answer // the twin's at earlier starts
	gzip, recorded    bool             // ask the live application for gzip the second time; its answers are recorded ones
	liveErr, twinErr  error
	took, tookAgain   time.Duration // of the live application; tookAgain 0: it was not asked a second time
	early             bool          // the second time came while the image started
}

// stopped is what a skip is called that ended the questions.
const stopped = "requests"

// compare asks the twin what the live application was asked, and the live application again.
func (r *run) compare(ctx context.Context, twin Twin, targets []target, settled time.Time, skips *[]model.Skip) ([]model.Comparison, error) {
	list := []model.Comparison{}
	if !r.o.NoLive {
		for _, t := range targets {
			list = append(list, r.greet(ctx, twin, t, settled)...)
		}
	}
	if err := r.askBoth(ctx, twin, settled, skips); err != nil {
		return nil, err
	}
	for _, t := range targets {
		if t.asked() && slices.ContainsFunc(r.questions, func(q *question) bool { return q.t.port == t.port }) {
			continue
		}
		c, err := r.listen(ctx, twin, t, settled)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	compared := make([]model.Comparison, 0, len(r.questions)+len(list))
	for _, q := range r.questions {
		if q.liveErr == nil && q.tookAgain == 0 {
			continue // not asked a second time: a skip says so
		}
		c := r.result(q)
		if err := r.confirm(ctx, q, &c); err != nil {
			return nil, err
		}
		r.report("compare", fmt.Sprintf("%s %d%s: %s", c.Method, c.Port, c.Path, c.Verdict), 0)
		compared = append(compared, c)
	}
	return append(compared, list...), nil
}

// askBoth asks the twin everything, and meanwhile the live application what it was not asked a second time yet: neither waits for the other's answers.
func (r *run) askBoth(ctx context.Context, twin Twin, settled time.Time, skips *[]model.Skip) (err error) {
	var keep func()
	var live sync.WaitGroup
	live.Go(func() { keep, err = r.secondAnswers(ctx, skips) })
	r.askAll(ctx, twin, settled)
	live.Wait()
	keep()
	return err
}

// askAll asks the twin everything, until it does not answer any more.
func (r *run) askAll(ctx context.Context, twin Twin, settled time.Time) {
	hung := 0
	for _, q := range r.questions {
		if hung >= mostHung {
			q.twinErr = errHung
			continue
		}
		r.askTwin(ctx, twin, q, settled, hung > 0)
		r.askPacked(ctx, twin, q)
		r.asRecorded(q)
		if hung++; !timedOut(q.twinErr) {
			hung = 0
		}
	}
}

// mostHung is how many questions in a row may get no answer in time: after that the image is not waited for any more.
const mostHung = 2

var errHung = errors.New("not asked: it took connections and did not answer in time, twice before")

func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// askAgain asks the live application a second time, whatever it changes by itself, and stops at its first server error and when it has become slow: whatever the
// reason, it is not to be troubled further. What it has said twice already is not asked for a third time.
func (r *run) askAgain(ctx context.Context, skips *[]model.Skip) error {
	keep, err := r.secondAnswers(ctx, skips)
	keep()
	return err
}

// secondAnswers is askAgain for one who reads the questions meanwhile: keep, called, gives them what was answered.
func (r *run) secondAnswers(ctx context.Context, skips *[]model.Skip) (keep func(), err error) {
	var answers []func()
	keep = func() {
		for _, a := range answers {
			a()
		}
	}
	if len(r.questions) > 0 {
		if err := sleep(ctx, apart-time.Since(r.surveyed)); err != nil {
			return keep, err
		}
	}
	for i, q := range r.questions {
		if q.liveErr != nil || q.tookAgain > 0 {
			continue
		}
		if err := r.pace.wait(ctx); err != nil {
			return keep, err
		}
		answer, took, err := r.timed(ctx, q, q.packs())
		answers = append(answers, func() { q.again, q.tookAgain, q.liveErr = answer, took, err })
		stop := slowed(q, took)
		if answer.Status >= 500 && q.live.Status < 500 {
			stop = fmt.Sprintf("the live application answered %d to %s %s", answer.Status, q.q.Method, model.Path(q.q.Path))
		}
		if stop != "" && i+1 < len(r.questions) {
			r.load.Stopped = stop
			*skips = append(*skips, model.Skip{What: stopped, Reason: stop + ": no further request was sent to it", Count: len(r.questions) - i - 1, Incomplete: true})
			break
		}
	}
	return keep, ctx.Err()
}

func (r *run) askLive(ctx context.Context, q *question, gzip bool) (compare.Answer, error) {
	a := asker{gzip: gzip, scheme: q.t.scheme, host: hostOf(q.t), dial: func(ctx context.Context) (net.Conn, error) { return r.live.dial(ctx, q.t.live) }}
	return a.ask(ctx, q.q)
}

// twinAsker asks the twin's port of a question.
func (*run) twinAsker(twin Twin, q *question) asker {
	return asker{scheme: q.t.scheme, host: hostOf(q.t), dial: func(ctx context.Context) (net.Conn, error) { return twin.Dial(ctx, q.t.port, q.t.inside) }}
}

// askTwin asks again, as long as the twin has time to settle, where it answers with an error, or that it has not done yet (202), and the live application does not.
func (r *run) askTwin(ctx context.Context, twin Twin, q *question, settled time.Time, hung bool) {
	a := r.twinAsker(twin, q)
	if q.twinErr == nil && q.twin.Status != 0 {
		q.starts = append(q.starts, q.twin)
	}
	a.hung = hung
	for {
		q.twinErr = r.patiently(ctx, twin, func() (err error) {
			q.twin, err = a.ask(ctx, q.q)
			return err
		})
		failed := q.twinErr != nil || q.twin.Status >= 400 && q.live.Status < 400 || q.twin.Status == http.StatusAccepted && q.live.Status != http.StatusAccepted
		if !failed || q.liveErr != nil || !q.q.safe() || time.Now().After(settled) {
			return
		}
		if !lives(ctx, twin) || sleep(ctx, 5*poll) != nil {
			return
		}
	}
}

// askPacked asks the twin once more, for a compressed answer: the live application's second is asked for in the same way, so that it costs it nothing.
func (r *run) askPacked(ctx context.Context, twin Twin, q *question) {
	if q.q.Method != http.MethodGet || q.liveErr != nil || q.twinErr != nil || q.live.Cut || q.twin.Cut {
		return
	}
	a := r.twinAsker(twin, q)
	a.gzip = true
	q.twinErr = r.patiently(ctx, twin, func() error {
		packed, err := a.ask(ctx, q.q)
		if err == nil {
			q.packed = &packed
		}
		return err
	})
}

func hostOf(t target) string {
	return net.JoinHostPort(cmp.Or(t.name, address(t.live)), strconv.Itoa(t.port))
}

// result judges one question.
func (r *run) result(q *question) model.Comparison {
	c := model.Comparison{Port: q.t.port, Method: q.q.Method, Path: r.redact.line(asked.Shown(q.q.Path)), Host: q.q.Host, From: q.q.From, Live: r.answer(q.live, q.liveErr), Twin: r.answer(q.twin, q.twinErr), Differences: []model.Difference{}}
	if q.liveErr != nil && q.twinErr != nil && c.Live.Error == c.Twin.Error && !unreached(q.liveErr) {
		// Another protocol than HTTP: both hang up, or both time out.
		c.Same, c.Verdict, c.ProofWhy = true, model.VerifySameError, "neither answers: "+c.Live.Error
		return c
	}
	if q.liveErr != nil || q.twinErr != nil {
		c.Verdict = model.VerifyDifferent
		c.Differences = []model.Difference{{What: "answer", Live: cmp.Or(c.Live.Error, "yes"), Image: cmp.Or(c.Twin.Error, "yes")}}
		if busy, ok := errors.AsType[*starved](q.twinErr); ok && q.liveErr == nil {
			unanswered(&c, busy)
		}
		return c
	}
	if q.packed != nil && q.packed.Encoding != "" {
		c.Live.PackedBytes, c.Twin.PackedBytes = q.again.Packed, q.packed.Packed
	}
	o := compare.Options{Host: cmp.Or(q.q.Host, hostOf(q.t)), Redact: r.redact.text, Line: r.redact.line, Unordered: asked.IsHealth(q.q.Path)}
	o.Own, o.Masks = q.seldom(o), r.o.masks(q.t.port, q.q)
	result := q.compare(o)
	c.Verdict, c.Differences, c.Masks = result.Verdict, append(c.Differences, result.Differences...), result.Masks
	c.Same, c.Proof, c.ProofWhy = len(c.Differences) == 0, result.Proof, result.Why
	return c
}

// unreached reports whether no connection was made at all.
func unreached(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
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

// listen compares a port that a2c sends nothing to: the kernel tells who listens. A twin that has not settled may open it yet.
func (r *run) listen(ctx context.Context, twin Twin, t target, settled time.Time) (model.Comparison, error) {
	c := model.Comparison{Port: t.port, Method: "LISTEN", Differences: []model.Difference{}}
	listens, err := r.live.listens(t.port)
	if err != nil {
		return c, err
	}
	if !listens {
		c.Live.Error = "does not listen"
	}
	open, err := serves(twin, t)
	for err == nil && !open && listens && time.Now().Before(settled) && lives(ctx, twin) && sleep(ctx, poll) == nil {
		open, err = serves(twin, t)
	}
	if err != nil {
		return c, err
	}
	if !open {
		c.Twin.Error = "does not listen"
	}
	c.Same = c.Live.Error == c.Twin.Error
	if c.Same {
		c.Verdict, c.ProofWhy = model.VerifyEqual, "that a port is open shows little"
	} else {
		c.Verdict, c.Differences = model.VerifyDifferent, []model.Difference{{What: "port", Live: cmp.Or(c.Live.Error, "listens"), Image: cmp.Or(c.Twin.Error, "listens")}}
	}
	return c, nil
}

func lives(ctx context.Context, twin Twin) bool {
	s, err := twin.Status(ctx)
	return err == nil && s.Running
}

// serves reports whether the twin's port is open where it is to be reached.
func serves(twin Twin, t target) (bool, error) {
	inside, outside, err := twin.Open(t.port)
	return outside || inside && t.inside, err
}
