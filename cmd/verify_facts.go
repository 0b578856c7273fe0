package cmd

import (
	"cmp"
	"fmt"
	"io"

	"a2c/internal/term"
	"a2c/model"
)

// processFacts sums up what was compared of the processes, and lists what differs or could not be told. verify.json has all.
func processFacts(w io.Writer, list []model.Fact) {
	if len(list) == 0 {
		return
	}
	n := map[string]int{}
	for _, f := range list {
		n[f.Verdict]++
	}
	fmt.Fprintf(w, "\nfacts of the process: %d equal, %d explained, %d different, %d unknown\n", n[model.FactEqual], n[model.FactExplained], n[model.FactDifferent], n[model.FactUnknown])
	for _, f := range list {
		switch f.Verdict {
		case model.FactDifferent:
			fmt.Fprintf(w, "  %s differs: %s / %s (%s)\n", term.Safe(f.Name), term.Safe(cmp.Or(f.Live, "none")), term.Safe(cmp.Or(f.Image, "none")), term.Safe(f.Why))
		case model.FactUnknown:
			fmt.Fprintf(w, "  %s is not known: %s\n", term.Safe(f.Name), term.Safe(f.Why))
		}
	}
}

// startProblems lists what went wrong at the image's start and not at the live application's.
func startProblems(w io.Writer, list []model.StartProblem) {
	for _, p := range list {
		why := ""
		if p.Why != "" {
			why = " (" + p.Why + ")"
		}
		fmt.Fprintf(w, "\nits log says (%s), and the live application's does not, %s%s:\n  | %s\n", p.Level, term.Count(p.Count, "time"), term.Safe(why), term.Safe(p.Text))
	}
}
