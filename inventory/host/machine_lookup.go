package host

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// maxLinks is the kernel's own limit (path_resolution(7)).
const maxLinks = 40

// fastestLookup asks the kernel once whether it has openat2.
func fastestLookup(root int) lookup {
	fd, err := openat2(root, "/", unix.O_PATH)
	if err != nil { // ENOSYS, or EPERM of a seccomp filter that does not know the call
		return walk
	}
	closeFD(fd)
	return openat2
}

// openat2 lets the kernel resolve links inside root (RESOLVE_IN_ROOT; it follows no magic links then).
func openat2(root int, name string, flags int) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC), Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	for {
		fd, err := unix.Openat2(root, name, &how)
		if !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) { // EAGAIN: a rename elsewhere made ".." uncertain
			return fd, err
		}
	}
}

// walk is openat2 for older kernels: each component is opened by itself with O_NOFOLLOW, and links are read and resolved here.
func walk(root int, name string, flags int) (int, error) {
	w := walker{stack: []int{root}, rest: split(name), mustDir: strings.HasSuffix(name, "/") || flags&unix.O_DIRECTORY != 0}
	defer func() { w.unwind(1) }()
	for len(w.rest) > 0 {
		if err := w.step(flags); err != nil {
			return -1, err
		}
	}
	return w.finish(flags)
}

// walker holds the open folders from the root down to where it is, so that ".." never leaves the root.
type walker struct {
	stack   []int
	rest    []string
	links   int
	mustDir bool
}

func (w *walker) step(flags int) error {
	name := w.rest[0]
	w.rest = w.rest[1:]
	switch name {
	case ".":
		return nil
	case "..":
		w.unwind(max(1, len(w.stack)-1))
		return nil
	}
	last := len(w.rest) == 0
	how := unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC
	if !last || w.mustDir { // most are folders, which this tells without an fstat
		if fd, err := w.openat(name, how|unix.O_DIRECTORY); err == nil {
			w.stack = append(w.stack, fd)
			return nil
		} else if !errors.Is(err, unix.ENOTDIR) && !errors.Is(err, unix.ELOOP) {
			return err
		}
	}
	fd, err := w.openat(name, how)
	if err != nil {
		return err
	}
	switch {
	case isLink(fd) && (!last || w.mustDir || flags&unix.O_NOFOLLOW == 0):
		defer closeFD(fd)
		return w.link(fd)
	case !last || w.mustDir:
		closeFD(fd)
		return unix.ENOTDIR
	}
	w.stack = append(w.stack, fd)
	return nil
}

func (w *walker) openat(name string, flags int) (int, error) {
	return retry(func() (int, error) { return unix.Openat(w.stack[len(w.stack)-1], name, flags, 0) })
}

func (w *walker) link(fd int) error {
	if w.links++; w.links > maxLinks {
		return unix.ELOOP
	}
	if isMagicFD(fd) && onProcfs(fd) {
		return unix.ELOOP
	}
	target, err := readlinkAt(fd, "")
	if err != nil {
		return err
	}
	if target == "" {
		return unix.ENOENT
	}
	if strings.HasPrefix(target, "/") {
		w.unwind(1)
	}
	w.rest = append(split(target), w.rest...)
	return nil
}

// isMagicFD tells the links of procfs that jump to an object from those that are text. Text are self ("412"), net ("self/net") and
// the like: relative names; what the others print is absolute or has a colon ("/usr/bin/java", "net:[4026531840]").
func isMagicFD(fd int) bool {
	target, err := readlinkAt(fd, "")
	return err != nil || strings.HasPrefix(target, "/") || strings.ContainsAny(target, ":[")
}

// finish opens what was reached with the flags that were asked for.
func (w *walker) finish(flags int) (int, error) {
	fd := w.stack[len(w.stack)-1]
	if flags&unix.O_PATH == 0 && !w.mustDir {
		return retry(func() (int, error) { return unix.Open(ownFD(fd), flags&^unix.O_NOFOLLOW|unix.O_CLOEXEC, 0) })
	}
	if flags&unix.O_PATH == 0 || len(w.stack) == 1 { // the root itself stays the tree's
		return retry(func() (int, error) { return unix.Openat(fd, ".", flags|unix.O_CLOEXEC, 0) })
	}
	w.stack = w.stack[:len(w.stack)-1]
	return fd, nil
}

// unwind closes all folders but the first n.
func (w *walker) unwind(n int) {
	for _, fd := range w.stack[n:] {
		closeFD(fd)
	}
	w.stack = w.stack[:n]
}

// split returns the components of a path; empty ones are nothing.
func split(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
}

// exact is a lookup that follows no link at all: each component is opened by itself with O_NOFOLLOW. For one, it is ErrLink.
func exact(root int, name string, flags int) (int, error) {
	fd, own := root, false
	rest := split(name)
	for i, part := range rest {
		how := unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC
		next, err := retry(func() (int, error) { return unix.Openat(fd, part, how, 0) })
		if own {
			closeFD(fd)
		}
		if err != nil {
			return -1, err
		}
		fd, own = next, true
		if isLink(fd) || part == ".." {
			closeFD(fd)
			return -1, ErrLink
		}
		if i+1 == len(rest) && flags&unix.O_PATH != 0 {
			return fd, nil
		}
	}
	if own {
		defer closeFD(fd)
	}
	if flags&unix.O_DIRECTORY != 0 || !own {
		return retry(func() (int, error) { return unix.Openat(fd, ".", flags&^unix.O_NOFOLLOW|unix.O_CLOEXEC, 0) })
	}
	return retry(func() (int, error) { return unix.Open(ownFD(fd), flags&^unix.O_NOFOLLOW|unix.O_CLOEXEC, 0) })
}
