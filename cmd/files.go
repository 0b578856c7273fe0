package cmd

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"a2c/analyze/report"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

func newFiles(a *app) *cobra.Command {
	var id, other string
	var top int
	var doubtful bool
	c := &cobra.Command{
		Use:   "files --application-id ID",
		Short: "Show where the bytes of an image are, and why",
		Long: `files sums up what analyze decided: by layer, by what led to the files, the folders and the files that hold most.
With --diff it lists the paths on which two applications, or an analysis that was kept and the one of now, differ. With --doubtful it lists every
file on which the decision is only a default: containerParameters.appSpecificFiles and appExcludedFiles in analysis.json turn it round.`,
		Example: "  a2c files --application-id java-tomcat-9e8e4799 --top 30\n  a2c files --application-id java-tomcat-9e8e4799 --diff /root/before/files.jsonl\n  a2c files --application-id java-tomcat-9e8e4799 --doubtful",
		GroupID: "look",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case id == "":
				return usage(errors.New("say --application-id ID; a2c inventory lists the applications"))
			case top < 1:
				return usage(fmt.Errorf("--top %d: at least 1", top))
			case doubtful && other != "":
				return usage(errors.New("--doubtful and --diff: one at a time"))
			}
			if err := checkID(id); err != nil {
				return err
			}
			if doubtful {
				return a.filesDoubtful(id)
			}
			return a.files(id, other, top)
		},
	}
	a.idFlag(c, &id)
	c.Flags().IntVar(&top, "top", 10, "how many files and folders are listed: `number`")
	c.Flags().StringVar(&other, "diff", "", "compare with another application, or with a kept files.jsonl: `ID or file`")
	c.Flags().BoolVar(&doubtful, "doubtful", false, "list the files on which the decision is only a default")
	return c
}

func (a *app) files(id, other string, top int) error {
	w, err := a.open(false)
	if err != nil {
		return err
	}
	if other != "" {
		return a.filesDiff(w, id, other)
	}
	s, err := report.Summarize(w.Files(id), top)
	if err != nil {
		return a.missing(err, id, w, "analyze")
	}
	return a.print(s, func(w io.Writer) error { return a.filesTable(w, s) })
}

func (a *app) filesTable(w io.Writer, s report.Summary) error {
	for _, part := range []struct {
		head string
		list []report.Sum
	}{{"DECISION", s.Decisions}, {"LAYER", s.Layers}, {"GROUP", s.Groups}, {"BECAUSE OF", s.Reasons}, {"FOLDER", s.Folders}} {
		if len(part.list) == 0 {
			continue
		}
		rows := term.Rows{Head: []string{"SIZE", "FILES", part.head}}
		for _, l := range part.list {
			rows.Add(term.Size(l.Bytes), strconv.Itoa(l.Files), model.Path(l.Name).String())
		}
		if err := a.Write(w, rows); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	rows := term.Rows{Head: []string{"SIZE", "FILE", "BECAUSE"}}
	for _, f := range s.Largest {
		rows.Add(term.Size(f.Size), f.Path.String(), because(f.Reasons))
	}
	return a.Write(w, rows)
}

// because is the first reason; explain tells them all.
func because(reasons []string) string {
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		return term.Safe(reasons[0])
	}
	return fmt.Sprintf("%s, and %d more", term.Safe(reasons[0]), len(reasons)-1)
}

// filesDiff compares the list of an application with another one.
func (a *app) filesDiff(w *workspace.Workspace, id, other string) error {
	before, done, err := otherFiles(w, other)
	if err != nil {
		return err
	}
	defer done()
	list, err := report.Diff(before, w.Files(id))
	if err != nil {
		return a.missing(err, id, w, "analyze")
	}
	return a.print(list, func(w io.Writer) error {
		if len(list) == 0 {
			fmt.Fprintln(w, "no difference")
		}
		for _, d := range list {
			fmt.Fprintln(w, difference(d))
		}
		return nil
	})
}

// otherFiles is the list of an application, or of a file that was kept.
func otherFiles(w *workspace.Workspace, other string) (list iter.Seq2[model.File, error], done func(), err error) {
	if slices.Contains(knownIDs(w), other) {
		return w.Files(other), func() {}, nil
	}
	f, err := os.Open(other)
	if err != nil {
		return nil, nil, fmt.Errorf("--diff: no application of this workspace, and no file: %w", err)
	}
	return workspace.ReadFiles(other, f), func() { f.Close() }, nil
}

// difference is one line: "+" what only the list of now has, "-" what only the other has, "~" what both have.
func difference(d report.Difference) string {
	word := func(f *model.File) string {
		if f.Decision == model.In {
			return fmt.Sprintf("in %s (%s)", f.Layer, term.Size(f.Size))
		}
		return f.Decision
	}
	switch {
	case d.Before == nil:
		return fmt.Sprintf("+ %s  %s", d.Path, word(d.After))
	case d.After == nil:
		return fmt.Sprintf("- %s  %s", d.Path, word(d.Before))
	}
	return fmt.Sprintf("~ %s  %s, was %s", d.Path, word(d.After), word(d.Before))
}
