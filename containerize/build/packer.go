package build

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"a2c/model"
)

// packer writes what a container gets as a tar, all of it root's. The first error stands.
type packer struct {
	tar *tar.Writer
	err error
}

// packed lets use read what fill writes, without a copy on the disk or in memory.
func packed(fill func(*packer), use func(io.Reader) error) error {
	r := openPacked(fill)
	err := use(r)
	if packing := r.Close(); packing != nil {
		return packing // what the other side says of an archive that was cut short tells less
	}
	return err
}

// openPacked is what fill writes while it is read.
func openPacked(fill func(*packer)) io.ReadCloser {
	r, w := io.Pipe()
	p := &packing{PipeReader: r, filled: make(chan error, 1)}
	go func() {
		to := &packer{tar: tar.NewWriter(w)}
		fill(to)
		if to.err == nil {
			to.err = to.tar.Close()
		}
		w.CloseWithError(to.err)
		p.filled <- to.err
	}()
	return p
}

type packing struct {
	*io.PipeReader
	filled chan error
}

// Close ends the packer, and returns what went wrong in it.
func (p *packing) Close() error {
	_ = p.CloseWithError(errUnread) // never fails
	err := <-p.filled
	p.filled <- err // for who closes it again
	if errors.Is(err, errUnread) {
		return nil
	}
	return err
}

// errUnread ends a packer whose reader has what it wants, or has failed.
var errUnread = errors.New("nobody reads on")

func (p *packer) folder(name string, mode int64) {
	p.header(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode})
}

func (p *packer) text(name, content string) {
	p.header(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(content))})
	if p.err == nil {
		_, p.err = io.WriteString(p.tar, content)
	}
}

func (p *packer) header(h *tar.Header) {
	if p.err == nil {
		p.err = p.tar.WriteHeader(h)
	}
}

// file packs a file of the host.
func (p *packer) file(name, from string, mode int64) {
	if p.err != nil {
		return
	}
	p.err = p.copyFile(name, from, mode)
}

func (p *packer) copyFile(name, from string, mode int64) error {
	f, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("pack for the builder: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("pack for the builder: %w", err)
	}
	if err := p.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: info.Size()}); err != nil {
		return err
	}
	if _, err := io.CopyN(p.tar, f, info.Size()); err != nil {
		return fmt.Errorf("pack %s for the builder: %w", model.Path(from), err)
	}
	return nil
}

// tree packs a folder: files, folders and links, modes as they are.
func (p *packer) tree(ctx context.Context, name, from string) {
	if p.err != nil {
		return
	}
	p.err = filepath.WalkDir(from, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("pack for the builder: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		below, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		return p.one(path.Join(name, below), at, d)
	})
}

func (p *packer) one(name, at string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return fmt.Errorf("pack for the builder: %w", err)
	}
	mode := int64(info.Mode().Perm())
	switch {
	case d.IsDir():
		p.folder(name, mode)
		return p.err
	case info.Mode().IsRegular():
		return p.copyFile(name, at, mode)
	case d.Type() == fs.ModeSymlink:
		target, err := os.Readlink(at)
		if err != nil {
			return fmt.Errorf("pack for the builder: %w", err)
		}
		return p.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777})
	}
	return fmt.Errorf("pack for the builder: %s is neither file, folder nor link", model.Path(at))
}
