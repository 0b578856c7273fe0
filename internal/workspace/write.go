package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/model"
)

// Aside is a document being written: it appears under its name with Commit, whole, or never.
type Aside struct{ *disk.Aside }

// Create begins a document; its folders are made. Discard it on every way that does not Commit.
func (w *Workspace) Create(name string) (*Aside, error) {
	path := w.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, w.refused(err)
	}
	a, err := disk.Create(path, 0o600)
	if err != nil {
		return nil, w.refused(err)
	}
	return &Aside{a}, nil
}

// Write appends.
func (a *Aside) Write(p []byte) (int, error) {
	n, err := a.Aside.Write(p)
	return n, full(err)
}

// Commit makes the document durable under its name.
func (a *Aside) Commit() error { return full(a.Aside.Commit()) }

// full adds to an error of a full disk that nothing was harmed, and what to do.
func full(err error) error {
	if err == nil || !disk.Full(err) {
		return err
	}
	return fmt.Errorf("%w: nothing was changed there; make room on that disk, or name another folder with --workspace DIR", err)
}

// Save writes a document as indented JSON.
func (w *Workspace) Save(name string, v any) error {
	data, err := encode(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	return w.write(name, data)
}

// Remove takes a document away, if it is there.
func (w *Workspace) Remove(name string) error {
	if err := os.Remove(w.Path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}

func (w *Workspace) write(name string, data []byte) error {
	if err := w.Reserve(int64(len(data))); err != nil {
		return err
	}
	a, err := w.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(a, bytes.NewReader(data)); err != nil {
		return errors.Join(err, a.Discard())
	}
	return a.Commit()
}

// encode is how all documents look: two spaces, <>& as they are, a newline at the end, no list that is null, and nothing that turns or hides text.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(model.WithLists(v))
	return term.EscapeJSON(b.Bytes()), err
}

// smallNeed is up to what need nobody asks: a few documents always fit, or the disk is full anyway.
const smallNeed = 1e6 // bytes

// Reserve asks whether need more bytes may be written. It keeps nothing for the caller: it is asked before something large is begun.
func (w *Workspace) Reserve(need int64) error {
	if w.force || need < smallNeed {
		return nil
	}
	return disk.Room(w.dir, need)
}
