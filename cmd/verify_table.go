package cmd

import (
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
	if err := a.Write(w, rows); err != nil {
		return err
	}
	for _, c := range v.Comparisons {
		for _, d := range c.Differences {
			fmt.Fprintf(w, "\n%d%s differs:\n%s\n", c.Port, term.Safe(c.Path), term.Lines(d))
		}
	}
	for _, r := range v.Reached {
		fmt.Fprintf(w, "it tried to reach %s\n", term.Safe(r))
	}
	verdict := a.Paint(term.Red, "not verified")
	if v.Why != "" {
		verdict += " (" + term.Safe(v.Why) + ")"
	}
	if v.Verified {
		verdict = a.Paint(term.Green, "verified")
	}
	fmt.Fprintf(w, "\n%s: ready after %.1f s, read-only root %v\n", verdict, v.ReadySeconds, v.ReadOnlyRoot)
	if !v.Verified {
		for _, l := range v.Log {
			fmt.Fprintf(w, "  | %s\n", term.Safe(l))
		}
	}
	return nil
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
