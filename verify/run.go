package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/shirou/gopsutil/v3/mem"

	"a2c/internal/child"
	"a2c/internal/engine"
	"a2c/internal/reveal"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify/missing"
	"a2c/verify/outside"
)

// Options of Run.
type Options struct {
	Analysis     model.Analysis
	Image        model.Image
	Dir          string            // the application's folder of the workspace; image/oci lies in it
	Tree         host.Tree         // nil: this machine
	Runtime      Runtime           // nil: what RuntimeName says; Run closes it
	RuntimeName  string            // "docker", "sandbox"; "auto" or "": docker where an engine answers, else the sandbox
	DockerHost   string            // "": DOCKER_HOST, else the default socket
	Requests     []Request         // asked beside the start page of each HTTP port
	Collected    []Request         // of the user's files, asked when AskLive is set
	Left         int               // requests of those files that are not sent
	AskLive      bool              // also ask for what logs, documents and links name
	List         bool              // only say what AskLive would ask: ErrListed
	QueryValues  bool              // keep the values of queries that logs hold
	Announce     func([]Request)   // called before AskLive's requests are sent; nil: nobody is told
	Rate         float64           // requests to the live application a second, at most; 0: 40
	Most         int               // questions at most; 0: 50
	NoLive       bool              // ask the live application nothing
	Recorded     *model.Recording  // with NoLive: what it answered before; nil: nothing
	Port         int               // main port; 0: the analysis decides
	Env          []string          // NAME=VALUE for the twin
	Secrets      map[string]string // NAME to the file with the value
	EmptyState   bool              // the twin gets empty state folders instead of copies
	StateLimit   int64             // bytes of state that are copied at most; 0: 4 GiB
	AllowNetwork bool
	Masks        []model.Comparison      // of another verification: what it masked is masked here too
	Allow        []outside.Way           // peers that the twin reaches; it then works on live data
	Fake         []outside.Way           // peers that it believes to reach: connections are accepted, and nothing is said
	MemoryBytes  int64                   // 0: twice what the live application used at most, at least 1 GiB
	CPUs         float64                 // 0: half of what the engine has, at least 1
	Timeout      time.Duration           // until the main port accepts; 0: 2 minutes
	StopGrace    time.Duration           // how long the image may take to end when it is asked to; 0: 10 s
	SizeAuto     bool                    // find the smallest Fargate size that does
	SizeLeast    int                     // MiB: no smaller one is tried
	Settle       time.Duration           // how long after that it may answer with errors, while its applications are deployed; 0: 20 s
	Reserve      func(bytes int64) error // refuses what would fill the disk; nil: nobody refuses
	Blind        bool                    // the sandbox does not look for files that the image misses
	Judge        missing.Judge           // of such files: Files and Against; the rest is set
	Log          *slog.Logger
	Report       func(Event)
}

// Defaults and limits.
const (
	defaultStateLimit = 4 << 30
	defaultTimeout    = 2 * time.Minute
	defaultSettle     = 20 * time.Second
	defaultStopGrace  = 10 * time.Second
	leastMemory       = 1 << 30
	logLines          = 50
)

// run is one call of Run.
type run struct {
	o        Options
	live     *live
	runtime  Runtime
	env      environment
	redact   redactor
	attempts int
	refused  error // why the last one did not start, with what it looked for
	pace     *pace
	load     model.LiveLoad
	starting []time.Duration // how long the live application took while the image started

	questions []*question
	surveyed  time.Time     // when the live application had been asked for the first time
	reaper    *child.Reaper // nil: somebody else's runtime
	left      bool          // something could not be removed
	written   []Changed     // by the last twin that had a writable root and answered alike
	unasked   []string      // paths that the application is known to have and that are not asked: "8080/shop/items"
}

// Run gives the image to a Docker Engine or a sandbox, starts it with limits, without network and with copies of the state, and compares its answers with the live
// application's, which is asked twice with safe requests, one at a time. The strictest restrictions are tried first (Verification.Hardening). Verification.Verified is set only when
// everything compared was the same and at least one comparison shows something. What was started is removed, also when ctx is cancelled.
// A live application that was restarted meanwhile is compared once more. Errors: engine.ErrNoEngine, ErrEnded, state.ErrTooLarge, and secrets that cannot be read.
func Run(ctx context.Context, o Options) (model.Verification, error) {
	v, l, err := once(ctx, o)
	if l == nil || ctx.Err() != nil {
		return v, err
	}
	if gone := l.same(); gone != nil {
		return startOver(ctx, o, l, gone)
	}
	return v, err
}

// once compares with the live application as it is; nil: it was not even found.
func once(ctx context.Context, o Options) (v model.Verification, l *live, err error) {
	r, err := prepare(ctx, o)
	if err != nil {
		return v, nil, err
	}
	defer func() {
		clean, cancel := cleanup(ctx)
		defer cancel()
		err = errors.Join(err, r.removed(r.runtime.Close(clean)))
		r.dismiss()
	}()
	targets, skips, err := r.targets()
	if err != nil {
		return v, r.live, err
	}
	if !o.NoLive {
		more, err := r.survey(ctx, targets)
		if err != nil {
			return v, r.live, err
		}
		skips = append(skips, more...)
	} else {
		skips = append(skips, r.recorded(targets)...)
	}
	v, set, err := r.harden(ctx, targets)
	if err == nil && o.SizeAuto && v.Verified {
		v.Sizing, err = r.sizes(ctx, targets, set)
	}
	if err != nil {
		return v, r.live, err
	}
	v.Skips = append(v.Skips, skips...)
	v.Live = r.loaded()
	v.Notes = append(v.Notes, r.since()...)
	return v, r.live, nil
}

// prepare finds the live application, and what runs the image.
func prepare(ctx context.Context, o Options) (*run, error) {
	if o.Image.ApplicationID != o.Analysis.AnalysisInfo.AppID {
		return nil, fmt.Errorf("the image is of %s, the analysis of %s", o.Image.ApplicationID, o.Analysis.AnalysisInfo.AppID)
	}
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	if err := clearCopies(o.Dir, engine.Orphan); err != nil {
		return nil, err
	}
	if r.o.MemoryBytes, err = memory(o); err != nil {
		return nil, err
	}
	if r.runtime = o.Runtime; r.runtime == nil {
		if err := r.choose(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// begin finds the live application.
func begin(o Options) (*run, error) {
	o.StateLimit = cmp.Or(o.StateLimit, defaultStateLimit)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Settle = cmp.Or(o.Settle, defaultSettle)
	o.StopGrace = cmp.Or(o.StopGrace, defaultStopGrace)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Report == nil {
		o.Report = func(Event) {}
	}
	if o.Tree == nil {
		t, err := host.Machine("/")
		if err != nil {
			return nil, err
		}
		o.Tree = t
	}
	app := o.Analysis.AnalysisInfo.App
	r := &run{o: o, pace: newPace(cmp.Or(o.Rate, defaultRate))}
	var err error
	if r.live, err = openLive(o.Tree, app); err != nil {
		return nil, err
	}
	if r.env, err = gather(o, reveal.New(o.Tree, app.ProcessID)); err != nil {
		return nil, err
	}
	r.redact = newRedactor(r.env.values, ownPaths(o.Analysis.AnalysisInfo, o.Image)...)
	for _, q := range o.Requests {
		if !q.safe() {
			o.Log.Warn("this request goes to the live application too", "method", q.Method, "path", model.Path(q.Path).String())
		}
	}
	return r, nil
}

// memory is the twin's limit.
func memory(o Options) (int64, error) {
	m, err := mem.VirtualMemory()
	if err != nil {
		return 0, fmt.Errorf("memory of this host: %w", err)
	}
	return limitMemory(o, int64(m.Available)-int64(m.Total/20))
}

// limitMemory is what the user names, else twice the need. It must be free, since the live application comes first; where twice the need is not, but as
// much as the live application took at its peak and a quarter beside it is, what is free has to do: a limit is not what the twin takes.
func limitMemory(o Options, free int64) (int64, error) {
	limit := cmp.Or(o.MemoryBytes, max(2*o.Image.Needs.MemoryBytes, leastMemory))
	u := o.Analysis.AnalysisInfo.Usage
	least := max(max(u.PeakRSSBytes, u.RSSBytes+u.SwapBytes)*5/4, leastMemory)
	switch {
	case limit <= free:
		return limit, nil
	case o.MemoryBytes == 0 && least <= free:
		return free, nil
	}
	return 0, fmt.Errorf("the twin may use %d MiB, and only %d MiB are free on this host: give it less with --memory, in MiB", limit>>20, max(free, 0)>>20)
}

func (r *run) report(step, detail string, took time.Duration) {
	r.o.Report(Event{Step: step, Detail: detail, Took: took})
	r.o.Log.Debug("verify", "step", step, "detail", detail, "took", took)
}

// attempt runs the image once. again is set when fewer restrictions could make the difference.
func (r *run) attempt(ctx context.Context, targets []target, set restrictions) (v model.Verification, again bool, err error) {
	v = model.Verification{
		ApplicationID: r.o.Image.ApplicationID, ImageDigest: r.o.Image.Digest, Runtime: r.runtime.Name(), ReadOnlyRoot: set.readOnly,
		Comparisons: []model.Comparison{}, Facts: []model.Fact{}, Reached: []string{},
	}
	refused, err := r.with(ctx, targets, set, func(twin Twin, start time.Time, skips []model.Skip) error {
		v.Skips = skips
		var err error
		if again, err = r.judge(ctx, twin, targets, start, &v); err != nil || !v.Verified {
			return err
		}
		return r.end(ctx, twin, set, &v)
	})
	if refused != "" {
		v.Verdict, v.Why = model.VerifyDifferent, refused
		held := r.files(ctx, 0)(&v)
		stands(&v, held)
		again = against("", held) == ""
		err = errors.Join(err, r.missing(r.refused, &v))
	}
	return v, again || startFailed(v), err
}

// with starts the image, has do look at it, and removes it. refused says why it did not start, when the image is to blame.
func (r *run) with(ctx context.Context, targets []target, set restrictions, do func(Twin, time.Time, []model.Skip) error) (refused string, err error) {
	folder, err := r.folder()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.removed(os.RemoveAll(folder))) }()
	needs, skips, err := r.needs(ctx, targets, folder, set)
	if err != nil {
		return "", err
	}
	r.report("start", "the image "+r.o.Image.Digest, 0)
	start := time.Now()
	twin, err := r.runtime.Start(ctx, r.o.Image, needs)
	if errors.Is(err, ErrStart) {
		r.refused = err
		return r.redact.line(err.Error()), nil
	}
	if err != nil {
		return "", err
	}
	defer func() {
		clean, cancel := cleanup(ctx)
		defer cancel()
		err = errors.Join(err, r.removed(twin.Stop(clean)))
	}()
	return "", do(twin, start, skips)
}
