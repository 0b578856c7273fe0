package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// Answers of a verdict, from best to worst.
const (
	Yes        = "yes"
	WithChange = "yes, with changes" // something breaks or deserves a look; nothing is refused
	Unclear    = "cannot tell"       // evidence is missing for a rule whose breach would matter
	No         = "no"                // a blocker
)

// Run judges the subject for each target, in the order given, each target once. No target means ecs-fargate. Findings come worst
// first. An unknown target is an error that names the known ones.
func Run(s *Subject, targets []string) ([]model.Verdict, error) {
	if s == nil || s.App == nil {
		return nil, fmt.Errorf("check: nothing to judge: the subject holds no analysis")
	}
	if len(targets) == 0 {
		targets = []string{ECSFargate}
	}
	rules := slices.DeleteFunc(All(), func(r Rule) bool { return r.Run == nil })
	if err := checkTargets([]string{ECSFargate, EKSFargate}, targets); err != nil {
		return nil, err
	}
	var verdicts []model.Verdict
	for i, target := range targets {
		if !slices.Contains(targets[:i], target) {
			s := *s
			s.Target = target
			verdicts = append(verdicts, judge(&s, rules, func(r *report) bool {
				r.rule.Run(&s, r)
				return true
			}))
		}
	}
	return verdicts, nil
}

func checkTargets(known, targets []string) error {
	for _, target := range targets {
		if !slices.Contains(known, target) {
			return fmt.Errorf("check: unknown target %q: known are %s", target, strings.Join(known, ", "))
		}
	}
	return nil
}

// judge has the rules of the subject's target look; look reports whether a rule has a way of looking at such a subject. Findings come worst first.
func judge(s *Subject, rules []Rule, look func(*report) bool) model.Verdict {
	v := model.Verdict{Subject: s.Name, Target: s.Target, Findings: []model.Finding{}}
	var unclear bool
	for _, rule := range rules {
		r := report{subject: s, rule: rule}
		if !slices.Contains(rule.Targets, s.Target) || !look(&r) {
			continue
		}
		v.Rules++
		unclear = unclear || r.unclear && weight(rule.Severity) <= weight(model.Breaks)
		v.Findings = append(v.Findings, r.findings...)
	}
	slices.SortStableFunc(v.Findings, func(a, b model.Finding) int { return cmp.Compare(weight(a.Severity), weight(b.Severity)) })
	v.Answer = answer(v.Findings, unclear)
	return v
}

func answer(findings []model.Finding, unclear bool) string {
	has := func(severities ...model.Severity) bool {
		return slices.ContainsFunc(findings, func(f model.Finding) bool { return slices.Contains(severities, f.Severity) })
	}
	switch {
	case has(model.Blocker):
		return No
	case unclear:
		return Unclear
	case has(model.Breaks, model.Warning):
		return WithChange
	}
	return Yes
}

// weight orders severities from worst (0) to least; what cannot be told stands before mere warnings, since it may hide worse.
func weight(s model.Severity) int {
	return slices.Index([]model.Severity{model.Blocker, model.Breaks, model.CannotTell, model.Warning, model.Info}, s)
}

// report collects one rule's statements about one subject.
type report struct {
	subject  *Subject
	rule     Rule
	findings []model.Finding
	unclear  bool
}

var _ Reporter = (*report)(nil)

func (r *report) Fail(message string, at ...model.Source) { r.FailAs(r.rule.Severity, message, at...) }

func (r *report) FailAs(severity model.Severity, message string, at ...model.Source) {
	r.findings = append(r.findings, r.finding(severity, message, at))
}

func (r *report) CannotTell(message, needs string, at ...model.Source) {
	f := r.finding(model.CannotTell, message, at)
	f.Needs = needs
	r.findings = append(r.findings, f)
	r.unclear = true
}

func (r *report) finding(severity model.Severity, message string, at []model.Source) model.Finding {
	at = append([]model.Source{}, at...) // never nil: an empty list is written as one
	slices.Sort(at)
	return model.Finding{
		Rule: r.rule.ID, Title: r.rule.Title, Severity: severity, Target: r.subject.Target, Subject: r.subject.Name,
		Message: message, At: slices.Compact(at), Remedy: r.rule.Remedy, Source: r.rule.Source,
	}
}
