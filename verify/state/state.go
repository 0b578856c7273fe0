// Package state gives a twin copies of the application's state, so that it never works on the living data.
package state

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/cyphar/filepath-securejoin/pathrs-lite"
	"golang.org/x/sys/unix"

	"a2c/model"
)

// ErrTooLarge is returned when the state has more bytes than allowed or than the disk should take.
var ErrTooLarge = errors.New("too large to copy")

// reading opens the living files without a trace (the access time stays) and without waiting, should a FIFO have taken the name.
const reading = os.O_RDONLY | unix.O_NONBLOCK | unix.O_NOATIME

// Copy copies what root (a folder on the host, "/proc/412/root") has at name, a folder or a regular file, to the new path to. Owners,
// modes, times, extended attributes, links and holes are kept; blocks are shared where the file system can (FICLONE). Links are never followed
// out of root. Sockets, FIFOs and device nodes are left out. What vanished or changed meanwhile is told as a skip: a living folder is no snapshot.
// limit bounds the bytes.
func Copy(ctx context.Context, root, name, to string, limit int64) ([]model.Skip, error) {
	handle, err := pathrs.OpenInRoot(root, name)
	if err != nil {
		return nil, fmt.Errorf("state %s: %w", model.Path(name), err)
	}
	defer handle.Close()
	info, err := handle.Stat()
	if err != nil {
		return nil, err
	}
	self := fmt.Sprintf("/proc/self/fd/%d", handle.Fd())
	c := &copier{ctx: ctx, name: name, left: limit, links: map[[2]uint64]string{}}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("state %s: neither a folder nor a regular file", model.Path(name))
		}
		if c.left < size(info) {
			return nil, fmt.Errorf("state %s: %d bytes: %w", model.Path(name), size(info), ErrTooLarge)
		}
		return c.skips, c.single(self, to, info)
	}
	if c.from, err = os.OpenRoot(self); err != nil {
		return nil, fmt.Errorf("state %s: %w", model.Path(name), err)
	}
	defer c.from.Close()
	if err := c.measure("."); err != nil {
		return nil, err
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return nil, err
	}
	if c.to, err = os.OpenRoot(to); err != nil {
		return nil, err
	}
	defer c.to.Close()
	err = c.folder(".", info)
	return c.skips, err
}

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

// Empty makes what a volume that was never used offers: an empty folder of the owner and mode that the application needs.
func Empty(m model.Mount, to string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	if err := os.Chown(to, m.UID, m.GID); err != nil {
		return err
	}
	mode := m.Mode
	if mode == 0 {
		mode = 0o755
	}
	return unix.Chmod(to, mode)
}

type copier struct {
	ctx   context.Context
	name  string // for people
	from  *os.Root
	to    *os.Root
	left  int64
	links map[[2]uint64]string // device and inode to the first name
	skips []model.Skip
}

// size is what a file takes on disk: holes are not copied.
func size(info fs.FileInfo) int64 {
	return min(info.Size(), info.Sys().(*syscall.Stat_t).Blocks*512)
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

func (c *copier) at(name string) model.Path { return model.Path(path.Join(c.name, name)) }

func (c *copier) skip(name, reason string, incomplete bool) {
	c.skips = append(c.skips, model.Skip{What: "copy of the state", Path: c.at(name), Reason: reason, Incomplete: incomplete})
}

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
	after, err := in.Stat()
	if err != nil {
		return err
	}
	if after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		c.skip(name, "changed while it was copied", false)
	}
	return c.attributes(name, info)
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
	s := info.Sys().(*syscall.Stat_t)
	return errors.Join(os.Chown(to, int(s.Uid), int(s.Gid)), unix.Chmod(to, s.Mode&0o7777), os.Chtimes(to, info.ModTime(), info.ModTime()))
}

// content shares the blocks, or copies the parts that are no holes (lseek(2), SEEK_DATA).
func content(ctx context.Context, out, in *os.File) error {
	if unix.IoctlFileClone(int(out.Fd()), int(in.Fd())) == nil {
		return nil
	}
	info, err := in.Stat()
	if err != nil {
		return err
	}
	for at := int64(0); at < info.Size(); {
		start, err := in.Seek(at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			break // nothing but a hole up to the end
		}
		if err != nil {
			return err
		}
		end, err := in.Seek(start, unix.SEEK_HOLE)
		if err != nil {
			return err
		}
		if err := piece(ctx, out, in, start, end); err != nil {
			return err
		}
		at = end
	}
	return out.Truncate(info.Size())
}

// step is how much is copied between two looks at the context.
const step = 16 << 20

func piece(ctx context.Context, out, in *os.File, start, end int64) error {
	for at := start; at < end; at += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(step, end-at)
		_, err := io.Copy(io.NewOffsetWriter(out, at), io.NewSectionReader(in, at, n))
		if err != nil {
			return err
		}
	}
	return nil
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
