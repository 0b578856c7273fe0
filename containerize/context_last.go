package containerize

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/inventory/host"
)

// again takes a file over from the last context by a hard link, where that holds what the host has now: bytes are compared, never times. false: copy it.
func (w *contextWriter) again(ctx context.Context, it *item, name string) (bool, error) {
	base := filepath.Base(name)
	if w.lastAt == nil {
		return false, nil
	}
	have, err := w.lastAt.Lstat(base)
	if err != nil || have.Mode() != fs.FileMode(it.Mode&0o777) {
		return false, nil //nolint:nilerr // not in the last one, or no plain file of this mode
	}
	old, err := w.lastAt.Open(base)
	if err != nil {
		return false, nil //nolint:nilerr // the copy is made anew
	}
	info, same, err := w.unchanged(ctx, it, old)
	if err != nil || !same || !w.link(base) {
		return false, errors.Join(err, old.Close())
	}
	w.took(it, info, false)
	w.sum(it, old)
	return true, nil
}

// unchanged reports whether the host's file has the content of old.
func (w *contextWriter) unchanged(ctx context.Context, it *item, old *os.File) (info host.Info, same bool, err error) {
	have, err := old.Stat()
	if err != nil {
		return info, false, disk.Cause(err)
	}
	src, err := w.plan.open(it)
	if err != nil {
		return info, false, nil //nolint:nilerr // copying says why
	}
	defer src.Close()
	if info = src.Info(); info.Size != have.Size() {
		return info, false, nil
	}
	same, err = sameContent(ctx, old, src, info.Size)
	return info, same, err
}

// link gives a file of the last context's folder the same name in the new one.
func (w *contextWriter) link(base string) bool {
	from, err := w.lastAt.Open(".")
	if err != nil {
		return false
	}
	defer from.Close()
	to, err := w.at.Open(".")
	if err != nil {
		return false
	}
	defer to.Close()
	return unix.Linkat(int(from.Fd()), base, int(to.Fd()), base, 0) == nil
}

// sum takes the digest of what was copied, beside the copying of others, and closes the file.
func (w *contextWriter) sum(it *item, f *os.File) {
	w.sums.Go(func() error {
		defer f.Close()
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(f, 0, math.MaxInt64)); err != nil {
			return fmt.Errorf("digest of the copy of %s: %w", it.Path, disk.Cause(err))
		}
		it.Sum = layer.Sum(h.Sum(nil))
		return disk.Cause(f.Close())
	})
}
