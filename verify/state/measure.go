package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"syscall"

	"github.com/cyphar/filepath-securejoin/pathrs-lite"

	"a2c/model"
)

// Size is what Copy would write of the same state, in bytes, at most.
func Size(ctx context.Context, root, name string) (int64, error) {
	handle, err := pathrs.OpenInRoot(root, name)
	if err != nil {
		return 0, fmt.Errorf("state %s: %w", model.Path(name), err)
	}
	defer handle.Close()
	info, err := handle.Stat()
	if err != nil {
		return 0, err
	}
	if !info.IsDir() {
		return size(info), nil
	}
	c := &copier{ctx: ctx, name: name, left: math.MaxInt64}
	if c.from, err = os.OpenRoot(fmt.Sprintf("/proc/self/fd/%d", handle.Fd())); err != nil {
		return 0, fmt.Errorf("state %s: %w", model.Path(name), err)
	}
	defer c.from.Close()
	err = c.measure(".")
	return math.MaxInt64 - c.left, err
}

// size is what a file takes on disk: holes are not copied.
func size(info fs.FileInfo) int64 {
	return min(info.Size(), info.Sys().(*syscall.Stat_t).Blocks*512)
}

// measure refuses a tree beyond the limit before anything is written.
func (c *copier) measure(dir string) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	list, err := entries(c.from, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("state %s: %w", c.at(dir), err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			continue // vanished, or told when it is copied
		}
		if info.IsDir() {
			if err := c.measure(path.Join(dir, e.Name())); err != nil {
				return err
			}
			continue
		}
		if info.Mode().IsRegular() {
			c.left -= size(info)
		}
		if c.left < 0 {
			return fmt.Errorf("state %s: %w", model.Path(c.name), ErrTooLarge)
		}
	}
	return nil
}
