package base

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
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

	own "a2c/internal/registry"
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
	if err := Pull(t.Context(), own.Client{}, served(t), "linux/amd64", dir); err != nil {
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
	var taken []string
	got, err := Read(t.Context(), img, func(name string) bool { return name == "/etc/passwd" }, func(name string, _ io.Reader) error {
		taken = append(taken, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(taken) > 0 { // the one file is kept
		t.Errorf("taken: %v", taken)
	}
	want := Content{
		Kinds: map[string]Kind{"/etc": Dir, "/etc/passwd": File, "/lib": Symlink},
		Links: map[string]string{"/lib": "usr/lib"}, Files: map[string][]byte{"/etc/passwd": []byte("new")},
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
			if err := Pull(t.Context(), own.Client{}, c.image, c.platform, t.TempDir()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestABI(t *testing.T) {
	data, err := os.ReadFile(systemLibc(t))
	if err != nil {
		t.Fatal(err)
	}
	have, err := Defines(data)
	if err != nil || !slices.Contains(have, "GLIBC_2.17") {
		t.Errorf("the C library defines %v, %v", have, err)
	}
	sh, err := os.Open("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	defer sh.Close()
	need := ReadLinkage(sh)
	if !slices.Contains(need.Libraries, "libc.so.6") || len(need.Versions["libc.so.6"]) == 0 {
		t.Errorf("/bin/sh needs %v", need)
	}
	for _, v := range need.Versions["libc.so.6"] {
		if !slices.Contains(have, v) {
			t.Errorf("/bin/sh needs %s, which this machine's libc does not define: %v", v, have)
		}
	}
	if need := ReadLinkage(strings.NewReader("no ELF file")); len(need.Libraries) != 0 {
		t.Errorf("a text needs %v", need)
	}
}

func TestParseVersion(t *testing.T) {
	order := []string{"GLIBCXX_3.4", "GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "GLIBCXX_3.5"}
	for i := range order[1:] {
		a, okA := ParseVersion("GLIBCXX", order[i])
		b, okB := ParseVersion("GLIBCXX", order[i+1])
		if !okA || !okB || !a.Less(b) || b.Less(a) {
			t.Errorf("%s is not before %s", order[i], order[i+1])
		}
	}
	for _, name := range []string{"GLIBC_PRIVATE", "GLIBCXX_3", "CXXABI_1.3", "GLIBCXX_3.4.x", ""} {
		if v, ok := ParseVersion("GLIBCXX", name); ok {
			t.Errorf("%q is %v", name, v)
		}
	}
}

func TestContent(t *testing.T) {
	c := Content{
		Kinds: map[string]Kind{
			"/lib": Symlink, "/usr": Dir, "/usr/lib": Dir, "/usr/lib/libx.so.1": Symlink, "/usr/lib/libx.so.1.2": File, "/loop": Symlink,
			"/opt": Dir, "/opt/java": Dir, "/opt/java/bin": Dir, "/opt/java/bin/java": File, "/usr/bin": Dir, "/usr/bin/java": Symlink,
		},
		Links: map[string]string{"/lib": "usr/lib", "/usr/lib/libx.so.1": "libx.so.1.2", "/loop": "loop", "/usr/bin/java": "/opt/java/bin/java"},
	}
	for name, want := range map[string]string{
		"/lib/libx.so.1": "/usr/lib/libx.so.1.2", "/usr/bin/java": "/opt/java/bin/java", "/loop": "", "/loop/x": "", "/gone": "", "/": "/", "/opt/java/bin/java/": "/opt/java/bin/java",
	} {
		if got := c.Resolve(name); got != want {
			t.Errorf("%s leads to %q, want %q", name, got, want)
		}
	}
	if got := c.Library("libx.so.1"); got != "/usr/lib/libx.so.1.2" {
		t.Errorf("libx.so.1 is %q", got)
	}
	if got := strings.Join(c.Below("bin/java"), " "); got != "/opt/java/bin/java /usr/bin/java" {
		t.Error(got)
	}
	if c.Musl() || !(Content{Kinds: map[string]Kind{"/lib/ld-musl-x86_64.so.1": File}}).Musl() {
		t.Error("musl is not told")
	}
}

func TestChoose(t *testing.T) {
	table, err := ReadTable(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		want  Wanted
		image string
	}{
		"corretto":    {Wanted{Runtime: "jvm", Name: "OpenJDK (Amazon.com Inc.)", Version: "17.0.15"}, "public.ecr.aws/amazoncorretto/amazoncorretto:17-al2023-headless"},
		"debian":      {Wanted{Runtime: "jvm", Name: "OpenJDK (Debian)", Version: "17.0.15"}, "docker.io/library/eclipse-temurin:17-jre-noble"},
		"java_8":      {Wanted{Runtime: "jvm", Name: "OpenJDK (Temurin)", Version: "1.8.0_412"}, "docker.io/library/eclipse-temurin:8-jre-noble"},
		"no_java_19":  {Wanted{Runtime: "jvm", Name: "OpenJDK (Debian)", Version: "19.0.2"}, ""},
		"dotnet":      {Wanted{Runtime: "dotnet", Name: ".NET", Version: "9.0.7"}, "mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled"},
		"dotnet_icu":  {Wanted{Runtime: "dotnet", Name: ".NET", Version: "9.0.7", ICU: true}, "mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled-extra"},
		"dotnet_10":   {Wanted{Runtime: "dotnet", Name: ".NET", Version: "10.0.1"}, "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled"},
		"os":          {Wanted{Runtime: "os", Name: "rocky", Version: "9.4"}, "registry.access.redhat.com/ubi9/ubi-minimal:latest"},
		"os_unknown":  {Wanted{Runtime: "os", Name: "gentoo", Version: "9"}, ""},
		"no_name":     {Wanted{Runtime: "os", Version: "9"}, ""},
		"other_major": {Wanted{Runtime: "jvm", Name: "OpenJDK", Version: "170.1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := table.Choose(c.want)
			if got.Image != c.image || (err == nil) != (c.image != "") {
				t.Errorf("%q, %v; want %q", got.Image, err, c.image)
			}
		})
	}
}

func TestTable(t *testing.T) {
	table, err := ReadTable(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, img := range table.Images {
		if _, err := name.NewTag(img.Image, name.StrictValidation); err != nil {
			t.Errorf("%s: %v", img.Image, err)
		}
		if !strings.HasPrefix(img.Source, "https://") {
			t.Errorf("%s: no source", img.Image)
		}
	}
	for _, bad := range []string{"{", `{"images": [{"image": "a:1"}]}`, `{"imagez": []}`} {
		if _, err := ReadTable([]byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
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

// FuzzLinkage reads foreign bytes as ELF.
func FuzzLinkage(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		ReadLinkage(bytes.NewReader(data))
		_, _ = Defines(data)
	})
}
