package check

import (
	"fmt"
	"slices"
	"strings"
)

// looks names what a rule looks at, in the order of the catalogue.
func (r Rule) looks() []string {
	var all []string
	for _, l := range []struct {
		there bool
		what  string
	}{
		{r.Run != nil, "live applications"},
		{r.Task != nil || r.Document != nil, "ECS task definitions"},
		{r.Service != nil || r.Document != nil, "ECS services"},
		{r.Pod != nil || r.Document != nil, "pods and what makes them"},
		{r.Object != nil || r.Document != nil, "other Kubernetes objects"},
		{r.Profile != nil || r.Document != nil, "Fargate profiles of EKS"},
		{r.Express != nil || r.Document != nil, "services of ECS Express Mode"},
		{r.AppRunner != nil || r.Document != nil, "services of App Runner"},
		{r.Function != nil || r.Document != nil, "Lambda functions"},
	} {
		if l.there {
			all = append(all, l.what)
		}
	}
	return all
}

// Summary is a rule as lists of rules hold it.
type Summary struct {
	ID       string   `json:"id"`
	Severity string   `json:"severity"` // of most of its findings
	Targets  []string `json:"targets"`
	LooksAt  []string `json:"looksAt"`
	Title    string   `json:"title"`
	Remedy   string   `json:"remedy"`
	Note     string   `json:"note,omitempty"` // what was decided where sources disagree
	Source   string   `json:"source"`
}

// Summaries are all rules, by their IDs.
func Summaries() []Summary {
	var all []Summary
	for _, r := range All() {
		all = append(all, Summary{
			ID: r.ID, Severity: string(r.Severity), Targets: r.Targets, LooksAt: r.looks(), Title: r.Title, Remedy: r.Remedy, Note: r.Note, Source: r.Source,
		})
	}
	slices.SortFunc(all, func(a, b Summary) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Explain is the summary of one rule.
func Explain(id string) (Summary, bool) {
	all := Summaries()
	i := slices.IndexFunc(all, func(s Summary) bool { return s.ID == id })
	if i < 0 {
		return Summary{}, false
	}
	return all[i], true
}

// meaning says what a severity means, for people.
func meaning(severity string) string {
	switch severity {
	case "blocker":
		return "AWS refuses the document, or the target cannot do it"
	case "breaks":
		return "it deploys, and then fails"
	case "warning":
		return "it works, and deserves a look"
	}
	return "nothing is wrong; it is said so that nobody is surprised"
}

// Page is a rule's page in docs/rules.
func (s Summary) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", s.ID, s.Title)
	fmt.Fprintf(&b, "- **Severity**: %s (%s)\n- **Targets**: %s\n- **Looks at**: %s\n\n", s.Severity, meaning(s.Severity), strings.Join(s.Targets, ", "), strings.Join(s.LooksAt, ", "))
	fmt.Fprintf(&b, "## What to do\n\n%s\n\n", s.Remedy)
	if s.Note != "" {
		fmt.Fprintf(&b, "## Where sources disagree\n\n%s\n\n", s.Note)
	}
	fmt.Fprintf(&b, "## Source\n\n<%s>\n", s.Source)
	return b.String()
}

// Index is the list of all pages.
func Index() string {
	var b strings.Builder
	b.WriteString("# Rules of a2c check\n\nMade from the rules themselves (`go test ./check -update`); `a2c rules RULE` prints the same.\n\n| Rule | Severity | Looks at | What it demands |\n|---|---|---|---|\n")
	for _, s := range Summaries() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n", s.ID, s.ID, s.Severity, strings.Join(s.LooksAt, ", "), s.Title)
	}
	return b.String()
}
