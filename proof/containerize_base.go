package proof

import (
	"archive/tar"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"a2c/containerize"
	"a2c/containerize/layer"
)

// proveBase builds on an image of a registry, plainly and with a stage between: the child has no network, a2c fetches for it.
func proveBase(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-base")
	image := serveBase(t, map[string]string{"etc/passwd": "root:x:0:0::/root:/bin/sh\nbob:x:77:77::/:/bin/sh\n", "bin/app": "the base's own", "opt/tool": "tool"})
	root := filepath.Join(dir, "root")
	o := oddOptions(t, b, root, plant(t, root), filepath.Join(dir, "image"))
	o.Base = image
	first, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if first.Layers[0].Name != "base" || first.Base.Digest == "" {
		t.Errorf("no base layer: %+v", first.Layers)
	}
	files := contents(t, filepath.Join(o.Dir, "oci"))
	for name, want := range map[string]string{
		"/opt/tool": "tool", "/bin/app": "the base's own", "/opt/app/first": "linked",
		"/etc/passwd": "root:x:0:0::/root:/bin/sh\nbob:x:77:77::/:/bin/sh\nodd:x:4242:4243::/opt/app:/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/sbin/nologin\n",
	} {
		if files[name] != want {
			t.Errorf("%s is %q, want %q", name, files[name], want)
		}
	}
	text := "FROM " + image + " AS tools\nFROM scratch\nCOPY --from=tools /opt/tool /tool\nENTRYPOINT [\"/tool\"]\n"
	if err := os.WriteFile(filepath.Join(o.Dir, "Dockerfile"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o.BuildOnly = true
	staged, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	files = contents(t, filepath.Join(o.Dir, "oci"))
	if files["/tool"] != "tool" || files["/opt/tool"] != "" || !slices.Equal(staged.Config.Entrypoint, []string{"/tool"}) {
		t.Errorf("two stages: %q, %+v", files, staged.Config)
	}
}

// serveBase puts an image of one layer into a registry on loopback.
func serveBase(t *testing.T, files map[string]string) string {
	t.Helper()
	data := map[string][]byte{}
	for name, body := range files {
		data[name] = []byte(body)
	}
	l, err := crane.Layer(data)
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))))
	t.Cleanup(server.Close)
	image := strings.TrimPrefix(server.URL, "http://") + "/team/base:1"
	if err := crane.Push(img, image, crane.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	return image
}

// contents reads the regular files of an image as its layers add up.
func contents(t *testing.T, oci string) map[string]string {
	t.Helper()
	img, err := layer.Load(oci)
	if err != nil {
		t.Fatal(err)
	}
	r := mutate.Extract(img)
	defer r.Close()
	out := map[string]string{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg && h.Size < 1<<20 {
			body, err := io.ReadAll(tr)
			if err != nil {
				t.Fatal(err)
			}
			out["/"+strings.TrimPrefix(h.Name, "/")] = string(body)
		}
	}
}
