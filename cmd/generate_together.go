package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"

	"a2c/generate"
	"a2c/internal/workspace"
	"a2c/model"
)

// which refuses flags that name no application, or no folder.
func (f *deploymentFlags) which() error {
	if f.all != (len(f.ids) == 0) {
		return usage(errors.New("say --application-id ID or --all; a2c inventory lists the applications"))
	}
	for _, id := range f.ids {
		if err := checkID(id); err != nil {
			return err
		}
	}
	if checkID(f.name) != nil {
		return usage(fmt.Errorf("--name %q names no folder", f.name))
	}
	return nil
}

// appDeployments makes one application's files, or those of several together.
func (a *app) appDeployments(ctx context.Context, f deploymentFlags) error {
	if f.all {
		w, err := a.open(false)
		if err != nil {
			return err
		}
		for _, id := range knownIDs(w) {
			if _, err := os.Stat(w.Path(path.Join(id, workspace.DeploymentFile))); err == nil {
				f.ids = append(f.ids, id)
			}
		}
		if len(f.ids) == 0 {
			return fmt.Errorf("no application has an image yet; run %s first", a.command("containerize --application-id ID"))
		}
	}
	f.id = f.ids[0]
	return a.lockedFor(f.id, f.force, func(w *workspace.Workspace) error {
		if len(f.ids) == 1 {
			return a.appDeployment(ctx, w, f)
		}
		return a.together(ctx, w, f)
	})
}

// together makes the files of several applications as one.
func (a *app) together(ctx context.Context, w *workspace.Workspace, f deploymentFlags) error {
	if slices.Contains(knownIDs(w), f.name) {
		return usage(fmt.Errorf("--name %s is an application's ID: its folder has files of its own", f.name))
	}
	made := workspace.Made{A2CVersion: version, Inputs: model.Inputs{}}
	var list []model.Deployment
	var edited []model.Deployment
	for _, f.id = range f.ids {
		if err := a.known(w, f.id); err != nil {
			return err
		}
		d, changed, err := a.deployment(ctx, w, f)
		if err != nil {
			return err
		}
		if changed {
			edited = append(edited, d)
		}
		list = append(list, d)
		inputs, err := w.Inputs(f.id, workspace.DeploymentFile)
		if err != nil {
			return err
		}
		made.Inputs[path.Join(f.id, workspace.DeploymentFile)] = inputs[workspace.DeploymentFile]
	}
	outputs, err := f.maker().Together(ctx, f.name, list, f.targets)
	if err != nil {
		return fmt.Errorf("generate %s: %w", f.name, err)
	}
	refused, err := a.refusalsOf(w, f, outputs)
	if err != nil {
		return err
	}
	if f.dryRun {
		edited = nil
	}
	for _, d := range edited {
		if err := w.Save(path.Join(d.ApplicationID, workspace.DeploymentFile), d); err != nil {
			return err
		}
	}
	f.id = f.name
	return a.writeTargets(ctx, w, f, outputs, refused, made)
}

// refusalsOf are the blockers of each target for any of the applications.
func (a *app) refusalsOf(w *workspace.Workspace, f deploymentFlags, outputs map[string]generate.Output) (map[string][]string, error) {
	all := map[string][]string{}
	for target, o := range outputs {
		if len(o.Blockers) > 0 {
			all[target] = o.Blockers
			outputs[target] = generate.Output{Files: o.Files, Notes: o.Notes}
		}
	}
	for _, f.id = range f.ids {
		refused, err := a.refusals(w, f, outputs)
		if err != nil {
			return nil, err
		}
		for target, lines := range refused {
			for _, line := range lines {
				all[target] = append(all[target], f.id+": "+line)
			}
		}
	}
	return all, nil
}
