package containerize

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/model"
)

// deliver writes the archive and pushes.
func (r *runner) deliver(ctx context.Context, m *model.Image) error {
	if r.o.Tar == "" && r.o.Destination == "" {
		return nil
	}
	img, err := layer.Load(r.layout())
	if err != nil {
		return err
	}
	if r.o.Tar != "" {
		r.o.report(Event{Step: "archive", Text: r.o.Tar, Total: m.Size})
		if err := r.archive(ctx, img, m.Size); err != nil {
			return err
		}
	}
	if r.o.Destination == "" {
		return nil
	}
	r.o.report(Event{Step: "push", Text: r.o.Destination, Total: m.Size})
	if err := r.createRepository(ctx); err != nil {
		return err
	}
	said := func(done, total int64) { r.o.report(Event{Step: "push", Bytes: done, Total: total}) }
	if err := layer.Push(ctx, r.registry(), img, r.o.Destination, r.origins(m), said); err != nil {
		return err
	}
	if err := r.rememberPush(m); err != nil {
		return err
	}
	if err := r.attach(ctx, img, m); err != nil || r.o.SignKey == nil {
		return err
	}
	r.o.report(Event{Step: "sign", Text: m.Digest})
	return r.o.SignKey.Push(ctx, r.registry(), m.Digest, r.o.Destination)
}

// attach pushes the documents about the image as its referrers (distribution-spec, "Listing Referrers"). A registry that takes none has the image all the same.
func (r *runner) attach(ctx context.Context, img v1.Image, m *model.Image) error {
	for _, d := range []struct{ file, kind string }{{sbomFile, sbomType}, {provenanceFile, provenanceType}} {
		data, err := os.ReadFile(filepath.Join(r.o.Dir, d.file))
		if err != nil {
			return fmt.Errorf("read what is to be pushed with the image: %w", err)
		}
		r.o.report(Event{Step: "push", Text: d.file, Total: int64(len(data))})
		if err := layer.Attach(ctx, r.registry(), img, r.o.Destination, d.kind, data); err != nil {
			if ctx.Err() != nil {
				return err
			}
			m.Skips = append(m.Skips, model.Skip{
				What: d.file + " at the registry", Reason: err.Error(), Remedy: "the image is there; keep the file yourself, or push to a registry that takes referrers",
			})
		}
	}
	return nil
}

// archive writes the docker-archive, which takes as many bytes as the layers, where that leaves room.
func (r *runner) archive(ctx context.Context, img v1.Image, need int64) error {
	dir := filepath.Dir(r.o.Tar)
	var err error
	if !r.o.Force {
		err = disk.Room(dir, need)
	}
	if err == nil {
		err = layer.Archive(ctx, img, r.name(), r.o.Tar)
	}
	if _, tight := errors.AsType[*disk.SpaceError](err); !tight && !disk.Full(err) {
		return err
	}
	free, _, freeErr := disk.Free(dir)
	if freeErr != nil {
		return errors.Join(err, freeErr)
	}
	return fmt.Errorf("%w for the archive %s: it needs %s, %s is free there, and a2c leaves 10 %% and 1 GB to the host unless --force says otherwise; "+
		"the image itself is whole in %s: make room, or name a file elsewhere with --tar, and run the same with --build-only", ErrNoSpace, model.Path(r.o.Tar), term.Size(need), term.Size(free), model.Path(r.layout()))
}
