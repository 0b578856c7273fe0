package containerize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"a2c/containerize/sbom"
	"a2c/internal/disk"
	"a2c/model"
)

// spool lays what a base image has of archives and deps.json aside while its layers are read: their lists of contents stand at the end, or are wanted in any order.
type spool struct {
	dir   string
	names []string // in the image, by the number that the file has in dir
}

func (s *spool) take(name string, r io.Reader) error {
	ending := sbom.Ending(name)
	if ending == "" {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("lay aside: %w", disk.Cause(err))
	}
	f, err := os.Create(filepath.Join(s.dir, strconv.Itoa(len(s.names))+ending))
	if err != nil {
		return fmt.Errorf("lay aside: %w", disk.Cause(err))
	}
	s.names = append(s.names, name)
	_, err = io.Copy(f, r)
	return errors.Join(disk.Cause(err), disk.Cause(f.Close()))
}

// find looks into what was laid aside.
func (s *spool) find(ctx context.Context) ([]sbom.Library, []model.Skip, error) {
	if len(s.names) == 0 {
		return nil, nil, nil
	}
	return sbom.Find(ctx, os.DirFS(s.dir), func(file string) model.Path {
		number, _, _ := strings.Cut(file, ".")
		if n, err := strconv.Atoi(number); err == nil && n < len(s.names) {
			return model.Path(s.names[n])
		}
		return "" // the folder itself
	})
}

// ofBase are the libraries of the base image that the image still has: a file of the application may lie over one.
func (r *runner) ofBase() (list []sbom.Library) {
	for _, l := range r.base.parts.Libraries {
		file, _, _ := strings.Cut(string(l.Path), "!/")
		if r.plan.items[model.Path(file)] == nil {
			list = append(list, l)
		}
	}
	return list
}
