package proof

import (
	"archive/tar"
	"errors"
	"io"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/layer"
)

// eachEntry calls do for each entry of an archive.
func eachEntry(t *testing.T, archive io.Reader, do func(h *tar.Header, body io.Reader)) {
	t.Helper()
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		do(h, r)
	}
}

// eachLayerEntry calls do for each entry of each layer of an OCI layout, the lowest layer first.
func eachLayerEntry(t *testing.T, oci string, do func(h *tar.Header, body io.Reader)) {
	t.Helper()
	img, err := layer.Load(oci)
	if err != nil {
		t.Fatal(err)
	}
	eachEntryOf(t, img, do)
}

// eachEntryOf visits the entries of an image's layers, in their order.
func eachEntryOf(t *testing.T, img v1.Image, do func(h *tar.Header, body io.Reader)) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		eachEntry(t, r, do)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
