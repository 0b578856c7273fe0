// Package analyze looks at one application in depth: which files belong to it, what configures it, what it keeps, reaches and needs. It
// reads the host and changes nothing.
package analyze

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"a2c/analyze/config"
	"a2c/analyze/dependency"
	"a2c/analyze/files"
	"a2c/analyze/inforce"
	"a2c/analyze/kernel"
	"a2c/analyze/observe"
	"a2c/analyze/packages"
	"a2c/analyze/replica"
	"a2c/analyze/sample"
	"a2c/analyze/schedule"
	"a2c/analyze/secret"
	"a2c/analyze/size"
	"a2c/analyze/state"
	"a2c/analyze/subject"
	"a2c/analyze/traffic"
	"a2c/internal/resolver"
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
	Others     []files.Other    // the other applications of this machine
	// Recover takes deleted files that are open; Recovered is told of each, whose content the caller has to copy. nil: nobody.
	Recover   bool
	Recovered func(files.Recovered)
	// Configured is told what configuration is in force; nil: nobody.
	Configured func(model.Configuration)
	// Observe is how long the application is watched before it is looked at, by the events of observe.Listen; 0: not at all.
	Observe time.Duration
	Events  observe.Events
	// Earlier is what runs before this one saw, and Observed their sum; it counts on.
	Earlier  []observe.Earlier
	Observed *model.Observation
	// Sample is how long it is looked at again and again what the application uses, at the same time as Observe; 0: not at all. Sampled is what runs before
	// this one saw; it counts on.
	Sample  time.Duration
	Sampled *model.Sampling
	Before  state.Earlier // what the last analysis saw of state, for its growth
	// Resolve asks the host's resolver for names; nil: no name server is asked.
	Resolve func(names []string) []resolver.Answer
}

// Event says that a step begins.
type Event struct {
	Step string `json:"step"` // "sample", "observe", "processes", "configuration", "state", "files", "secrets", "kernel", "names", "packages", "list"
	// Detail is how far a step that takes long is: "34s of 1m0s, 88 files opened", "204800 files".
	Detail string `json:"detail,omitempty"`
}

func (o Options) step(name string) {
	if o.Report != nil {
		o.Report(Event{Step: name})
	}
	if o.Log != nil {
		o.Log.Debug("analyze", "step", name)
	}
}

// far tells how far a step is that goes through many files.
func (o Options) far(step string) func(files int) {
	return func(files int) {
		if o.Report != nil {
			o.Report(Event{step, fmt.Sprintf("%d files", files)})
		}
	}
}

// Run analyzes one application of the inventory. Every path that was considered is handed to emit, sorted by path; what could not be read
// stands in the analysis as a skip. It fails when the application has ended (subject.ErrEnded; the analysis holds what was sampled then), when ctx ends,
// or when emit fails.
func Run(ctx context.Context, t host.Tree, id string, app model.App, o Options, emit func(model.File) error) (model.Analysis, error) {
	seen, used, err := o.wait(ctx, t, app)
	if err != nil {
		return model.Analysis{}, err
	}
	o.step("processes")
	s, err := subject.Load(ctx, t, id, app)
	if err != nil { // it may run again under another number
		return model.Analysis{AnalysisInfo: model.AnalysisInfo{Usage: model.Usage{Sampling: used}}}, err
	}
	s.Observe(seen.Files, o.Earlier)
	c, force := o.configuration(s)
	o.step("state")
	st, err := state.Find(ctx, s, c)
	if err != nil {
		return model.Analysis{}, err
	}
	o.step("files")
	in := files.Input{Subject: s, Config: c, State: st.Dirs, Logs: st.Logs, Empty: st.Empty}
	in.Workspace, in.Others, in.Recover, in.Looked = o.Workspace, o.Others, o.Recover, o.far("files")
	if o.Parameters != nil {
		in.Excluded, in.Added, in.Needed = o.Parameters.AppExcludedFiles, o.Parameters.AppSpecificFiles, o.Parameters.RuntimeFiles
	}
	found, err := files.Collect(ctx, in)
	if err != nil {
		return model.Analysis{}, err
	}
	if st.Dirs, err = state.Fresh(ctx, s, c, found.Set, st.Dirs); err != nil {
		return model.Analysis{}, err
	}
	o.recovered(found.Set)
	o.step("secrets")
	b := builder{s: s, c: c, set: found.Set, now: time.Now}
	if o.Now != nil {
		b.now = o.Now
	}
	s.App.Listeners = chosen(s, c, found.Set)
	a := b.analysis(o.Parameters, st.Logs)
	info := &a.AnalysisInfo
	root := s.Root
	s.Root = found.Set.Over(root, s.Host.Tree) // what is recovered is searched like all that is in
	info.Secrets, info.IndirectSecrets = secret.Find(s, c, found.Set.Paths(), found.Set.Paths(model.LayerApp, model.LayerConfig), o.far("secrets"))
	s.Root = root
	info.Logs = st.Logs
	o.kept(s, c, found.Set, st.Dirs, b.now(), info)
	info.Libraries = found.Libraries
	info.Usage = size.Measure(s, c, used)
	o.step("kernel")
	info.Kernel = kernel.Look(s, statePaths(st.Dirs))
	o.world(s, c, force, found.Set, info)
	totals, doubts, skips, err := o.list(ctx, s, found.Set, emit)
	if err != nil {
		return model.Analysis{}, err
	}
	info.Files, info.Doubts = totals, doubts
	info.Observation = o.observation(seen, s, found.Set)
	info.Skips = mergeSkips(s.Host.Skips, s.Skips, found.Skips, skips)
	b.evidence(info)
	return a, nil
}

// configuration reads the application's own configuration, and tells what of it is in force.
func (o Options) configuration(s *subject.Subject) (*config.Config, model.Configuration) {
	o.step("configuration")
	c := config.Resolve(s)
	force := inforce.Resolve(s, c)
	if o.Configured != nil {
		o.Configured(force)
	}
	return c, force
}

// kept fills in what the application keeps, where that should live, and whether two copies may run at once.
func (o Options) kept(s *subject.Subject, c *config.Config, set *files.Set, dirs []model.StateDir, now time.Time, info *model.AnalysisInfo) {
	state.Advise(s, dirs, o.Before, now)
	info.State = dirs
	info.Replicas = replica.Find(s, c, dirs, set.Paths())
	info.Evidence.Add("replicas", model.Derived("state, locks, schedulers, sessions"))
	info.Jobs, info.Locale = schedule.Jobs(s, dirs), schedule.Locale(s, c)
	info.Evidence.Add("jobs", model.Derived("crontabs, timers"))
	info.Evidence.Add("locale", model.Derived("options, environment, /etc/localtime"))
}

// world fills in what the application talks to.
func (o Options) world(s *subject.Subject, c *config.Config, force model.Configuration, set *files.Set, info *model.AnalysisInfo) {
	peers := traffic.Peers(s)
	info.Peers = traffic.Documents(peers)
	addresses, from := traffic.Addresses(s)
	info.Addresses = addresses
	if len(addresses) > 0 {
		info.Evidence.Add("addresses", from)
	}
	if o.Resolve != nil {
		o.step("names")
	}
	info.Dependencies = dependency.Find(dependency.Input{Subject: s, Config: c, Peers: peers, Others: o.Others, Mounts: info.Kernel.Mounts, InForce: force, Resolve: o.Resolve})
	info.AWSServices = dependency.AWS(s, set.Paths(), info.Dependencies)
}

// recovered tells of the files to recover, which gives them their names.
func (o Options) recovered(set *files.Set) {
	for _, r := range set.Recovered() {
		if o.Recovered != nil {
			o.Recovered(r)
		}
	}
}

// list hands out every path, with the package that it belongs to, and what else these packages have.
func (o Options) list(ctx context.Context, s *subject.Subject, set *files.Set, emit func(model.File) error) (model.FileTotals, []model.Doubt, []model.Skip, error) {
	o.step("packages")
	owners, unread, err := packages.Owners(ctx, s.Root, set.Considered)
	if err != nil {
		return model.FileTotals{}, nil, nil, err
	}
	set.SetPackages(owners)
	rest, err := packages.Rest(ctx, s.Root, set.Packages(), set.Known())
	if err != nil {
		return model.FileTotals{}, nil, nil, err
	}
	set.NotNeeded(rest)
	o.step("list")
	totals, doubts, skips, err := set.Emit(ctx, emit)
	return totals, doubts, append(skips, unread...), err
}

func statePaths(dirs []model.StateDir) []string {
	var out []string
	for _, d := range dirs {
		out = append(out, string(d.Path))
	}
	return out
}

// wait sees what the application opens and what it uses, both at once, when that is wanted.
func (o Options) wait(ctx context.Context, t host.Tree, app model.App) (observe.Result, *model.Sampling, error) {
	if o.Sample <= 0 {
		seen, err := o.watch(ctx, t, app)
		return seen, o.Sampled, err
	}
	o.step("sample")
	var used model.Sampling
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		used, err = sample.Watch(ctx, t, app, o.Sample, o.detail("sample"))
	}()
	seen, watched := o.watch(ctx, t, app)
	<-done
	if err = errors.Join(watched, err); err != nil {
		return seen, nil, err
	}
	used = sample.Merge(o.Sampled, used)
	return seen, &used, nil
}

// detail tells how far a step is.
func (o Options) detail(step string) func(string) {
	return func(text string) {
		if o.Report != nil {
			o.Report(Event{step, text})
		}
	}
}

// watch sees what the application opens, when that is wanted.
func (o Options) watch(ctx context.Context, t host.Tree, app model.App) (observe.Result, error) {
	if o.Observe <= 0 {
		return observe.Result{}, nil
	}
	o.step("observe")
	return observe.Watch(ctx, t, o.Events, app.Processes, o.Observe, func(r observe.Result) {
		if o.Report != nil {
			o.Report(Event{"observe", fmt.Sprintf("%s of %s, %d files opened", r.Duration.Round(time.Second), o.Observe, len(r.Files))})
		}
	})
}

// observation sums up what was watched, in this run and before; nil when nothing was.
func (o Options) observation(r observe.Result, s *subject.Subject, set *files.Set) *model.Observation {
	if r.Duration == 0 && o.Observed == nil {
		return nil
	}
	sum := model.Observation{Written: []model.Path{}}
	if o.Observed != nil {
		sum = *o.Observed
		sum.Written = []model.Path{}
	}
	sum.Seconds += r.Duration.Round(time.Millisecond).Seconds()
	sum.Ended += r.Ended
	sum.Overflows += r.Overflows + r.Gaps
	sum.Files, sum.OnlyThen = len(s.Opened), set.OnlyObserved()
	for _, f := range s.Opened {
		if f.Wrote {
			sum.Written = append(sum.Written, model.Path(f.Name))
		}
	}
	return &sum
}
