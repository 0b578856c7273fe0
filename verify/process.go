package verify

import (
	"context"
	"fmt"
	"strings"

	"a2c/model"
	"a2c/verify/compare"
	"a2c/verify/facts"
)

// facts compares the main processes and what the logs say of the start. What differs without a reason stands against the image.
func (r *run) facts(ctx context.Context, twin Twin, v *model.Verification) {
	defer r.startLog(ctx, twin, v)
	var given []string
	for _, kv := range r.env.list {
		name, _, _ := strings.Cut(kv, "=")
		given = append(given, name)
	}
	list, err := facts.Compare(ctx, facts.Options{
		Tree: r.o.Tree, Live: r.o.Analysis.AnalysisInfo.App.ProcessID, Twin: twin.PID(), Analysis: r.o.Analysis, Image: r.o.Image, Given: given,
		Clean: func(s string) string { return compare.Visible(r.redact.line(s)) },
	})
	if err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "facts of the process", Reason: err.Error(), Incomplete: true})
		return
	}
	v.Facts = list
	if why := against(list); why != "" && v.Verdict != model.VerifyDifferent {
		v.Verdict, v.Why, v.Missing = model.VerifyDifferent, why, nil
	}
}

// against names the facts that differ, without a reason that explains it.
func against(list []model.Fact) string {
	var differ []string
	for _, f := range list {
		if f.Verdict == model.FactDifferent {
			differ = append(differ, f.Name+" ("+f.Why+")")
		}
	}
	switch n := len(differ); n {
	case 0:
		return ""
	case 1:
		return "the process in the image differs: " + differ[0]
	default:
		return fmt.Sprintf("the process in the image differs in %d facts, first in %s", n, differ[0])
	}
}
