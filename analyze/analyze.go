// Package analyze looks at one application in depth: which files belong to it, what configures it, what it keeps, reaches and needs. It
// reads the host and changes nothing.
package analyze

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"a2c/analyze/config"
	"a2c/analyze/files"
	"a2c/analyze/kernel"
	"a2c/analyze/secret"
	"a2c/analyze/size"
	"a2c/analyze/state"
	"a2c/analyze/subject"
	"a2c/analyze/traffic"
	"a2c/inventory/host"
	"a2c/model"
)

// Options of a run.
type Options struct {
	// Parameters are those of the analysis before this one, which the user may have edited: appExcludedFiles and appSpecificFiles are honoured.
	Parameters *model.ContainerParameters
	Workspace  string           // folder of a2c's documents, which lies in no image; "": none
	Log        *slog.Logger     // nil: silent
	Report     func(Event)      // nil: nobody
	Now        func() time.Time // nil: time.Now
}

// Event says that a step begins.
type Event struct {
	Step string `json:"step"` // "processes", "configuration", "state", "files", "secrets", "kernel", "list"
}

func (o Options) step(name string) {
	if o.Report != nil {
		o.Report(Event{name})
	}
	if o.Log != nil {
		o.Log.Debug("analyze", "step", name)
	}
}

// Run analyzes one application of the inventory. Every path that was considered is handed to emit, sorted by path; what could not be read
// stands in the analysis as a skip. It fails when the application has ended (subject.ErrEnded), when ctx ends, or when emit fails.
func Run(ctx context.Context, t host.Tree, id string, app model.App, o Options, emit func(model.File) error) (model.Analysis, error) {
	o.step("processes")
	s, err := subject.Load(ctx, t, id, app)
	if err != nil {
		return model.Analysis{}, err
	}
	o.step("configuration")
	c := config.Resolve(s)
	o.step("state")
	st := state.Find(s, c)
	o.step("files")
	in := files.Input{Subject: s, Config: c, State: st.Dirs, Logs: st.Logs, Empty: st.Empty}
	in.Workspace = o.Workspace
	if o.Parameters != nil {
		in.Excluded, in.Added = o.Parameters.AppExcludedFiles, o.Parameters.AppSpecificFiles
	}
	found, err := files.Collect(ctx, in)
	if err != nil {
		return model.Analysis{}, fmt.Errorf("%s: %w", id, err)
	}
	st.Dirs = state.Fresh(s, c, found.Set, st.Dirs)
	o.step("secrets")
	b := builder{s: s, c: c, set: found.Set, now: time.Now}
	if o.Now != nil {
		b.now = o.Now
	}
	a := b.analysis(o.Parameters, st.Logs)
	info := &a.AnalysisInfo
	info.Secrets = secret.Find(s, c, found.Set.Paths(), found.Set.Paths(model.LayerApp, model.LayerConfig))
	info.State, info.Logs = st.Dirs, st.Logs
	info.Libraries = found.Libraries
	info.Peers = traffic.Peers(s)
	info.Usage = size.Measure(s, c)
	o.step("kernel")
	info.Kernel = kernel.Look(s, statePaths(st.Dirs))
	o.step("list")
	totals, skips, err := found.Set.Emit(ctx, emit)
	if err != nil {
		return model.Analysis{}, fmt.Errorf("%s: %w", id, err)
	}
	info.Files = totals
	info.Skips = mergeSkips(s.Host.Skips, s.Skips, found.Skips, skips)
	b.evidence(info)
	return a, nil
}

func statePaths(dirs []model.StateDir) []string {
	var out []string
	for _, d := range dirs {
		out = append(out, string(d.Path))
	}
	return out
}
