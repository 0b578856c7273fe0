package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"strings"

	"a2c/model"
)

// Raw is an uncompressed layer as a builder left it, indexed so that content is read in the plan's order, not in the builder's.
type Raw struct {
	CreatedBy string // the instruction
	file      *os.File
	headers   []*tar.Header
	names     []model.Path // absolute, by header
	offsets   []int64      // of the content
}

// Open indexes an uncompressed tar. Content is skipped by seeking: only headers are read.
func Open(name, createdBy string) (*Raw, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open raw layer: %w", err)
	}
	r := &Raw{CreatedBy: createdBy, file: f}
	if err := r.index(); err != nil {
		f.Close()
		return nil, fmt.Errorf("read raw layer of %q: %w", createdBy, err)
	}
	return r, nil
}

// Close releases the file.
func (r *Raw) Close() error { return r.file.Close() }

func (r *Raw) index() error {
	tr := tar.NewReader(r.file)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at, err := r.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		// Of a builder's records only attributes are asked for; the times of hundreds of thousands of files take more memory than their names.
		maps.DeleteFunc(h.PAXRecords, func(k, _ string) bool { return !strings.HasPrefix(k, paxXattr) })
		if len(h.PAXRecords) == 0 {
			h.PAXRecords = nil
		}
		r.headers = append(r.headers, h)
		r.names = append(r.names, model.Path(path.Clean("/"+h.Name)))
		r.offsets = append(r.offsets, at)
	}
}

// whiteout is how a layer says that a name of the layers below is gone (image-spec, layer.md).
func whiteout(p model.Path) bool {
	return strings.HasPrefix(path.Base(string(p)), ".wh.")
}

// content of entry i.
func (r *Raw) content(i int) io.Reader {
	return io.NewSectionReader(r.file, r.offsets[i], r.headers[i].Size)
}

// place is one entry of one raw layer.
type place struct {
	raw   *Raw
	entry int
}

// Sources finds content by path over several raw layers. A builder may repeat a file (Kaniko adds what a link points to); the last wins,
// as in an image.
type Sources map[model.Path]place

// Gather indexes raws by path.
func Gather(raws []*Raw) Sources {
	s := Sources{}
	for _, r := range raws {
		for i, name := range r.names {
			s[name] = place{r, i}
		}
	}
	return s
}

func (r *Raw) files() int {
	n := 0
	for _, h := range r.headers {
		if h.Typeflag == tar.TypeReg && !whiteout(model.Path("/"+h.Name)) {
			n++
		}
	}
	return n
}

func (r *Raw) bytes() int64 {
	var n int64
	for _, h := range r.headers {
		n += h.Size
	}
	return n
}
