package layer

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// TestInherited has what a link leads to in a layer, as Kaniko adds it: it is the base image's own, or no plan knows it.
func TestInherited(t *testing.T) {
	l, err := crane.Layer(map[string][]byte{"usr/share/zoneinfo/UTC": []byte("utc")})
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		added tarEntry
		want  string
	}{
		"the_same":   {file("usr/share/zoneinfo/UTC", "utc"), ""},
		"other_size": {file("usr/share/zoneinfo/UTC", "utc0"), "not planned: /usr/share/zoneinfo/UTC"},
		"a_folder":   {dir("usr/share/zoneinfo/"), ""},
		"not_of_it":  {file("usr/share/zoneinfo/CET", "utc"), "not planned: /usr/share/zoneinfo/CET"},
	} {
		t.Run(name, func(t *testing.T) {
			src := NewSources(each(append(oddRaws(t), rawLayer(t, "COPY 10-runtime/0-0 /", c.added))))
			if err := src.rest(); err != nil {
				t.Fatal(err)
			}
			err := Strict(t.Context(), odd(), src, img)
			if (err == nil) != (c.want == "") || err != nil && (!errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
