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
	rows := term.Rows{Head: []string{"PORT", "ASKED", "LIVE", "IMAGE", "SAME"}}
	for _, c := range v.Comparisons {
		same := term.Cell{Text: "yes", Style: term.Green}
		if !c.Proof {
			same = term.Cell{Text: strings.TrimSuffix("yes, but "+c.ProofWhy, ", but "), Style: term.Yellow}
		}
		if !c.Same {
			same = term.Cell{Text: "no", Style: term.Red}
		}
		rows.Body = append(rows.Body, []term.Cell{{Text: strconv.Itoa(c.Port)}, {Text: strings.TrimSpace(c.Method + " " + c.Path)}, {Text: answerText(c.Live)}, {Text: answerText(c.Twin)}, same})
	}
	if len(v.Comparisons) == 0 {
		fmt.Fprintf(w, "nothing was compared: %s\n", term.Safe(cmp.Or(v.Why, "there is nothing to compare")))
	} else if err := a.Write(w, rows); err != nil {
		return err
	}
	differences(w, v.Comparisons)
	for _, r := range v.Reached {
		fmt.Fprintf(w, "\nit tried to reach %s", term.Safe(r))
	}
	if len(v.Reached) > 0 {
		fmt.Fprintln(w)
	}
	verdict := a.Paint(term.Red, "not verified")
	if v.Why != "" && len(v.Comparisons) > 0 {
		verdict += " (" + term.Safe(v.Why) + ")"
	}
	if v.Verified {
		verdict = a.Paint(term.Green, "verified")
	}
	if v.ReadySeconds > 0 {
		verdict += fmt.Sprintf(": ready after %.1f s, read-only root: %s", v.ReadySeconds, yesNo(v.ReadOnlyRoot))
	}
	fmt.Fprintf(w, "\n%s\n", verdict)
	for _, n := range v.Notes {
		fmt.Fprintf(w, "note: %s\n", term.Safe(n))
	}
	if !v.Verified && len(v.Log) > 0 {
		lastLines(w, v.Log)
	}
	return nil
}

// differences lists what was not compared, and what differs.
func differences(w io.Writer, list []model.Comparison) {
	for _, c := range list {
		for _, m := range c.Masked {
			fmt.Fprintf(w, "\n%d%s: not compared, since the live application changes it: %s", c.Port, term.Safe(c.Path), term.Safe(m))
		}
		for _, d := range c.Differences {
			fmt.Fprintf(w, "\n%d%s differs:\n%s\n", c.Port, term.Safe(c.Path), term.Lines(d))
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
