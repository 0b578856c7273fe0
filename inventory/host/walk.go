package host

import (
	"context"
	"errors"
	"io/fs"
	"path"
)

// Walk calls fn for root and everything below it, folders before their content, names in byte order. Links are reported, not followed;
// other file systems mounted below are entered (compare Info.Dev to stay on one). What cannot be read is reported with its error and
// a zero Info; fn decides: nil goes on, fs.SkipDir leaves out a folder, fs.SkipAll ends the walk, any other error ends it and is returned.
func Walk(ctx context.Context, t Tree, root string, fn func(name string, info Info, err error) error) error {
	info, err := t.Lstat(root)
	err = walkOne(ctx, t, root, info, err, fn)
	if errors.Is(err, fs.SkipDir) || errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}

func walkOne(ctx context.Context, t Tree, name string, info Info, err error, fn func(string, Info, error) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil || info.Type != Dir {
		return fn(name, info, err)
	}
	if err := fn(name, info, nil); err != nil {
		return err
	}
	entries, err := listInfo(t, name)
	if err != nil {
		return fn(name, Info{}, err)
	}
	for _, e := range entries {
		err = walkOne(ctx, t, path.Join(name, e.name), e.info, e.err, fn)
		if errors.Is(err, fs.SkipDir) {
			if e.info.Type == Dir {
				continue
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entryInfo is an entry of a folder with what lstat says of it.
type entryInfo struct {
	name string
	info Info
	err  error
}

// infoLister is a tree that can look at all entries of a folder through one descriptor: without openat2 each look-up by name would open
// every folder on the way again.
type infoLister interface {
	listInfo(name string) ([]entryInfo, error)
}

func listInfo(t Tree, name string) ([]entryInfo, error) {
	if l, ok := t.(infoLister); ok {
		return l.listInfo(name)
	}
	entries, err := t.ReadDir(name)
	if err != nil {
		return nil, err
	}
	list := make([]entryInfo, len(entries))
	for i, e := range entries {
		list[i].name = e.Name
		list[i].info, list[i].err = t.Lstat(path.Join(name, e.Name))
	}
	return list, nil
}
