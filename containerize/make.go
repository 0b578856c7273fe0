package containerize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"a2c/containerize/base"
	"a2c/containerize/build"
	"a2c/containerize/layer"
)

// make lets the builder make layers while those that it has made are compressed.
func (r *runner) make(ctx context.Context, b build.Builder, dockerfile string) (*making, error) {
	edited := r.edited
	if !edited && r.o.BuildOnly { // a context with other files than the plan: then the layers are what the user made them
		var err error
		if edited, err = r.plan.differs(r.context()); err != nil {
			return nil, err
		}
	}
	const ahead = 64 // so that the builder's messages are read while a layer is compressed
	m := &making{runner: r, edited: edited, ready: make(chan build.RawLayer, ahead), over: make(chan struct{})}
	g, run := errgroup.WithContext(ctx)
	m.ctx = run
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(m.jobs()))
	g.Go(func() error {
		var err error
		if m.built, err = b.Build(run, m.ordered(dockerfile)); err != nil {
			if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) { // a pipe to the builder may break before it is told
				err = fmt.Errorf("%w: %w", cause, err)
			}
			return fmt.Errorf("build: %w", err)
		}
		close(m.over)
		runtime.GOMAXPROCS(m.allJobs()) // the builder's share of the cores is free
		return nil
	})
	g.Go(func() error { return m.publish(run) })
	return m, g.Wait()
}

// making is one build, from both sides.
type making struct {
	*runner
	ctx       context.Context //nolint:containedctx // of both sides: the end of one ends the other
	edited    bool
	ready     chan build.RawLayer
	over      chan struct{} // closed when the builder has ended well
	built     build.Made
	published layer.Published
	// imageConfig is as the image has it.
	imageConfig v1.Config
}

func (m *making) ordered(dockerfile string) build.Spec {
	s := build.Spec{
		Context: m.context(), Dockerfile: dockerfile, Output: m.scratch(), Platform: m.platform, Jobs: m.jobs(), Log: m.o.log(), Report: m.o.Report, Own: !m.edited,
		Pull: func(ctx context.Context, name, dir string) error {
			return base.Pull(ctx, m.registry(), name, m.platform, dir)
		},
		Ready: func(l build.RawLayer) error {
			select {
			case m.ready <- l:
				return nil
			case <-m.ctx.Done():
				return m.ctx.Err()
			}
		},
	}
	for _, l := range m.layers {
		if _, kept := m.kept[l.From]; !kept {
			s.Bytes += l.Blocks()
		}
	}
	if m.base != nil {
		s.Images = []string{m.base.model.Reference}
	}
	return s
}

// next waits for a layer of the builder.
func (m *making) next() (*layer.Raw, error) {
	select {
	case l := <-m.ready:
		return layer.Open(l.File, l.CreatedBy)
	case <-m.over:
	case <-m.ctx.Done():
		return nil, m.ctx.Err()
	}
	select { // what it has left
	case l := <-m.ready:
		return layer.Open(l.File, l.CreatedBy)
	default:
		return nil, nil
	}
}

func (m *making) publish(ctx context.Context) error {
	s := layer.Spec{
		Plan: m.layers, Next: m.next, Made: m.finished, Edited: m.edited, Compression: m.o.Compression, Jobs: m.jobs(), Ref: m.name(), Last: m.kept,
		Report: func(name string, done, total int64) {
			m.o.report(Event{Step: "layer " + name, Bytes: done, Total: total})
		},
	}
	p, err := v1.ParsePlatform(m.platform)
	if err != nil {
		return fmt.Errorf("platform: %w", err)
	}
	s.Platform = *p
	m.published, err = layer.Publish(ctx, m.layout(), s)
	return err
}

// finished is what the builder said in the end: the image below, and the configuration as the image shall have it.
func (m *making) finished() (v1.Image, v1.Config, error) {
	var built v1.Config
	if err := json.Unmarshal(m.built.Config, &built); err != nil {
		return nil, built, fmt.Errorf("read what was built: %w", err)
	}
	if m.edited {
		m.imageConfig = m.unsaid(built)
	} else {
		m.imageConfig = m.exact(built)
	}
	if m.built.Base == "" {
		return nil, m.imageConfig, nil
	}
	below, err := layer.Load(m.built.Base)
	if err != nil {
		return nil, m.imageConfig, err
	}
	if err := m.samePlanned(below); err != nil && !m.edited {
		return nil, m.imageConfig, err
	}
	return below, m.imageConfig, nil
}
