package state

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// xattrs copies the extended attributes that belong to the data: user.* and POSIX ACLs (xattr(7)). Labels of a security module are the engine's.
func (c *copier) xattrs(name string) error {
	from, err := c.from.OpenFile(name, reading, 0)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := c.to.Open(name)
	if err != nil {
		return err
	}
	defer to.Close()
	list, err := read(func(b []byte) (int, error) { return unix.Flistxattr(int(from.Fd()), b) })
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	if err != nil {
		return &os.PathError{Op: "listxattr", Path: name, Err: err}
	}
	for key := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		if !strings.HasPrefix(key, "user.") && !strings.HasPrefix(key, "system.posix_acl_") {
			continue
		}
		value, err := read(func(b []byte) (int, error) { return unix.Fgetxattr(int(from.Fd()), key, b) })
		if errors.Is(err, unix.ENODATA) {
			continue
		}
		if err == nil {
			err = unix.Fsetxattr(int(to.Fd()), key, value, 0)
		}
		switch {
		case errors.Is(err, unix.ENOTSUP):
			c.skip(name, "the copy's file system keeps no attribute "+key, false)
		case err != nil:
			return &os.PathError{Op: "copy attribute " + key, Path: name, Err: err}
		}
	}
	return nil
}

// read calls an xattr function with room for the most that the kernel gives.
func read(call func([]byte) (int, error)) ([]byte, error) {
	buffer := make([]byte, 64<<10)
	n, err := call(buffer)
	if err != nil {
		return nil, err
	}
	return buffer[:n], nil
}
