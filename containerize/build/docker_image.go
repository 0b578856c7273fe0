package build

import (
	"compress/gzip"
	"io"
	"runtime"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/internal/loadable"
)

// imageOf is an image of one layer, which fill writes each time that it is read: neither a copy on the disk nor one in memory is made.
func imageOf(fill func(*packer)) (v1.Image, error) {
	open := func() (io.ReadCloser, error) { return openPacked(fill), nil }
	layer, err := tarball.LayerFromOpener(open, tarball.WithCompressionLevel(gzip.NoCompression)) // it goes over a socket
	if err != nil {
		return nil, err
	}
	return loadable.Single(layer, runtime.GOARCH, v1.Config{})
}
