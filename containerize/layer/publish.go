package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"a2c/internal/disk"
	"a2c/internal/loadable"
	"a2c/internal/registry"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Archive writes img as a docker-archive (what `docker load` reads) at file, aside first: a file that is not whole never has its name.
func Archive(ctx context.Context, img v1.Image, ref, file string) error {
	tag, err := name.NewTag(ref)
	if err != nil {
		return fmt.Errorf("image name %q: %w", ref, err)
	}
	if img, err = loadable.Image(img); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if err := disk.Sweep(filepath.Dir(file)); err != nil { // of a run that was killed
		return fmt.Errorf("archive: %w", err)
	}
	f, err := disk.Create(file, 0o600)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if err := tarball.Write(tag, img, stopping{ctx, f}); err != nil {
		return errors.Join(fmt.Errorf("archive: %w", err), f.Discard())
	}
	return f.Commit()
}

// stopping refuses to write on once ctx is done.
type stopping struct {
	ctx context.Context
	io.Writer
}

func (s stopping) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Writer.Write(p)
}

// Push sends img to a registry. Blobs that the registry has are not sent again; those in from, repositories at the same registry, are
// mounted from there (distribution-spec, "Mounting a blob from another repository").
func Push(ctx context.Context, c registry.Client, img v1.Image, destination string, from map[v1.Hash]name.Repository, report func(done, total int64)) error {
	ref, err := name.ParseReference(destination)
	if err != nil {
		return fmt.Errorf("destination %q: %w", destination, err)
	}
	updates := make(chan v1.Update, 16)
	options, err := c.Options(ctx, ref.Context().Registry, remote.WithProgress(updates))
	if err != nil {
		return registry.Explain("push", ref, err)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for u := range updates {
			if report != nil {
				report(min(u.Complete, u.Total), u.Total) // what is sent twice counts twice
			}
		}
	}()
	err = remote.Write(ref, mountable{img, from}, options...)
	<-drained
	return registry.Explain("push", ref, err)
}

// mountable is an image whose layers say where else at the registry they are.
type mountable struct {
	v1.Image
	from map[v1.Hash]name.Repository
}

// Layers implements v1.Image.
func (m mountable) Layers() ([]v1.Layer, error) {
	layers, err := m.Image.Layers()
	if err != nil {
		return nil, err
	}
	for i, l := range layers {
		digest, err := l.Digest()
		if err != nil {
			return nil, err
		}
		if from, ok := m.from[digest]; ok {
			layers[i] = &remote.MountableLayer{Layer: l, Reference: from.Digest(digest.String())}
		}
	}
	return layers, nil
}

// Attach pushes a document about an image that is at the registry already, as its referrer: a manifest that names the image as its subject (image-spec,
// "Guidelines for Artifact Usage"). A registry without the referrers API gets the tag that stands for it. The same document gives the same digest.
func Attach(ctx context.Context, c registry.Client, img v1.Image, destination, mediaType string, data []byte) error {
	ref, err := name.ParseReference(destination)
	if err != nil {
		return fmt.Errorf("destination %q: %w", destination, err)
	}
	subject, err := partial.Descriptor(img)
	if err != nil {
		return fmt.Errorf("describe the image: %w", err)
	}
	subject.Annotations = nil // of the image's own manifest
	blob := static.NewLayer(data, types.MediaType(mediaType))
	one, err := mutate.AppendLayers(mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.MediaType(mediaType)), blob)
	if err != nil {
		return fmt.Errorf("describe %s: %w", mediaType, err)
	}
	artifact, ok := mutate.Subject(one, *subject).(v1.Image)
	if !ok {
		return fmt.Errorf("describe %s: no image", mediaType)
	}
	digest, err := artifact.Digest()
	if err != nil {
		return fmt.Errorf("describe %s: %w", mediaType, err)
	}
	at := ref.Context().Digest(digest.String())
	options, err := c.Options(ctx, at.Registry)
	if err == nil {
		err = remote.Write(at, artifact, options...)
	}
	return registry.Explain("push", at, err)
}
