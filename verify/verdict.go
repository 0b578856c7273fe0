package verify

import (
	"cmp"
	"fmt"
	"slices"

	"a2c/model"
	"a2c/verify/asked"
)

// enough is how many distinct successes with a body an application has to be compared by, where it has them.
const enough = 3

// masks are those that another verification found for one request.
func (o Options) masks(port int, q Request) []model.Mask {
	i := slices.IndexFunc(o.Masks, func(c model.Comparison) bool {
		return c.Port == port && c.Method == q.Method && c.Host == q.Host && c.Path == asked.Shown(q.Path)
	})
	if i < 0 {
		return nil
	}
	return o.Masks[i].Masks
}

// conclude gives the verdict on all that was compared, with what stands against it and what is missing to be sure. A comparison that has no verdict yet is
// judged by whether it is the same. unasked are paths that the application is known to have and that nobody asked for.
func conclude(v *model.Verification, unasked []string) {
	t := tally(v.Comparisons)
	switch {
	case t.differ > 0:
		v.Verdict, v.Why = model.VerifyDifferent, fmt.Sprintf("%d of %d comparisons differ", t.differ, len(v.Comparisons))
		return
	case len(v.Comparisons) == 0:
		v.Missing = []string{"the image listens on no TCP port: there is nothing to compare"}
	case t.successes == 0 && t.handshakes == 0:
		v.Missing = []string{"nothing that was compared shows that the image works (" + cmp.Or(t.why, "no port speaks HTTP") +
			"): name a path that the application answers, --path /…, or a whole request, --request FILE"}
	case t.successes < enough && t.handshakes == 0:
		v.Missing = wanting(v, t, unasked)
	}
	if len(v.Missing) > 0 {
		v.Verdict, v.Why = model.VerifyNotComparable, v.Missing[0]
		return
	}
	v.Verdict = model.VerifyEqual
	if t.unsure > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("%d of %d comparisons show nothing and are no part of the verdict", t.unsure, len(v.Comparisons)))
	}
}

// wanting says why so few successes are not enough; where the application is not known to have more, they have to be, which is noted.
func wanting(v *model.Verification, t counts, unasked []string) []string {
	few := fmt.Sprintf("only %d distinct successful answers with a body were compared", t.successes)
	if t.successes == 1 {
		few = "only one distinct successful answer with a body was compared"
	}
	if n := len(unasked); n > 0 {
		return []string{fmt.Sprintf("%s, and the application has %d more paths that were not asked (%s): ask for them with --ask-live, or for some with --path", few, n, model.Path(unasked[0]))}
	}
	if t.noisy > 0 {
		return []string{fmt.Sprintf("%s, and %d more could not be: ask for others with --path", few, t.noisy)}
	}
	for _, s := range v.Skips {
		if s.What == stopped {
			return []string{few + ": " + s.Reason}
		}
	}
	v.Notes = append(v.Notes, few+": no other path of the application is known (--path names more)")
	return nil
}

// counts of what comparisons show.
type counts struct {
	differ, unsure        int
	successes, handshakes int // distinct successes with a body; handshakes of other protocols
	noisy                 int // successes that could not be compared
	why                   string
}

func tally(list []model.Comparison) counts {
	var t counts
	seen := map[string]bool{}
	for i := range list {
		c := &list[i]
		if c.Verdict == "" {
			c.Verdict = model.VerifyDifferent
			if c.Same {
				c.Verdict = model.VerifyEqual
			}
		}
		if t.why == "" && c.ProofWhy != "" {
			t.why = fmt.Sprintf("%s %d%s: %s", c.Method, c.Port, c.Path, c.ProofWhy)
		}
		switch {
		case c.Verdict == model.VerifyDifferent:
			t.differ++
		case c.Verdict != model.VerifyEqual:
			t.unsure++
			if c.Verdict == model.VerifyNotComparable && c.Live.Status >= 200 && c.Live.Status < 300 {
				t.noisy++
			}
		case !c.Proof:
		case c.Live.Status == 0:
			t.handshakes++
		case c.Live.Status < 300 && !seen[c.Live.SHA256]:
			seen[c.Live.SHA256] = true
			t.successes++
		}
	}
	return t
}
