package cmd

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"a2c/containerize"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify"
)

// mostRounds is how often --repair builds at most: each round may show what is only looked for when something else was found.
const mostRounds = 5

// repair adds what the image misses and what belongs to it, builds it as it was built, and compares it again, until it is equal or nothing can be added.
func (a *app) repair(ctx context.Context, w *workspace.Workspace, f verifyFlags, o *verify.Options, v model.Verification) (model.Verification, error) {
	var rounds []model.Repair
	tried, refused := map[model.Path]bool{}, map[model.Path]string{}
	for len(rounds) < mostRounds && !v.Verified {
		missing := slices.DeleteFunc(v.Lacking(), func(m model.MissingFile) bool { return tried[m.Path] })
		if len(missing) == 0 {
			break
		}
		for _, m := range missing {
			tried[m.Path] = true
		}
		a.Note("repair, round %d of at most %d: %s missing, the first is %s", len(rounds)+1, mostRounds, term.Count(len(missing), "file"), missing[0].Path)
		how, err := containerize.Repeat(filepath.Join(w.App(f.id), "image"), f.dockerHost)
		if err != nil {
			return v, fmt.Errorf("repair %s: %w; add what is missing to containerParameters.appSpecificFiles in analysis.json, then run %s and %s", f.id, err,
				a.command("analyze"), a.command("containerize"))
		}
		r, err := a.addMissing(ctx, w, f.id, missing, refused)
		if err != nil {
			return v, fmt.Errorf("repair %s: %w", f.id, err)
		}
		rounds = append(rounds, r)
		if len(r.Added) == 0 {
			break
		}
		how.Force, how.Version = f.force, version
		image, err := a.build(ctx, w, f.id, &how)
		if err != nil {
			return v, err
		}
		if v, err = a.compare(ctx, w, f, o); err != nil {
			return v, err
		}
		rounds[len(rounds)-1].ImageDigest, rounds[len(rounds)-1].Verdict = image.Digest, v.Verdict
	}
	v.Repairs = rounds
	takenBack(v.MissingFiles, refused)
	if len(rounds) == 0 && !v.Verified {
		a.Note("nothing that belongs to the image is missing: there is nothing to add, and the image was not built anew")
	}
	return v, nil
}

// takenBack says of files that were refused that they do not belong to the image.
func takenBack(list []model.MissingFile, refused map[model.Path]string) {
	for i, m := range list {
		if why := refused[m.Path]; m.Belongs && why != "" {
			list[i].Belongs, list[i].Why = false, why
		}
	}
}

// addMissing puts files on the list of those that the image needs at run time, and analyzes the application again, which takes them with the native libraries that they
// need. What turns out to hold a secret, or to be kept out by a rule, is taken off the list, and its reason noted in refused.
func (a *app) addMissing(ctx context.Context, w *workspace.Workspace, id string, missing []model.MissingFile, refused map[model.Path]string) (model.Repair, error) {
	var r model.Repair
	for _, m := range missing {
		r.Added = append(r.Added, m.Path)
	}
	analysis, err := a.analyzeWith(ctx, w, id, r.Added, nil)
	if err != nil {
		return r, err
	}
	if err := a.refuse(ctx, w, id, analysis, r.Added, refused); err != nil {
		return r, err
	}
	var back []model.Path
	for _, p := range r.Added {
		if why := refused[p]; why != "" {
			back = append(back, p)
			r.Refused = append(r.Refused, p.String()+": "+why)
		}
	}
	if len(back) == 0 {
		return r, nil
	}
	r.Added = slices.DeleteFunc(r.Added, func(p model.Path) bool { return refused[p] != "" })
	_, err = a.analyzeWith(ctx, w, id, nil, back)
	return r, err
}

// analyzeWith changes the list of runtimeFiles in analysis.json, and analyzes again.
func (a *app) analyzeWith(ctx context.Context, w *workspace.Workspace, id string, add, remove []model.Path) (model.Analysis, error) {
	name := path.Join(id, workspace.AnalysisFile)
	analysis, err := workspace.Load[model.Analysis](w, name)
	if err != nil {
		return analysis, err
	}
	list := slices.Concat(analysis.ContainerParameters.RuntimeFiles, add)
	list = slices.DeleteFunc(list, func(p model.Path) bool { return slices.Contains(remove, p) })
	slices.Sort(list)
	analysis.ContainerParameters.RuntimeFiles = slices.Compact(list)
	if err := w.Save(name, analysis); err != nil {
		return analysis, err
	}
	live, err := a.takeInventory(ctx, w, true, true)
	if err != nil {
		return analysis, err
	}
	if _, runs := live.Inventory[id]; !runs {
		return analysis, errors.New("the live application has ended meanwhile")
	}
	progress := a.Progress()
	defer progress.Done()
	analysis, edits, err := a.analyzeInto(ctx, w, id, live.Inventory, 1, progress.Show)
	progress.Done()
	a.noteEdits(edits)
	return analysis, err
}

// refuse says why of what was added something is not to be in the image.
func (a *app) refuse(ctx context.Context, w *workspace.Workspace, id string, analysis model.Analysis, added []model.Path, refused map[model.Path]string) error {
	tree, err := a.processRoot(ctx, analysis.AnalysisInfo.App)
	if err != nil {
		return err
	}
	decided := map[model.Path]model.File{}
	for f, err := range w.Files(id) {
		if err != nil {
			return err
		}
		decided[f.Path] = f
	}
	for _, p := range added {
		real, _, err := host.Resolve(tree, string(p)) // it may be known by the name without links alone
		f, known := decided[model.Path(real)]
		switch {
		case err != nil:
			refused[p] = host.Reason(err)
		case !known:
			refused[p] = "analyze did not come to it"
		case f.Decision != model.In:
			refused[p] = because(f.Reasons)
		}
		for _, s := range analysis.AnalysisInfo.Secrets {
			if at := string(s.Place.Path); s.Place.Kind == "file" && (at == real || strings.HasPrefix(at, real+"/")) {
				refused[p] = fmt.Sprintf("it holds a secret (%s); to have it in the image, name it in containerParameters.appSpecificFiles", s.Kind)
			}
		}
	}
	return nil
}
