package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"a2c/internal/disk"
	"a2c/internal/loadable"
	"a2c/internal/registry"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
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

// Push sends img to a registry, with the credentials of the user's Docker configuration (and its helpers, such as ECR's).
// Blobs that the registry has are not sent again.
func Push(ctx context.Context, img v1.Image, destination string, report func(done, total int64)) error {
	ref, err := name.ParseReference(destination)
	if err != nil {
		return fmt.Errorf("destination %q: %w", destination, err)
	}
	updates := make(chan v1.Update, 16)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for u := range updates {
			if report != nil {
				report(u.Complete, u.Total)
			}
		}
	}()
	err = remote.Write(ref, img, registry.Options(ctx, remote.WithProgress(updates))...)
	<-drained
	if err != nil {
		return pushError(ref, err)
	}
	return nil
}

// Attach pushes a document about an image that is at the registry already, as its referrer: a manifest that names the image as its subject (image-spec,
// "Guidelines for Artifact Usage"). A registry without the referrers API gets the tag that stands for it. The same document gives the same digest.
func Attach(ctx context.Context, img v1.Image, destination, mediaType string, data []byte) error {
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
	err = remote.Write(at, artifact, registry.Options(ctx)...)
	if err != nil {
		return pushError(at, err)
	}
	return nil
}

// pushError says in one sentence what a registry's answer means.
func pushError(ref name.Reference, err error) error {
	if te, ok := errors.AsType[*transport.Error](err); ok {
		switch te.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			return fmt.Errorf("push %s: the registry refuses these credentials; log in with `docker login %s` (ECR: `aws ecr get-login-password`): %w",
				ref, ref.Context().RegistryStr(), err)
		case http.StatusNotFound:
			return fmt.Errorf("push %s: the registry knows no repository %s; create it first: %w", ref, ref.Context().RepositoryStr(), err)
		case http.StatusTooManyRequests:
			return fmt.Errorf("push %s: the registry throttles; try again later: %w", ref, err)
		}
	}
	return fmt.Errorf("push %s: %w", ref, err)
}
