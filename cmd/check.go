package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"a2c/check"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

func newCheck(a *app) *cobra.Command {
	var id string
	var targets []string
	c := &cobra.Command{
		Use:   "check --application-id ID",
		Short: "Judge whether an application can run on Fargate",
		Long: `check holds an analysed application against the rules of a target: privileged mode, daemons, CPU and memory, ports, persistent state, and
what of system, runtime and server gets no updates any more.
Each finding names its rule, the evidence, what to do and where AWS says so.

Exit codes: 0 yes · 3 no, or it would break · 4 the evidence does not decide.`,
		Example: "  a2c check --application-id java-tomcat-9e8e4799\n  a2c check --application-id java-tomcat-9e8e4799 --target eks-fargate -o json\n  a2c check --application-id java-tomcat-9e8e4799 --eol-table newer.json",
		GroupID: "look",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			w, err := a.open(false)
			if err != nil {
				return err
			}
			s, err := a.subject(w, id)
			if err != nil {
				return err
			}
			verdicts, err := check.Run(s, targets)
			if err != nil {
				return usage(err) // an unknown target
			}
			if err := a.print(verdicts, func(w io.Writer) error { return a.verdictTable(w, verdicts) }); err != nil {
				return err
			}
			return answer(verdictCode(verdicts))
		},
	}
	a.idFlag(c, &id)
	a.eolFlag(c)
	c.Flags().StringSliceVar(&targets, "target", []string{check.ECSFargate}, "what it is judged for: "+check.ECSFargate+", "+check.EKSFargate)
	return c
}

// subject gathers what the workspace knows of an application.
func (a *app) subject(w *workspace.Workspace, id string) (*check.Subject, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile))
	if err != nil {
		return nil, a.missing(err, id, w, "analyze")
	}
	s := &check.Subject{Name: id, App: &analysis, EndOfLife: &a.ends, Today: time.Now()}
	switch image, err := workspace.Load[model.Image](w, path.Join(id, workspace.ImageFile)); {
	case err == nil:
		s.Image = &image
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	switch deployment, err := workspace.Load[model.Deployment](w, path.Join(id, workspace.DeploymentFile)); {
	case err == nil:
		s.Deployment = &deployment
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return s, nil
}

func verdictCode(verdicts []model.Verdict) Code {
	var all []Code
	for _, v := range verdicts {
		if v.Answer == check.No {
			all = append(all, No)
		}
		if v.Answer == check.Unclear {
			all = append(all, Partial)
		}
		for _, f := range v.Findings {
			if f.Severity == model.Breaks {
				all = append(all, No)
			}
		}
	}
	return worst(all...)
}

func (a *app) verdictTable(w io.Writer, verdicts []model.Verdict) error {
	styles := map[model.Severity]term.Style{model.Blocker: term.Red, model.Breaks: term.Red, model.Warning: term.Yellow, model.CannotTell: term.Yellow}
	for _, v := range verdicts {
		fmt.Fprintf(w, "%s on %s: %s (%d rules)\n", term.Safe(v.Subject), v.Target, a.Paint(term.Bold, v.Answer), v.Rules)
		for _, f := range v.Findings {
			fmt.Fprintf(w, "\n%s  %s\n  %s\n", a.Paint(styles[f.Severity], string(f.Severity)), f.Rule, term.Safe(f.Message))
			at := make([]string, len(f.At))
			for i, s := range f.At {
				at[i] = term.Safe(string(s))
			}
			for _, l := range [][2]string{{"seen", strings.Join(at, ", ")}, {"needs", term.Safe(f.Needs)}, {"do", f.Remedy}, {"see", f.Source}} {
				if l[1] != "" {
					fmt.Fprintf(w, "  %-6s %s\n", l[0]+":", l[1])
				}
			}
		}
	}
	return nil
}
