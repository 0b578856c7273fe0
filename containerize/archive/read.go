package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"

	"a2c/internal/disk"
	"a2c/model"
)

// Reader is an open archive whose manifest was read.
type Reader struct {
	Manifest Manifest
	file     *os.File
	unpacked *zstd.Decoder
	tar      *tar.Reader
}

// Open reads the manifest. Errors do not name the file.
func Open(name string) (_ *Reader, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, disk.Cause(err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(broken("it is no regular file"), f.Close())
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r := &Reader{file: f, unpacked: z, tar: tar.NewReader(z)}
	if r.Manifest, err = r.manifest(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close ends reading.
func (r *Reader) Close() error {
	r.unpacked.Close()
	return r.file.Close()
}

func (r *Reader) manifest() (Manifest, error) {
	h, err := r.tar.Next()
	if err != nil {
		return Manifest{}, broken("it does not begin with %s: %w", ManifestName, cut(err))
	}
	if h.Name != ManifestName || h.Typeflag != tar.TypeReg || h.Size > maxManifest {
		return Manifest{}, broken("it does not begin with %s", ManifestName)
	}
	data, err := io.ReadAll(r.tar)
	if err != nil {
		return Manifest{}, broken("read %s: %w", ManifestName, cut(err))
	}
	return ReadManifest(data)
}

// cut says in words that an archive ends too early.
func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("it ends in the middle")
	}
	return err
}

// Unpack writes all members below dir, an empty folder, and refuses what is not as the manifest says. It reads once, from where Open stopped.
func (r *Reader) Unpack(ctx context.Context, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("unpack: %w", disk.Cause(err))
	}
	defer root.Close()
	for _, e := range r.Manifest.Members {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.next(e); err != nil {
			return err
		}
		if err := r.take(root, e); err != nil {
			return fmt.Errorf("unpack %s: %w", e.Name, disk.Cause(err))
		}
	}
	if _, err := r.tar.Next(); !errors.Is(err, io.EOF) {
		return broken("more follows than its manifest names")
	}
	var one [1]byte
	if n, err := r.unpacked.Read(one[:]); n > 0 || !errors.Is(err, io.EOF) { // its last checksum is read here
		return broken("something follows its end")
	}
	return modes(root, r.Manifest.Members)
}

// next goes on to a member, which must be the one that the manifest names.
func (r *Reader) next(e Member) error {
	h, err := r.tar.Next()
	if err != nil {
		return broken("%s: %w", e.Name, cut(err))
	}
	want := e.header()
	if h.Name != want.Name || h.Typeflag != want.Typeflag || h.Size != want.Size || h.Linkname != want.Linkname {
		return broken("%s stands where its manifest has %s", model.Path(h.Name), e.Name)
	}
	return nil
}

// take makes one member. The manifest was checked: its folder is one that was made here, and os.Root keeps every name below.
func (r *Reader) take(root *os.Root, e Member) error {
	name := string(e.Name)
	switch e.Kind {
	case Dir:
		return root.Mkdir(name, 0o700)
	case Symlink:
		return root.Symlink(string(e.Target), name)
	case HardLink:
		return root.Link(string(e.Target), name)
	case File:
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if err := fill(f, io.TeeReader(r.tar, sum), e.Size); err != nil {
		return errors.Join(err, f.Close())
	}
	if hex.EncodeToString(sum.Sum(nil)) != e.SHA256 {
		return errors.Join(broken("its content is not the one that was archived"), f.Close())
	}
	if err := f.Chmod(fs.FileMode(e.Mode)); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// fill writes size bytes and leaves holes where there are only zeros.
func fill(f *os.File, from io.Reader, size int64) error {
	const step = 64 << 10
	buf, zeros := make([]byte, step), make([]byte, step)
	for at := int64(0); at < size; {
		part := buf[:min(step, size-at)]
		if _, err := io.ReadFull(from, part); err != nil {
			return broken("%w", cut(err))
		}
		if !bytes.Equal(part, zeros[:len(part)]) {
			if _, err := f.WriteAt(part, at); err != nil {
				return err
			}
		}
		at += int64(len(part))
	}
	return f.Truncate(size)
}

// modes are set last, the deepest first: a folder that may not be written to is filled by then.
func modes(root *os.Root, members []Member) error {
	for _, e := range slices.Backward(members) {
		if e.Kind == Dir {
			if err := root.Chmod(string(e.Name), fs.FileMode(e.Mode)); err != nil {
				return fmt.Errorf("unpack %s: %w", e.Name, disk.Cause(err))
			}
		}
	}
	return nil
}
