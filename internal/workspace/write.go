package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"a2c/model"
)

// asidePrefix begins the names of files that are being written.
const asidePrefix = ".a2c-new-"

// Aside is a document being written: it appears under its name with Commit, whole, or never.
type Aside struct {
	f    *os.File
	name string
}

// Create begins a document; its folders are made. Discard it on every way that does not Commit.
func (w *Workspace) Create(name string) (*Aside, error) {
	path := w.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, w.refused(err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), asidePrefix) // mode 0600
	if err != nil {
		return nil, w.refused(err)
	}
	return &Aside{f, path}, nil
}

// Write appends.
func (a *Aside) Write(p []byte) (int, error) {
	n, err := a.f.Write(p)
	if err != nil {
		return n, full(a.name, err)
	}
	return n, nil
}

// Commit makes the document durable under its name.
func (a *Aside) Commit() error {
	if err := a.f.Sync(); err != nil {
		return errors.Join(full(a.name, err), a.Discard())
	}
	if err := a.f.Close(); err != nil {
		return errors.Join(full(a.name, err), os.Remove(a.f.Name()))
	}
	if err := os.Rename(a.f.Name(), a.name); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", model.Path(a.name), err), os.Remove(a.f.Name()))
	}
	return syncDir(filepath.Dir(a.name))
}

// Discard removes what was written; after Commit it does nothing.
func (a *Aside) Discard() error {
	if err := a.f.Close(); errors.Is(err, os.ErrClosed) {
		return nil
	}
	return os.Remove(a.f.Name())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return fmt.Errorf("sync %s: %w", model.Path(dir), err)
	}
	return nil
}

// full says which disk is full, and that nothing was harmed.
func full(name string, err error) error {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("write %s: %w", model.Path(name), cause(err))
	}
	return fmt.Errorf("write %s: %w: nothing was changed there; make room on that disk, or name another folder with --workspace DIR",
		model.Path(name), cause(err))
}

// Save writes a document as indented JSON.
func (w *Workspace) Save(name string, v any) error {
	data, err := encode(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	return w.write(name, data)
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

// encode is how all documents look: two spaces, <>& as they are, a newline at the end.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// What must stay free on the workspace's disk, and up to what need nobody asks.
const (
	minFreeShare = 10  // percent
	minFreeBytes = 1e9 // bytes
	smallNeed    = 1e6 // bytes: a few documents always fit, or the disk is full anyway
)

// SpaceError refuses a write that would leave the disk nearly full.
type SpaceError struct {
	Dir               string
	Need, Free, Total int64 // bytes
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%s: writing %s would leave %s of %s free, and a2c leaves %d %% and %s to the host; make room, name another folder with --workspace DIR, or insist with --force",
		model.Path(e.Dir), size(e.Need), size(max(e.Free-e.Need, 0)), size(e.Total), minFreeShare, size(minFreeBytes))
}

// Reserve asks whether need more bytes may be written. It keeps nothing for the caller: it is asked before something large is begun.
func (w *Workspace) Reserve(need int64) error {
	if w.force || need < smallNeed {
		return nil
	}
	dir := w.dir
	var st unix.Statfs_t
	for err := unix.Statfs(dir, &st); err != nil; err = unix.Statfs(dir, &st) {
		if !errors.Is(err, unix.ENOENT) || dir == "/" {
			return fmt.Errorf("look for free space on %s: %w", model.Path(dir), err)
		}
		dir = filepath.Dir(dir)
	}
	return enough(w.dir, need, int64(st.Bavail)*st.Bsize, int64(st.Blocks)*st.Bsize)
}

func enough(dir string, need, free, total int64) error {
	if left := free - need; left < minFreeBytes || left < total/100*minFreeShare {
		return &SpaceError{dir, need, free, total}
	}
	return nil
}

func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d bytes", n)
}
