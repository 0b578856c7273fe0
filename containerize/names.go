package containerize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sys/unix"

	"a2c/internal/disk"
	"a2c/model"
)

// CheckNames refuses a base, a destination, a compression or an archive that could not be used in the end, before any work is done. Base may also have a digest.
func (o Options) CheckNames() error {
	if o.Base != "" && (o.smaller() || o.CDS) {
		option := o.linking().Error()
		return fmt.Errorf("%s: a base image brings its own runtime; leave one of --base and %s out", strings.TrimPrefix(option, "--"), option)
	}
	if o.Base != "" {
		if _, err := name.ParseReference(o.Base); err != nil {
			return fmt.Errorf("base: %w; give an image such as docker.io/library/eclipse-temurin:17-jre", err)
		}
	}
	if o.Destination != "" {
		if _, err := name.NewTag(o.Destination); err != nil {
			return fmt.Errorf("destination: %w; give registry, repository and tag, such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1", err)
		}
	}
	if err := o.checkCreate(); err != nil {
		return err
	}
	if err := o.Compression.Check(); err != nil {
		return err
	}
	if o.Tar != "" {
		return checkArchive(o.Tar)
	}
	return nil
}

// checkArchive refuses what is no regular file, which would be replaced, and a folder in which no file can be made.
func checkArchive(file string) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("tar: %s is a folder; name a file in it, such as %s", model.Path(file), model.Path(filepath.Join(file, "image.tar")))
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("tar: %s is no regular file; name a file that may be replaced", model.Path(file))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("tar: %s: %w", model.Path(file), disk.Cause(err))
	case file == "-":
		return errors.New("tar: the archive goes to a file, not to standard output; name one")
	}
	dir := filepath.Dir(file)
	if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return fmt.Errorf("tar: no file can be made in %s: %w; name a file in a folder that exists and is yours to write", model.Path(dir), err)
	}
	return nil
}

// checkName refuses an image name of the analysis that docker load and registries would not take.
func (r *runner) checkName() error {
	if _, err := name.NewTag(r.name()); err != nil {
		return fmt.Errorf("containerParameters.imageRepository and imageTag in analysis.json: %w", err)
	}
	if b := r.o.Analysis.ContainerParameters.ContainerBaseImage; r.o.Base == "" && b != "" {
		if _, err := name.ParseReference(b); err != nil {
			return fmt.Errorf("containerParameters.containerBaseImage in analysis.json: %w", err)
		}
	}
	return nil
}
