// Package base fetches the images that others stand on, and says what is in them.
package base

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"a2c/internal/registry"
	"a2c/model"
)

// Pull fetches an image, for one platform, into an OCI layout at dir.
func Pull(ctx context.Context, c registry.Client, image, platform, dir string) error {
	ref, err := name.ParseReference(image)
	if err != nil {
		return fmt.Errorf("image name: %w", err)
	}
	p, err := v1.ParsePlatform(platform)
	if err != nil {
		return fmt.Errorf("platform: %w", err)
	}
	options, err := c.Options(ctx, ref.Context().Registry, remote.WithPlatform(*p))
	if err != nil {
		return registry.Explain("pull", ref, err)
	}
	img, err := remote.Image(ref, options...)
	if err != nil {
		return registry.Explain("pull", ref, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	to, err := layout.Write(dir, empty.Index)
	if err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	return registry.Explain("pull", ref, to.AppendImage(img))
}

// Kind of a path in an image.
type Kind byte

// Kinds, by the letter that ls -l shows.
const (
	File    Kind = '-'
	Dir     Kind = 'd'
	Symlink Kind = 'l'
)

// Content is what stands in an image: kinds by absolute path, and a few small files whole.
type Content struct {
	Kinds map[string]Kind
	Links map[string]string // where links lead, as stored
	Files map[string][]byte
}

// maxFile bounds what is kept of one file.
const maxFile = 32 << 20

// Read goes once over all layers of img, as they add up. keep says which files to keep whole; take, where it is not nil, gets the regular files to read.
func Read(ctx context.Context, img v1.Image, keep func(name string) bool, take func(name string, r io.Reader) error) (Content, error) {
	c := Content{Kinds: map[string]Kind{}, Links: map[string]string{}, Files: map[string][]byte{}}
	r := mutate.Extract(img)
	defer r.Close()
	for tr := tar.NewReader(r); ; {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("read base image: %w", err)
		}
		at := path.Clean("/" + h.Name)
		c.Kinds[at] = kind(h)
		for dir := path.Dir(at); dir != "/" && c.Kinds[dir] == 0; dir = path.Dir(dir) {
			c.Kinds[dir] = Dir // layers may leave out folders
		}
		if c.Kinds[at] == Symlink {
			c.Links[at] = h.Linkname
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := c.file(at, h.Size, tr, keep, take); err != nil {
			return c, fmt.Errorf("read base image: %s: %w", model.Path(at), err)
		}
	}
}

func (c Content) file(at string, size int64, r io.Reader, keep func(string) bool, take func(string, io.Reader) error) (err error) {
	switch {
	case size <= maxFile && keep(at):
		c.Files[at], err = io.ReadAll(io.LimitReader(r, maxFile))
	case take != nil:
		err = take(at, r)
	}
	return err
}

func kind(h *tar.Header) Kind {
	switch h.Typeflag {
	case tar.TypeDir:
		return Dir
	case tar.TypeSymlink:
		return Symlink
	}
	return File
}
