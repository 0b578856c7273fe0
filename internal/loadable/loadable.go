// Package loadable gives images the form that every `docker load` reads.
package loadable

import (
	"compress/gzip"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Image is img for a docker-archive: layers in zstd, which Docker reads since version 23 only, are gzip in it. Configuration and layers stay the same to the
// engine, which knows both by their uncompressed content.
func Image(img v1.Image) (v1.Image, error) {
	layers, err := img.Layers()
	if err != nil {
		return nil, fmt.Errorf("read layers: %w", err)
	}
	was, err := img.Manifest()
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	manifest, changed := was.DeepCopy(), false
	for i, l := range layers {
		if manifest.Layers[i].MediaType != types.OCILayerZStd {
			continue
		}
		changed = true
		if layers[i], err = tarball.LayerFromOpener(l.Uncompressed, tarball.WithCompressionLevel(gzip.BestSpeed), tarball.WithMediaType(types.OCILayer)); err != nil {
			return nil, fmt.Errorf("compress layer anew: %w", err)
		}
		d := &manifest.Layers[i]
		if d.Digest, err = layers[i].Digest(); err != nil {
			return nil, fmt.Errorf("compress layer anew: %w", err)
		}
		if d.Size, err = layers[i].Size(); err != nil {
			return nil, fmt.Errorf("compress layer anew: %w", err)
		}
		d.MediaType = types.OCILayer
	}
	if !changed {
		return img, nil
	}
	return &loadable{img, layers, manifest}, nil
}

type loadable struct {
	v1.Image
	layers   []v1.Layer
	manifest *v1.Manifest
}

// Layers are those of the archive.
func (l *loadable) Layers() ([]v1.Layer, error) { return l.layers, nil }

// Manifest names them.
func (l *loadable) Manifest() (*v1.Manifest, error) { return l.manifest, nil }
