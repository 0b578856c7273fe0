package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// folder copies the entries of dir, which exists in the copy, and then its own attributes.
func (c *copier) folder(dir string, info fs.FileInfo) error {
	list, err := entries(c.from, dir)
	if err != nil {
		return fmt.Errorf("state %s: %w", c.at(dir), err)
	}
	for _, e := range list {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		name := path.Join(dir, e.Name())
		switch err := c.entry(name); {
		case errors.Is(err, fs.ErrNotExist):
			c.skip(name, "vanished while it was copied", false)
		case err != nil:
			return fmt.Errorf("state %s: %w", c.at(name), err)
		}
	}
	return c.attributes(dir, info)
}

func (c *copier) entry(name string) error {
	info, err := c.from.Lstat(name)
	if err != nil {
		return err
	}
	switch info.Mode().Type() {
	case fs.ModeDir:
		if err := c.to.Mkdir(name, 0o700); err != nil {
			return err
		}
		return c.folder(name, info)
	case fs.ModeSymlink:
		target, err := c.from.Readlink(name)
		if err != nil {
			return err
		}
		if err := c.to.Symlink(target, name); err != nil {
			return err
		}
		return c.owner(name, info)
	case 0:
		return c.file(name, info)
	}
	c.skip(name, "is a "+kind(info.Mode())+", which has no content", false)
	return nil
}

func kind(m fs.FileMode) string {
	switch m.Type() {
	case fs.ModeSocket:
		return "socket"
	case fs.ModeNamedPipe:
		return "FIFO"
	}
	return "device node"
}

// file copies a regular file, or links it to the copy of the same inode.
func (c *copier) file(name string, info fs.FileInfo) error {
	s := info.Sys().(*syscall.Stat_t)
	id := [2]uint64{s.Dev, s.Ino}
	if first, ok := c.links[id]; ok {
		return c.to.Link(first, name)
	}
	in, err := c.from.OpenFile(name, reading, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	if now, err := in.Stat(); err != nil || !os.SameFile(now, info) {
		c.skip(name, "was replaced while it was copied", true)
		return err
	}
	out, err := c.to.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(content(c.ctx, out, in), out.Close()); err != nil {
		return err
	}
	if s.Nlink > 1 {
		c.links[id] = name
	}
	if err := c.changed(name, in, info); err != nil {
		return err
	}
	return c.attributes(name, info)
}

// changed tells as a skip that a file was written to since info.
func (c *copier) changed(name string, in *os.File, info fs.FileInfo) error {
	after, err := in.Stat()
	if err != nil {
		return err
	}
	if after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		c.skip(name, "changed while it was copied", false)
	}
	return nil
}

// single copies a state that is one file.
func (c *copier) single(self, to string, info fs.FileInfo) error {
	in, err := os.OpenFile(self, reading, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(content(c.ctx, out, in), out.Close()); err != nil {
		return err
	}
	if err := c.changed(".", in, info); err != nil {
		return err
	}
	s := info.Sys().(*syscall.Stat_t)
	return errors.Join(os.Chown(to, int(s.Uid), int(s.Gid)), unix.Chmod(to, s.Mode&0o7777), os.Chtimes(to, info.ModTime(), info.ModTime()))
}

// entries lists a folder, sorted.
func entries(root *os.Root, name string) ([]fs.DirEntry, error) {
	d, err := root.OpenFile(name, reading|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	list, err := d.ReadDir(-1)
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

func (c *copier) owner(name string, info fs.FileInfo) error {
	s := info.Sys().(*syscall.Stat_t)
	return c.to.Lchown(name, int(s.Uid), int(s.Gid))
}

// attributes sets what a copy has beside its content: owner, extended attributes, mode (after the owner, whose change clears setuid), times.
func (c *copier) attributes(name string, info fs.FileInfo) error {
	if err := c.owner(name, info); err != nil {
		return err
	}
	if err := c.xattrs(name); err != nil {
		return err
	}
	s := info.Sys().(*syscall.Stat_t)
	f, err := c.to.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Fchmod(int(f.Fd()), s.Mode&0o7777); err != nil {
		return err
	}
	return c.to.Chtimes(name, info.ModTime(), info.ModTime())
}
