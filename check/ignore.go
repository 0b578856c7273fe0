package check

import (
	"slices"

	"a2c/model"
)

// Ignore marks findings that somebody decided to live with, and answers anew: what is ignored stays in the verdict, with the reason, and no longer
// decides. why returns nil for a finding that counts.
func Ignore(verdicts []model.Verdict, why func(model.Finding) *model.Ignored) {
	matters := map[string]bool{}
	for _, r := range All() {
		matters[r.ID] = weight(r.Severity) <= weight(model.Breaks)
	}
	for i := range verdicts {
		v := &verdicts[i]
		for j := range v.Findings {
			v.Findings[j].Ignored = why(v.Findings[j])
		}
		counts := slices.DeleteFunc(slices.Clone(v.Findings), func(f model.Finding) bool { return f.Ignored != nil })
		unclear := slices.ContainsFunc(counts, func(f model.Finding) bool { return f.Severity == model.CannotTell && matters[f.Rule] })
		v.Answer = answer(counts, unclear)
	}
}

// Same reports whether two findings say the same of the same thing: a document's line may have moved, its pointer not.
func Same(a, b model.Finding) bool {
	pointer := func(p model.DocPlace) string { return p.File + " " + p.Pointer }
	return a.Rule == b.Rule && a.Target == b.Target && a.Subject == b.Subject && a.Severity == b.Severity && a.Message == b.Message &&
		slices.EqualFunc(a.Places, b.Places, func(x, y model.DocPlace) bool { return pointer(x) == pointer(y) })
}
