package containerize

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// TestBaseParts fetches a base image and asks what the list of parts will say of it.
func TestBaseParts(t *testing.T) {
	l, err := crane.Layer(map[string][]byte{
		"etc/os-release": []byte("ID=ubuntu\nVERSION_ID=24.04\n"), "var/lib/dpkg/status": []byte("Package: libc6\nArchitecture: amd64\nVersion: 2.39\n"), "var/lib/rpm/Packages": []byte("x"),
	})
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = mutate.ConfigFile(img, &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers", DiffIDs: diffIDs(t, l)}}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	o := options(t)
	o.Base = strings.TrimPrefix(server.URL, "http://") + "/base:1"
	if err := crane.Push(img, o.Base); err != nil {
		t.Fatal(err)
	}
	r := &runner{o: o, platform: "linux/amd64"}
	if err := os.MkdirAll(r.scratch(), 0o700); err != nil {
		t.Fatal(err)
	}
	b, err := r.fetchBase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p := b.parts; len(p.Packages) != 1 || p.Packages[0].Name != "libc6" || len(p.Skips) != 1 || !strings.HasPrefix(string(p.Release), "ID=ubuntu") {
		t.Errorf("%+v", p)
	}
	if b.content.Files["/var/lib/dpkg/status"] != nil || b.content.Files["/etc/os-release"] == nil {
		t.Error("the package database is kept, or os-release is not")
	}
}

func diffIDs(t *testing.T, l v1.Layer) []v1.Hash {
	t.Helper()
	h, err := l.DiffID()
	if err != nil {
		t.Fatal(err)
	}
	return []v1.Hash{h}
}
