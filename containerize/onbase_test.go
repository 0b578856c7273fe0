package containerize

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"a2c/containerize/sbom"
	"a2c/model"
)

// TestBaseParts fetches a base image and asks what the list of parts will say of it.
func TestBaseParts(t *testing.T) {
	l, err := crane.Layer(map[string][]byte{
		"etc/os-release": []byte("ID=ubuntu\nVERSION_ID=24.04\n"), "var/lib/dpkg/status": []byte("Package: libc6\nArchitecture: amd64\nVersion: 2.39\n"), "var/lib/rpm/Packages": []byte("x"),
		"opt/agent/agent.jar": builtJar(t, "org.base", "agent", "1.2"), "srv/shop/shop.jar": builtJar(t, "org.base", "shop", "1"), "opt/agent/half.war": []byte("PK"),
		"opt/tool/tool.deps.json": []byte(`{"runtimeTarget": {"name": "net9"}, "targets": {"net9": {"Npgsql/9.0.3": {}}}, "libraries": {"Npgsql/9.0.3": {"type": "package"}}}`),
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
	if p := b.parts; len(p.Packages) != 1 || p.Packages[0].Name != "libc6" || len(p.Skips) != 2 || !strings.HasPrefix(string(p.Release), "ID=ubuntu") {
		t.Errorf("%+v", p)
	}
	if b.content.Files["/var/lib/dpkg/status"] != nil || b.content.Files["/etc/os-release"] == nil {
		t.Error("the package database is kept, or os-release is not")
	}
	r.base, r.plan = b, &plan{items: map[model.Path]*item{"/srv/shop/shop.jar": {}}}
	want := []sbom.Library{
		{Ecosystem: "maven", Group: "org.base", Name: "agent", Version: "1.2", Path: "/opt/agent/agent.jar", From: "META-INF/maven/org.base/agent/pom.properties"},
		{Ecosystem: "nuget", Name: "Npgsql", Version: "9.0.3", Path: "/opt/tool/tool.deps.json", From: "deps.json"},
	}
	if d := cmp.Diff(want, r.ofBase(), cmpopts.SortSlices(func(a, b sbom.Library) bool { return a.Path < b.Path })); d != "" {
		t.Errorf("libraries of the base that stay (-want +got):\n%s", d)
	}
	if _, err := os.Stat(filepath.Join(r.scratch(), "base-libraries")); !os.IsNotExist(err) {
		t.Errorf("what was laid aside stays: %v", err)
	}
}

// builtJar is an archive that Maven built.
func builtJar(t *testing.T, group, artifact, version string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create("META-INF/maven/" + group + "/" + artifact + "/pom.properties")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(f, "groupId=%s\nartifactId=%s\nversion=%s\n", group, artifact, version); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func diffIDs(t *testing.T, l v1.Layer) []v1.Hash {
	t.Helper()
	h, err := l.DiffID()
	if err != nil {
		t.Fatal(err)
	}
	return []v1.Hash{h}
}
