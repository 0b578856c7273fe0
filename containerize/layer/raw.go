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

	"a2c/internal/disk"
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

// remove closes the file and takes its room back.
func (r *Raw) remove() error {
	if err := errors.Join(r.Close(), os.Remove(r.file.Name())); err != nil {
		return fmt.Errorf("remove raw layer: %w", disk.Cause(err))
	}
	return nil
}

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

// Sources finds content by path in raw layers, which come one after another: the next one is asked for when none so far has what is wanted. A builder
// may repeat a file (Kaniko adds what a link points to): it is the same file.
type Sources struct {
	next func() (*Raw, error)
	open []*Raw
	at   map[model.Path]place // in what is open
	came map[model.Path]came  // all so far
}

// came is what is kept of an entry whose layer is done.
type came struct {
	kind byte // of tar
	size int64
}

// NewSources takes raws from next; nil: there are no more.
func NewSources(next func() (*Raw, error)) *Sources {
	return &Sources{next: next, at: map[model.Path]place{}, came: map[model.Path]came{}}
}

// find is false when no raw layer has the path.
func (s *Sources) find(p model.Path) (place, bool, error) {
	for {
		if at, ok := s.at[p]; ok {
			return at, true, nil
		}
		if more, err := s.take(); err != nil || !more {
			return place{}, false, err
		}
	}
}

func (s *Sources) take() (bool, error) {
	r, err := s.next()
	if r == nil || err != nil {
		return false, err
	}
	s.open = append(s.open, r)
	for i, name := range r.names {
		s.at[name] = place{r, i}
		s.came[name] = came{r.headers[i].Typeflag, r.headers[i].Size}
	}
	return true, nil
}

// rest waits for the last one.
func (s *Sources) rest() error {
	for {
		if more, err := s.take(); err != nil || !more {
			return err
		}
	}
}

// release removes the files of what came so far: their content is in a layer.
func (s *Sources) release() error {
	var all error
	for _, r := range s.open {
		all = errors.Join(all, r.remove())
	}
	s.open = nil
	clear(s.at)
	return all
}

// close closes what is open.
func (s *Sources) close() {
	for _, r := range s.open {
		_ = r.Close() // was only read
	}
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
