package cmd

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"a2c/check"
	"a2c/model"
	"a2c/parse"
)

// accepted are the findings that somebody decided to live with.
type accepted struct {
	rules         []string
	reason, until string
	baseline      string
	known         []model.Verdict // of the baseline
}

func (x *accepted) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&x.rules, "ignore", nil, "let findings of this `rule` not count; they are still shown, with the reason (needs --reason)")
	f.StringVar(&x.reason, "reason", "", "why, in a few words: `text` for --ignore")
	f.StringVar(&x.until, "until", "", "the last day on which --ignore holds: `date`, 2026-12-31")
	f.StringVar(&x.baseline, "baseline", "", "let findings not count that this `file` has, an earlier a2c check -o json: only new ones decide")
}

// read checks the flags, and reads the baseline.
func (x *accepted) read() error {
	for _, id := range x.rules {
		if _, ok := check.Explain(id); !ok {
			return usage(fmt.Errorf("--ignore: there is no rule %q; a2c rules lists them", id))
		}
	}
	if len(x.rules) > 0 && x.reason == "" {
		return usage(errors.New("--ignore needs --reason: who reads the verdict later wants to know why"))
	}
	if len(x.rules) == 0 && (x.reason != "" || x.until != "") {
		return usage(errors.New("--reason and --until belong to --ignore"))
	}
	if x.until != "" {
		if _, err := time.Parse(time.DateOnly, x.until); err != nil {
			return usage(fmt.Errorf("--until %s is no date like 2026-12-31", x.until))
		}
	}
	if x.baseline == "" {
		return nil
	}
	data, err := os.ReadFile(x.baseline)
	if err != nil {
		return usage(fmt.Errorf("--baseline: %w", err))
	}
	n, err := parse.JSON(data)
	if err == nil {
		err = n.Decode(&x.known)
	}
	if err != nil {
		return usage(fmt.Errorf("--baseline %s: want what a2c check -o json printed: %w", x.baseline, err))
	}
	return nil
}

// apply marks what is accepted; of an --ignore that is over it says so.
func (x *accepted) apply(a *app, verdicts []model.Verdict, now time.Time) {
	over := x.until != "" && now.Format(time.DateOnly) > x.until
	if over {
		a.Note("--ignore held until %s: it counts again", x.until)
	}
	check.Ignore(verdicts, func(f model.Finding) *model.Ignored {
		if slices.Contains(x.rules, f.Rule) && !over {
			return &model.Ignored{Reason: x.reason, Until: x.until}
		}
		for _, v := range x.known {
			if slices.ContainsFunc(v.Findings, func(old model.Finding) bool { return check.Same(old, f) }) {
				return &model.Ignored{Reason: "in the baseline " + x.baseline}
			}
		}
		return nil
	})
}
