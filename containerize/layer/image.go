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
	Plan        Plan
	Raws        []*Raw // what the builder made on top of the base
	Edited      bool   // the Dockerfile or the context is the user's: layers stay the builder's, only what the plan knows is corrected
	Base        v1.Image
	Config      v1.Config // as the image shall have it
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
	p := publisher{store: store, spec: s, out: Published{Made: map[string]Packed{}}, config: v1.ConfigFile{
		Created: v1.Time{Time: Epoch()}, Architecture: s.Platform.Architecture, OS: s.Platform.OS, Variant: s.Platform.Variant,
		Config: s.Config, RootFS: v1.RootFS{Type: "layers"},
	}}
	if err := p.base(); err != nil {
		return Published{}, err
	}
	if s.Edited {
		err = p.corrected(ctx)
	} else {
		err = p.planned(ctx)
	}
	if err != nil {
		return Published{}, err
	}
	return p.finish()
}

type publisher struct {
	store  *Store
	spec   Spec
	config v1.ConfigFile
	layers []v1.Descriptor
	out    Published
}

// base takes over the layers of the base image as they are.
func (p *publisher) base() error {
	if p.spec.Base == nil {
		return nil
	}
	layers, err := p.spec.Base.Layers()
	if err != nil {
		return fmt.Errorf("read base image: %w", err)
	}
	config, err := p.spec.Base.ConfigFile()
	if err != nil {
		return fmt.Errorf("read base image: %w", err)
	}
	for _, l := range layers {
		if err := p.baseLayer(l); err != nil {
			return fmt.Errorf("take over base layer: %w", err)
		}
	}
	p.config.History = append(p.config.History, config.History...)
	return nil
}

func (p *publisher) baseLayer(l v1.Layer) error {
	diff, err := l.DiffID()
	if err != nil {
		return err
	}
	mediaType, err := l.MediaType()
	if err != nil {
		return err
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
	if err != nil {
		return err
	}
	if strings.HasPrefix(string(mediaType), "application/vnd.docker") {
		mediaType = types.OCILayer // the same bytes under the name that an OCI manifest uses
	}
	p.add(model.Layer{Name: "base"}, mediaType, Packed{Blob: blob, DiffID: diff})
	return nil
}

func (p *publisher) add(l model.Layer, t types.MediaType, b Packed) {
	l.Digest, l.DiffID, l.Size = b.Digest.String(), b.DiffID.String(), b.Size
	p.layers = append(p.layers, v1.Descriptor{MediaType: t, Size: b.Size, Digest: b.Digest, Annotations: b.annotations()})
	p.config.RootFS.DiffIDs = append(p.config.RootFS.DiffIDs, b.DiffID)
	p.out.Layers = append(p.out.Layers, l)
	p.out.Size += b.Size
	p.out.Uncompressed += b.Uncompressed
}

// planned writes the plan's layers.
func (p *publisher) planned(ctx context.Context) error {
	src := Gather(p.spec.Raws)
	if err := Strict(p.spec.Plan, src); err != nil {
		return err
	}
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
		}
		if err == nil {
			err = p.put(model.Layer{Name: l.Name, Files: l.Files()}, "a2c: layer "+l.Name, b)
		}
		if err != nil {
			return fmt.Errorf("layer %s: %w", l.Name, err)
		}
		if l.From != "" {
			p.out.Made[l.From] = b
		}
	}
	return nil
}

// corrected writes the builder's layers.
func (p *publisher) corrected(ctx context.Context) error {
	for i, r := range p.spec.Raws {
		name := fmt.Sprintf("step-%d", i+1)
		b, err := p.store.pack(p.spec.Compression, p.spec.Jobs, func(w io.Writer) error {
			return Correct(ctx, p.progress(w, name, r.bytes()), r, p.spec.Plan)
		})
		if err == nil {
			err = p.put(model.Layer{Name: name, Files: r.files()}, r.CreatedBy, b)
		}
		if err != nil {
			return fmt.Errorf("layer of %q: %w", r.CreatedBy, err)
		}
	}
	return nil
}

// put adds a layer that was stored.
func (p *publisher) put(l model.Layer, by string, b Packed) error {
	t, err := p.spec.Compression.mediaType()
	if err != nil {
		return err
	}
	p.add(l, t, b)
	p.config.History = append(p.config.History, v1.History{Created: v1.Time{Time: Epoch()}, CreatedBy: by})
	return nil
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

func (p *publisher) finish() (Published, error) {
	config, err := p.store.PutJSON(p.config)
	if err != nil {
		return Published{}, err
	}
	manifest, err := p.store.PutJSON(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
		Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Size: config.Size, Digest: config.Digest},
		Layers: p.layers, Annotations: annotations(p.spec.Config.Labels),
	})
	if err != nil {
		return Published{}, err
	}
	if err := p.store.Commit(manifest, p.spec.Platform, p.spec.Ref); err != nil {
		return Published{}, err
	}
	p.out.Digest, p.out.ConfigDigest = manifest.Digest, config.Digest
	return p.out, nil
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
