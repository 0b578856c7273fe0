package containerize

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
)

// built says what the image in the layout was made from. Only content decides, never a time: what would give the same bytes is not made again.
type built struct {
	From    string // digest of all that goes into the layout
	Builder string
	Config  v1.Config
	Layout  layer.Published
}

func (r *runner) builtFile() string { return filepath.Join(r.o.Dir, ".a2c", "built.json") }

// known gives the layers digests of all that decides about their bytes, and gives that of all that goes into the layout: the plan with the content of
// its files, the Dockerfile, the base, and a2c itself. "" with --build-only: a user's Dockerfile may do something else each time, and his context is not
// read here.
func (r *runner) known() (from string, err error) {
	if r.o.BuildOnly || r.o.Builder == (build.Dockerfile{}) {
		return "", nil
	}
	self, err := program()
	if err != nil {
		return "", err
	}
	for i, l := range r.layers {
		if r.layers[i].From, err = digestOf(self, r.o.Compression, l); err != nil {
			return "", err
		}
	}
	dockerfile, err := os.ReadFile(r.dockerfile())
	if err != nil {
		return "", fmt.Errorf("read Dockerfile: %w", err)
	}
	base := ""
	if r.base != nil {
		base = r.base.model.Digest
	}
	return digestOf(self, r.o.Version, r.platform, r.name(), r.o.Compression, base, string(dockerfile), r.config, r.layers)
}

func digestOf(parts ...any) (string, error) {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, part := range parts {
		if err := e.Encode(part); err != nil {
			return "", fmt.Errorf("digest of the plan: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// last is what is known of the image that stands in the layout; nil: nothing, or with --force nothing is to be taken from it.
func (r *runner) last() *built {
	if r.o.Force || r.o.BuildOnly {
		return nil
	}
	text, err := os.ReadFile(r.builtFile())
	if err != nil {
		return nil // the first build, or its note cannot be read: then it is built
	}
	was := &built{}
	if err := json.Unmarshal(text, was); err != nil {
		return nil // of another version
	}
	return was
}

// lookAtLast reads the last image beside what comes before it is asked for.
func (r *runner) lookAtLast(ctx context.Context) {
	if r.was = r.last(); r.was == nil {
		return
	}
	seen := make(chan map[v1.Hash]bool, 1)
	go func() { seen <- layer.Whole(ctx, r.layout(), r.was.Layout, r.seen.Blobs) }()
	r.whole = sync.OnceValue(func() map[v1.Hash]bool { return <-seen })
}

// unchanged reports whether the last image is made from exactly what would be built now, and is whole.
func (r *runner) unchanged(from string) bool {
	if r.was == nil || from == "" || r.was.From != from {
		return false
	}
	if err := layer.Intact(r.layout(), r.was.Layout, r.whole()); err != nil {
		r.o.log().Info("the last image is not whole, and is built again", "error", err)
		return false
	}
	return true
}

// keepLayers finds those layers in the last image that this one has too, and writes for the builder a Dockerfile without them.
func (r *runner) keepLayers() (dockerfile string, err error) {
	if r.was == nil {
		return r.dockerfile(), nil
	}
	r.kept = map[string]layer.Packed{}
	for _, l := range r.layers {
		if p, there := r.was.Layout.Made[l.From]; there && r.whole()[p.Digest] {
			r.kept[l.From] = p
		}
	}
	if len(r.kept) == 0 {
		return r.dockerfile(), nil
	}
	text, err := os.ReadFile(r.dockerfile())
	if err != nil {
		return "", fmt.Errorf("read Dockerfile: %w", err)
	}
	lines := string(text)
	for _, l := range r.layers {
		if _, kept := r.kept[l.From]; !kept {
			continue
		}
		for _, f := range r.plan.folders() {
			if f.Layer == l.Name {
				copies := fmt.Sprintf("\nCOPY --chown=%s %s /\n", f.Owner, f.Name)
				lines = strings.Replace(lines, copies, "\n# as in the last image: "+f.Name+"\n", 1)
			}
		}
		r.o.report(Event{Step: "layer " + l.Name, Text: "as in the last image", Done: true})
	}
	name := filepath.Join(r.scratch(), "Dockerfile")
	return name, disk.WriteFile(name, []byte(lines), 0o600)
}

// note notes what an image was made from.
func (r *runner) note(from, builder string, p layer.Published, c v1.Config) error {
	if from == "" {
		if err := os.Remove(r.builtFile()); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("forget the last build: %w", err)
		}
		return nil
	}
	text, err := json.Marshal(built{From: from, Builder: builder, Config: c, Layout: p})
	if err != nil {
		return fmt.Errorf("note the build: %w", err)
	}
	return disk.WriteFile(r.builtFile(), text, 0o600)
}

// program tells one build of a2c from another: versions between releases bear one name.
func program() (string, error) {
	info, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("look at a2c itself: %w", err)
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano()), nil
}
