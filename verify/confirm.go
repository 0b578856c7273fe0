package verify

import (
	"context"

	"a2c/model"
	"a2c/verify/compare"
)

// confirmations are how often the live application is asked once more where the twin differs: what it changes seldom may have been the same twice.
const confirmations = 2

// confirm asks the live application again before a difference counts.
func (r *run) confirm(ctx context.Context, q *question, c *model.Comparison) error {
	for range confirmations {
		if c.Verdict != model.VerifyDifferent || q.liveErr != nil || q.twinErr != nil || !q.q.safe() || q.recorded || r.load.Stopped != "" {
			return nil
		}
		if err := r.pace.wait(ctx); err != nil {
			return err
		}
		answer, _, err := r.timed(ctx, q, false)
		if err != nil || answer.Status >= 500 {
			return ctx.Err() // it is not to be troubled further
		}
		q.more = append(q.more, answer)
		*c = r.result(q)
		if c.Verdict != model.VerifyDifferent {
			return nil
		}
		if err := sleep(ctx, poll); err != nil {
			return err
		}
	}
	return nil
}

// seldom are the parts in which the further answers of the live application differ from its first.
func (q *question) seldom(o compare.Options) []model.Mask {
	var list []model.Mask
	for _, a := range q.more {
		list = append(list, compare.Answers(compare.Sides{Live: q.live, Again: a, Twin: a}, o).Masks...)
	}
	return list
}
