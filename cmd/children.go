package cmd

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"a2c/analyze"
	"a2c/analyze/files"
	"a2c/analyze/observe"
	"a2c/analyze/state"
	"a2c/analyze/subject"
	"a2c/internal/child"
	"a2c/inventory"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify"
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
		roleAnalyze:   func(ctx context.Context, c *child.Conn) (any, error) { return playAnalyze(ctx, c, nil) },
	}
}

// Reapers clean up after an a2c that was killed.
func Reapers() child.Reapers { return child.Reapers{verify.Reaper: verify.Reap} }

// inventoryRequest asks for everything that runs.
type inventoryRequest struct {
	Root       string // of the file system to look at
	Previous   model.Inventory
	All        bool // helpers, too
	Containers bool // what runs in containers, too
}

// The heap of an inventory is a few megabytes that mostly stay: it may grow to five times of them before it is swept, up to lookHeap bytes.
const (
	lookGC   = 400
	lookHeap = 24 << 20
)

func playInventory(ctx context.Context, c *child.Conn) (any, error) {
	var r inventoryRequest
	if err := c.Request(&r); err != nil {
		return nil, err
	}
	debug.SetGCPercent(lookGC)
	debug.SetMemoryLimit(lookHeap)
	t, err := host.Machine(r.Root)
	if err != nil {
		return nil, err
	}
	return inventory.Run(ctx, t, inventory.Options{Previous: r.Previous, All: r.All, Containers: r.Containers, Version: version, Log: c.Log()})
}

// analyzeRequest asks for one application in depth.
type analyzeRequest struct {
	Root       string
	ID         string
	App        model.App
	Workspace  string
	Others     []files.Other
	Recover    bool
	Parameters *model.ContainerParameters // of the last analysis, with the user's edits
	Observe    time.Duration              // 0: not; the first of the child's files tells what is opened
	Forks      bool                       // the second tells of forks
	Earlier    []observe.Earlier          // what was observed before
	Observed   *model.Observation
	Sample     time.Duration // 0: not
	Sampled    *model.Sampling
	Before     state.Earlier
	Resolve    bool // by the parent
	Answers    int  // which of the child's files holds its answers
}

// analyzeResult is the analysis, or that the application has ended, with what was sampled of it until then; its files come before it, as emissions of the kind "file".
type analyzeResult struct {
	Analysis model.Analysis
	// Configuration is what is in force.
	Configuration model.Configuration
	Recover       []files.Recovered // whose content the parent copies
	Ended         bool
}

// What an analysis holds of a million files stays to the end and has few pointers to follow: it is swept when half as much has come on top of it.
const analyzeGC = 50

// playAnalyze analyzes one application. began is called at the beginning of each step; nil: nobody is.
func playAnalyze(ctx context.Context, c *child.Conn, began func(step string)) (any, error) {
	var r analyzeRequest
	if err := c.Request(&r); err != nil {
		return nil, err
	}
	debug.SetGCPercent(analyzeGC)
	t, err := host.Machine(r.Root)
	if err != nil {
		return nil, err
	}
	var lost error // an event that could not be sent: the next file cannot be either
	var telling sync.Mutex
	o := analyze.Options{Parameters: r.Parameters, Workspace: r.Workspace, Others: r.Others, Recover: r.Recover, Earlier: r.Earlier, Observed: r.Observed, Log: c.Log(), Report: func(e analyze.Event) {
		if began != nil {
			began(e.Step)
		}
		telling.Lock()
		defer telling.Unlock()
		lost = errors.Join(lost, c.Emit("event", e))
	}}
	o.Sample, o.Sampled, o.Before = r.Sample, r.Sampled, r.Before
	if r.Observe > 0 {
		o.Observe, o.Events.Opens = r.Observe, c.File(0, "fanotify")
		if r.Forks {
			o.Events.Forks = c.File(1, "process events")
		}
	}
	if r.Resolve {
		o.Resolve = asker(c, r.Answers)
	}
	var line []byte
	var result analyzeResult
	o.Recovered = func(r files.Recovered) { result.Recover = append(result.Recover, r) }
	o.Configured = func(c model.Configuration) { result.Configuration = c }
	result.Analysis, err = analyze.Run(ctx, t, r.ID, r.App, o, func(f model.File) error {
		var err error
		if line, err = f.AppendLine(line[:0]); err != nil {
			return err
		}
		return c.EmitLine("file", line)
	})
	if errors.Is(err, subject.ErrEnded) {
		return analyzeResult{Ended: true, Analysis: result.Analysis}, nil
	}
	return result, errors.Join(err, lost)
}
