package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/GoogleContainerTools/kaniko/pkg/config"
	"github.com/GoogleContainerTools/kaniko/pkg/executor"
	kimage "github.com/GoogleContainerTools/kaniko/pkg/image"
	"github.com/GoogleContainerTools/kaniko/pkg/util"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/jail"
)

// builder is one run of Kaniko. It sees only the jail.
type builder struct {
	child  *jail.Child
	req    build.Request
	dir    string // Kaniko's own folder: Dockerfile, context, bases, out, and the snapshots it takes
	script *script
	steps  *follower
	relay  *relay // nil: layers are handed over in the end
}

func newBuilder(child *jail.Child, req build.Request) (*builder, error) {
	dir := child.Plan.Inside()
	s, err := readScript(filepath.Join(dir, build.DockerfileName))
	if err != nil {
		return nil, err
	}
	b := &builder{child: child, req: req, dir: dir, script: s, steps: follow(child, s)}
	if req.Early {
		b.relay = &relay{child: child, empty: req.Empty}
		b.steps.begins = b.relay.hand
	}
	return b, nil
}

// needs lists the images that the Dockerfile stands on, without stages of its own and scratch.
func (b *builder) needs() ([]string, error) { return b.script.images() }

func (b *builder) build() (done *build.Done, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = b.steps.wrap(fmt.Errorf("kaniko: %v", r))
		}
	}()
	if config.KanikoDir != b.dir {
		return nil, fmt.Errorf("kaniko works in %s instead of %s", config.KanikoDir, b.dir)
	}
	if err := util.InitIgnoreList(); err != nil {
		return nil, err
	}
	bases, err := b.loadBases()
	if err != nil {
		return nil, err
	}
	// The one place where Kaniko would go to the network for a FROM: it gets what a2c has fetched.
	kimage.RetrieveRemoteImage = func(name string, _ config.RegistryOptions, _ string) (v1.Image, error) {
		if img, ok := bases[name]; ok {
			return b.noticed(img), nil
		}
		return nil, fmt.Errorf("image %q was not fetched", name)
	}
	// Kaniko takes zstd for images in OCI's form only, and scratch is in Docker's.
	empty.Image = b.noticed(mutate.MediaType(empty.Image, types.OCIManifestSchema1))
	img, err := executor.DoBuild(options(b.dir, b.req.Platform))
	if err != nil {
		return nil, b.steps.wrap(err)
	}
	return b.hand(img, bases)
}

// noticed tells the relay whenever Kaniko asks an image for its form: it does so between writing a snapshot and reading it (executor.saveSnapshotToLayer).
func (b *builder) noticed(img v1.Image) v1.Image {
	if b.relay == nil {
		return img
	}
	return noticed{img, b.relay.written}
}

type noticed struct {
	v1.Image
	asked func()
}

func (n noticed) MediaType() (types.MediaType, error) {
	n.asked()
	return n.Image.MediaType()
}

// options is pure, so that what Kaniko is told stands in one place.
func options(dir, platform string) *config.KanikoOptions {
	return &config.KanikoOptions{
		DockerfilePath: filepath.Join(dir, build.DockerfileName), SrcContext: filepath.Join(dir, build.ContextName),
		SnapshotMode: "redo", NoPush: true, NoPushCache: true, CustomPlatform: platform, KanikoDir: dir,
		// Kaniko compresses only to name the layer, with one core; a2c compresses the layers that it keeps. zstd takes a fifth of gzip's time.
		Compression: config.ZStd, CompressionLevel: 1,
		RegistryOptions: config.RegistryOptions{SkipDefaultRegistryFallback: true},
	}
}

func (b *builder) loadBases() (map[string]v1.Image, error) {
	out := map[string]v1.Image{}
	for name, folder := range b.req.Bases {
		img, err := layer.Load(filepath.Join(b.dir, folder))
		if err != nil {
			return nil, fmt.Errorf("base image %q: %w", name, err)
		}
		out[name] = mutate.MediaType(img, types.OCIManifestSchema1)
	}
	return out, nil
}

// hand moves Kaniko's uncompressed snapshots to the output folder. They are found by their digests: go-containerregistry does not say which
// file a layer came from.
func (b *builder) hand(img v1.Image, bases map[string]v1.Image) (*build.Done, error) {
	done := &build.Done{PeakBytes: peak()}
	skip, err := b.base(done, bases)
	if err != nil {
		return nil, err
	}
	layers, err := img.Layers()
	if err != nil {
		return nil, err
	}
	cf, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	if done.Config, err = json.Marshal(cf.Config); err != nil {
		return nil, err
	}
	if b.relay != nil {
		return done, b.relay.last(len(layers) - skip)
	}
	snapshots, err := b.snapshots()
	if err != nil {
		return nil, err
	}
	by := createdBy(cf.History, len(layers))
	for i := skip; i < len(layers); i++ {
		diff, err := layers[i].DiffID()
		if err != nil {
			return nil, err
		}
		name := strconv.Itoa(i-skip) + ".tar"
		if err := place(layers[i], snapshots[diff.Hex], filepath.Join(b.dir, build.OutName, name)); err != nil {
			return nil, fmt.Errorf("hand over layer %d: %w", i, err)
		}
		done.Layers = append(done.Layers, build.RawLayer{File: name, CreatedBy: by[i]})
	}
	return done, nil
}

// base says which image the last stage stands on, and how many layers are that image's.
func (b *builder) base(done *build.Done, bases map[string]v1.Image) (int, error) {
	name, err := b.script.lastBase()
	if err != nil {
		return 0, err
	}
	img, ok := bases[name]
	if !ok {
		return 0, nil
	}
	layers, err := img.Layers()
	done.Base = name
	return len(layers), err
}

// place puts a layer's tar at to: by renaming the snapshot, or by unpacking the layer when a stage was built on another.
func place(l v1.Layer, snapshot, to string) error {
	if snapshot != "" {
		return os.Rename(snapshot, to)
	}
	r, err := l.Uncompressed()
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Close()
}

// snapshots maps the digest of each snapshot that lies in Kaniko's folder (os.CreateTemp with an empty pattern: digits) to its path.
func (b *builder) snapshots() (map[string]string, error) {
	names, err := snapshotsIn(b.dir)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range names {
		sum, err := disk.SHA256(name)
		if err != nil {
			return nil, err
		}
		out[sum] = name
	}
	return out, nil
}

func snapshotsIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if _, err := strconv.ParseUint(e.Name(), 10, 64); err == nil && e.Type().IsRegular() {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// createdBy gives the instruction of each layer: history entries without a layer are marked empty (image-spec, config.md).
func createdBy(history []v1.History, n int) []string {
	out := make([]string, 0, n)
	for _, h := range history {
		if !h.EmptyLayer {
			out = append(out, h.CreatedBy)
		}
	}
	for len(out) < n {
		out = append(out, "")
	}
	return out
}

// peak is VmHWM of this process in bytes (proc_pid_status(5): "VmHWM:     53420 kB").
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}
