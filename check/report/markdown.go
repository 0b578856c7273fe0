package report

import (
	"fmt"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// Markdown writes verdicts as a comment of a pull request holds them: an answer and a table each, worst first.
func Markdown(verdicts []model.Verdict) string {
	var b strings.Builder
	for i, v := range verdicts {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "### %s on %s: %s\n", cell(v.Subject), v.Target, v.Answer)
		if len(v.Findings) == 0 {
			fmt.Fprintf(&b, "\n%d rules, no finding.\n", v.Rules)
			continue
		}
		b.WriteString("\n| | Rule | Where | What | What to do |\n|---|---|---|---|---|\n")
		for _, f := range v.Findings {
			fmt.Fprintf(&b, "| %s | [%s](%s) | %s | %s | %s |\n", severity(f), f.Rule, f.Source, where(f), cell(f.Message), cell(todo(f)))
		}
	}
	return b.String()
}

func severity(f model.Finding) string {
	if f.Ignored != nil {
		return "ignored"
	}
	return "**" + string(f.Severity) + "**"
}

func todo(f model.Finding) string {
	switch {
	case f.Ignored != nil:
		return Accepted(f)
	case f.Needs != "":
		return "Needed to tell: " + f.Needs
	}
	return f.Remedy
}

func where(f model.Finding) string {
	var at []string
	for _, source := range f.At {
		at = append(at, cell(string(source)))
	}
	if len(at) > 3 {
		at = append(at[:3], fmt.Sprintf("and %d more", len(at)-3))
	}
	return strings.Join(at, "<br>")
}

// cell keeps text of a document from ending the cell, and from being read as HTML, a link, a mention or an image.
func cell(text string) string {
	text = term.Safe(text)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "[", "&#91;", "]", "&#93;", "!", "&#33;", "*", "&#42;", "@", "&#64;").Replace(text)
}
