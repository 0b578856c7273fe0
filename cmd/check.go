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
		Use:   "check --application-id ID | FILE…",
		Short: "Judge whether an application, or a document, can run on Fargate",
		Long: `check holds an analysed application against the rules of a target: privileged mode, daemons, CPU and memory, ports, persistent state, and
what of system, runtime and server gets no updates any more. Or it judges files, folders and - (standard input): ECS task definitions and services (JSON, also as
the describe calls return them), CloudFormation templates (JSON and YAML) and Kubernetes manifests; what they are is seen from their content.
Each finding names its rule, the evidence (of a file: line, column and JSON pointer), what to do and where AWS says so. What only the deployment decides, a
parameter or a condition, is "cannot tell" where a rule needs it. Kinds that no rule knows are named and passed over.

Exit codes: 0 yes · 2 nothing that can be judged · 3 no, or it would break · 4 the evidence does not decide.`,
		Example: `  a2c check --application-id java-tomcat-9e8e4799
  a2c check --application-id java-tomcat-9e8e4799 --target eks-fargate -o json
  a2c check --application-id java-tomcat-9e8e4799 --eol-table newer.json
  a2c check taskdef.json stack.yaml manifests/
  kubectl get deployment web -o yaml | a2c check -`,
		GroupID: "look",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, files []string) error {
			verdicts, code, err := a.verdicts(c, id, files, targets)
			if err != nil {
				return err
			}
			if err := a.print(verdicts, func(w io.Writer) error { return a.verdictTable(w, verdicts) }); err != nil {
				return err
			}
			return answer(worst(code, verdictCode(verdicts)))
		},
	}
	a.idFlag(c, &id)
	a.eolFlag(c)
	c.Flags().StringSliceVar(&targets, "target", nil, "what it is judged for: "+check.ECSFargate+", "+check.EKSFargate+" (default: "+check.ECSFargate+"; of files what fits them)")
	return c
}

// verdicts judges an application or documents; code says what could not be seen.
func (a *app) verdicts(c *cobra.Command, id string, files, targets []string) ([]model.Verdict, Code, error) {
	switch {
	case len(files) > 0 && c.Flags().Changed("application-id"):
		return nil, Done, usage(errors.New("--application-id and files exclude each other"))
	case len(files) > 0:
		return a.checkFiles(files, targets)
	}
	w, err := a.open(false)
	if err != nil {
		return nil, Done, err
	}
	s, err := a.subject(w, id)
	if err != nil {
		return nil, Done, err
	}
	verdicts, err := check.Run(s, targets)
	if err != nil {
		return nil, Done, usage(err) // an unknown target
	}
	return verdicts, Done, nil
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
