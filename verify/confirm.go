package verify

import (
	"context"
	"slices"

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

// compare judges the answers; where they differ, without what the twin's earlier starts show to be of the start alone.
func (q *question) compare(o compare.Options) compare.Result {
	sides := compare.Sides{Live: q.live, Again: q.again, Twin: q.twin, Packed: q.packed}
	result := compare.Answers(sides, o)
	each := q.each(o)
	if result.Verdict != model.VerifyDifferent || len(each) == 0 {
		return result
	}
	o.Own = append(o.Own, each...)
	masked := compare.Answers(sides, o)
	for i, m := range masked.Masks {
		masked.Masks[i].Start = !slices.Contains(result.Masks, m)
	}
	return masked
}

// each are the parts in which the twin differs from start to start, by itself: the name of an object, the order of a table by its addresses. The live application
// cannot be started again to show that it does so, too.
func (q *question) each(o compare.Options) []model.Mask {
	var list []model.Mask
	for _, a := range q.starts {
		if a.Status != q.twin.Status || q.twinErr != nil {
			continue
		}
		list = append(list, compare.Answers(compare.Sides{Live: a, Again: q.twin, Twin: q.twin}, o).Masks...)
	}
	return list
}

// startsDiffer reports whether nothing but bodies and header fields differ, which a second start may show to be of the start alone.
func startsDiffer(v model.Verification) bool {
	differ := false
	for _, c := range v.Comparisons {
		if c.Verdict != model.VerifyDifferent {
			continue
		}
		differ = true
		if c.Live.Status == 0 || c.Live.Status != c.Twin.Status {
			return false
		}
	}
	return differ
}
