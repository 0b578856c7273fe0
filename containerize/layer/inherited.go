package layer

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"a2c/model"
)

// inherited removes from extra what the base image has, of the same kind and size. Of a link that is copied Kaniko adds what it points to, with the folders
// above: /etc/localtime of the host brings the base's own file of the time zone into the layer. No content of these is taken.
func inherited(ctx context.Context, base v1.Image, extra map[model.Path]came) error {
	if base == nil || len(extra) == 0 {
		return nil
	}
	r := mutate.Extract(base)
	defer r.Close()
	for tr := tar.NewReader(r); len(extra) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read base image: %w", err)
		}
		name := path.Clean("/" + h.Name)
		if extra[model.Path(name)] == (came{h.Typeflag, h.Size}) {
			delete(extra, model.Path(name))
		}
		for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) { // layers may leave out folders
			if extra[model.Path(dir)].kind == tar.TypeDir {
				delete(extra, model.Path(dir))
			}
		}
	}
	return nil
}
