package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"a2c/analyze"
	"a2c/internal/child"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// analyzeOne lets the confined child look at one application, and saves what it found.
func (a *app) analyzeOne(ctx context.Context, w *workspace.Workspace, id string, app model.App) (model.Analysis, Code, error) {
	var none model.Analysis
	name := path.Join(id, workspace.AnalysisFile)
	before, err := workspace.Load[model.Analysis](w, name)
	request := analyzeRequest{Root: a.root, ID: id, App: app, Workspace: w.Dir()}
	switch {
	case err == nil:
		request.Parameters = &before.ContainerParameters
	case !errors.Is(err, fs.ErrNotExist):
		return none, Failed, fmt.Errorf("%w\ncorrect it, or remove the file; nothing was changed", err)
	}
	files, err := w.CreateFiles(id)
	if err != nil {
		return none, Failed, err
	}
	defer func() { _ = files.Discard() }() // does nothing after Commit
	progress := a.Progress()
	defer progress.Done()
	var result analyzeResult
	call := child.Call{Role: roleAnalyze, Request: request, Log: a.log, On: a.onAnalyze(id, files, progress)}
	report, err := call.Run(ctx, &result)
	if err != nil {
		return none, Failed, fmt.Errorf("analyze %s: %w", id, err)
	}
	if result.Ended {
		return none, Failed, fmt.Errorf("the application %s (process %d) has just ended; start it and run this command again", id, app.ProcessID)
	}
	if err := files.Commit(); err != nil {
		return none, Failed, err
	}
	analysis := result.Analysis
	analysis.AnalysisInfo.Skips = append(analysis.AnalysisInfo.Skips, notices(report)...)
	if analysis.AnalysisInfo.Inputs, err = w.Inputs(id, workspace.FilesFile); err != nil {
		return none, Failed, err
	}
	analysis, edits, err := workspace.Propose(w, name, analysis, "containerParameters")
	if err != nil {
		return none, Failed, err
	}
	progress.Done()
	a.noteEdits(edits)
	a.noteSkips(analysis.AnalysisInfo.Skips)
	return analysis, seenCode(analysis.AnalysisInfo.Skips), nil
}

// onAnalyze writes the files that the child finds, and shows how far it is.
func (a *app) onAnalyze(id string, files *workspace.FileWriter, p *term.Progress) func(string, json.RawMessage) error {
	count := 0
	return func(kind string, data json.RawMessage) error {
		switch kind {
		case "file":
			var f model.File
			if err := json.Unmarshal(data, &f); err != nil {
				return fmt.Errorf("analyze %s: the child sent no file: %w", id, err)
			}
			count++
			p.Show("%s: %d files", id, count)
			return files.Add(f)
		case "event":
			var e analyze.Event
			if err := json.Unmarshal(data, &e); err != nil {
				return fmt.Errorf("analyze %s: the child sent no event: %w", id, err)
			}
			p.Show("%s: %s", id, e.Step)
		}
		return nil
	}
}
