package containerize

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"a2c/containerize/sbom"
	"a2c/internal/disk"
	"a2c/model"
	"a2c/parse"
)

// sbomFile stands beside the image.
const sbomFile = "sbom.cdx.json"

// writeSBOM lists what the image is made of, and counts it.
func (r *runner) writeSBOM(img *model.Image) error {
	a := r.o.Analysis.AnalysisInfo
	s := sbom.Subject{
		Name: r.name(), Digest: img.Digest, OS: parse.OSRelease(r.plan.release), Packages: r.plan.packages, Runtime: a.App.Runtime, Platform: a.App.Platform, Init: img.Init,
	}
	if r.base != nil {
		s.Base = &sbom.Base{Name: r.base.model.Reference, Digest: r.base.model.Digest, Packages: r.base.parts.Packages, Runtime: r.base.parts.Runtime}
		if r.base.parts.Release != nil { // in the image it is this one
			s.OS = parse.OSRelease(r.base.parts.Release)
		}
		img.Skips = append(img.Skips, r.base.parts.Skips...)
	}
	in, err := r.libraries()
	if err != nil {
		return err
	}
	s.Libraries = in.libraries
	switch {
	case r.edited:
		s.Incomplete = "the Dockerfile was edited: what its own steps bring is not listed"
	case r.base != nil:
		s.Incomplete = "of the base image only its packages are listed, and the runtime that is used; not what lies in it beside them"
	case len(in.skips) > 0:
		s.Incomplete = fmt.Sprintf("%d archives could not be read", len(in.skips))
	}
	img.Skips = append(img.Skips, in.skips...)
	data, n, err := sbom.Encode(s)
	if err != nil {
		return err
	}
	img.Components = n
	return r.beside(sbomFile, "its list of parts", data)
}

// found is what sbom.Find gives, also of a single-file application.
type found struct {
	libraries []sbom.Library
	skips     []model.Skip
}

// lookForLibraries looks into the archives of the context while the image is built: the list of parts is written when that is done. end ends it.
func (r *runner) lookForLibraries(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	type answer struct {
		found
		err error
	}
	seen := make(chan answer, 1)
	go func() {
		f, err := r.find(ctx)
		seen <- answer{f, err}
	}()
	r.libraries = sync.OnceValues(func() (found, error) {
		a := <-seen
		return a.found, a.err
	})
	return func() {
		stop()
		_, _ = r.libraries() // who wanted them has them
	}
}

func (r *runner) find(ctx context.Context) (f found, err error) {
	root, err := os.OpenRoot(r.context())
	if err != nil {
		return f, fmt.Errorf("list libraries: %w", disk.Cause(err))
	}
	defer root.Close()
	if f.libraries, f.skips, err = sbom.Find(ctx, root.FS(), inImage); err != nil {
		return f, err
	}
	run := r.o.Analysis.AnalysisInfo.App.Runtime
	if it := r.plan.find(string(run.Executable)); it != nil && strings.HasPrefix(run.Kind, "dotnet") {
		more, unread := r.bundled(root, it)
		f.libraries, f.skips = append(f.libraries, more...), append(f.skips, unread...)
	}
	return f, nil
}

// beside writes a document about the image next to it; what says which one it is.
func (r *runner) beside(file, what string, data []byte) error {
	name := filepath.Join(r.o.Dir, file)
	err := disk.WriteFile(name, data, 0o644)
	if err == nil {
		return nil
	}
	for _, stale := range []string{sbomFile, provenanceFile} { // those that stood there are of another image
		err = errors.Join(err, disk.Cause(os.RemoveAll(filepath.Join(r.o.Dir, stale))))
	}
	if disk.Full(err) {
		err = fmt.Errorf("%w for %s: %w; make room and run the same with --build-only", ErrNoSpace, file, err)
	}
	return fmt.Errorf("the image is whole, %s is not written: %w", what, err)
}

// bundled looks into a single-file application; one that is published as a folder says all in its deps.json.
func (r *runner) bundled(root *os.Root, it *item) ([]sbom.Library, []model.Skip) {
	f, err := root.Open(folderOf(it).Name + string(it.Path))
	if err != nil {
		return nil, []model.Skip{{What: "libraries", Path: it.Path, Reason: disk.Cause(err).Error()}}
	}
	defer f.Close()
	return sbom.Bundle(f, it.Size, it.Path)
}

// inImage is where a file of the context stands in the image: behind the names of layer and owner.
func inImage(name string) model.Path {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return model.Path(path.Clean("/" + parts[2]))
}
