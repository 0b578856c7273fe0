package layer

import (
	"context"
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"a2c/model"
)

// Spec is one image to publish.
type Spec struct {
	Plan   Plan
	Next   func() (*Raw, error) // what the builder makes on top of the base, one after another; nil: there is no more. Their files are removed
	Edited bool                 // the Dockerfile or the context is the user's: layers stay the builder's, only what the plan knows is corrected
	// Made is asked when Next has given all: the image below (nil: none), and the configuration as the image shall have it.
	Made        func() (v1.Image, v1.Config, error)
	Platform    v1.Platform
	Compression Compression
	Jobs        int               // threads for compression
	Ref         string            // name and tag, annotated in the index
	Last        map[string]Packed // layers in the layout that stands at the place, by their From: whole, and not written again
	Report      func(name string, done, total int64)
}

// Published is what Publish stored.
type Published struct {
	Digest, ConfigDigest v1.Hash
	Size, Uncompressed   int64 // of the layers
	Layers               []model.Layer
	Made                 map[string]Packed // the plan's layers by their From, for the next Spec.Last
}

// Publish writes the image as an OCI layout at dir. Times are Epoch throughout, so that the same plan and content give the same digest.
func Publish(ctx context.Context, dir string, s Spec) (Published, error) {
	store, err := NewStore(dir)
	if err != nil {
		return Published{}, err
	}
	defer store.Abort()
	p := publisher{store: store, spec: s, made: map[string]Packed{}}
	src := NewSources(s.Next)
	defer src.close()
	if s.Edited {
		err = p.corrected(ctx)
	} else {
		err = p.planned(ctx, src)
	}
	if err != nil {
		return Published{}, err
	}
	base, config, err := s.Made()
	if err != nil {
		return Published{}, err
	}
	if !s.Edited {
		if err := Strict(ctx, s.Plan, src, base); err != nil {
			return Published{}, err
		}
	}
	return p.finish(base, config)
}

type publisher struct {
	store *Store
	spec  Spec
	stack []stacked // from the lowest
	made  map[string]Packed
}

// stacked is one layer of the image.
type stacked struct {
	layer     model.Layer // its name and files
	packed    Packed
	mediaType types.MediaType
	by        string // what made it
}

// below takes over the layers of the base image as they are, and gives its history.
func (p *publisher) below(base v1.Image) (stack []stacked, history []v1.History, err error) {
	if base == nil {
		return nil, nil, nil
	}
	layers, err := base.Layers()
	if err != nil {
		return nil, nil, fmt.Errorf("read base image: %w", err)
	}
	config, err := base.ConfigFile()
	if err != nil {
		return nil, nil, fmt.Errorf("read base image: %w", err)
	}
	for _, l := range layers {
		one, err := p.baseLayer(l)
		if err != nil {
			return nil, nil, fmt.Errorf("take over base layer: %w", err)
		}
		stack = append(stack, one)
	}
	return stack, config.History, nil
}

func (p *publisher) baseLayer(l v1.Layer) (stacked, error) {
	diff, err := l.DiffID()
	if err != nil {
		return stacked{}, err
	}
	mediaType, err := l.MediaType()
	if err != nil {
		return stacked{}, err
	}
	blob, err := p.store.Put(func(w io.Writer) error {
		r, err := l.Compressed()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	})
	if strings.HasPrefix(string(mediaType), "application/vnd.docker") {
		mediaType = types.OCILayer // the same bytes under the name that an OCI manifest uses
	}
	return stacked{layer: model.Layer{Name: "base"}, packed: Packed{Blob: blob, DiffID: diff}, mediaType: mediaType}, err
}

// planned writes the plan's layers, each as soon as the builder has made what is in it.
func (p *publisher) planned(ctx context.Context, src *Sources) error {
	for _, l := range p.spec.Plan {
		if len(l.Entries) == 0 {
			continue
		}
		b, last := p.spec.Last[l.From]
		var err error
		if last {
			err = p.store.Take(b.Blob)
		} else {
			b, err = p.store.pack(p.spec.Compression, p.spec.Jobs, func(w io.Writer) error {
				return Write(ctx, p.progress(w, l.Name, l.Bytes()), l, src)
			})
			if err == nil {
				err = src.release()
			}
		}
		if err == nil {
			err = p.put(model.Layer{Name: l.Name, Files: l.Files()}, "a2c: layer "+l.Name, b)
		}
		if err != nil {
			return fmt.Errorf("layer %s: %w", l.Name, err)
		}
		if l.From != "" {
			p.made[l.From] = b
		}
	}
	return src.rest()
}

// corrected writes the builder's layers.
func (p *publisher) corrected(ctx context.Context) error {
	for i := 1; ; i++ {
		r, err := p.spec.Next()
		if r == nil || err != nil {
			return err
		}
		name := fmt.Sprintf("step-%d", i)
		b, err := p.store.pack(p.spec.Compression, p.spec.Jobs, func(w io.Writer) error {
			return Correct(ctx, p.progress(w, name, r.bytes()), r, p.spec.Plan)
		})
		if err == nil {
			err = r.remove()
		} else {
			_ = r.Close() // was only read
		}
		if err == nil {
			err = p.put(model.Layer{Name: name, Files: r.files()}, r.CreatedBy, b)
		}
		if err != nil {
			return fmt.Errorf("layer of %q: %w", r.CreatedBy, err)
		}
	}
}

// put adds a layer that was stored.
func (p *publisher) put(l model.Layer, by string, b Packed) error {
	t, err := p.spec.Compression.mediaType()
	p.stack = append(p.stack, stacked{layer: l, packed: b, mediaType: t, by: by})
	return err
}

// progress reports every 32 MB.
func (p *publisher) progress(w io.Writer, name string, total int64) io.Writer {
	if p.spec.Report == nil {
		return w
	}
	return &meter{w: w, report: func(done int64) { p.spec.Report(name, min(done, total), total) }}
}

type meter struct {
	w          io.Writer
	done, said int64
	report     func(int64)
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	m.done += int64(n)
	if m.done-m.said >= 32<<20 {
		m.said = m.done
		m.report(m.done)
	}
	return n, err
}

// finish writes the documents of the image that stands on base.
func (p *publisher) finish(base v1.Image, c v1.Config) (Published, error) {
	stack, history, err := p.below(base)
	if err != nil {
		return Published{}, err
	}
	for _, l := range p.stack {
		history = append(history, v1.History{Created: v1.Time{Time: Epoch()}, CreatedBy: l.by})
	}
	file := v1.ConfigFile{
		Created: v1.Time{Time: Epoch()}, Architecture: p.spec.Platform.Architecture, OS: p.spec.Platform.OS, Variant: p.spec.Platform.Variant,
		Config: c, RootFS: v1.RootFS{Type: "layers"}, History: history,
	}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Annotations: annotations(c.Labels)}
	out := Published{Made: p.made}
	for _, l := range append(stack, p.stack...) {
		file.RootFS.DiffIDs = append(file.RootFS.DiffIDs, l.packed.DiffID)
		manifest.Layers = append(manifest.Layers, v1.Descriptor{MediaType: l.mediaType, Size: l.packed.Size, Digest: l.packed.Digest, Annotations: l.packed.annotations()})
		l.layer.Digest, l.layer.DiffID, l.layer.Size = l.packed.Digest.String(), l.packed.DiffID.String(), l.packed.Size
		out.Layers = append(out.Layers, l.layer)
		out.Size += l.packed.Size
		out.Uncompressed += l.packed.Uncompressed
	}
	config, err := p.store.PutJSON(file)
	if err != nil {
		return Published{}, err
	}
	manifest.Config = v1.Descriptor{MediaType: types.OCIConfigJSON, Size: config.Size, Digest: config.Digest}
	stored, err := p.store.PutJSON(manifest)
	if err != nil {
		return Published{}, err
	}
	if err := p.store.Commit(stored, p.spec.Platform, p.spec.Ref); err != nil {
		return Published{}, err
	}
	out.Digest, out.ConfigDigest = stored.Digest, config.Digest
	return out, nil
}

// annotations are the labels that the image specification has annotations for, which registries show.
func annotations(labels map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range labels {
		if strings.HasPrefix(key, "org.opencontainers.image.") {
			out[key] = value
		}
	}
	return out
}

// Load opens the one image of an OCI layout.
func Load(dir string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, fmt.Errorf("read image layout: %w", err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read image layout: %w", err)
	}
	if len(m.Manifests) != 1 {
		return nil, fmt.Errorf("image layout %s holds %d images, want 1", dir, len(m.Manifests))
	}
	img, err := index.Image(m.Manifests[0].Digest)
	if err != nil {
		return nil, fmt.Errorf("read image layout: %w", err)
	}
	return img, nil
}
