package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"a2c/model"
	"a2c/verify/compare"
)

// question is one request with what came back.
type question struct {
	t                 target
	q                 Request
	live, again, twin compare.Answer
	packed            *compare.Answer  // the twin's when it may compress; nil: nobody was asked so
	more              []compare.Answer // further ones of the live application
	liveErr, twinErr  error
}

// stopped is what a skip is called that ended the questions.
const stopped = "requests"

// compare asks everything: the live application, the twin, and the live application again.
func (r *run) compare(ctx context.Context, twin Twin, targets []target, settled time.Time, skips *[]model.Skip) ([]model.Comparison, error) {
	list := []model.Comparison{}
	var questions []*question
	for _, t := range targets {
		list = append(list, r.greet(ctx, twin, t)...)
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
		r.askPacked(ctx, twin, q)
	}
	if err := sleep(ctx, apart-time.Since(asked)); err != nil {
		return nil, err
	}
	for _, q := range questions {
		if q.liveErr == nil {
			q.again, q.liveErr = r.askLive(ctx, q, q.packed != nil)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	compared := make([]model.Comparison, 0, len(questions)+len(list))
	for _, q := range questions {
		c := r.result(q)
		if err := r.confirm(ctx, q, &c); err != nil {
			return nil, err
		}
		r.report("compare", fmt.Sprintf("%s %d%s: %s", c.Method, c.Port, model.Path(c.Path), c.Verdict), 0)
		compared = append(compared, c)
	}
	return append(compared, list...), nil
}

// first asks the live application, and stops at its first server error: whatever the reason, it is not to be troubled further.
func (r *run) first(ctx context.Context, questions []*question, skips *[]model.Skip) []*question {
	for i, q := range questions {
		q.live, q.liveErr = r.askLive(ctx, q, false)
		if q.live.Status < 500 || i+1 == len(questions) {
			continue
		}
		*skips = append(*skips, model.Skip{
			What: stopped, Reason: fmt.Sprintf("the live application answered %d to %s %s: no further request was sent to it", q.live.Status, q.q.Method, model.Path(q.q.Path)),
			Count: len(questions) - i - 1, Incomplete: true,
		})
		return questions[:i+1]
	}
	return questions
}

func (r *run) askLive(ctx context.Context, q *question, gzip bool) (compare.Answer, error) {
	a := asker{gzip: gzip, scheme: q.t.scheme, host: hostOf(q.t), dial: func(ctx context.Context) (net.Conn, error) { return r.live.dial(ctx, q.t.live) }}
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

// askPacked asks the twin once more, for a compressed answer: the live application's second is asked for in the same way, so that it costs it nothing.
func (r *run) askPacked(ctx context.Context, twin Twin, q *question) {
	if q.q.Method != http.MethodGet || q.liveErr != nil || q.twinErr != nil || q.live.Cut || q.twin.Cut {
		return
	}
	a := asker{gzip: true, scheme: q.t.scheme, host: hostOf(q.t), dial: func(ctx context.Context) (net.Conn, error) { return twin.Dial(ctx, q.t.port, q.t.inside) }}
	if packed, err := a.ask(ctx, q.q); err == nil {
		q.packed = &packed
	} else {
		q.twinErr = err
	}
}

func hostOf(t target) string { return net.JoinHostPort(address(t.live), strconv.Itoa(t.port)) }

// result judges one question.
func (r *run) result(q *question) model.Comparison {
	c := model.Comparison{Port: q.t.port, Method: q.q.Method, Path: q.q.Path, Live: r.answer(q.live, q.liveErr), Twin: r.answer(q.twin, q.twinErr), Differences: []model.Difference{}}
	if q.liveErr != nil && q.twinErr != nil && c.Live.Error == c.Twin.Error && !unreached(q.liveErr) {
		// Another protocol than HTTP: both hang up, or both time out.
		c.Same, c.Verdict, c.ProofWhy = true, model.VerifySameError, "neither answers: "+c.Live.Error
		return c
	}
	if q.liveErr != nil || q.twinErr != nil {
		c.Verdict = model.VerifyDifferent
		c.Differences = []model.Difference{{What: "answer", Live: or(c.Live.Error, "yes"), Image: or(c.Twin.Error, "yes")}}
		return c
	}
	if q.packed != nil && q.packed.Encoding != "" {
		c.Live.PackedBytes, c.Twin.PackedBytes = q.again.Packed, q.packed.Packed
	}
	o := compare.Options{Host: or(q.q.Host, hostOf(q.t)), Redact: r.redact.text, Line: r.redact.line}
	o.Own, o.Masks = q.seldom(o), r.o.masks(q.t.port, q.q)
	result := compare.Answers(compare.Sides{Live: q.live, Again: q.again, Twin: q.twin, Packed: q.packed}, o)
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

// listen compares a port that a2c sends nothing to: the kernel tells who listens.
func (r *run) listen(twin Twin, t target) (model.Comparison, error) {
	c := model.Comparison{Port: t.port, Method: "LISTEN", Differences: []model.Difference{}}
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
		c.Verdict, c.ProofWhy = model.VerifyEqual, "that a port is open shows little"
	} else {
		c.Verdict, c.Differences = model.VerifyDifferent, []model.Difference{{What: "port", Live: or(c.Live.Error, "listens"), Image: or(c.Twin.Error, "listens")}}
	}
	return c, nil
}
