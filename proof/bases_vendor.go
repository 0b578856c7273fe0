package proof

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/containerize/base"
	"a2c/internal/term"
	"a2c/proof/apps"
)

// vendorBase builds an image in the layout of a vendor's (Temurin: JAVA_HOME is /opt/java/openjdk, variables that set the language) from the bench's JDK,
// serves it on loopback, and returns a table that names it.
func vendorBase(t *testing.T) (table string) {
	t.Helper()
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "base.tar")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := &baseTar{t: t, tar: tar.NewWriter(f), seen: map[string]bool{}}
	for _, link := range [][2]string{{"lib", "usr/lib"}, {"lib64", "usr/lib64"}, {"usr/bin/java", "/opt/java/openjdk/bin/java"}} {
		w.link(link[0], link[1])
	}
	w.runtime(home, "opt/java/openjdk")
	w.text("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
	w.text("etc/os-release", "ID=ubuntu\nVERSION_ID=\"24.04\"\n")
	if err := w.tar.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromFile(file, tarball.WithCompressionLevel(gzip.BestSpeed))
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	img, err = mutate.Config(img, v1.Config{Env: []string{"PATH=/opt/java/openjdk/bin:/usr/bin", "JAVA_HOME=/opt/java/openjdk", "LANG=de_DE.UTF-8", "JAVA_TOOL_OPTIONS=-Dnever=1"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))))
	t.Cleanup(server.Close)
	image := strings.TrimPrefix(server.URL, "http://") + "/library/temurin:17-jre"
	if err := crane.Push(img, image, crane.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(base.Table{Images: []base.VendorImage{{Runtime: "jvm", Version: "17", Image: image}}})
	if err != nil {
		t.Fatal(err)
	}
	table = filepath.Join(t.TempDir(), "table.json")
	if err := os.WriteFile(table, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return table
}

// baseTar writes the layer of a base image.
type baseTar struct {
	t    *testing.T
	tar  *tar.Writer
	seen map[string]bool
}

func (w *baseTar) header(h *tar.Header) bool {
	w.t.Helper()
	if w.seen[h.Name] {
		return false
	}
	w.seen[h.Name] = true
	if err := w.tar.WriteHeader(h); err != nil {
		w.t.Fatal(err)
	}
	return true
}

func (w *baseTar) link(name, to string) {
	w.header(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to, Mode: 0o777})
}

func (w *baseTar) text(name, text string) {
	if w.header(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}) {
		if _, err := io.WriteString(w.tar, text); err != nil {
			w.t.Fatal(err)
		}
	}
}

// file copies a file of the machine, through links.
func (w *baseTar) file(from, to string) {
	w.t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		w.t.Fatal(err)
	}
	if !w.header(&tar.Header{Typeflag: tar.TypeReg, Name: to, Mode: int64(info.Mode().Perm()), Size: info.Size()}) {
		return
	}
	f, err := os.Open(from)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(w.tar, f); err != nil {
		w.t.Fatal(err)
	}
}

// runtime copies the Java runtime with its links resolved, and the libraries that it needs.
func (w *baseTar) runtime(home, to string) {
	w.t.Helper()
	var native []string
	err := filepath.WalkDir(home, func(name string, e fs.DirEntry, err error) error {
		rel := strings.TrimPrefix(name, home+"/")
		top, _, _ := strings.Cut(rel, "/")
		if err != nil || e.IsDir() && slices.Contains([]string{"jmods", "include", "man", "legal", "docs"}, top) {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		info, err := os.Stat(name)
		if err != nil || e.IsDir() || top == "docs" || strings.HasSuffix(name, "src.zip") {
			return nil //nolint:nilerr // a link to what is not installed
		}
		if info.IsDir() { // a link to a folder: conf/security
			return w.folder(name, filepath.Join(to, rel))
		}
		if strings.HasSuffix(name, ".so") || rel == "bin/java" {
			native = append(native, name)
		}
		w.file(name, filepath.Join(to, rel))
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.libraries(home, native)
}

// libraries copies what programs and libraries are linked against, to where it lies below /usr.
func (w *baseTar) libraries(home string, native []string) {
	w.t.Helper()
	out, err := exec.CommandContext(w.t.Context(), "ldd", native...).Output()
	if err != nil {
		w.t.Logf("ldd: %v", err)
	}
	for field := range strings.FieldsSeq(string(out)) {
		if !strings.HasPrefix(field, "/lib") && !strings.HasPrefix(field, "/usr/lib") || strings.HasPrefix(field, home) || strings.HasSuffix(field, ":") {
			continue
		}
		name := field
		if !strings.HasPrefix(name, "/usr") {
			name = "/usr" + name
		}
		w.file(field, strings.TrimPrefix(name, "/"))
	}
}

func (w *baseTar) folder(from, to string) error {
	return filepath.WalkDir(from+"/", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			w.file(name, filepath.Join(to, strings.TrimPrefix(name, from+"/")))
		}
		return nil
	})
}

// proveVendor lets the base image's runtime run the application.
func proveVendor(t *testing.T, b *Bench, c Command, site *apps.Site, j Job, table string) {
	j.Containerize(t, c, "--base", "vendor", "--vendor-table", table)
	fmt.Fprintf(b.Log, "%s: --base vendor %s compressed\n", j.App.Title, term.Size(j.Image.Size))
	if j.Image.Base.Kind != "vendor" || j.Image.Config.Entrypoint[0] != "/opt/java/openjdk/bin/java" {
		t.Errorf("base %+v, entry point %q", j.Image.Base, j.Image.Config.Entrypoint)
	}
	for _, l := range j.Image.Layers[1:] {
		if l.Name == "runtime" && l.Size > 1<<20 {
			t.Errorf("%d files, %d bytes of the host's runtime are in the image", l.Files, l.Size)
		}
	}
	for _, kv := range j.Image.Config.Env {
		if strings.HasPrefix(kv, "LANG=de") || strings.HasPrefix(kv, "JAVA_TOOL_OPTIONS=") {
			t.Errorf("the base image's %s is in force", kv)
		}
	}
	j.Verify(t, c, site)
	if !j.Verification.Verified {
		t.Errorf("--base vendor: not verified: %+v", j.Verification)
	}
}
