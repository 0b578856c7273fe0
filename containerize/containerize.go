package containerize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/model"
)

// Run makes the image and returns what stands in image.json. On an error the last good image is unchanged; only when the image is whole
// and what stands beside it could not be written, or it could not be written to an archive or pushed, it is returned together with the error.
func Run(ctx context.Context, o Options) (model.Image, error) {
	begin := time.Now()
	ctx, end := context.WithCancel(ctx)
	defer end()
	r := &runner{o: o}
	defer r.alone()()
	defer r.aside.Wait()
	if err := r.prepare(ctx); err != nil {
		return model.Image{}, explain(err, o.Dir, r.needBytes())
	}
	defer r.clear(r.scratch())
	img, err := r.build(ctx)
	if err != nil {
		return model.Image{}, explain(err, o.Dir, r.needBytes())
	}
	if err = r.writeSBOM(ctx, &img); err == nil {
		err = r.writeProvenance(img)
	}
	if err == nil {
		err = r.deliver(ctx, &img)
	}
	if err == nil {
		r.noteSeen()
	}
	img.Seconds = time.Since(begin).Seconds()
	return img, err
}

// runner carries one run from step to step.
type runner struct {
	o      Options
	files  []model.File // empty folders only: all that needs() asks for
	plan   *plan
	start  *start
	base   *baseImage
	layers layer.Plan
	seen   seenFiles               // what the last run left
	was    *built                  // the last image; nil: nothing is taken from it
	whole  func() map[v1.Hash]bool // the blobs of that which were not changed; waits until they are read
	kept   map[string]layer.Packed // of the last image, by what they were made from
	aside  sync.WaitGroup          // what need not be waited for before the end
	same   bool                    // the last image is what would be built now
	parts  *partsList              // what stands beside the image; nil: nothing yet
	// libraries waits until those of the context are found.
	libraries func() (found, error)
	config    model.ImageConfig
	// healthcheck and init are those of the image; nil: it has none.
	healthcheck *model.Healthcheck
	init        *model.ImageInit
	changes     []model.Change
	edited      bool
	platform    string
	needs       model.Needs
	linkPeak    int64 // memory of the JDK's programs, bytes
	leaves      bool  // what is prepared leaves the machine as an archive
}

func (r *runner) scratch() string    { return filepath.Join(r.o.Dir, "build") }
func (r *runner) context() string    { return filepath.Join(r.o.Dir, contextName) }
func (r *runner) dockerfile() string { return filepath.Join(r.o.Dir, "Dockerfile") }
func (r *runner) layout() string     { return filepath.Join(r.o.Dir, "oci") }
func (r *runner) proposal() string   { return filepath.Join(r.o.Dir, ".a2c", "Dockerfile") }

func (r *runner) needBytes() int64 {
	if r.plan == nil {
		return 0
	}
	if r.leaves { // neither unpacked nor raw layers
		return 2 * r.plan.size()
	}
	_, kaniko := r.o.Builder.(build.Kaniko)
	return r.plan.need(!kaniko && r.o.Builder != nil || r.o.BuildOnly || r.base != nil)
}

// prepare makes the plan, the context and the Dockerfile.
func (r *runner) prepare(ctx context.Context) error {
	r.platform = r.o.Platform
	if r.platform == "" {
		r.platform = "linux/" + runtime.GOARCH
	}
	if err := errors.Join(r.o.CheckNames(), r.checkName()); err != nil {
		return err
	}
	if err := os.MkdirAll(r.o.Dir, 0o700); err != nil {
		return fmt.Errorf("make image folder: %w", err)
	}
	if err := cleanUp(r.o.Dir); err != nil {
		return err
	}
	if err := r.checkEdits(); err != nil {
		return err
	}
	if err := r.choosePlan(ctx); err != nil {
		return err
	}
	if !r.o.Force {
		if err := r.plan.room(r.o.Dir, r.needBytes()); err != nil {
			return err
		}
	}
	r.seen = r.readSeen()
	r.lookAtLast(ctx)
	if err := r.fillContext(ctx); err != nil {
		return err
	}
	var err error
	if r.layers, err = r.plan.layers(); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return r.writeDockerfile()
}

// choosePlan makes the plan by looking at the host, or takes the one that an archive brought.
func (r *runner) choosePlan(ctx context.Context) error {
	switch {
	case r.o.Archive != "":
		return r.restore(filepath.Join(r.o.Archive, savedName))
	case r.o.BuildOnly && FromArchive(r.o.Dir):
		return r.restore(r.savedFile())
	}
	return r.makePlan(ctx)
}

func (r *runner) fillContext(ctx context.Context) error {
	switch {
	case r.o.BuildOnly:
		return r.plan.readContext(r.context())
	case r.o.Archive != "":
		return r.takeArchive()
	}
	if err := r.copyFiles(ctx); err != nil {
		return err
	}
	return r.forgetArchive()
}

// cleanUp removes what an earlier run left behind, by name.
func cleanUp(dir string) error {
	for _, name := range []string{"build", "context.new", "context.old", "oci.new", "oci.old"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("clear %s: %w", name, err)
		}
	}
	return nil
}

// clear removes what only a build needs. What cannot be removed now is removed by the next run.
func (r *runner) clear(dir string) {
	if err := os.RemoveAll(dir); err != nil {
		r.o.log().Warn("a build folder stays behind", "error", err)
	}
}

// checkEdits compares the Dockerfile with the last one that a2c wrote.
func (r *runner) checkEdits() error {
	have, err := os.ReadFile(r.dockerfile())
	if errors.Is(err, fs.ErrNotExist) {
		if r.o.BuildOnly {
			return fmt.Errorf("there is no Dockerfile in %s: run containerize without --build-only first", r.o.Dir)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read Dockerfile: %w", err)
	}
	last, err := os.ReadFile(r.proposal())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read last Dockerfile: %w", err)
	}
	edited := !bytes.Equal(have, last)
	r.edited = edited
	if edited && !r.o.BuildOnly && !r.o.Force {
		return fmt.Errorf("%w: build it with --build-only, or write a new one with --force (%s)", ErrEdited, r.dockerfile())
	}
	return nil
}

func (r *runner) makePlan(ctx context.Context) error {
	a := r.o.Analysis
	var err error
	files := func(yield func(model.File, error) bool) {
		for f, err := range r.o.Files {
			if err == nil && f.Decision == model.Empty {
				r.files = append(r.files, f)
			}
			if !yield(f, err) {
				return
			}
		}
	}
	if r.plan, err = newPlan(files, r.o.Tree, a.ContainerParameters, a.AnalysisInfo.App.User); err != nil {
		return err
	}
	r.plan.recovered = r.o.Recovered
	if r.start, err = newStart(a, r.plan, keep{bind: r.o.KeepBind, fileSecrets: r.o.KeepFileSecrets, logs: r.o.KeepLogs}); err != nil {
		return err
	}
	if r.base, err = r.fetchBase(ctx); err != nil {
		return err
	}
	if err = r.link(ctx); err != nil {
		return err
	}
	if err = r.vendor(); err != nil {
		return err
	}
	if err = r.addInit(); err != nil {
		return err
	}
	var theirs map[string][]byte
	if r.base != nil {
		theirs = r.base.content.Files
	}
	if err := r.plan.system(a.AnalysisInfo, theirs); err != nil {
		return err
	}
	if err := r.plan.onBase(ctx, r.base); err != nil {
		return err
	}
	if err := r.plan.recordPackages(r.base); err != nil {
		return err
	}
	r.plan.unlink()
	if err := r.plan.nameable(); err != nil {
		return err
	}
	r.noteForeign()
	r.config = r.start.config()
	r.config.Healthcheck = r.healthcheck
	r.config.Labels = labels(a.AnalysisInfo, r.base)
	r.changes = append(slices.Clone(r.plan.changes), r.start.changes...)
	r.needs = r.start.needs(r.files)
	return r.mayPush()
}

// mayPush refuses early what would be refused in the end. An archive is for another machine, as what is pushed is.
func (r *runner) mayPush() error {
	if r.o.Destination == "" && !r.leaves {
		return nil
	}
	inside := r.plan.inside(r.o.Analysis.AnalysisInfo.Secrets)
	if len(inside) == 0 || r.o.AllowSecrets {
		return nil
	}
	if r.leaves {
		return refuse(inside, "extract")
	}
	return refuse(inside, "push")
}

// refuse names the first of the secrets that is in force. One in a comment is as readable for all who pull the image, so it does not pass either.
func refuse(inside []model.Secret, what string) error {
	force := slices.DeleteFunc(slices.Clone(inside), func(k model.Secret) bool { return k.Comment })
	note, take := "", "take them out"
	switch notes := len(inside) - len(force); {
	case len(force) == 0:
		note, take = ", in comments", "delete these comments"
	case notes > 0:
		note = fmt.Sprintf(", %d of them in comments", notes)
	}
	first := slices.Concat(force, inside)[0]
	return fmt.Errorf("%w: %d%s, the first is %q in %s, line %d; %s, or %s with --allow-secrets-in-image",
		ErrSecretsInside, len(inside), note, first.Name, first.Place.Path, first.Place.Line, take, what)
}

// copyFiles fills a new context aside and puts it in place.
func (r *runner) copyFiles(ctx context.Context) error {
	var total int64
	for _, it := range r.plan.items {
		total += it.Size
	}
	whole, err := r.plan.lookAtContext(ctx, r.context(), r.seen.Files, r.allJobs(), r.every("compare", total))
	if err != nil {
		return err
	}
	if whole { // and so it stays
		for _, name := range slices.Sorted(maps.Keys(r.plan.items)) {
			if it := r.plan.items[name]; it.same != nil {
				r.plan.took(it, *it.same, false)
			}
		}
		r.o.report(Event{Step: "context", Text: "as in the last run", Bytes: total, Total: total, Done: true})
		return nil
	}
	fresh := r.context() + ".new"
	if err := os.MkdirAll(fresh, 0o755); err != nil {
		return fmt.Errorf("make context: %w", err)
	}
	defer r.clear(fresh)
	if err := r.plan.writeContext(ctx, fresh, r.context(), r.allJobs(), r.every("context", total)); err != nil {
		return err
	}
	old := r.context() + ".old"
	if err := os.Rename(r.context(), old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace context: %w", err)
	}
	if err := os.Rename(fresh, r.context()); err != nil {
		return fmt.Errorf("replace context: %w", err)
	}
	r.aside.Go(func() { r.clear(old) })
	r.o.report(Event{Step: "context", Bytes: total, Total: total, Done: true})
	return nil
}

// every reports a step each 32 MB.
func (r *runner) every(step string, total int64) func(done int64) {
	var said int64
	return func(done int64) {
		if done-said >= 32<<20 {
			said = done
			r.o.report(Event{Step: step, Bytes: done, Total: total})
		}
	}
}

// writeDockerfile writes it, and a copy by which later edits are seen. With BuildOnly it only learns whether the user's differs.
func (r *runner) writeDockerfile() error {
	reference := ""
	if r.base != nil {
		reference = r.base.model.Reference
	}
	text, err := render(r.o.Analysis.AnalysisInfo, reference, r.plan, r.layers, r.config, r.changes, r.start.secrets)
	if err != nil {
		return err
	}
	if r.o.BuildOnly {
		return nil
	}
	r.edited = false
	if err := os.MkdirAll(filepath.Dir(r.proposal()), 0o700); err != nil {
		return fmt.Errorf("write Dockerfile: %w", err)
	}
	if err := disk.WriteFile(r.dockerfile(), text, 0o644); err != nil {
		return err
	}
	return disk.WriteFile(r.proposal(), text, 0o600)
}
