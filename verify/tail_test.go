package verify

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func TestTail(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	log := newTail(64)
	log.follow(r)
	for range 1000 {
		if _, err := io.WriteString(w, "0123456789\n"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, "the last\n"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	log.wait()
	if diff := cmp.Diff([]string{"0123456789", "the last"}, log.lines(2)); diff != "" {
		t.Error(diff)
	}
	if len(log.kept) > 2*64 {
		t.Errorf("%d bytes are kept", len(log.kept))
	}
	if got := newTail(64).lines(5); got != nil {
		t.Errorf("%q", got)
	}
}

// endless is a layer that is larger than it should be.
type endless struct{ v1.Layer }

func (endless) Uncompressed() (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader("some"), bytes.NewReader(make([]byte, 1<<20)))), nil
}

func TestLayerIsBounded(t *testing.T) {
	left := int64(1 << 10)
	n, err := io.Copy(io.Discard, &layerStream{layer: endless{}, left: &left})
	if err == nil || errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "more than its description says") {
		t.Errorf("%d bytes, %v", n, err)
	}
}
