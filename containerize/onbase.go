package containerize

import (
	"context"
	"fmt"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/base"
	"a2c/containerize/layer"
	"a2c/model"
)

// baseImage is a fetched base; nil for scratch.
type baseImage struct {
	dir     string
	image   v1.Image
	content base.Content
	model   model.BaseImage
}

// fetchBase pulls the base image that the options or the parameters name.
func fetchBase(ctx context.Context, o Options, dir, platform string) (*baseImage, error) {
	name := o.base()
	if name == "" {
		return nil, nil
	}
	o.report(Event{Step: "pull", Text: name})
	if err := base.Pull(ctx, name, platform, dir); err != nil {
		return nil, fmt.Errorf("base image %q: %w", name, err)
	}
	img, err := layer.Load(dir)
	if err != nil {
		return nil, err
	}
	b := &baseImage{dir: dir, image: img, model: model.BaseImage{Kind: "image", Reference: name}}
	d, err := img.Digest()
	if err != nil {
		return nil, fmt.Errorf("base image %q: %w", name, err)
	}
	b.model.Digest = d.String()
	b.content, err = base.Read(ctx, img, func(at string) bool {
		return at == "/etc/passwd" || at == "/etc/group" || at == "/etc/nsswitch.conf" || slices.Contains(osReleases(), at) || base.IsLibc(at)
	})
	return b, err
}

// onBase leaves out what the base image brings: of the runtime layer, every path that exists there. Its C library must be new enough
// for what stays.
func (p *plan) onBase(b *baseImage) error {
	if b == nil {
		return nil
	}
	dropped := 0
	for name, it := range p.items {
		have, there := b.content.Kinds[string(name)]
		if !there {
			continue
		}
		if (have == base.Dir) != (it.Kind == layer.Dir) {
			return fmt.Errorf("base image: %s is a %s there and a %s here; choose a base of the same distribution, or leave --base out", name, kindName(have == base.Dir), kindName(it.Kind == layer.Dir))
		}
		if ofRuntime(it.name) && it.Kind != layer.Dir {
			delete(p.items, name)
			dropped++
		}
	}
	p.changes = append(p.changes, model.Change{
		Kind: "file", Target: b.model.Reference, Reason: fmt.Sprintf("%d files of the runtime and its libraries are the base image's own", dropped),
	})
	return p.abi(b)
}

// ofRuntime reports whether a layer holds the runtime, or what it needs of the system.
func ofRuntime(name string) bool { return name == model.GroupRuntime || name == model.GroupLibraries }

func kindName(dir bool) string {
	if dir {
		return "folder"
	}
	return "file or link"
}

// abi compares what the native files that stay ask of glibc with what the base image's defines.
func (p *plan) abi(b *baseImage) error {
	var need base.Version
	var by model.Path
	for name, it := range p.items {
		if it.Kind != layer.File || it.content != nil {
			continue
		}
		f, err := p.open(it)
		if err != nil {
			continue // reported when it is copied
		}
		if v := base.Needs(f); need.Less(v) || v == need && v != (base.Version{}) && name < by {
			need, by = v, name
		}
		f.Close()
	}
	if need == (base.Version{}) || p.ownLibc() {
		return nil
	}
	have, err := b.content.Provides()
	if err != nil {
		return fmt.Errorf("%w, but %s needs glibc %s", err, by, need)
	}
	if have.Less(need) {
		return fmt.Errorf("the base image has glibc %s, but %s needs %s: choose a newer base, or leave --base out", have, by, need)
	}
	return nil
}

// ownLibc reports whether the host's C library stays in the plan, since the base image has none at its place.
func (p *plan) ownLibc() bool {
	for name := range p.items {
		if base.IsLibc(string(name)) {
			return true
		}
	}
	return false
}
