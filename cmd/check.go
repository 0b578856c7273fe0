package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"a2c/check"
	"a2c/check/report"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

func newCheck(a *app) *cobra.Command {
	var id, rule string
	var all, correct bool
	var targets []string
	var accept accepted
	c := &cobra.Command{
		Use:   "check --application-id ID | --all | FILE…",
		Short: "Judge whether an application, or a document, can run on Fargate",
		Long: `check holds an analysed application against the rules of a target: privileged mode, daemons, CPU and memory, ports, persistent state, and
what of system, runtime and server gets no updates any more. Or it judges files, folders and - (standard input): ECS task definitions and services (JSON, also as
the describe calls return them), CloudFormation templates (JSON and YAML; also functions from images, services of App Runner and of ECS Express Mode, profiles of EKS
on Fargate), plans of Terraform (terraform show -json), compose files (each service as a task) and Kubernetes manifests; what they are is seen from their content, and what they are made for, too: requiresCompatibilities, launch type, capacity provider
and node selector say whether they are judged for Fargate or for EC2. --target asks for another.
Each finding names its rule, the evidence (of a file: line, column and JSON pointer), what to do and where AWS says so. What only the deployment decides, a
parameter or a condition, is "cannot tell" where a rule needs it. Kinds that no rule knows are named and passed over.

-o sarif (for code scanning), junit and markdown (for pull requests) write the verdicts for other programs. --ignore and --baseline let findings not count; they
stay in the verdict, with the reason. --fix writes what has one right correction beside the file and names what has not: the answer stays that of the file as it is.

Exit codes: 0 yes · 2 nothing that can be judged · 3 no, or it would break · 4 the evidence does not decide.`,
		Example: `  a2c check --application-id java-tomcat-9e8e4799
  a2c check --application-id java-tomcat-9e8e4799 --target eks-fargate -o json
  a2c check --application-id java-tomcat-9e8e4799 --eol-table newer.json
  a2c check --all
  a2c check taskdef.json stack.yaml manifests/
  a2c check on-instances.json --target ecs-fargate,ecs-ec2
  a2c check taskdef.json -o sarif > a2c.sarif
  a2c check stack.yaml --ignore fargate.task-role --reason "keys are rotated daily" --until 2027-03-31
  a2c check taskdef.json --fix
  a2c check --explain fargate.host-agent
  kubectl get deployment web -o yaml | a2c check -
  terraform show -json plan.out | a2c check -`,
		GroupID:     "look",
		Args:        cobra.ArbitraryArgs,
		Annotations: map[string]string{moreFormats: strings.Join([]string{formatSARIF, formatJUnit, formatMarkdown}, " ")},
		RunE: func(c *cobra.Command, files []string) error {
			if rule != "" {
				return a.explainRule(rule)
			}
			if err := accept.read(); err != nil {
				return err
			}
			verdicts, code, err := a.verdicts(c, id, all, files, targets)
			if err != nil {
				return err
			}
			accept.apply(a, verdicts, time.Now())
			if err := a.printVerdicts(verdicts); err != nil {
				return err
			}
			if correct {
				if err := a.fix(verdicts); err != nil {
					return err
				}
			}
			return answer(worst(code, verdictCode(verdicts)))
		},
	}
	a.idFlag(c, &id)
	c.Flags().BoolVar(&all, "all", false, "judge every application that was analyzed")
	a.eolFlag(c)
	accept.flags(c)
	c.Flags().BoolVar(&correct, "fix", false, "of files: show as a diff what can be corrected mechanically, and write it beside each, NAME.fixed.EXT")
	c.Flags().StringVar(&rule, "explain", "", "explain this `rule` instead, as a2c rules RULE")
	a.completes(c, "explain", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return ruleIDs(), cobra.ShellCompDirectiveNoFileComp
	})
	c.Flags().StringSliceVar(&targets, "target", nil, "what it is judged for: "+check.ECSFargate+", "+check.EKSFargate+"; files also "+strings.Join([]string{check.ECSEC2, check.EKSEC2, check.ECSExpress, check.AppRunner, check.Lambda}, ", ")+
		" (default: "+check.ECSFargate+"; of files what fits them)")
	return c
}

// verdicts judges applications or documents; code says what could not be seen.
func (a *app) verdicts(c *cobra.Command, id string, all bool, files, targets []string) ([]model.Verdict, Code, error) {
	switch named := c.Flags().Changed("application-id"); {
	case len(files) > 0 && (named || all), named && all:
		return nil, Done, usage(errors.New("--application-id, --all and files exclude each other"))
	case len(files) > 0:
		return a.checkFiles(files, targets)
	}
	w, err := a.open(false)
	if err != nil {
		return nil, Done, err
	}
	ids := []string{id}
	if all {
		if ids = a.analyzed(w); len(ids) == 0 {
			return nil, Done, fmt.Errorf("no application was analyzed yet: run %s --all first", a.command("analyze"))
		}
	}
	var verdicts []model.Verdict
	for _, id := range ids {
		s, err := a.subject(w, id)
		if err != nil {
			return nil, Done, err
		}
		of, err := check.Run(s, targets)
		if err != nil {
			return nil, Done, usage(err) // an unknown target
		}
		verdicts = append(verdicts, of...)
	}
	return verdicts, Done, nil
}

// analyzed are the applications that check can judge; others of the inventory are named.
func (a *app) analyzed(w *workspace.Workspace) []string {
	var ids []string
	for _, id := range knownIDs(w) {
		if _, err := os.Stat(filepath.Join(w.App(id), workspace.AnalysisFile)); err != nil {
			a.Note("%s was not analyzed: %s --application-id %s does it", term.Safe(id), a.command("analyze"), term.Safe(id))
			continue
		}
		ids = append(ids, id)
	}
	return ids
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

// Formats of a2c check beside the usual ones.
const (
	formatSARIF    = "sarif"
	formatJUnit    = "junit"
	formatMarkdown = "markdown"
)

func (a *app) printVerdicts(verdicts []model.Verdict) error {
	switch a.format {
	case formatSARIF:
		data, err := term.EncodeJSON(report.ToSARIF(verdicts, version))
		return a.writeOut(data, err)
	case formatJUnit:
		return a.writeOut(report.JUnit(verdicts))
	case formatMarkdown:
		return a.writeOut([]byte(report.Markdown(verdicts)), nil)
	}
	return a.print(verdicts, func(w io.Writer) error { return a.verdictTable(w, verdicts) })
}

func (a *app) writeOut(data []byte, err error) error {
	if err != nil {
		return err
	}
	_, err = a.Out.Write(data)
	return err
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
			if f.Severity == model.Breaks && f.Ignored == nil {
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
			word := a.Paint(styles[f.Severity], string(f.Severity))
			if f.Ignored != nil {
				word = "ignored (" + string(f.Severity) + ")"
			}
			fmt.Fprintf(w, "\n%s  %s\n  %s\n", word, f.Rule, term.Safe(f.Message))
			at := make([]string, len(f.At))
			for i, s := range f.At {
				at[i] = term.Safe(string(s))
			}
			for _, l := range [][2]string{{"seen", strings.Join(at, ", ")}, {"needs", term.Safe(f.Needs)}, {"why", term.Safe(report.Accepted(f))}, {"do", f.Remedy}, {"see", f.Source}} {
				if l[1] != "" {
					fmt.Fprintf(w, "  %-6s %s\n", l[0]+":", l[1])
				}
			}
		}
	}
	return nil
}
