package workspace

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"

	"a2c/internal/term"
	"a2c/model"
)

// FileWriter writes files.jsonl while the files are found.
type FileWriter struct {
	*Aside
	buf   *bufio.Writer
	line  []byte
	last  model.Path
	any   bool
	read  lineReader
	sum   hash.Hash // of the bases
	basis []byte
}

// CreateFiles begins an application's files.jsonl.
func (w *Workspace) CreateFiles(id string) (*FileWriter, error) {
	a, err := w.Create(path.Join(id, FilesFile))
	if err != nil {
		return nil, err
	}
	return &FileWriter{Aside: a, buf: bufio.NewWriterSize(a, 256<<10), sum: sha256.New()}, nil
}

// Add appends one file; paths have to rise.
func (f *FileWriter) Add(file model.File) error {
	line, err := file.AppendLine(f.line[:0])
	if err != nil {
		return fmt.Errorf("encode %s: %w", file.Path, err)
	}
	f.line = line
	return f.AddLine(line)
}

// AddLine appends one file that is encoded already, as Add would: the child's lines need not be written anew. What is no file is an error.
func (f *FileWriter) AddLine(line []byte) error {
	file, err := f.read.read(line)
	if err != nil {
		return fmt.Errorf("files.jsonl: %w", err)
	}
	if f.any && file.Path <= f.last {
		return fmt.Errorf("files.jsonl: %q comes after %q", file.Path, f.last)
	}
	f.any, f.last = true, file.Path
	if f.basis, err = file.AppendBasis(f.basis[:0]); err != nil {
		return fmt.Errorf("encode %s: %w", file.Path, err)
	}
	f.sum.Write(f.basis)
	if _, err := f.buf.Write(term.EscapeJSON(line)); err != nil {
		return err
	}
	return f.buf.WriteByte('\n')
}

// Digest is that of Workspace.Inputs, of all that was added: so that it need not be read again.
func (f *FileWriter) Digest() string { return "sha256:" + hex.EncodeToString(f.sum.Sum(nil)) }

// Commit makes it durable.
func (f *FileWriter) Commit() error {
	if err := f.buf.Flush(); err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Aside.Commit()
}
