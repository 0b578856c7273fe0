package cmd

import (
	"context"
	"errors"

	"a2c/analyze"
	"a2c/analyze/subject"
	"a2c/internal/child"
	"a2c/inventory"
	"a2c/inventory/host"
	"a2c/model"
)

// Roles of the confined child.
const (
	roleInventory = "inventory"
	roleAnalyze   = "analyze"
)

// Children are the roles that a2c plays as its own confined child: they read the host and hand back documents.
func Children() child.Table {
	return child.Table{
		roleInventory: playInventory,
		roleAnalyze:   playAnalyze,
	}
}

// inventoryRequest asks for everything that runs.
type inventoryRequest struct {
	Root     string // of the file system to look at
	Previous model.Inventory
}

func playInventory(ctx context.Context, c *child.Conn) (any, error) {
	var r inventoryRequest
	if err := c.Request(&r); err != nil {
		return nil, err
	}
	t, err := host.Machine(r.Root)
	if err != nil {
		return nil, err
	}
	return inventory.Run(ctx, t, inventory.Options{Previous: r.Previous, Version: version, Log: c.Log()})
}

// analyzeRequest asks for one application in depth.
type analyzeRequest struct {
	Root       string
	ID         string
	App        model.App
	Workspace  string
	Parameters *model.ContainerParameters // of the last analysis, with the user's edits
}

// analyzeResult is the analysis, or that the application has ended; its files come before it, as emissions of the kind "file".
type analyzeResult struct {
	Analysis model.Analysis
	Ended    bool
}

func playAnalyze(ctx context.Context, c *child.Conn) (any, error) {
	var r analyzeRequest
	if err := c.Request(&r); err != nil {
		return nil, err
	}
	t, err := host.Machine(r.Root)
	if err != nil {
		return nil, err
	}
	var lost error // an event that could not be sent: the next file cannot be either
	o := analyze.Options{Parameters: r.Parameters, Workspace: r.Workspace, Log: c.Log(), Report: func(e analyze.Event) { lost = errors.Join(lost, c.Emit("event", e)) }}
	a, err := analyze.Run(ctx, t, r.ID, r.App, o, func(f model.File) error { return c.Emit("file", f) })
	if errors.Is(err, subject.ErrEnded) {
		return analyzeResult{Ended: true}, nil
	}
	return analyzeResult{Analysis: a}, errors.Join(err, lost)
}
