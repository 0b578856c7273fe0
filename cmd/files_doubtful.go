package cmd

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"a2c/analyze/files"
	"a2c/internal/term"
	"a2c/model"
)

// filesDoubtful lists the files on which the decision is only a default, with it and why.
func (a *app) filesDoubtful(id string) error {
	w, err := a.open(false)
	if err != nil {
		return err
	}
	list := []model.File{}
	for f, err := range w.Files(id) {
		if err != nil {
			return a.missing(err, id, w, "analyze")
		}
		if f.Doubt != "" {
			list = append(list, f)
		}
	}
	return a.print(list, func(w io.Writer) error {
		rows := term.Rows{Head: []string{"DEFAULT", "SIZE", "FILE", "BECAUSE", "IN DOUBT, SINCE"}}
		for _, f := range list {
			rows.Add(f.Decision, term.Size(f.Size), f.Path.String(), because(f.Reasons), f.Doubt)
		}
		if len(list) > 0 {
			return a.Write(w, rows)
		}
		fmt.Fprintln(w, "nothing is in doubt")
		return nil
	})
}

// maxTold is how many doubts analyze tells at once.
const maxTold = 5

// fileLines sum up what analyze decided on files: how many and how large, by what, and what the user may want to decide otherwise.
func (a *app) fileLines(w io.Writer, id string, i model.AnalysisInfo) {
	t := i.Files
	fmt.Fprintf(w, "%s: in %d files (%s), out %d (%s), state %d, doubtful %d (%s)\n", id, t.In, term.Size(t.InBytes), t.Out, term.Size(t.OutBytes), t.State,
		t.Doubtful, term.Size(t.DoubtfulBytes))
	for n, r := range t.Reasons {
		head := ", "
		if n == 0 {
			head = id + ": most of it "
		}
		fmt.Fprintf(w, "%s%s by %s: %s in %s", head, r.Decision, term.Safe(r.Reason), term.Size(r.Bytes), term.Count(r.Files, "file"))
	}
	if len(t.Reasons) > 0 {
		fmt.Fprintln(w)
	}
	unread := 0
	var changed []model.Path
	for _, s := range i.Skips {
		if s.Incomplete {
			unread += max(1, s.Count)
		}
		if s.Reason == files.Changed {
			changed = append(changed, s.Path)
		}
	}
	if len(changed) > 0 {
		fmt.Fprintf(w, "%s: %s: %s, the first is %s; analyze again when it rests\n", id, files.Changed, term.Count(len(changed), "file"), changed[0])
	}
	if unread > 0 {
		fmt.Fprintf(w, "%s: could not be read: %s, see above\n", id, term.Count(unread, "thing"))
	}
	for n, d := range i.Doubts {
		if n == maxTold {
			fmt.Fprintf(w, "%s: and more in doubt: %s lists all\n", id, a.command("files --application-id "+id+" --doubtful"))
			break
		}
		fmt.Fprintln(w, doubtLine(id, d))
	}
}

func doubtLine(id string, d model.Doubt) string {
	what := d.Path.String()
	if d.Files > 1 {
		what = strconv.Itoa(d.Files) + " files in " + what
	}
	return fmt.Sprintf("%s: in doubt, by default %s: %s, %s (%s): %s%s", id, d.Decision, what, term.Size(d.Bytes), because(d.Reasons), term.Safe(d.Why), otherwise(d.Decision, d.Why))
}

// otherwise is how the user turns a default round, unless the doubt itself says so.
func otherwise(decision, why string) string {
	switch {
	case strings.Contains(why, "--recover-deleted"):
		return ""
	case decision == model.In:
		return "; appExcludedFiles in analysis.json turns it round"
	}
	return "; appSpecificFiles in analysis.json turns it round"
}
