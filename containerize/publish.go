package containerize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/model"
)

// build runs the builder, makes the layers exact and publishes them.
func (r *runner) build(ctx context.Context) (model.Image, error) {
	b := r.o.Builder
	if b == nil {
		b = build.Kaniko{}
	}
	if err := os.Mkdir(r.scratch(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return model.Image{}, fmt.Errorf("make build folder: %w", err)
	}
	from, err := r.known()
	if err != nil {
		return model.Image{}, err
	}
	if r.unchanged(from) {
		r.o.report(Event{Step: "build", Text: "nothing changed since the last one", Done: true})
		r.same = true
		img := r.image(r.was.Builder, r.was.Layout, r.was.Config)
		img.PeakBytes = r.linkPeak + peak()
		return img, nil
	}
	dockerfile, err := r.keepLayers()
	if err != nil {
		return model.Image{}, err
	}
	r.lookForLibraries(ctx)
	r.o.report(Event{Step: "build", Text: b.Name()})
	m, err := r.make(ctx, b, dockerfile)
	if err != nil {
		return model.Image{}, err
	}
	if err := r.note(from, b.Name(), m.published, m.imageConfig); err != nil {
		return model.Image{}, err
	}
	img := r.image(b.Name(), m.published, m.imageConfig)
	img.PeakBytes = max(m.built.PeakBytes, r.linkPeak) + peak()
	r.o.report(Event{Step: "memory", Text: "peak of a2c and the builder together", Bytes: img.PeakBytes, Done: true})
	return img, nil
}

// samePlanned refuses a base image that is another one by now: a tag moves, and what the plan leaves out since the base had it may be gone.
func (r *runner) samePlanned(img v1.Image) error {
	have, err := img.Digest()
	if err != nil || r.base == nil || have.String() == r.base.model.Digest {
		return err
	}
	return fmt.Errorf("the base image %s is %s now, and was %s when the plan was made: name it by its digest, or begin again", r.base.model.Reference, have, r.base.model.Digest)
}

// exact is the configuration as planned: a Dockerfile cannot say every value, and builders add a PATH.
func (r *runner) exact(built v1.Config) v1.Config {
	c := v1.Config{
		User: r.config.User, WorkingDir: string(r.config.WorkingDir), Entrypoint: r.config.Entrypoint, Env: r.config.Env, StopSignal: r.config.StopSignal,
		Labels: built.Labels, Volumes: built.Volumes, Healthcheck: healthConfig(r.config.Healthcheck),
	}
	if r.base != nil {
		c.Env = r.environment(built.Env) // the base's own variables, ours over them
	}
	for _, p := range r.config.ExposedPorts {
		if c.ExposedPorts == nil {
			c.ExposedPorts = map[string]struct{}{}
		}
		c.ExposedPorts[p] = struct{}{}
	}
	return c
}

// unsaid adds to what an edited Dockerfile gave the values that no Dockerfile can say, so that --build-only does not lose them.
func (r *runner) unsaid(built v1.Config) v1.Config {
	for _, kv := range r.config.Env {
		name, value, _ := strings.Cut(kv, "=")
		has := slices.ContainsFunc(built.Env, func(have string) bool { return strings.HasPrefix(have, name+"=") })
		if !has && !sayable(name, value) {
			built.Env = append(built.Env, kv)
		}
	}
	if _, ok := quote(string(r.config.WorkingDir)); !ok && (built.WorkingDir == "" || built.WorkingDir == "/") {
		built.WorkingDir = string(r.config.WorkingDir)
	}
	return built
}

func (r *runner) repository() string {
	if n := r.o.Analysis.ContainerParameters.ImageRepository; n != "" {
		return n
	}
	return strings.ToLower(r.o.Analysis.AnalysisInfo.AppID)
}

func (r *runner) tag() string {
	if t := r.o.Analysis.ContainerParameters.ImageTag; t != "" {
		return t
	}
	return "latest"
}

func (r *runner) name() string { return r.repository() + ":" + r.tag() }

// image is image.json.
func (r *runner) image(builder string, p layer.Published, c v1.Config) model.Image {
	img := model.Image{
		ApplicationID: r.o.Analysis.AnalysisInfo.AppID, Repository: r.repository(), Tag: r.tag(),
		Digest: p.Digest.String(), ConfigDigest: p.ConfigDigest.String(), Platform: r.platform, Base: model.BaseImage{Kind: "host"}, Init: r.init, Builder: builder,
		Layers: p.Layers, Size: p.Size, Uncompressed: p.Uncompressed, Changes: r.changes, Needs: r.needs,
		SecretsInside: r.plan.inside(r.o.Analysis.AnalysisInfo.Secrets), Skips: append(slices.Clone(r.plan.skips), r.start.skips...),
	}
	if r.base != nil {
		img.Base = r.base.model
	}
	if img.Changes == nil {
		img.Changes = []model.Change{}
	}
	for _, l := range p.Layers {
		img.Files += l.Files
	}
	img.Config = model.ImageConfig{
		User: c.User, WorkingDir: model.Path(c.WorkingDir), Entrypoint: c.Entrypoint, Cmd: c.Cmd, Env: slices.Clone(c.Env), StopSignal: c.StopSignal, ExposedPorts: []string{}, Labels: c.Labels,
		Healthcheck: healthcheckOf(c.Healthcheck),
	}
	for port := range c.ExposedPorts {
		img.Config.ExposedPorts = append(img.Config.ExposedPorts, port)
	}
	slices.SortFunc(img.Config.ExposedPorts, byNumber)
	return img
}

func byNumber(a, b string) int {
	x, _ := strconv.Atoi(strings.Split(a, "/")[0])
	y, _ := strconv.Atoi(strings.Split(b, "/")[0])
	if x != y {
		return x - y
	}
	return strings.Compare(a, b)
}

// peak is the most memory that this process had, in bytes: VmHWM (proc_pid_status(5)). ru_maxrss of getrusage(2) would do less well: it
// survives execve, and begins with the parent's.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kb, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}
