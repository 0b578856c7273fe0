package cmd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/generate"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

func newGenerate(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "generate WHAT",
		Short:   "Write deployment files",
		Example: "  a2c generate app-deployment --application-id java-tomcat-9e8e4799",
		GroupID: "make",
		Args:    cobra.ArbitraryArgs, // RunE names the near commands
		RunE:    group,
	}
	c.AddCommand(newAppDeployment(a))
	return c
}

// deploymentFlags are what a user may say about deployment files.
type deploymentFlags struct {
	id, profile string
	targets     []string
	force       bool
}

func newAppDeployment(a *app) *cobra.Command {
	var f deploymentFlags
	c := &cobra.Command{
		Use:   "app-deployment --application-id ID",
		Short: "Write task definition, CloudFormation, Kubernetes and Compose files",
		Long: `app-deployment reads deployment.json, which is yours to edit, and writes the files of each target into the application's folder. The same input gives the
same bytes. Account and region are never invented: fill aws in deployment.json.

Exit code 3: you changed a generated file; --force writes over it.`,
		Example: `  a2c generate app-deployment --application-id java-tomcat-9e8e4799
  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --target eks-ec2
  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --target ecs-ec2,compose`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkID(f.id); err != nil {
				return err
			}
			if err := knownTargets(f.targets); err != nil {
				return err
			}
			return a.lockedFor(f.id, f.force, func(w *workspace.Workspace) error { return a.appDeployment(c.Context(), w, f) })
		},
	}
	a.idFlag(c, &f.id)
	c.Flags().StringSliceVar(&f.targets, "target", nil, "`name` of a target: "+strings.Join(generate.Names(), ", ")+" (default what deployment.json says)")
	c.Flags().StringVar(&f.profile, "profile", "", "`name` of an AWS CLI profile, whose account and region are filled into deployment.json")
	c.Flags().BoolVar(&f.force, "force", false, "write over generated files that you changed")
	return c
}

// knownTargets refuses a target that is none, before deployment.json is read: its mistakes would hide that one.
func knownTargets(targets []string) error {
	for _, name := range targets {
		if !slices.Contains(generate.Names(), name) {
			return usage(fmt.Errorf("unknown target %q: known are %s", name, strings.Join(generate.Names(), ", ")))
		}
	}
	return nil
}

// written is what was generated for one target.
type written struct {
	Target string   `json:"target"`
	Dir    string   `json:"dir"`
	Files  []string `json:"files"`
	Notes  []string `json:"notes"`
}

func (a *app) appDeployment(ctx context.Context, w *workspace.Workspace, f deploymentFlags) error {
	if _, err := a.freshImage(w, f.id); err != nil {
		return err
	}
	d, err := workspace.Load[model.Deployment](w, path.Join(f.id, workspace.DeploymentFile))
	if err != nil {
		return a.missing(err, f.id, w, "containerize")
	}
	if err := w.Fresh(f.id, workspace.DeploymentFile, d.Inputs, a.command("containerize --application-id "+f.id)); err != nil {
		return err
	}
	if f.profile != "" {
		if err := a.fillAWS(ctx, w, f.id, f.profile, &d); err != nil {
			return err
		}
	}
	outputs, err := generate.Render(ctx, d, f.targets)
	if err != nil {
		return fmt.Errorf("generate %s: %w", path.Join(f.id, workspace.DeploymentFile), err)
	}
	all, err := writeTargets(ctx, w, f.id, outputs)
	if err != nil {
		return err
	}
	return a.print(all, func(w io.Writer) error {
		for _, x := range all {
			fmt.Fprintf(w, "%s in %s\n", a.Paint(term.Bold, x.Target), term.Safe(x.Dir))
			for _, name := range x.Files {
				fmt.Fprintf(w, "  %s\n", term.Safe(name))
			}
			for _, n := range x.Notes {
				fmt.Fprintf(w, "  note: %s\n", term.Safe(n))
			}
		}
		return nil
	})
}

// writeTargets writes the files of each target. It may be interrupted between two of them, so that each is there whole.
func writeTargets(ctx context.Context, w *workspace.Workspace, id string, outputs map[string]generate.Output) ([]written, error) {
	inputs, err := w.Inputs(id, workspace.DeploymentFile)
	if err != nil {
		return nil, err
	}
	var all []written
	for _, target := range slices.Sorted(maps.Keys(outputs)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out := outputs[target]
		if err := w.WriteGenerated(id, target, out.Files, workspace.Generated{A2CVersion: version, Inputs: inputs}); err != nil {
			return nil, err
		}
		all = append(all, written{target, path.Join(w.App(id), target), slices.Sorted(maps.Keys(out.Files)), out.Notes})
	}
	return all, nil
}
