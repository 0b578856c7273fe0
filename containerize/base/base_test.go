package base

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

type file struct {
	name, body, link string
}

func layer(t *testing.T, files ...file) v1.Layer {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.body)), Typeflag: tar.TypeReg}
		switch {
		case f.link != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, f.link
		case strings.HasSuffix(f.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// served puts an image of two layers into a registry on loopback.
func served(t *testing.T) string {
	t.Helper()
	img, err := mutate.AppendLayers(empty.Image,
		layer(t, file{name: "etc/"}, file{name: "etc/passwd", body: "old"}, file{name: "etc/gone", body: "x"}, file{name: "lib", link: "usr/lib"}),
		layer(t, file{name: "etc/.wh.gone"}, file{name: "etc/passwd", body: "new"}))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	image := strings.TrimPrefix(server.URL, "http://") + "/team/base:1"
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	return image
}

func TestPullAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	if err := Pull(t.Context(), served(t), "linux/amd64", dir); err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := index.IndexManifest()
	if err != nil || len(m.Manifests) != 1 {
		t.Fatalf("%v %v", m, err)
	}
	img, err := index.Image(m.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(t.Context(), img, func(name string) bool { return name == "/etc/passwd" })
	if err != nil {
		t.Fatal(err)
	}
	want := Content{
		Kinds: map[string]Kind{"/etc": Dir, "/etc/passwd": File, "/lib": Symlink},
		Files: map[string][]byte{"/etc/passwd": []byte("new")},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("content (-want +got):\n%s", d)
	}
}

func TestPullErrors(t *testing.T) {
	image := served(t)
	for _, c := range []struct{ name, image, platform, want string }{
		{"no_name", "NOT A NAME", "linux/amd64", "image name"},
		{"no_platform", image, "linux/a/b/c/d", "platform"},
		{"no_such_tag", strings.TrimSuffix(image, "1") + "2", "linux/amd64", "pull"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := Pull(t.Context(), c.image, c.platform, t.TempDir()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestABI(t *testing.T) {
	libc := systemLibc(t)
	data, err := os.ReadFile(libc)
	if err != nil {
		t.Fatal(err)
	}
	have, err := Content{Files: map[string][]byte{"/lib/libc.so.6": data}}.Provides()
	if err != nil || have.Major != 2 || have.Minor < 17 {
		t.Errorf("%s provides %v, %v", libc, have, err)
	}
	sh, err := os.Open("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	defer sh.Close()
	if need := Needs(sh); need == (Version{}) || have.Less(need) {
		t.Errorf("/bin/sh needs %v, this machine's libc has %v", need, have)
	}
	if need := Needs(strings.NewReader("no ELF file")); need != (Version{}) {
		t.Errorf("a text needs %v", need)
	}
	if _, err := (Content{}).Provides(); !errors.Is(err, ErrNoGlibc) {
		t.Errorf("got %v, want ErrNoGlibc", err)
	}
	if !(Version{2, 9}).Less(Version{2, 36}) || (Version{2, 36}).Less(Version{2, 36}) {
		t.Error("versions are compared as text")
	}
}

// systemLibc is the C library of this machine, through the interpreter's neighbours.
func systemLibc(t *testing.T) string {
	t.Helper()
	if f, err := elf.Open("/bin/sh"); err != nil {
		t.Skip("no /bin/sh in ELF")
	} else if f.Close() != nil {
		t.Fatal("close")
	}
	for _, pattern := range []string{"/lib/*/libc.so.6", "/lib64/libc.so.6", "/usr/lib/libc.so.6"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0]
		}
	}
	t.Skip("no GNU C library here")
	return ""
}

// FuzzNeeds reads foreign bytes as ELF.
func FuzzNeeds(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		Needs(bytes.NewReader(data))
		_, _ = Content{Files: map[string][]byte{"/libc.so.6": data}}.Provides()
	})
}
