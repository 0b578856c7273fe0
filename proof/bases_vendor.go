package proof

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
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

// standIn is an image in the layout of a vendor's, from runtimes of the bench, served on loopback, with a table that names it.
type standIn struct {
	table string // a file
	home  string // of the runtime in it
	exe   string // that runs the application
	env   string // begins the variables of it that must not be in force
}

// javaBase is one as Temurin's: JAVA_HOME is /opt/java/openjdk, variables set the language.
func javaBase(t *testing.T) standIn {
	t.Helper()
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	w := newBaseTar(t)
	w.link("usr/bin/java", "/opt/java/openjdk/bin/java")
	w.runtime(home, "opt/java/openjdk")
	w.text("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
	w.ubuntu()
	return standIn{
		w.serve("temurin:17-jre", []string{"PATH=/opt/java/openjdk/bin:/usr/bin", "JAVA_HOME=/opt/java/openjdk", "LANG=de_DE.UTF-8", "JAVA_TOOL_OPTIONS=-Dnever=1"}, base.VendorImage{Runtime: "jvm", Version: "17"}),
		"/opt/java/openjdk", "/opt/java/openjdk/bin/java", "JAVA_TOOL_OPTIONS=",
	}
}

// dotnetBase is one as Microsoft's chiseled ones (dotnet/dotnet-docker, src/aspnet): the runtime in /usr/share/dotnet, no shell, an unprivileged user, variables
// that set ports and modes. Without icu it is none of those named -extra.
func dotnetBase(t *testing.T, root string, icu bool) standIn {
	t.Helper()
	w := newBaseTar(t)
	w.link("usr/bin/dotnet", "../share/dotnet/dotnet")
	if err := errors.Join(w.folder(root, "usr/share/dotnet"), w.folder("/usr/share/zoneinfo", "usr/share/zoneinfo")); err != nil {
		t.Fatal(err)
	}
	native, err := filepath.Glob(filepath.Join(root, "shared/*/*/*.so"))
	if err != nil {
		t.Fatal(err)
	}
	opened := []string{"ssl", "crypto"}
	if icu {
		opened = append(opened, "icuuc", "icui18n", "icudata")
	}
	for _, lib := range opened {
		found, err := filepath.Glob("/usr/lib/x86_64-linux-gnu/lib" + lib + ".so.[0-9]*")
		if err != nil || len(found) == 0 {
			t.Fatalf("no lib%s here (%v)", lib, err)
		}
		for _, name := range found {
			w.file(name, strings.TrimPrefix(name, "/"))
		}
		native = append(native, found...)
	}
	w.libraries(root, append(native, filepath.Join(root, "dotnet")))
	w.text("etc/passwd", "root:x:0:0::/root:/noshell\napp:x:1654:1654::/home/app:/bin/false\n")
	w.text("etc/group", "root:x:0:\napp:x:1654:\n")
	w.ubuntu()
	return standIn{
		w.serve("aspnet:9.0", []string{"PATH=/usr/bin", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080", "DOTNET_RUNNING_IN_CONTAINER=true", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true", "DOTNET_VERSION=9.0.7"},
			base.VendorImage{Runtime: "dotnet", Version: "9.0", ICU: true}),
		"/usr/share/dotnet", "/usr/share/dotnet/dotnet", "ASPNETCORE_HTTP_PORTS=8080",
	}
}

// baseTar writes the layer of a base image.
type baseTar struct {
	t    *testing.T
	f    *os.File
	tar  *tar.Writer
	seen map[string]bool
}

func newBaseTar(t *testing.T) *baseTar {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "base.tar"))
	if err != nil {
		t.Fatal(err)
	}
	w := &baseTar{t: t, f: f, tar: tar.NewWriter(f), seen: map[string]bool{}}
	for _, link := range [][2]string{{"lib", "usr/lib"}, {"lib64", "usr/lib64"}} {
		w.link(link[0], link[1])
	}
	return w
}

// serve ends the layer, serves the image with these variables until the test ends, and writes a table in which it is what the entry says.
func (w *baseTar) serve(name string, env []string, entry base.VendorImage) (table string) {
	t := w.t
	t.Helper()
	if err := errors.Join(w.tar.Close(), w.f.Close()); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromFile(w.f.Name(), tarball.WithCompressionLevel(gzip.BestSpeed))
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = mutate.Config(img, v1.Config{Env: env}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))))
	t.Cleanup(server.Close)
	entry.Image = strings.TrimPrefix(server.URL, "http://") + "/library/" + name
	if err := crane.Push(img, entry.Image, crane.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(base.Table{Images: []base.VendorImage{entry}})
	if err != nil {
		t.Fatal(err)
	}
	table = filepath.Join(t.TempDir(), "table.json")
	if err := os.WriteFile(table, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return table
}

// ubuntu says what it is, with a package that no image of the host holds.
func (w *baseTar) ubuntu() {
	w.text("etc/os-release", "ID=ubuntu\nVERSION_ID=\"24.04\"\n")
	w.text("var/lib/dpkg/status", "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 13ubuntu10\n")
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
func proveVendor(t *testing.T, b *Bench, c Command, site *apps.Site, j Job, from standIn) {
	j.Containerize(t, c, "--base", "vendor", "--vendor-table", from.table)
	fmt.Fprintf(b.Log, "%s: --base vendor %s compressed\n", j.App.Title, term.Size(j.Image.Size))
	if j.Image.Base.Kind != "vendor" || !slices.Contains(j.Image.Config.Entrypoint, from.exe) {
		t.Errorf("base %+v, entry point %q", j.Image.Base, j.Image.Config.Entrypoint)
	}
	for _, l := range j.Image.Layers[1:] {
		if l.Name == "runtime" && l.Size > 1<<20 {
			t.Errorf("%d files, %d bytes of the host's runtime are in the image", l.Files, l.Size)
		}
	}
	for _, kv := range j.Image.Config.Env {
		if strings.HasPrefix(kv, "LANG=de") || strings.HasPrefix(kv, from.env) {
			t.Errorf("the base image's %s is in force", kv)
		}
	}
	bom, err := os.ReadFile(filepath.Join(c.Workspace, j.ID, "image", "sbom.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"purl": "pkg:deb/ubuntu/base-files@13ubuntu10?arch=amd64&distro=ubuntu-24.04"`, `"value": "base image ` + j.Image.Base.Reference, `"location": "` + from.home + `"`} {
		if !strings.Contains(string(bom), want) {
			t.Errorf("the list of parts has no %s", want)
		}
	}
	j.Verify(t, c, site)
	if !j.Verification.Verified {
		t.Errorf("--base vendor: not verified: %+v", j.Verification)
	}
}

// refuseVendor has a base image without what the runtime opens only when it runs.
func refuseVendor(t *testing.T, c Command, j Job, from standIn) {
	r := c.Run(t, []int{exitFailed}, "containerize", "--application-id", j.ID, "--base", "vendor", "--vendor-table", from.table)
	if !strings.Contains(string(r.Stderr), "it has no libicuuc.so.*, which the live process has open") {
		t.Errorf("a base image without ICU:\n%s", r.Stderr)
	}
}
