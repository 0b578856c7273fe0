package containerize

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/inventory/host"
	"a2c/model"
)

// lastContext is the context of the last run, which is held against what the host has now: bytes are compared, never times.
type lastContext struct {
	plan *plan
	root *os.Root
	dir  string              // the folder of at
	at   *os.Root            // where the last item lies
	seen map[string]seenFile // digests of its files
	sums errgroup.Group
}

// lookAtContext notes which files the context in dir holds as the host has them now, with their digests, and reports whether it is all that the plan wants and
// nothing else. A context that is not there holds nothing. jobs is how many files are read beside.
func (p *plan) lookAtContext(ctx context.Context, dir string, seen map[string]seenFile, jobs int, report func(done int64)) (whole bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, nil //nolint:nilerr // then all is copied
	}
	defer root.Close()
	last := &lastContext{plan: p, root: root, seen: seen}
	last.sums.SetLimit(max(jobs, 1))
	defer last.leave()
	whole, done := true, int64(0)
	for _, name := range slices.Sorted(maps.Keys(p.items)) {
		it := p.items[name]
		if err := ctx.Err(); err != nil {
			return false, errors.Join(err, last.sums.Wait())
		}
		if !p.carried(it) {
			continue
		}
		same, err := last.has(ctx, it)
		if err != nil {
			return false, errors.Join(fmt.Errorf("compare %s: %w", it.Path, err), last.sums.Wait())
		}
		whole = whole && same
		done += it.Size
		report(done)
	}
	if err := last.sums.Wait(); err != nil || !whole {
		return false, err
	}
	other, err := p.differs(dir)
	return !other, err
}

func (l *lastContext) leave() {
	if l.at != nil {
		_ = l.at.Close() // was only read
	}
	l.at = nil
}

// enter keeps the folder of an item open for those beside it.
func (l *lastContext) enter(dir string) bool {
	if l.at != nil && l.dir == dir {
		return true
	}
	l.leave()
	var err error
	l.dir = dir
	l.at, err = l.root.OpenRoot(dir)
	return err == nil
}

func (l *lastContext) has(ctx context.Context, it *item) (bool, error) {
	name := folderOf(it).Name + string(it.Path)
	base := filepath.Base(name)
	if !l.enter(filepath.Dir(name)) {
		return false, nil
	}
	have, err := l.at.Lstat(base)
	if err != nil {
		return false, nil //nolint:nilerr // not in there
	}
	perm := fs.FileMode(it.Mode & 0o777)
	switch it.Kind {
	case layer.Dir:
		return have.Mode() == fs.ModeDir|perm, nil
	case layer.Symlink:
		target, err := l.at.Readlink(base)
		return err == nil && target == string(it.Target), nil
	case layer.HardLink:
		first := l.plan.items[it.Target]
		other, err := l.root.Lstat(folderOf(first).Name + string(first.Path))
		return err == nil && os.SameFile(have, other), nil
	case layer.File:
		if have.Mode() == perm {
			return l.hasFile(ctx, it, base, model.Path(name).String())
		}
	}
	return false, nil
}

func (l *lastContext) hasFile(ctx context.Context, it *item, base, key string) (bool, error) {
	old, err := l.at.Open(base)
	if err != nil {
		return false, nil //nolint:nilerr // the copy is made anew
	}
	have, err := old.Stat()
	if err != nil {
		return false, errors.Join(disk.Cause(err), old.Close())
	}
	info, same, err := l.plan.sameAs(ctx, it, old, have.Size())
	if err != nil || !same {
		return false, errors.Join(err, old.Close())
	}
	it.same = &info
	if seen, noted := l.seen[key]; noted && seen.Stamp == disk.StampOf(have) {
		it.Sum = seen.Sum
		return true, old.Close()
	}
	l.plan.summed = true
	sum(&l.sums, it, old)
	return true, nil
}

// sameAs reports whether a file of the image has the content of old.
func (p *plan) sameAs(ctx context.Context, it *item, old *os.File, size int64) (info host.Info, same bool, err error) {
	if it.content != nil {
		info.Size = int64(len(it.content))
		if info.Size == size {
			same, err = sameContent(ctx, old, bytes.NewReader(it.content), size)
		}
		return info, same, err
	}
	src, err := p.open(it)
	if err != nil {
		return info, false, nil //nolint:nilerr // copying says why
	}
	defer src.Close()
	if info = src.Info(); info.Size == size {
		same, err = sameContent(ctx, old, src, size)
	}
	return info, same, err
}

// again takes a file over from the last context by a hard link, where lookAtContext found it there. false: copy it.
func (w *contextWriter) again(it *item, base string) bool {
	if it.same == nil || w.lastAt == nil || !w.link(base) {
		return false
	}
	w.took(it, *it.same, false)
	return true
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
func sum(beside *errgroup.Group, it *item, f *os.File) {
	beside.Go(func() error {
		defer f.Close()
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(f, 0, math.MaxInt64)); err != nil {
			return fmt.Errorf("digest of the copy of %s: %w", it.Path, disk.Cause(err))
		}
		it.Sum = layer.Sum(h.Sum(nil))
		return disk.Cause(f.Close())
	})
}
