package containerize

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/analyze/packages"
	"a2c/containerize/base"
	"a2c/containerize/layer"
	"a2c/containerize/sbom"
	"a2c/model"
)

// baseImage is a fetched base; nil for scratch.
type baseImage struct {
	dir     string
	image   v1.Image
	content base.Content
	model   model.BaseImage
	env     map[string]string // its own variables
	parts   baseParts

	hasHealthcheck bool
}

// baseParts are what the list of parts says of a base image.
type baseParts struct {
	Release  []byte // os-release(5); nil: it has none
	Packages []packages.Record
	// Libraries lie in its archives, or are named by the deps.json of its programs.
	Libraries []sbom.Library
	Runtime   *sbom.Runtime // that runs the application in the place of the host's
	Skips     []model.Skip
}

// fetchBase pulls the base image that the options or the parameters name, or that the table has for the runtime.
func (r *runner) fetchBase(ctx context.Context) (*baseImage, error) {
	o, dir, platform := r.o, filepath.Join(r.scratch(), "base"), r.platform
	name, kind, err := r.chosen()
	if name == "" || err != nil {
		return nil, err
	}
	o.report(Event{Step: "pull", Text: name})
	if err := base.Pull(ctx, r.registry(), name, platform, dir); err != nil {
		return nil, fmt.Errorf("base image %q: %w", name, err)
	}
	img, err := layer.Load(dir)
	if err != nil {
		return nil, err
	}
	b := &baseImage{dir: dir, image: img, model: model.BaseImage{Kind: kind, Reference: name}, env: map[string]string{}}
	d, err := img.Digest()
	if err != nil {
		return nil, fmt.Errorf("base image %q: %w", name, err)
	}
	b.model.Digest = d.String()
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("base image %q: %w", name, err)
	}
	b.hasHealthcheck = config.Config.Healthcheck != nil
	for _, kv := range config.Config.Env {
		name, value, _ := strings.Cut(kv, "=")
		b.env[name] = value
	}
	libraries := &spool{dir: filepath.Join(r.scratch(), "base-libraries")}
	defer r.clear(libraries.dir)
	b.content, err = base.Read(ctx, img, func(at string) bool {
		return packages.InImage(at) || at == "/etc/passwd" || at == "/etc/group" || at == "/etc/nsswitch.conf" || slices.Contains(osReleases(), at) || path.Base(at) == "release"
	}, libraries.take)
	if err != nil {
		return nil, err
	}
	b.parts.Release = b.osRelease()
	b.parts.Packages, b.parts.Skips = packages.OfImage(b.content.Files)
	var unread []model.Skip
	b.parts.Libraries, unread, err = libraries.find(ctx)
	b.parts.Skips = append(b.parts.Skips, unread...)
	maps.DeleteFunc(b.content.Files, func(at string, _ []byte) bool { return packages.InImage(at) }) // megabytes of rpm's database
	return b, err
}

// onBase leaves out what the base image brings: of the runtime layer, every path that exists there. Its C library must be new enough
// for what stays.
func (p *plan) onBase(ctx context.Context, b *baseImage) error {
	if b == nil {
		return nil
	}
	dropped, had := 0, p.own()
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
	return p.abi(ctx, b, had)
}

// ofRuntime reports whether a layer holds the runtime, or what it needs of the system.
func ofRuntime(name string) bool { return name == model.GroupRuntime || name == model.GroupLibraries }

func kindName(dir bool) string {
	if dir {
		return "folder"
	}
	return "file or link"
}
