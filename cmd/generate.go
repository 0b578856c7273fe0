package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/generate"
	"a2c/generate/app2container"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
	"a2c/templates"
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
	ids              []string
	all              bool
	name             string // of several together
	id               string // one of ids
	profile, secrets string
	app2container    string // file of App2Container
	templates        templates.Own
	podIdentity      *bool // nil: as deployment.json says
	targets          []string
	force, dryRun    bool
	withNetwork      bool
}

func newAppDeployment(a *app) *cobra.Command {
	var f deploymentFlags
	var podIdentity bool
	c := &cobra.Command{
		Use:   "app-deployment --application-id ID[,ID…] | --all",
		Short: "Write task definition, CloudFormation, Kubernetes and Compose files",
		Long: `app-deployment reads deployment.json, which is yours to edit, and writes the files of each target into the application's folder. The same input gives the
same bytes. Account and region are never invented: fill aws in deployment.json.

A generated file that you changed stays as it is, and what would have been written is put beside it as .new. A target that refuses the application gets no files;
a2c check says why. --force writes in both cases, and what stands against the target at the head of its files.

Several applications are made as one, in a folder of their own called by --name: one stack (ECS), one namespace (EKS), one project (Compose). Each finds the
others by name, along what they were seen to connect to or are configured for; settings that name localhost or the machine are given by environment where
the framework allows, and README.md lists what is left to do. Each is a service of its own.

Exit code 3: you changed a generated file, or a target refuses the application.`,
		Example: `  a2c generate app-deployment --application-id java-tomcat-9e8e4799
  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --target eks-ec2,eks-fargate --dry-run
  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --target eks-ec2 --secrets external-secrets
  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --target ecs-ec2,compose
  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --app2container old/deployment.json
  a2c generate app-deployment --all --name shop --target eks-ec2,compose`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.which(); err != nil {
				return err
			}
			if err := knownTargets(f.targets); err != nil {
				return err
			}
			if err := f.templates.Check(); err != nil {
				return usage(err)
			}
			if f.app2container != "" && (f.all || len(f.ids) != 1) {
				return usage(errors.New("--app2container takes the file of one application: name it with --application-id"))
			}
			if f.secrets != "" && !slices.Contains(generate.SecretWays(), f.secrets) {
				return usage(fmt.Errorf("--secrets %q is none of %s", f.secrets, strings.Join(generate.SecretWays(), ", ")))
			}
			if c.Flags().Changed("pod-identity") {
				f.podIdentity = &podIdentity
			}
			return a.appDeployments(c.Context(), f)
		},
	}
	s := c.Flags()
	s.StringSliceVar(&f.ids, "application-id", nil, "the application, by its `ID` of a2c inventory; several are made together")
	a.completesIDs(c)
	s.BoolVar(&f.all, "all", false, "make all applications together that have an image")
	s.StringVar(&f.name, "name", "applications", "`name` of several applications together: of their folder, stack, namespace and project")
	s.StringSliceVar(&f.targets, "target", nil, "`name` of a target: "+strings.Join(generate.Names(), ", ")+" (default what deployment.json says)")
	s.StringVar(&f.profile, "profile", "", "`name` of an AWS CLI profile, whose account and region are filled into deployment.json")
	s.StringVar(&f.secrets, "secrets", "", "`who` makes the Secret on EKS, kept in deployment.json: "+strings.Join(generate.SecretWays(), ", ")+" (default template: you do)")
	s.StringVar(&f.app2container, "app2container", "", "take over what this `file` says, a deployment.json of AWS App2Container (3.1); README.md lists what is not applied")
	s.StringVar(&f.templates.Dir, "templates", "", "`folder` with your own templates in the place of a2c's, such as a2c templates export writes")
	s.BoolVar(&podIdentity, "pod-identity", false, "give pods on EKS their role by Pod Identity, kept in deployment.json (default IRSA)")
	s.BoolVar(&f.withNetwork, "with-network", false, "write network.yaml for ECS, kept in deployment.json: a small VPC with endpoints, for whoever has none")
	s.BoolVar(&f.dryRun, "dry-run", false, "show as a diff what would change; write nothing")
	s.BoolVar(&f.force, "force", false, "write over generated files that you changed, and for targets that refuse the application")
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

func (a *app) appDeployment(ctx context.Context, w *workspace.Workspace, f deploymentFlags) error {
	d, changed, err := a.deployment(ctx, w, f)
	if err != nil {
		return err
	}
	outputs, err := f.maker().Render(ctx, d, f.targets)
	if err != nil {
		return fmt.Errorf("generate %s: %w", path.Join(f.id, workspace.DeploymentFile), err)
	}
	refused, err := a.refusals(w, f, outputs)
	if err != nil {
		return err
	}
	if changed && !f.dryRun {
		if err := w.Save(path.Join(f.id, workspace.DeploymentFile), d); err != nil {
			return err
		}
	}
	made := workspace.Made{A2CVersion: version}
	if made.Inputs, err = w.Inputs(f.id, workspace.DeploymentFile); err != nil {
		return err
	}
	return a.writeTargets(ctx, w, f, outputs, refused, made)
}

// deployment is deployment.json with what the flags say, and whether they changed it.
func (a *app) deployment(ctx context.Context, w *workspace.Workspace, f deploymentFlags) (d model.Deployment, changed bool, err error) {
	if _, err := a.freshImage(w, f.id); err != nil {
		return d, false, err
	}
	if d, err = workspace.Load[model.Deployment](w, path.Join(f.id, workspace.DeploymentFile)); err != nil {
		return d, false, a.missing(err, f.id, w, "containerize")
	}
	if err := w.Fresh(f.id, workspace.DeploymentFile, d.Inputs, a.command("containerize --application-id "+f.id)); err != nil {
		return d, false, err
	}
	taken, err := f.takeOver(&d)
	if err != nil {
		return d, false, err
	}
	changed, err = f.settle(ctx, &d)
	return d, changed || taken, err
}

func (f deploymentFlags) maker() generate.Maker { return generate.Maker{Templates: f.templates} }

// takeOver puts what a file of App2Container says into the deployment.
func (f deploymentFlags) takeOver(d *model.Deployment) (bool, error) {
	if f.app2container == "" {
		return false, nil
	}
	data, err := os.ReadFile(f.app2container)
	if err != nil {
		return false, usage(fmt.Errorf("--app2container: %w", err))
	}
	if d.NotApplied, err = app2container.Take(d, data); err != nil {
		return false, fmt.Errorf("%s: %w", term.Safe(f.app2container), err)
	}
	return true, nil
}

// settle puts what flags say into the deployment.
func (f deploymentFlags) settle(ctx context.Context, d *model.Deployment) (changed bool, err error) {
	aws, secrets, identity, network := d.AWS, d.EKSParameters.Secrets, d.EKSParameters.PodIdentity, d.ECSParameters.WithNetwork
	if f.profile != "" {
		if err := fillAWS(ctx, f.profile, d); err != nil {
			return false, err
		}
	}
	if f.secrets != "" {
		d.EKSParameters.Secrets = f.secrets
	}
	if f.podIdentity != nil {
		d.EKSParameters.PodIdentity = *f.podIdentity
	}
	d.ECSParameters.WithNetwork = network || f.withNetwork
	return d.AWS != aws || d.ECSParameters.WithNetwork != network || d.EKSParameters.Secrets != secrets || d.EKSParameters.PodIdentity != identity, nil
}
