package workspace

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"

	"a2c/internal/disk"
	"a2c/model"
	"a2c/parse"
)

// MissingError says that a document was not made yet.
type MissingError struct {
	Name string // relative to the workspace
	Path string
}

func (e *MissingError) Error() string { return fmt.Sprintf("%s does not exist", model.Path(e.Path)) }

// Unwrap makes it an fs.ErrNotExist.
func (e *MissingError) Unwrap() error { return fs.ErrNotExist }

// BrokenError says what is wrong with a document, each thing with line and column.
type BrokenError struct {
	Path     string
	Problems parse.Problems
}

const maxProblems = 20

func (e *BrokenError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for i, p := range e.Problems {
		if i == maxProblems {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Problems)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s:%s", model.Path(e.Path), p.Error()))
	}
	return strings.Join(lines, "\n")
}

// Load reads a document strictly: unknown and duplicate keys, wrong types and bad syntax are a BrokenError, an absent file is a MissingError.
func Load[T any](w *Workspace, name string) (T, error) {
	var v T
	n, err := w.node(name)
	if err == nil {
		err = w.decode(name, n, &v)
	}
	return v, err
}

func (w *Workspace) node(name string) (*parse.Node, error) {
	data, err := w.read(name)
	if err != nil {
		return nil, err
	}
	n, err := parse.JSON(data)
	return n, w.broken(name, err)
}

func (w *Workspace) decode(name string, n *parse.Node, v any) error {
	return w.broken(name, n.Decode(v))
}

func (w *Workspace) broken(name string, err error) error {
	if p, ok := errors.AsType[parse.Problems](err); ok {
		return &BrokenError{w.Path(name), p}
	}
	return err
}

func (w *Workspace) read(name string) ([]byte, error) {
	f, err := w.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, parse.MaxJSON+1)) // one more, so that JSON sees that it is too much
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", model.Path(w.Path(name)), disk.Cause(err))
	}
	return data, nil
}

func (w *Workspace) open(name string) (*os.File, error) {
	f, err := os.Open(w.Path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{name, w.Path(name)}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", model.Path(w.Path(name)), disk.Cause(err))
	}
	return f, nil
}

// Files reads an application's files.jsonl, line by line. The first error ends it.
func (w *Workspace) Files(id string) iter.Seq2[model.File, error] {
	return func(yield func(model.File, error) bool) {
		name := path.Join(id, FilesFile)
		f, err := w.open(name)
		if err != nil {
			yield(model.File{}, err)
			return
		}
		defer f.Close()
		ReadFiles(w.Path(name), f)(yield)
	}
}

// ReadFiles reads a files.jsonl, line by line. The first error ends it, with name and line.
func ReadFiles(name string, r io.Reader) iter.Seq2[model.File, error] {
	return func(yield func(model.File, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 64<<10), 4<<20) // a path has at most 4 KiB, xattrs 64 KiB each
		var reader lineReader
		for n := 1; lines.Scan(); n++ {
			file, err := reader.read(lines.Bytes())
			if err != nil {
				yield(file, fmt.Errorf("%s:%d: %w", model.Path(name), n, err))
				return
			}
			if !yield(file, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(model.File{}, fmt.Errorf("read %s: %w", model.Path(name), disk.Cause(err)))
		}
	}
}

// digest is "sha256:…" of a stream.
func digest(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
