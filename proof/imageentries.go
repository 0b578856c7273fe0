package proof

import (
	"archive/tar"
	"errors"
	"io"
	"testing"

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
