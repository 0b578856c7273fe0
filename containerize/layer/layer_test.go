package layer

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/model"
)

type tarEntry struct {
	h    tar.Header
	body string
}

func rawLayer(t *testing.T, by string, entries ...tarEntry) *Raw {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		e.h.Size = int64(len(e.body))
		e.h.Format = tar.FormatPAX
		if err := w.WriteHeader(&e.h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "raw.tar")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(name, by)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func file(name, body string) tarEntry {
	return tarEntry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Uid: 1}, body}
}

func dir(name string) tarEntry {
	return tarEntry{tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o700}, ""}
}

// odd is a plan with everything that a builder loses.
func odd() Plan {
	return Plan{{Name: model.LayerApp, Entries: []Entry{
		{Path: "/", Kind: Dir, Mode: 0o755},
		{Path: "/a", Kind: Dir, Mode: 0o750, UID: 7, GID: 8},
		{Path: "/a/link", Kind: Symlink, Target: "../b", UID: 7, GID: 8},
		{Path: "/a/su", Kind: File, Mode: 0o4755, Size: 2, Xattrs: map[string][]byte{"security.capability": {1, 0, 0, 2}}},
		{Path: "/a/su2", Kind: HardLink, Target: "/a/su", Mode: 0o4755},
		{Path: "/a/\xff\n", Kind: File, Mode: 0o640, UID: 7, GID: 8, Size: 3},
	}}}
}

// each gives raws one after another, as a builder does.
func each(raws []*Raw) func() (*Raw, error) {
	return func() (*Raw, error) {
		if len(raws) == 0 {
			return nil, nil
		}
		r := raws[0]
		raws = raws[1:]
		return r, nil
	}
}

// made is what a builder without a base says in the end.
func made(c v1.Config) func() (v1.Image, v1.Config, error) {
	return func() (v1.Image, v1.Config, error) { return nil, c, nil }
}

func oddRaws(t *testing.T) []*Raw {
	return []*Raw{
		rawLayer(t, "COPY --chown=0:0 10-app/0-0 /", dir("/"), dir("a/"), file("a/su", "su"), file("a/su2", "su")),
		rawLayer(t, "COPY --chown=7:8 10-app/7-8 /", dir("a/"), file("a/\xff\n", "abc")),
	}
}

func read(t *testing.T, r io.Reader) []tarEntry {
	t.Helper()
	var out []tarEntry
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, tarEntry{*h, string(body)})
	}
}

func TestWriteSaysWhatThePlanSays(t *testing.T) {
	plan := odd()
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(t.Context(), &b, plan[0], NewSources(each(oddRaws(t)))); err != nil {
		t.Fatal(err)
	}
	type line struct {
		Name, Link, Body string
		Type             byte
		Mode             int64
		UID, GID         int
		Cap              string
	}
	var got []line
	for _, e := range read(t, &b) {
		if !e.h.ModTime.Equal(Epoch()) {
			t.Errorf("%q has time %v", e.h.Name, e.h.ModTime)
		}
		got = append(got, line{e.h.Name, e.h.Linkname, e.body, e.h.Typeflag, e.h.Mode, e.h.Uid, e.h.Gid, e.h.PAXRecords["SCHILY.xattr.security.capability"]})
	}
	want := []line{
		{Name: "./", Type: tar.TypeDir, Mode: 0o755},
		{Name: "a/", Type: tar.TypeDir, Mode: 0o750, UID: 7, GID: 8},
		{Name: "a/link", Type: tar.TypeSymlink, Link: "../b", Mode: 0o777, UID: 7, GID: 8},
		{Name: "a/su", Type: tar.TypeReg, Mode: 0o4755, Body: "su", Cap: "\x01\x00\x00\x02"},
		{Name: "a/su2", Type: tar.TypeLink, Link: "a/su", Mode: 0o4755},
		{Name: "a/\xff\n", Type: tar.TypeReg, Mode: 0o640, UID: 7, GID: 8, Body: "abc"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("tar (-want +got):\n%s", d)
	}
}

func TestDifferencesAreErrors(t *testing.T) {
	plan := odd()
	cases := []struct {
		name, want string
		raws       []*Raw
	}{
		{"missing", "/a/su is missing", oddRaws(t)[1:]},
		{"other_size", "came out as", append([]*Raw{rawLayer(t, "x", file("a/su", "longer"))}, oddRaws(t)[1:]...)},
		{"extra", "not planned: /etc/x", append(oddRaws(t), rawLayer(t, "x", file("etc/x", "?")))},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			src := NewSources(each(c.raws))
			err := errors.Join(src.rest(), Strict(t.Context(), plan, src, nil), Write(t.Context(), io.Discard, plan[0], src))
			if !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestPlanCheck(t *testing.T) {
	root := Entry{Path: "/", Kind: Dir}
	cases := []struct {
		name, want string
		entries    []Entry
	}{
		{"unsorted", "not sorted", []Entry{root, {Path: "/b", Kind: File}, {Path: "/a", Kind: File}}},
		{"twice", "planned twice", []Entry{root, {Path: "/a", Kind: File}, {Path: "/a", Kind: File}}},
		{"below_a_link", "no folder of the layer", []Entry{root, {Path: "/a", Kind: Symlink}, {Path: "/a/b", Kind: File}}},
		{"link_before_file", "no file before it", []Entry{root, {Path: "/a", Kind: HardLink, Target: "/b"}, {Path: "/b", Kind: File}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := Plan{{Name: "x", Entries: c.entries}}.Check()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestPublishIsTheSameTwice(t *testing.T) {
	for _, c := range []Compression{Gzip, Zstd} {
		t.Run(string(c), func(t *testing.T) {
			var digests []string
			for jobs := range 3 { // the number of threads must not matter
				final := filepath.Join(t.TempDir(), "oci")
				got, err := Publish(t.Context(), final, Spec{
					Plan: odd(), Next: each(oddRaws(t)), Made: made(v1.Config{User: "7:8"}), Compression: c, Jobs: jobs + 1,
					Platform: v1.Platform{OS: "linux", Architecture: "amd64"}, Ref: "x:latest",
				})
				if err != nil {
					t.Fatal(err)
				}
				img, err := Load(final)
				if err != nil {
					t.Fatal(err)
				}
				d, err := img.Digest()
				if err != nil || d != got.Digest {
					t.Fatalf("layout has %v (%v), want %v", d, err, got.Digest)
				}
				digests = append(digests, d.String())
			}
			if digests[0] != digests[1] || digests[1] != digests[2] {
				t.Errorf("digests differ: %q", digests)
			}
		})
	}
}

// A second, failing run leaves the first image as it was, and nothing beside it.
func TestFailedPublishKeepsTheLastImage(t *testing.T) {
	final := filepath.Join(t.TempDir(), "oci")
	s := Spec{Plan: odd(), Next: each(oddRaws(t)), Made: made(v1.Config{}), Platform: v1.Platform{OS: "linux", Architecture: "amd64"}, Ref: "x:1", Jobs: 1}
	first, err := Publish(t.Context(), final, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Next = each(oddRaws(t)[:1])
	if _, err := Publish(t.Context(), final, s); !errors.Is(err, ErrDiffers) {
		t.Fatalf("got %v, want ErrDiffers", err)
	}
	img, err := Load(final)
	if err != nil {
		t.Fatal(err)
	}
	if d, _ := img.Digest(); d != first.Digest {
		t.Errorf("the last image is gone: %v", d)
	}
	left, err := filepath.Glob(final + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %q %v", left, err)
	}
	s.Next, s.Made = each(oddRaws(t)), made(v1.Config{User: "1:1"})
	second, err := Publish(t.Context(), final, s)
	if err != nil || second.Digest == first.Digest {
		t.Errorf("second image: %v %v", second.Digest, err)
	}
}

func TestArchive(t *testing.T) {
	final := filepath.Join(t.TempDir(), "oci")
	if _, err := Publish(t.Context(), final, Spec{Plan: odd(), Next: each(oddRaws(t)), Made: made(v1.Config{}), Platform: v1.Platform{OS: "linux", Architecture: "amd64"}, Jobs: 1}); err != nil {
		t.Fatal(err)
	}
	img, err := Load(final)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.tar")
	if err := Archive(t.Context(), img, "app:1", name); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for _, e := range read(t, f) {
		names = append(names, filepath.Ext(e.h.Name))
	}
	if d := cmp.Diff([]string{"", ".gz", ".json"}, names); d != "" {
		t.Errorf("archive (-want +got):\n%s", d)
	}
}
