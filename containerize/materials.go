package containerize

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"a2c/containerize/layer"
	"a2c/containerize/sbom"
	"a2c/internal/disk"
	"a2c/model"
	"a2c/parse"
)

// sbomFile stands beside the image.
const sbomFile = "sbom.cdx.json"

// writeSBOM lists what the image is made of, and counts it.
func (r *runner) writeSBOM(ctx context.Context, img *model.Image) error {
	a := r.o.Analysis.AnalysisInfo
	s := sbom.Subject{
		Name: r.name(), Digest: img.Digest, OS: parse.OSRelease(r.plan.release), Packages: r.plan.packages, Runtime: a.App.Runtime, Platform: a.App.Platform, Init: img.Init,
	}
	if r.base != nil {
		s.Base = &sbom.Base{Name: r.base.model.Reference, Digest: r.base.model.Digest, Packages: r.base.parts.Packages, Libraries: r.ofBase(), Runtime: r.base.parts.Runtime}
		if r.base.parts.Release != nil { // in the image it is this one
			s.OS = parse.OSRelease(r.base.parts.Release)
		}
		img.Skips = append(img.Skips, r.base.parts.Skips...)
	}
	of, err := digestOf(s)
	if err != nil {
		return err
	}
	if r.sameParts(img, of) {
		return nil
	}
	if r.libraries == nil {
		r.lookForLibraries(ctx)
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
		s.Incomplete = "of the base image its packages, Java archives and NuGet packages are listed, and the runtime that is used; not what else lies in it"
	case len(in.skips) > 0:
		s.Incomplete = fmt.Sprintf("%d archives could not be read", len(in.skips))
	}
	img.Skips = append(img.Skips, in.skips...)
	data, n, err := sbom.Encode(s)
	if err != nil {
		return err
	}
	img.Components = n
	r.parts = &partsList{Of: of, Sum: layer.Sum(sha256.Sum256(data)), Components: n, Skips: in.skips}
	return r.beside(sbomFile, "its list of parts", data)
}

// partsList is a list of parts that stands beside the image.
type partsList struct {
	Of         string    // digest of all that decides about it beside the libraries, which come from the image's files
	Sum        layer.Sum // of the file
	Components int
	Skips      []model.Skip
}

// sameParts reports whether the list of parts of the last run is that of the same image, and takes it over.
func (r *runner) sameParts(img *model.Image, of string) bool {
	last := r.seen.Parts
	if !r.same || last == nil || last.Of != of {
		return false
	}
	data, err := os.ReadFile(filepath.Join(r.o.Dir, sbomFile))
	if err != nil || sha256.Sum256(data) != last.Sum {
		return false // it is written again
	}
	r.parts, img.Components, img.Skips = last, last.Components, append(img.Skips, last.Skips...)
	return true
}

// found is what sbom.Find gives, also of a single-file application.
type found struct {
	libraries []sbom.Library
	skips     []model.Skip
}

// lookForLibraries looks into the archives of the context while the image is built: the list of parts is written when that is done.
func (r *runner) lookForLibraries(ctx context.Context) {
	var f found
	var err error
	done := make(chan struct{})
	r.aside.Go(func() {
		defer close(done)
		f, err = r.find(ctx)
	})
	r.libraries = func() (found, error) {
		<-done
		return f, err
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
