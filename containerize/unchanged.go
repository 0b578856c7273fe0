package containerize

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
)

// built says what the image in the layout was made from. Only content decides, never a time: a build from the same is left out, since it would give
// the same digest.
type built struct {
	From    string // digest of all that goes into the layout
	Builder string
	Config  v1.Config
	Layout  layer.Published
}

func (r *runner) builtFile() string { return filepath.Join(r.o.Dir, ".a2c", "built.json") }

// unchanged gives the image that stands in the layout already, when it was made from exactly what would be built now, and is whole. from is the
// digest of that, "" where a build must not be left out: by --force, by --build-only, since steps of a user's Dockerfile may do something else each time.
func (r *runner) unchanged(ctx context.Context) (was *built, from string, err error) {
	if r.o.Force || r.o.BuildOnly || r.edited || r.o.Builder == (build.Dockerfile{}) {
		return nil, "", nil
	}
	if from, err = r.madeFrom(ctx); err != nil {
		return nil, "", err
	}
	text, err := os.ReadFile(r.builtFile())
	if err != nil {
		return nil, from, nil //nolint:nilerr // the first build, or its note cannot be read: then it is built
	}
	was = &built{}
	if err := json.Unmarshal(text, was); err != nil || was.From != from {
		return nil, from, nil //nolint:nilerr // of another version
	}
	if err := layer.Intact(ctx, r.layout(), was.Layout); err != nil {
		r.o.log().Info("the last image is not whole, and is built again", "error", err)
		return nil, from, ctx.Err()
	}
	return was, from, nil
}

// keep notes what an image was made from.
func (r *runner) keep(from, builder string, p layer.Published, c v1.Config) error {
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

// madeFrom is the digest of everything that the layout depends on: the plan, the context's content, the Dockerfile, the base, and a2c itself.
func (r *runner) madeFrom(ctx context.Context) (string, error) {
	h := sha256.New()
	e := json.NewEncoder(h)
	dockerfile, err := os.ReadFile(r.dockerfile())
	if err != nil {
		return "", fmt.Errorf("read Dockerfile: %w", err)
	}
	base := ""
	if r.base != nil {
		base = r.base.model.Digest
	}
	self, err := program()
	if err != nil {
		return "", err
	}
	for _, part := range []any{self, r.o.Version, r.platform, r.name(), r.o.Compression, base, string(dockerfile), r.config, r.layers} {
		if err := e.Encode(part); err != nil {
			return "", fmt.Errorf("digest of the plan: %w", err)
		}
	}
	sums, err := digests(ctx, r.context(), r.jobs())
	if err != nil {
		return "", err
	}
	for _, s := range sums {
		fmt.Fprintf(h, "%q %s\n", s.name, s.sum)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// program tells one build of a2c from another: versions between releases bear one name.
func program() (string, error) {
	info, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("look at a2c itself: %w", err)
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano()), nil
}

type contentSum struct{ name, sum string }

// digests are those of everything in a folder, in the order of its names.
func digests(ctx context.Context, dir string, jobs int) ([]*contentSum, error) {
	var all []*contentSum
	var g errgroup.Group
	g.SetLimit(max(jobs, 1))
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		s := &contentSum{name: strings.TrimPrefix(at, dir), sum: info.Mode().String()}
		all = append(all, s)
		switch {
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(at)
			s.sum += " " + target
			return err
		case info.Mode().IsRegular():
			g.Go(func() error {
				sum, err := disk.SHA256(at)
				s.sum += " " + sum
				return err
			})
		}
		return nil
	})
	if waited := g.Wait(); waited != nil {
		return nil, fmt.Errorf("digest of the context: %w", waited)
	}
	if err != nil {
		return nil, fmt.Errorf("digest of the context: %w", err)
	}
	return all, nil
}
