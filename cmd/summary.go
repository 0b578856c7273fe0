package cmd

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"a2c/analyze/onepage"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

func newSummary(a *app) *cobra.Command {
	var id string
	c := &cobra.Command{
		Use:   "summary --application-id ID",
		Short: "Tell on one page what was found: what it is, talks to, keeps and needs",
		Long: `summary tells people on one page what analyze found: what the application is, listens on, talks to, keeps, needs secret and needs of CPU and
memory, what could not be seen, and what is left to decide. It looks at nothing but the workspace.`,
		Example: "  a2c summary --application-id java-tomcat-9e8e4799",
		GroupID: "look",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			if err := checkID(id); err != nil {
				return err
			}
			return a.summary(id)
		},
	}
	a.idFlag(c, &id)
	return c
}

func (a *app) summary(id string) error {
	analysis, err := document[model.Analysis](a, id, workspace.AnalysisFile)
	if err != nil {
		return err
	}
	page := onepage.Of(analysis)
	if err := a.print(page, func(w io.Writer) error { return a.summaryPage(w, analysis, page) }); err != nil {
		return err
	}
	return answer(seenCode(analysis.AnalysisInfo.Skips))
}

func (a *app) summaryPage(w io.Writer, analysis model.Analysis, page []onepage.Section) error {
	id := analysis.AnalysisInfo.AppID
	fmt.Fprintf(w, "%s, as analyzed at %s\n", id, term.Safe(analysis.CreatedTime))
	for _, s := range page {
		fmt.Fprintf(w, "\n%s\n", a.Paint(term.Bold, s.Title))
		for _, l := range s.Lines {
			fmt.Fprintf(w, "  %s\n", term.Safe(l))
		}
		switch {
		case s.More > 0 && s.See != "":
			fmt.Fprintf(w, "  and %d more: a2c %s --application-id %s\n", s.More, s.See, id)
		case s.More > 0:
			fmt.Fprintf(w, "  and %d more, in analysis.json\n", s.More)
		}
	}
	return nil
}
