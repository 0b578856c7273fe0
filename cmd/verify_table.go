package cmd

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

func (a *app) verifyTable(w io.Writer, v model.Verification) error {
	rows := term.Rows{Head: []string{"PORT", "ASKED", "LIVE", "IMAGE", "VERDICT"}}
	for _, c := range v.Comparisons {
		rows.Body = append(rows.Body, []term.Cell{{Text: strconv.Itoa(c.Port)}, {Text: askedText(c.Method, c.Path, c.Host, c.From)}, {Text: answerText(c.Live)}, {Text: answerText(c.Twin)}, verdictCell(c)})
	}
	if len(v.Comparisons) == 0 {
		fmt.Fprintf(w, "nothing was compared: %s\n", term.Safe(cmp.Or(v.Why, "there is nothing to compare")))
	} else if err := a.Write(w, rows); err != nil {
		return err
	}
	differences(w, v.Comparisons)
	processFacts(w, v.Facts)
	startProblems(w, v.StartProblems)
	missingFiles(w, v)
	for _, r := range v.Reached {
		fmt.Fprintf(w, "\nit tried to reach %s", term.Safe(r))
	}
	if len(v.Reached) > 0 {
		fmt.Fprintln(w)
	}
	liveLines(w, v.Live)
	verdict := a.Paint(term.Red, "different")
	switch v.Verdict {
	case model.VerifyEqual:
		verdict = a.Paint(term.Green, "equal")
	case model.VerifyNotComparable:
		verdict = a.Paint(term.Yellow, "not comparable enough")
	}
	if v.Why != "" && len(v.Comparisons) > 0 {
		verdict += " (" + term.Safe(v.Why) + ")"
	}
	if v.ReadySeconds > 0 {
		verdict += fmt.Sprintf(": ready after %.1f s, read-only root: %s", v.ReadySeconds, yesNo(v.ReadOnlyRoot))
	}
	fmt.Fprintf(w, "\n%s\n", verdict)
	trialLines(w, v)
	for i, m := range v.Missing {
		if i > 0 { // the first is the reason
			fmt.Fprintf(w, "missing: %s\n", term.Safe(m))
		}
	}
	for _, n := range v.Notes {
		fmt.Fprintf(w, "note: %s\n", term.Safe(n))
	}
	if !v.Verified && len(v.Log) > 0 {
		lastLines(w, v.Log)
	}
	return a.repairTable(w, v.Repairs)
}

// verdictCell says what one comparison shows.
func verdictCell(c model.Comparison) term.Cell {
	words := map[string]term.Cell{
		model.VerifyEqual: {Text: "equal", Style: term.Green}, model.VerifyDifferent: {Text: "different", Style: term.Red},
		model.VerifySameError: {Text: "same error", Style: term.Yellow}, model.VerifyNotComparable: {Text: "not comparable", Style: term.Yellow},
	}
	cell := words[c.Verdict]
	if !c.Proof && c.ProofWhy != "" {
		cell.Style, cell.Text = term.Yellow, cell.Text+": "+c.ProofWhy
	}
	return cell
}

// mostMasks are listed of one comparison: verify.json and the page have all.
const mostMasks = 5

// liveLines say what the comparison cost the live application.
func liveLines(w io.Writer, l *model.LiveLoad) {
	if l == nil {
		return
	}
	fmt.Fprintf(w, "\nthe live application got %d requests, and took %.1f ms before, %.1f while the image started, %.1f while it ran (medians)\n", l.Requests, l.BeforeMillis,
		l.StartingMillis, l.AskedMillis)
	if l.Stopped != "" {
		fmt.Fprintf(w, "it was not asked any further: %s\n", term.Safe(l.Stopped))
	}
}

// askedText is a question, and what names it.
func askedText(method, path, host, from string) string {
	text := strings.TrimSpace(method + " " + path)
	if host != "" {
		text += " of " + host
	}
	if from != "" {
		text += " (" + from + ")"
	}
	return text
}

// differences lists what was not compared, and what differs.
func differences(w io.Writer, list []model.Comparison) {
	for _, c := range list {
		for i, m := range c.Masks {
			if i == mostMasks {
				fmt.Fprintf(w, "\n%d%s: and %d more places", c.Port, term.Safe(c.Path), len(c.Masks)-i)
				break
			}
			fmt.Fprintf(w, "\n%d%s: not compared, since the live application changes it: %s", c.Port, term.Safe(c.Path), term.Safe(m.String()))
		}
		for _, d := range c.Differences {
			fmt.Fprintf(w, "\n%d%s differs:\n%s\n", c.Port, term.Safe(c.Path), term.Lines(d.String()))
		}
	}
}

func lastLines(w io.Writer, log []string) {
	fmt.Fprintf(w, "the last %d lines of its log:\n", len(log))
	for _, l := range log {
		fmt.Fprintf(w, "  | %s\n", term.Safe(l))
	}
}

func answerText(a model.Answer) string {
	if a.Error != "" {
		return a.Error
	}
	if len(a.Said) > 0 {
		return strings.Join(a.Said[:min(len(a.Said), 2)], ", ")
	}
	if a.Status == 0 {
		return "accepted"
	}
	return fmt.Sprintf("%d %s %s", a.Status, a.ContentType, term.Size(a.Bytes))
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
