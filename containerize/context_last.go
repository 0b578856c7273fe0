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
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/inventory/host"
	"a2c/model"
)

// lastContext is the context of the last run, which is held against what the host has now: bytes are compared, never times.
type lastContext struct {
	plan   *plan
	folder openFolder
	seen   map[string]seenFile // digests of its files
	files  errgroup.Group      // compared beside
	other  atomic.Bool         // one is not as it was
	summed atomic.Bool         // the digest of one was taken
}

// openFolder keeps the folder of the last name open for those beside it: os.Root goes all the way for each name.
type openFolder struct {
	root *os.Root
	name string
	at   *os.Root // nil: none
}

func (o *openFolder) is(name string) bool { return o.at != nil && o.name == name }

// enter opens a folder, unless it is open.
func (o *openFolder) enter(name string) error {
	if o.is(name) {
		return nil
	}
	o.leave()
	at, err := o.root.OpenRoot(name)
	if err != nil {
		return err
	}
	o.name, o.at = name, at
	return nil
}

func (o *openFolder) leave() {
	if o.at != nil {
		_ = o.at.Close() // was only read
	}
	o.at = nil
}

// lookAtContext notes which files the context in dir holds as the host has them now, with their digests, and reports whether it is all that the plan wants and
// nothing else. A context that is not there holds nothing. jobs is how many files are read beside.
func (p *plan) lookAtContext(ctx context.Context, dir string, seen map[string]seenFile, jobs int, report func(done int64)) (whole bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, nil //nolint:nilerr // then all is copied
	}
	defer root.Close()
	last := &lastContext{plan: p, folder: openFolder{root: root}, seen: seen}
	last.files.SetLimit(max(jobs, 1))
	defer last.folder.leave()
	whole, done := true, int64(0)
	for _, name := range slices.Sorted(maps.Keys(p.items)) {
		it := p.items[name]
		if err := ctx.Err(); err != nil {
			return false, errors.Join(err, last.files.Wait())
		}
		if !p.carried(it) {
			continue
		}
		same, err := last.has(ctx, it)
		if err != nil {
			return false, errors.Join(fmt.Errorf("compare %s: %w", it.Path, err), last.files.Wait())
		}
		whole = whole && same
		done += it.Size
		report(done)
	}
	if err := last.files.Wait(); err != nil || !whole || last.other.Load() {
		return false, err
	}
	p.summed = last.summed.Load()
	other, err := p.differs(dir)
	return !other, err
}

// has is false when an item is not in there as it is to be. A file's content may still be compared: Wait tells.
func (l *lastContext) has(ctx context.Context, it *item) (bool, error) {
	name := folderOf(it).Name + string(it.Path)
	base := filepath.Base(name)
	if err := l.folder.enter(filepath.Dir(name)); err != nil {
		return false, nil //nolint:nilerr // not in there
	}
	have, err := l.folder.at.Lstat(base)
	if err != nil {
		return false, nil //nolint:nilerr // not in there
	}
	perm := fs.FileMode(it.Mode & 0o777)
	switch it.Kind {
	case layer.Dir:
		return have.Mode() == fs.ModeDir|perm, nil
	case layer.Symlink:
		target, err := l.folder.at.Readlink(base)
		return err == nil && target == string(it.Target), nil
	case layer.HardLink:
		first := l.plan.items[it.Target]
		other, err := l.folder.root.Lstat(folderOf(first).Name + string(first.Path))
		return err == nil && os.SameFile(have, other), nil
	case layer.File:
		if have.Mode() == perm {
			return l.hasFile(ctx, it, base, model.Path(name).String())
		}
	}
	return false, nil
}

func (l *lastContext) hasFile(ctx context.Context, it *item, base, key string) (bool, error) {
	old, err := l.folder.at.Open(base)
	if err != nil {
		return false, nil //nolint:nilerr // the copy is made anew
	}
	have, err := old.Stat()
	if err != nil {
		return false, errors.Join(disk.Cause(err), old.Close())
	}
	src, info, err := l.plan.source(it)
	if err != nil {
		return false, old.Close() // copying says why
	}
	if info.Size != have.Size() {
		return false, errors.Join(src.Close(), old.Close())
	}
	var known *layer.Sum
	if seen, noted := l.seen[key]; noted && seen.Stamp == disk.StampOf(have) {
		known = &seen.Sum
	}
	l.files.Go(func() error {
		defer old.Close()
		defer src.Close()
		if err := l.compare(ctx, it, old, src, info, known); err != nil {
			return fmt.Errorf("compare %s: %w", it.Path, err)
		}
		return nil
	})
	return true, nil
}

// compare notes whether a file has the content of its source, and its digest; known: nil while nobody knows it.
func (l *lastContext) compare(ctx context.Context, it *item, old *os.File, src io.ReaderAt, info host.Info, known *layer.Sum) error {
	same, err := sameContent(ctx, old, src, info.Size)
	if err != nil || !same {
		l.other.Store(true)
		return err
	}
	it.same = &info
	if known != nil {
		it.Sum = *known
		return nil
	}
	l.summed.Store(true)
	return sumOf(it, old)
}

// source is where the content of a file of the image comes from.
func (p *plan) source(it *item) (readAtCloser, host.Info, error) {
	if it.content != nil {
		return made{bytes.NewReader(it.content)}, host.Info{Size: int64(len(it.content))}, nil
	}
	src, err := p.open(it)
	if err != nil {
		return nil, host.Info{}, err
	}
	return src, src.Info(), nil
}

type readAtCloser interface {
	io.ReaderAt
	io.Closer
}

// made is what a2c makes itself.
type made struct{ *bytes.Reader }

func (made) Close() error { return nil }

// again takes a file over from the last context by a hard link, where lookAtContext found it there. false: copy it.
func (w *contextWriter) again(it *item, base string) bool {
	if it.same == nil || w.from == nil || unix.Linkat(int(w.from.Fd()), base, int(w.to.Fd()), base, 0) != nil {
		return false
	}
	w.took(it, *it.same, false)
	return true
}

// sum takes the digest of what was copied, beside the copying of others, and closes the file.
func sum(beside *errgroup.Group, it *item, f *os.File) {
	beside.Go(func() error {
		defer f.Close()
		if err := sumOf(it, f); err != nil {
			return err
		}
		return disk.Cause(f.Close())
	})
}

// sumOf takes the digest of a copy.
func sumOf(it *item, f *os.File) error {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, math.MaxInt64)); err != nil {
		return fmt.Errorf("digest of the copy of %s: %w", it.Path, disk.Cause(err))
	}
	it.Sum = layer.Sum(h.Sum(nil))
	return nil
}
