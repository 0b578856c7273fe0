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
	entries, err := t.ReadDir(name)
	if err != nil {
		return fn(name, Info{}, err)
	}
	for _, e := range entries {
		child := path.Join(name, e.Name)
		info, err := t.Lstat(child)
		err = walkOne(ctx, t, child, info, err, fn)
		if errors.Is(err, fs.SkipDir) {
			if info.Type == Dir {
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
