package proof

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"golang.org/x/sys/unix"

	"a2c/proof/apps"
)

// Buildah holds `a2c containerize` against `buildah bud` and push to an OCI layout, of the same context and by turns in one run: JDK, Tomcat and jars.
func Buildah() Proof {
	return Proof{
		Name: "buildah", Needs: []Need{Root, AMD64, Packages, Benchmark}, Budget: 20 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Buildah()}); err != nil {
				t.Fatal(err)
			}
			InstallApps(apps.Shop())(t, b)
		},
		Run: func(t *testing.T, b *Bench) {
			v := &versus{figures: figures{t: t, b: b}, seconds: map[string][]float64{}}
			v.prepare()
			defer v.print() // what was measured, also when a later part fails
			for n := range b.Repeat(1, 3, 5) {
				v.round(n)
			}
			v.compare()
			v.push()
			v.peakDisk()
			v.large()
		},
	}
}

// versus measures; seconds are kept by what was done.
type versus struct {
	figures
	c       Command
	job     Job
	dir     string
	seconds map[string][]float64
	used    int                // folders that were put aside
	size    map[string]float64 // bytes of the layers, compressed
}

func (v *versus) prepare() {
	v.t.Helper()
	site := v.b.Start(v.t, apps.Shop())
	v.dir = v.b.Scratch(v.t, "buildah")
	v.size = map[string]float64{}
	v.c = v.b.Command(filepath.Join(v.dir, "workspace"))
	jobs, _ := v.b.Inventory(v.t, v.c, site, []apps.App{apps.Shop()})
	v.job = jobs["shop"]
	top := v.planted()
	v.t.Cleanup(func() {
		if err := os.RemoveAll(top); err != nil {
			v.t.Error(err)
		}
	})
	if err := plantJars(v.t, site, top); err != nil {
		v.t.Fatal(err)
	}
	v.job.Analyze(v.t, v.c)
}

func (v *versus) planted() string { return filepath.Join(string(v.job.Found.Base), apps.Filled) }

// plantJars brings what is missing to 330 MB in 3,400 files: large jars, and the classes of one of them as WEB-INF/classes has them.
func plantJars(t *testing.T, site *apps.Site, top string) error {
	lib, classes := filepath.Join(top, "WEB-INF", "lib"), filepath.Join(top, "WEB-INF", "classes")
	if err := os.MkdirAll(lib, 0o755); err != nil {
		return err
	}
	for _, jar := range [][2]string{
		{"org.apache.jena:jena-fuseki-server:4.10.0:jar", "2bf863649dd5ead4f69988203c491a01b59cccd83f1f29752cd93e401430d9c2"},
		{"org.questdb:questdb:7.4.2:jar", "faa7155d7653627ee544c06970960133f765d8928ca1907156cbfde3b5987209"},
		{"org.mock-server:mockserver-netty-no-dependencies:5.15.0:jar", "866bd44bfda37a3dc7d95f89c3abb34175dab5014326cd74b3e03fd023eddebf"},
		{"org.wiremock:wiremock-standalone:3.9.2:jar", "77b88dc41c3268e3ce391f3fef222b0cd0696f286d3fc35a84ba22ffcb877012"},
	} {
		file, err := site.FetchMaven(t.Context(), jar[0], jar[1])
		if err != nil {
			return err
		}
		if err := copyTo(filepath.Join(lib, filepath.Base(file)), func() (io.ReadCloser, error) { return os.Open(file) }); err != nil {
			return err
		}
		if strings.Contains(file, "fuseki") {
			if err := unzipClasses(file, classes, 3000); err != nil {
				return err
			}
		}
	}
	return nil
}

// unzipClasses unpacks the first n classes of a jar.
func unzipClasses(jar, to string, n int) error {
	r, err := zip.OpenReader(jar)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // was only read
	for _, f := range r.File {
		if !strings.HasSuffix(f.Name, ".class") || !filepath.IsLocal(f.Name) {
			continue
		}
		if n--; n < 0 {
			return nil
		}
		name := filepath.Join(to, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), copyTo(name, f.Open)); err != nil {
			return err
		}
	}
	return nil
}

func copyTo(name string, open func() (io.ReadCloser, error)) error {
	from, err := open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// round does everything once: a2c from nothing, again, with one class changed, in zstd, and buildah of the same context in between.
func (v *versus) round(n int) {
	v.t.Helper()
	v.fresh()
	v.containerize("first")
	v.memory("")
	v.containerize("unchanged")
	was := v.job.Image.Digest
	v.changeClass(n)
	v.containerize("one class")
	if v.job.Image.Digest == was {
		v.t.Error("a class with other content, of the same size and time, gave the same image")
	}
	v.buildah()
	v.fresh()
	v.job.Compression = "zstd"
	v.containerize("zstd")
	v.job.Compression = ""
}

// fresh puts what a build left aside, and rests.
func (v *versus) fresh() {
	v.t.Helper()
	v.aside(v.image())
	v.rest()
}

// rest waits until nothing was deleted for a while: ext4 without a journal takes no inode again that was deleted in the last minute (recently_deleted in
// fs/ext4/ialloc.c), and whoever writes next would pay for looking for others.
func (v *versus) rest() {
	v.t.Helper()
	unix.Sync()
	select {
	case <-time.After(65 * time.Second):
	case <-v.t.Context().Done():
	}
}

func (v *versus) aside(dir string) {
	v.t.Helper()
	v.used++
	if err := os.Rename(dir, filepath.Join(v.dir, fmt.Sprintf("used-%d", v.used))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.t.Fatal(err)
	}
}

// discard makes room: what was put aside is removed.
func (v *versus) discard() {
	v.t.Helper()
	for n := range v.used {
		if err := os.RemoveAll(filepath.Join(v.dir, fmt.Sprintf("used-%d", n+1))); err != nil {
			v.t.Fatal(err)
		}
	}
}

func (v *versus) image() string { return filepath.Join(v.c.Workspace, v.job.ID, "image") }

func (v *versus) containerize(what string, args ...string) {
	v.t.Helper()
	v.job.Containerize(v.t, v.c, args...)
	v.seconds[what] = append(v.seconds[what], v.job.Runs[len(v.job.Runs)-1].Seconds)
	v.size[what] = float64(v.job.Image.Size)
}

func (v *versus) memory(of string) {
	v.t.Helper()
	v.goal("peak memory of a2c and the builder"+of, float64(v.job.Image.PeakBytes)/1e6, 150, "MB")
}

// changeClass writes another byte into a class, and puts its time back.
func (v *versus) changeClass(n int) {
	v.t.Helper()
	name := ""
	err := filepath.WalkDir(filepath.Join(v.planted(), "WEB-INF", "classes"), func(at string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(at, ".class") {
			name = at
			return fs.SkipAll
		}
		return err
	})
	if err != nil || name == "" {
		v.t.Fatalf("no class to change: %v", err)
	}
	info, err := os.Stat(name)
	if err != nil {
		v.t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		v.t.Fatal(err)
	}
	data[len(data)-1] ^= byte(n + 1)
	if err := errors.Join(os.WriteFile(name, data, info.Mode()), os.Chtimes(name, info.ModTime(), info.ModTime())); err != nil {
		v.t.Fatal(err)
	}
}

// buildah builds and pushes into an OCI layout, with overlay, the fastest of its drivers.
func (v *versus) buildah() {
	v.t.Helper()
	state := filepath.Join(v.dir, "storage")
	oci := filepath.Join(v.dir, "oci")
	defer func() {
		v.aside(state)
		v.aside(state + ".run")
		v.aside(oci)
	}()
	v.rest()
	begin := time.Now()
	for _, args := range [][]string{
		{"bud", "-q", "--isolation", "chroot", "-f", filepath.Join(v.image(), "Dockerfile"), "-t", "localhost/bench", filepath.Join(v.image(), "context")},
		{"push", "-q", "localhost/bench", "oci:" + oci},
	} {
		v.run("buildah", append([]string{"--root", state, "--runroot", state + ".run", "--storage-driver", "overlay"}, args...)...)
	}
	v.seconds["buildah"] = append(v.seconds["buildah"], time.Since(begin).Seconds())
	used, err := taken(filepath.Join(oci, "blobs"))
	if err != nil {
		v.t.Fatal(err)
	}
	v.size["buildah"] = float64(used.size)
}

func (v *versus) run(name string, args ...string) {
	v.t.Helper()
	if out, err := exec.CommandContext(v.t.Context(), name, args...).CombinedOutput(); err != nil {
		v.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// compare notes the medians.
func (v *versus) compare() {
	v.t.Helper()
	used, err := taken(filepath.Join(v.image(), "context"))
	if err != nil {
		v.t.Fatal(err)
	}
	v.note("files of the context", float64(used.files), 0, "")
	v.note("  their size", float64(used.size)/1e6, 0, "MB")
	for _, what := range []string{"first", "zstd", "unchanged", "one class", "buildah"} {
		v.note("seconds, median of "+fmt.Sprint(len(v.seconds[what]))+": "+what, middle(v.seconds[what]), 0, "s")
	}
	first, other := middle(v.seconds["first"]), middle(v.seconds["buildah"])
	v.goal("containerize : buildah bud and push, gzip", first/other, 0.6, "")
	v.goal("  zstd : the same", middle(v.seconds["zstd"])/other, 0.4, "")
	v.goal("  again, nothing changed : the first", middle(v.seconds["unchanged"])/first, 0.1, "")
	v.goal("  one class changed : the first", middle(v.seconds["one class"])/first, 0.25, "")
	v.goal("  compressed : buildah's", v.size["first"]/v.size["buildah"], 1, "")
}

// goal prints what is to be reached, and fails at twice of it.
func (v *versus) goal(name string, value, limit float64, unit string) {
	v.t.Helper()
	v.hold(name, value, limit, 2*limit, unit)
}

func middle(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// push pushes the unchanged image twice to a registry on loopback; what the second one takes longer than no push is the push.
func (v *versus) push() {
	v.t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))))
	v.t.Cleanup(server.Close)
	to := []string{"--allow-secrets-in-image", "--destination", strings.TrimPrefix(server.URL, "http://") + "/bench:1"}
	v.containerize("pushed first", to...)
	for range 3 {
		v.containerize("not pushed")
		v.containerize("pushed", to...)
	}
	v.goal("push of an unchanged image, median of 3", max(0, middle(v.seconds["pushed"])-middle(v.seconds["not pushed"])), 0.5, "s")
}

// peakDisk looks again and again at what a build has on disk.
func (v *versus) peakDisk() {
	v.t.Helper()
	v.fresh()
	over, most := make(chan struct{}), make(chan int64)
	go func() {
		var peak int64
		for {
			used, _ := taken(v.image()) // files vanish meanwhile
			peak = max(peak, used.disk)
			select {
			case <-over:
				most <- peak
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	v.job.Containerize(v.t, v.c)
	close(over)
	peak := <-most
	used, err := taken(filepath.Join(v.image(), "context"))
	if err != nil {
		v.t.Fatal(err)
	}
	v.goal("peak disk : the files", float64(peak)/float64(used.disk), 2.5, "")
}

// large builds with one file of 5 GB, of which no block is like another.
func (v *versus) large() {
	v.t.Helper()
	v.discard()
	name := filepath.Join(v.planted(), "large.bin")
	f, err := os.Create(name)
	if err != nil {
		v.t.Fatal(err)
	}
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{}), 5<<30)
	if err := errors.Join(err, f.Close()); err != nil {
		v.t.Fatal(err)
	}
	v.job.Analyze(v.t, v.c)
	v.fresh()
	v.containerize("5 GB")
	v.memory(", with a file of 5 GB")
	v.note("  seconds", v.seconds["5 GB"][0], 0, "s")
}

// usage of a folder: hard links count once.
type usage struct{ files, size, disk int64 }

func taken(dir string) (u usage, err error) {
	seen := map[uint64]bool{}
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil //nolint:nilerr // gone meanwhile
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok || seen[st.Ino] {
			return nil
		}
		seen[st.Ino] = true
		u.disk += st.Blocks * 512
		if info.Mode().IsRegular() {
			u.files++
			u.size += st.Size
		}
		return nil
	})
	return u, err
}
