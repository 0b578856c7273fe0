package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"a2c/analyze"
	"a2c/analyze/files"
	"a2c/analyze/observe"
	"a2c/internal/child"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// analyzed is what came of one application.
type analyzed struct {
	id       string
	analysis model.Analysis
	edits    []workspace.Edit
	code     Code
	err      error
}

// analyzeEach analyzes applications, jobs at a time, and hands each to tell once it is done, one at a time.
func (a *app) analyzeEach(ctx context.Context, w *workspace.Workspace, ids []string, live model.Inventory, jobs int, tell func(one analyzed, n int)) []analyzed {
	progress := a.Progress()
	defer progress.Done()
	done := make([]analyzed, len(ids))
	var group errgroup.Group
	group.SetLimit(jobs)
	var telling sync.Mutex
	told := 0
	for i, id := range ids {
		group.Go(func() error {
			done[i] = a.analyzeOne(ctx, w, id, live, jobs, func(format string, args ...any) { progress.Show(format, args...) })
			telling.Lock()
			defer telling.Unlock()
			progress.Done()
			told++
			if ctx.Err() == nil {
				tell(done[i], told)
			}
			return nil
		})
	}
	_ = group.Wait() // what failed stands in done
	return done
}

// noteAnalyzed says what an analysis met.
func (a *app) noteAnalyzed(one analyzed) {
	a.noteEdits(one.edits)
	a.noteSkips(one.analysis.AnalysisInfo.Skips)
}

// analyzeOne lets the confined child look at one application, beside jobs-1 others, and saves what it found.
func (a *app) analyzeOne(ctx context.Context, w *workspace.Workspace, id string, live model.Inventory, jobs int, show func(string, ...any)) (one analyzed) {
	defer func() { // in a goroutine of its own
		if r := recover(); r != nil {
			one = analyzed{id: id, code: Failed, err: fmt.Errorf("analyze %s: %w", id, crashed(r))}
		}
	}()
	analysis, edits, err := a.analyzeInto(ctx, w, id, live, jobs, show)
	one = analyzed{id: id, analysis: analysis, edits: edits, err: err}
	if one.code = seenCode(analysis.AnalysisInfo.Skips); err != nil {
		one.code = codeOf(err)
	}
	return one
}

func (a *app) analyzeInto(ctx context.Context, w *workspace.Workspace, id string, live model.Inventory, jobs int, show func(string, ...any)) (model.Analysis, []workspace.Edit, error) {
	var none model.Analysis
	app := live[id]
	name := path.Join(id, workspace.AnalysisFile)
	before, err := workspace.Load[model.Analysis](w, name)
	request := analyzeRequest{Root: a.root, ID: id, App: app, Workspace: w.Dir(), Observe: a.observe, Sample: a.sample, Others: others(live, id), Recover: a.recoverDeleted}
	switch {
	case err == nil:
		request.Parameters = &before.ContainerParameters
		if request.Observed = before.AnalysisInfo.Observation; request.Observed != nil {
			request.Earlier = a.earlier(w, id, request.Observed.Written)
		}
		request.Sampled = before.AnalysisInfo.Usage.Sampling
		request.Before.Dirs = before.AnalysisInfo.State
		request.Before.At, _ = time.Parse(time.RFC3339, before.CreatedTime) // unreadable: no growth is told
	case !errors.Is(err, fs.ErrNotExist):
		return none, nil, fmt.Errorf("%w\ncorrect it, or remove the file; nothing was changed", err)
	}
	if request.Sampled, err = sampledBefore(w, id, request.Sampled); err != nil {
		return none, nil, err
	}
	files, err := w.CreateFiles(id)
	if err != nil {
		return none, nil, err
	}
	defer func() { _ = files.Discard() }() // does nothing after Commit
	result, skips, err := a.analyzeChild(ctx, request, jobs, a.onAnalyze(id, files, show))
	if used := result.Analysis.AnalysisInfo.Usage.Sampling; err == nil && result.Ended && used != nil && request.Sample > 0 {
		if request, err = a.startedAnew(ctx, w, request, used); err == nil {
			app = request.App
			result, skips, err = a.analyzeChild(ctx, request, jobs, a.onAnalyze(id, files, show))
		}
	}
	if err != nil {
		return none, nil, fmt.Errorf("analyze %s: %w", id, err)
	}
	if result.Ended {
		return none, nil, fmt.Errorf("the application %s (process %d) has just ended; start it and run this command again", id, app.ProcessID)
	}
	if err := a.recover(ctx, w, id, app, result.Recover); err != nil {
		return none, nil, fmt.Errorf("analyze %s: %w", id, err)
	}
	if err := files.Commit(); err != nil {
		return none, nil, err
	}
	if err := w.Save(path.Join(id, workspace.ConfigurationFile), result.Configuration); err != nil {
		return none, nil, err
	}
	analysis := result.Analysis
	analysis.AnalysisInfo.Skips = slices.Concat(analysis.AnalysisInfo.Skips, skips)
	analysis.AnalysisInfo.Inputs = model.Inputs{workspace.FilesFile: files.Digest()}
	proposed, edits, err := workspace.Propose(w, name, analysis, "containerParameters")
	if err == nil {
		err = w.Remove(path.Join(id, workspace.SamplingFile)) // it is in the analysis now
	}
	return proposed, edits, err
}

// sampledBefore is what was sampled in all runs: the analysis holds it, or the file that was left when the application ended in the last one.
func sampledBefore(w *workspace.Workspace, id string, analyzed *model.Sampling) (*model.Sampling, error) {
	kept, err := workspace.Load[model.Sampling](w, path.Join(id, workspace.SamplingFile))
	switch {
	case err == nil:
		return &kept, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w\nremove the file; what it holds was sampled of an application that ended", err)
	}
	return analyzed, nil
}

// analyzeChild lets the confined child do it. The skips are what could not be watched, and what could not be confined.
func (a *app) analyzeChild(ctx context.Context, request analyzeRequest, jobs int, on func(string, json.RawMessage) error) (analyzeResult, []model.Skip, error) {
	var result analyzeResult
	var events observe.Events
	var blind []model.Skip
	var err error
	if request.Observe > 0 {
		if events, blind, err = observe.Listen(filepath.Join(a.root, "proc"), request.App.ProcessID); err != nil {
			return result, nil, err
		}
		defer events.Close()
	}
	request.Forks = events.Forks != nil
	given := events.Files()
	if a.resolve {
		names, err := newAsking()
		if err != nil {
			return result, nil, err
		}
		defer names.close()
		request.Resolve, request.Answers = true, len(given)
		given, on = append(given, names.read), names.on(ctx, on)
	}
	call := child.Call{Role: roleAnalyze, Request: request, Log: a.log, Unconfined: a.unconfined, On: on, Files: given, Beside: jobs}
	report, err := call.Run(ctx, &result)
	return result, append(blind, notices(report)...), err
}

// startedAnew asks for an application that was sampled until it ended, and runs again: what was sampled counts, what was observed is asked for anew. Of one that
// does not run any more, what was sampled is kept for the next analysis.
func (a *app) startedAnew(ctx context.Context, w *workspace.Workspace, r analyzeRequest, used *model.Sampling) (analyzeRequest, error) {
	again, err := a.takeInventory(ctx, w, true, true)
	if err != nil {
		return r, err
	}
	app, runs := again.Inventory[r.ID]
	if !runs {
		name := path.Join(r.ID, workspace.SamplingFile)
		if err := w.Save(name, used); err != nil {
			return r, err
		}
		run := used.Runs[len(used.Runs)-1]
		return r, fmt.Errorf("the application %s (process %d) ended while it was sampled and does not run any more; a part was sampled (%.0f s, %s), is kept in %s and counts in the next analysis: start the application and run this command again",
			r.ID, r.App.ProcessID, run.Seconds, term.Count(run.Samples, "sample"), w.Path(name))
	}
	a.Note("%s was started anew while it was sampled: it is process %d now, what was sampled counts", r.ID, app.ProcessID)
	r.App, r.Sample, r.Sampled, r.Others = app, 0, used, others(again.Inventory, r.ID)
	return r, nil
}

// others are the applications that run beside one, but for those in containers, whose paths mean other files.
func others(live model.Inventory, id string) []files.Other {
	var list []files.Other
	for _, each := range slices.Sorted(maps.Keys(live)) {
		if o := live[each]; each != id && o.Container == nil && o.Helper == "" {
			list = append(list, files.Other{ID: each, Artifact: o.Artifact, Base: o.Base, Processes: o.Processes})
		}
	}
	return list
}

// often is after how many files it is told how many there are.
const often = 256

// onAnalyze writes the files that the child finds, and shows how far it is.
func (a *app) onAnalyze(id string, files *workspace.FileWriter, show func(string, ...any)) func(string, json.RawMessage) error {
	count := 0
	return func(kind string, data json.RawMessage) error {
		switch kind {
		case "file":
			if err := files.AddLine(data); err != nil {
				return fmt.Errorf("analyze %s: %w", id, err)
			}
			if count++; count%often == 0 {
				show("%s: %d files", id, count)
			}
		case "event":
			var e analyze.Event
			if err := json.Unmarshal(data, &e); err != nil {
				return fmt.Errorf("analyze %s: the child sent no event: %w", id, err)
			}
			show("%s: %s %s", id, e.Step, e.Detail)
		}
		return nil
	}
}

// earlier is what the runs before this one observed: it counts on, until the user excludes it.
func (a *app) earlier(w *workspace.Workspace, id string, written []model.Path) []observe.Earlier {
	var list []observe.Earlier
	for _, p := range written {
		list = append(list, observe.Earlier{Path: p, Reason: observe.Prefix + "written in an earlier run", Wrote: true})
	}
	for f, err := range w.Files(id) {
		if err != nil {
			a.Note("%s: what was observed in earlier runs cannot be read and is forgotten: %v", id, err)
			return nil
		}
		i := slices.IndexFunc(f.Reasons, func(r string) bool { return strings.HasPrefix(r, observe.Prefix) })
		if f.Decision == model.In && f.Type == "file" && i >= 0 {
			list = append(list, observe.Earlier{Path: f.Path, Reason: f.Reasons[i]})
		}
	}
	return list
}
