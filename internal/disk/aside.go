// Package disk writes files whole or not at all, and leaves room on the host's disk.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"a2c/model"
)

// AsidePrefix begins the names of files that are being written.
const AsidePrefix = ".a2c-new-"

// Aside is a file being written: it appears under its name with Commit, whole and durable, or never. Until then it is locked (flock(2)), which ends with its
// process however that ends, so that Sweep knows what is nobody's any more.
type Aside struct {
	f    *os.File
	name string
}

var _ io.Writer = (*Aside)(nil)

// Create begins a file in its folder, which exists. Discard it on every way that does not Commit.
func Create(name string, mode os.FileMode) (*Aside, error) {
	f, err := lockedTemp(filepath.Dir(name)) // mode 0600
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", model.Path(name), Cause(err))
	}
	a := &Aside{f, name}
	if err := f.Chmod(mode); err != nil {
		return nil, errors.Join(a.failed(err), a.Discard())
	}
	return a, nil
}

// Write appends.
func (a *Aside) Write(p []byte) (int, error) {
	n, err := a.f.Write(p)
	if err != nil {
		return n, a.failed(err)
	}
	return n, nil
}

// Commit makes the file durable under its name.
func (a *Aside) Commit() error {
	if err := a.f.Sync(); err != nil {
		return errors.Join(a.failed(err), a.Discard())
	}
	if err := os.Rename(a.f.Name(), a.name); err != nil {
		return errors.Join(a.failed(err), a.Discard())
	}
	if err := a.f.Close(); err != nil { // not before: the lock ends with it
		return a.failed(err)
	}
	return SyncDir(filepath.Dir(a.name))
}

// Discard removes what was written; after Commit it does nothing.
func (a *Aside) Discard() error {
	if err := a.f.Close(); errors.Is(err, os.ErrClosed) {
		return nil
	}
	if err := os.Remove(a.f.Name()); !errors.Is(err, fs.ErrNotExist) { // a Sweep may have been faster
		return err
	}
	return nil
}

func (a *Aside) failed(err error) error {
	return fmt.Errorf("write %s: %w", model.Path(a.name), Cause(err))
}

// WriteFile writes a whole file aside and puts it in place.
func WriteFile(name string, data []byte, mode os.FileMode) error {
	a, err := Create(name, mode)
	if err != nil {
		return err
	}
	if _, err := a.Write(data); err != nil {
		return errors.Join(err, a.Discard())
	}
	return a.Commit()
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", model.Path(dir), Cause(err))
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return fmt.Errorf("sync %s: %w", model.Path(dir), Cause(err))
	}
	return nil
}

// Full reports whether a write failed since the disk, or the user's share of it, is full.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// Cause drops the path that os puts into its errors: callers name it, escaped.
func Cause(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err
	}
	return err
}
