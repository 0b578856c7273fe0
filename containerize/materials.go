package containerize

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

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
		s.Base = &sbom.Base{Name: r.base.model.Reference, Digest: r.base.model.Digest, Packages: r.base.parts.Packages, Runtime: r.base.parts.Runtime}
		if r.base.parts.Release != nil { // in the image it is this one
			s.OS = parse.OSRelease(r.base.parts.Release)
		}
		img.Skips = append(img.Skips, r.base.parts.Skips...)
	}
	root, err := os.OpenRoot(r.context())
	if err != nil {
		return fmt.Errorf("list libraries: %w", disk.Cause(err))
	}
	defer root.Close()
	libraries, skips, err := sbom.Find(ctx, root.FS(), inImage)
	if err != nil {
		return err
	}
	if it := r.plan.find(string(a.App.Runtime.Executable)); it != nil && strings.HasPrefix(a.App.Runtime.Kind, "dotnet") {
		more, unread := r.bundled(root, it)
		libraries, skips = append(libraries, more...), append(skips, unread...)
	}
	s.Libraries = libraries
	switch {
	case r.edited:
		s.Incomplete = "the Dockerfile was edited: what its own steps bring is not listed"
	case r.base != nil:
		s.Incomplete = "of the base image only its packages are listed, and the runtime that is used; not what lies in it beside them"
	case len(skips) > 0:
		s.Incomplete = fmt.Sprintf("%d archives could not be read", len(skips))
	}
	img.Skips = append(img.Skips, skips...)
	data, n, err := sbom.Encode(s)
	if err != nil {
		return err
	}
	img.Components = n
	return r.beside(sbomFile, "its list of parts", data)
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
