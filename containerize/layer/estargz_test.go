package layer

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/opencontainers/go-digest"

	"a2c/model"
)

// lazy is a plan with what matters to a table of contents: empty, small and large files, links, attributes.
func lazy() (Plan, map[string]string) {
	bodies := map[string]string{"/a/empty": "", "/a/large": strings.Repeat("0123456789abcdef", 5<<16), "/a/su": "su"}
	entries := []Entry{{Path: "/", Kind: Dir, Mode: 0o755}, {Path: "/a", Kind: Dir, Mode: 0o750, UID: 7, GID: 8}}
	for _, name := range []model.Path{"/a/empty", "/a/large"} {
		entries = append(entries, Entry{Path: name, Kind: File, Mode: 0o640, UID: 7, GID: 8, Size: int64(len(bodies[string(name)]))})
	}
	return Plan{{Name: model.LayerApp, From: "x", Entries: append(
		entries,
		Entry{Path: "/a/link", Kind: Symlink, Target: "../b"},
		Entry{Path: "/a/su", Kind: File, Mode: 0o4755, Size: 2, Xattrs: map[string][]byte{"security.capability": {1, 0, 0, 2}}},
		Entry{Path: "/a/su2", Kind: HardLink, Target: "/a/su", Mode: 0o4755},
	)}}, bodies
}

func publishLazy(t *testing.T, final string, last map[string]Packed) (Published, v1.Image) {
	t.Helper()
	plan, bodies := lazy()
	entries := []tarEntry{dir("a/")}
	for name, body := range bodies {
		entries = append(entries, file(strings.TrimPrefix(name, "/"), body))
	}
	got, err := Publish(t.Context(), final, Spec{
		Plan: plan, Next: each([]*Raw{rawLayer(t, "COPY . /", append(entries, file("a/su2", "su"))...)}), Made: made(v1.Config{}), Compression: Estargz, Jobs: 2, Last: last,
		Platform: v1.Platform{OS: "linux", Architecture: "amd64"}, Ref: "x:latest",
	})
	if err != nil {
		t.Fatal(err)
	}
	img, err := Load(final)
	if err != nil {
		t.Fatal(err)
	}
	return got, img
}

// TestEstargz reads a layer as a snapshotter does, by its table, and as all others do, as gzip.
func TestEstargz(t *testing.T) {
	final := filepath.Join(t.TempDir(), "oci")
	first, img := publishLazy(t, final, nil)
	m, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	desc := m.Layers[0]
	blob, err := os.ReadFile(filepath.Join(final, "blobs", "sha256", desc.Digest.Hex))
	if err != nil {
		t.Fatal(err)
	}
	r, err := estargz.Open(io.NewSectionReader(bytes.NewReader(blob), 0, int64(len(blob))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.VerifyTOC(digest.Digest(desc.Annotations[estargz.TOCJSONDigestAnnotation])); err != nil {
		t.Errorf("the descriptor's annotation: %v", err)
	}
	_, bodies := lazy()
	for name, want := range bodies {
		f, err := r.OpenFile(strings.TrimPrefix(name, "/"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes by the table, want %d (%v)", name, len(got), len(want), err)
		}
	}
	if e, ok := r.Lookup("a/su"); !ok || e.Mode != 0o4755 || !bytes.Equal(e.Xattrs["security.capability"], []byte{1, 0, 0, 2}) {
		t.Errorf("a/su in the table: %+v", e)
	}

	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	tar, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range read(t, bytes.NewReader(tar)) {
		names = append(names, e.h.Name)
	}
	if d := cmp.Diff([]string{"./", "a/", "a/empty", "a/large", "a/link", "a/su", "a/su2"}, names); d != "" {
		t.Errorf("unpacked as gzip (-want +got):\n%s", d)
	}
	if got := digest.FromBytes(tar).String(); got != first.Layers[0].DiffID {
		t.Errorf("diffID %s, the stream is %s", first.Layers[0].DiffID, got)
	}
	if got := desc.Annotations[estargz.StoreUncompressedSizeAnnotation]; got != strconv.Itoa(len(tar)) {
		t.Errorf("uncompressed size %s, the stream has %d", got, len(tar))
	}

	if again, _ := publishLazy(t, filepath.Join(t.TempDir(), "oci"), nil); again.Digest != first.Digest {
		t.Errorf("made again %s, before %s", again.Digest, first.Digest)
	}
	if again, _ := publishLazy(t, final, first.Made); again.Digest != first.Digest {
		t.Errorf("with the layer taken over %s, before %s", again.Digest, first.Digest)
	}
}

func TestEstargzFails(t *testing.T) {
	final := filepath.Join(t.TempDir(), "oci")
	spec := Spec{Plan: odd(), Next: each(oddRaws(t)[:1]), Made: made(v1.Config{}), Compression: Estargz, Platform: v1.Platform{OS: "linux", Architecture: "amd64"}}
	spec.Plan[0].Entries[3].Size = 3
	if _, err := Publish(t.Context(), final, spec); !errors.Is(err, ErrDiffers) {
		t.Errorf("got %v, want ErrDiffers", err)
	}
	spec = Spec{Plan: odd(), Next: each(oddRaws(t)), Made: made(v1.Config{}), Compression: Estargz, Platform: spec.Platform}
	if _, err := Publish(t.Context(), final, spec); err == nil || !strings.Contains(err.Error(), `cannot say the name "a/\xff\n": choose gzip or zstd`) {
		t.Errorf("a name that is not UTF-8: %v", err)
	}
}
