package cmd

import (
	"context"
	"fmt"
	"path"

	"a2c/generate"
	"a2c/internal/workspace"
	"a2c/inventory/host"
	"a2c/model"
)

// freshAnalysis loads an analysis whose files.jsonl is the one that was written with it.
func (a *app) freshAnalysis(w *workspace.Workspace, id string) (model.Analysis, error) {
	analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile))
	if err != nil {
		return analysis, a.missing(err, id, w, "analyze")
	}
	err = w.Fresh(id, workspace.AnalysisFile, analysis.AnalysisInfo.Inputs, a.command("analyze --application-id "+id))
	return analysis, a.missing(err, id, w, "analyze")
}

// freshImage loads image.json of an image that was made from the analysis as it is now.
func (a *app) freshImage(w *workspace.Workspace, id string) (model.Image, error) {
	image, err := workspace.Load[model.Image](w, path.Join(id, workspace.ImageFile))
	if err != nil {
		return image, a.missing(err, id, w, "containerize")
	}
	err = w.Fresh(id, workspace.ImageFile, image.Inputs, a.command("containerize --application-id "+id))
	return image, a.missing(err, id, w, "analyze")
}

// processRoot is the file system as the application sees it, if it still runs as it did when it was analyzed.
func (a *app) processRoot(ctx context.Context, app model.App) (host.Tree, error) {
	t, err := host.Machine(a.root)
	if err != nil {
		return nil, err
	}
	h, err := host.Read(ctx, t)
	if err != nil {
		return nil, err
	}
	if p := h.Process(app.ProcessID); p != nil {
		if _, same, err := host.SameStart(t, p.Start, app.StartedAt, app.StartMark); err == nil && same {
			return p.Tree()
		}
	}
	return nil, fmt.Errorf("the application does not run any more as process %d; start it, then run %s again", app.ProcessID, a.command("analyze"))
}

// proposeDeployment writes deployment.json from what is known by now; the user's edits stay.
func (a *app) proposeDeployment(w *workspace.Workspace, id string, analysis model.Analysis, image model.Image) error {
	var verified *model.Verification
	if v, err := workspace.Load[model.Verification](w, path.Join(id, workspace.VerifyFile)); err == nil && v.ImageDigest == image.Digest {
		verified = &v
	}
	inputs, err := w.Inputs(id, workspace.ImageFile)
	if err != nil {
		return err
	}
	d := generate.Propose(analysis, image, verified)
	if c, err := workspace.Load[model.Configuration](w, path.Join(id, workspace.ConfigurationFile)); err == nil {
		generate.Settings(&d, c)
	}
	d.Inputs = inputs
	_, edits, err := workspace.Propose(w, path.Join(id, workspace.DeploymentFile), d)
	a.noteEdits(edits)
	return err
}
