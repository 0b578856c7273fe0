package cmd

import (
	"fmt"
	"io"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// trialLines say what the image bears, how it ends, what it takes, and which size does.
func trialLines(w io.Writer, v model.Verification) {
	if h := v.Hardening; h != nil {
		user := "root"
		if h.NonRoot {
			user = "not root"
		}
		fmt.Fprintf(w, "hardened: %s; user: %s; system calls: %s\n", term.Safe(h.String()), user, term.Safe(h.Seccomp))
		if len(h.Writable) > 0 {
			var names []string
			for _, p := range h.Writable {
				names = append(names, p.String())
			}
			fmt.Fprintf(w, "  in memory: %s\n", term.Safe(strings.Join(names, ", ")))
		}
		for _, f := range h.Failed {
			fmt.Fprintf(w, "  not with %s: %s\n", term.Safe(f.Set), term.Safe(f.Why))
		}
	}
	if v.Stop != nil {
		fmt.Fprintf(w, "end: %s; memory: %s idle, %s at its peak\n", term.Safe(v.Stop.String()), term.Size(v.IdleBytes), term.Size(v.PeakBytes))
	}
	if v.Sizing != nil {
		sizingLines(w, *v.Sizing)
	}
}

func sizingLines(w io.Writer, s model.Sizing) {
	fmt.Fprintf(w, "size: at least %d MiB, ready within %.0f s, answers within %.1f ms (live %.1f ms)\n", s.LeastMiB, s.GraceSeconds, s.LimitMillis, s.LiveMillis)
	for _, t := range s.Trials {
		word := "too small"
		if t.Fits {
			word = "does"
		}
		fmt.Fprintf(w, "  %s: %s\n", word, term.Safe(t.String()))
	}
	if s.CPU == 0 {
		fmt.Fprintf(w, "  none found: %s\n", term.Safe(s.Why))
	}
}
