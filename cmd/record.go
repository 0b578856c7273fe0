package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/spf13/cobra"

	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
	"a2c/verify"
	"a2c/verify/asked"
)

func newRecord(a *app) *cobra.Command {
	f := verifyFlags{state: "copy", runsFlags: runsFlags{runtime: verify.RuntimeAuto}} // no image runs
	c := &cobra.Command{
		Use:   "record --application-id ID",
		Short: "Keep what the live application answers, for a comparison that may not ask it",
		Long: `record asks the live application twice what verify would ask it, and keeps the answers in recorded.json in the workspace, without known secrets and without
the values of cookies. verify --no-live compares the image with them. Do it when asking is allowed: at night, or on a machine of the same kind.`,
		Example: `  sudo a2c record --application-id java-tomcat-9e8e4799 --ask-live
  sudo a2c verify --application-id java-tomcat-9e8e4799 --no-live`,
		GroupID: "make",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkID(f.id); err != nil {
				return err
			}
			o, err := f.options()
			if err != nil {
				return usage(err)
			}
			return a.lockedApp(f.id, false, func(w *workspace.Workspace) error { return a.record(c.Context(), w, f, o) })
		},
	}
	a.idFlag(c, &f.id)
	f.registerAsked(c.Flags())
	return c
}

func (a *app) record(ctx context.Context, w *workspace.Workspace, f verifyFlags, o verify.Options) (err error) {
	if o.Analysis, err = a.freshAnalysis(w, f.id); err != nil {
		return err
	}
	inputs, err := w.Inputs(f.id, workspace.AnalysisFile)
	if err != nil {
		return err
	}
	progress, err := a.asking(f, &o)
	if err != nil {
		return err
	}
	defer progress.Done()
	rec, err := verify.Record(ctx, o)
	progress.Done()
	if errors.Is(err, verify.ErrListed) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", f.id, err)
	}
	if len(rec.Questions) == 0 {
		a.noteSkips(rec.Skips)
		return fmt.Errorf("record %s: the live application answered nothing that could be compared: name a path that it answers, --path /…", f.id)
	}
	rec.Inputs = inputs
	if err := w.Save(path.Join(f.id, workspace.RecordedFile), rec); err != nil {
		return err
	}
	if err := a.print(rec.WithoutBodies(), func(w io.Writer) error { return a.recordTable(w, rec) }); err != nil {
		return err
	}
	a.noteSkips(rec.Skips)
	a.Note("next: %s --application-id %s --no-live", a.command("verify"), f.id)
	return answer(seenCode(rec.Skips))
}

func (a *app) recordTable(w io.Writer, rec model.Recording) error {
	rows := term.Rows{Head: []string{"PORT", "ASKED", "ANSWER"}}
	for _, q := range rec.Questions {
		question := askedText(q.Method, asked.Shown(q.Path), q.Host, q.From)
		got := fmt.Sprintf("%d, %s", q.First.Status, term.Size(int64(len(q.First.Body))))
		rows.Body = append(rows.Body, []term.Cell{{Text: fmt.Sprint(q.Port)}, {Text: question}, {Text: got}})
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	liveLines(w, rec.Live)
	return nil
}
