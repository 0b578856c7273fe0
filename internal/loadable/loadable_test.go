package loadable_test

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/compression"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"a2c/internal/loadable"
)

// TestImage writes an archive of an image in zstd and reads it back: another compression, the same configuration and content.
func TestImage(t *testing.T) {
	content := bytes.Repeat([]byte("content "), 4096)
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	for _, c := range []struct {
		compression compression.Compression
		media       types.MediaType
		same        bool
	}{{compression.ZStd, types.OCILayerZStd, false}, {compression.GZip, types.OCILayer, true}} {
		l, err := tarball.LayerFromOpener(open, tarball.WithCompression(c.compression), tarball.WithMediaType(c.media))
		if err != nil {
			t.Fatal(err)
		}
		img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), l)
		if err != nil {
			t.Fatal(err)
		}
		got, err := loadable.Image(img)
		if err != nil {
			t.Fatal(err)
		}
		if (got == img) != c.same {
			t.Errorf("%s: the same image: %v", c.media, got == img)
		}
		file := filepath.Join(t.TempDir(), "x.tar")
		if err := tarball.WriteToFile(file, name.MustParseReference("app:1"), got); err != nil {
			t.Fatal(err)
		}
		back, err := tarball.ImageFromPath(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, err1 := img.ConfigName()
		is, err2 := back.ConfigName()
		if err1 != nil || err2 != nil || want != is {
			t.Errorf("%s: configuration %v, want %v (%v, %v)", c.media, is, want, err1, err2)
		}
		if text, compressed := read(t, back); !bytes.Equal(text, content) || compressed[0] != 0x1f || compressed[1] != 0x8b {
			t.Errorf("%s: %d bytes, beginning with % x", c.media, len(text), compressed[:4])
		}
	}
}

func read(t *testing.T, img v1.Image) (text, compressed []byte) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers (%v)", len(layers), err)
	}
	for _, of := range []struct {
		open func() (io.ReadCloser, error)
		to   *[]byte
	}{{layers[0].Uncompressed, &text}, {layers[0].Compressed, &compressed}} {
		r, err := of.open()
		if err != nil {
			t.Fatal(err)
		}
		if *of.to, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return text, compressed
}
