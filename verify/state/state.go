// Package state gives a twin copies of the application's state, so that it never works on the living data.
package state

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

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
		err := c.single(self, to, info)
		return c.skips, err
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
	left  int64                // bytes that may still be copied
	links map[[2]uint64]string // device and inode to the first name
	skips []model.Skip
}

func (c *copier) at(name string) model.Path { return model.Path(path.Join(c.name, name)) }

func (c *copier) skip(name, reason string, incomplete bool) {
	c.skips = append(c.skips, model.Skip{What: "copy of the state", Path: c.at(name), Reason: reason, Incomplete: incomplete})
}
