package host

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Near is a tree that answers as t does and keeps the folder that it was asked about last open: to go all the way to each of 200,000 files takes four
// times as long as to look at them. What it says of a file is what t would say while nobody moves the folders above it. One goroutine
// at a time may use it. A descriptor is closed when another folder is asked about, or the tree is collected.
func Near(t Tree) Tree { // of nil: nil
	m, ok := t.(*machine)
	if !ok {
		return t
	}
	return &near{machine: m}
}

type near struct {
	*machine
	dir   string
	at    *os.File // O_PATH, the folder dir; nil: none
	exact *near    // the same without links on the way, for OpenExact; nil until it is asked for
	// steady says that nobody but root can exchange what a name in dir stands for.
	steady bool
	own    *os.File // O_PATH, /proc/self/fd; nil until a file is opened
	// noListAt says that the kernel has no listxattrat.
	noListAt bool
}

// folder splits name into its folder, which is kept open, and what it is called there. ok is false for what the machine itself must answer: names in /proc,
// which has ways of its own, names that end in a slash or dots, and all below a folder that cannot be opened.
func (n *near) folder(name string) (fd int, base string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 || strings.HasPrefix(name, "/proc/") || strings.IndexByte(name, 0) >= 0 {
		return -1, "", false
	}
	dir, base := name[:i+1], name[i+1:]
	if base == "" || base == "." || base == ".." {
		return -1, "", false
	}
	if n.at == nil || n.dir != dir {
		fd, err := n.open(dir, unix.O_PATH|unix.O_DIRECTORY)
		if err != nil {
			return -1, "", false
		}
		if n.at != nil {
			_ = n.at.Close() // was only looked through
		}
		n.dir, n.at, n.steady = dir, os.NewFile(uintptr(fd), dir), !n.guard.risky && rootsOnly(fd)
	}
	return int(n.at.Fd()), base, true
}

// from asks the folder that is kept open about a name, or all of the machine.
func from[T any](n *near, what, name string, machine func(name string) (T, error), folder func(fd int, base string) (T, error)) (T, error) {
	fd, base, ok := n.folder(name)
	if !ok {
		return machine(name)
	}
	defer runtime.KeepAlive(n)
	v, err := guarded(n.guard, name, func() (T, error) { return folder(fd, base) }, nil)
	n.mind(err)
	return v, wrap(what, name, err)
}

func (n *near) Lstat(name string) (Info, error) {
	return from(n, "lstat", name, n.machine.Lstat, lstatAt)
}

// lstatAt looks at a name in folder fd.
func lstatAt(fd int, base string) (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(fd, base, &st, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT); err != nil {
		return Info{}, err
	}
	return infoOf(&st), nil
}

func (n *near) Readlink(name string) (string, error) {
	return from(n, "readlink", name, n.machine.Readlink, readlinkAt)
}

// Xattrs asks first whether there are any: of most files there are none.
func (n *near) Xattrs(name string) (map[string][]byte, error) {
	return from(n, "list attributes of", name, n.machine.Xattrs, func(fd int, base string) (map[string][]byte, error) {
		if !n.noListAt {
			none, err := noXattrs(fd, base)
			if none {
				return nil, nil
			}
			n.noListAt = errors.Is(err, unix.ENOSYS)
		}
		return readXattrs(ownFD(fd)+"/"+base, itself())
	})
}

// noXattrs reports that a name in folder fd has no extended attributes, by listxattrat(2) (Linux 6.13), which alone needs no way through /proc to it.
func noXattrs(fd int, base string) (bool, error) {
	name, err := unix.BytePtrFromString(base)
	if err != nil {
		return false, err
	}
	n, _, errno := unix.Syscall6(unix.SYS_LISTXATTRAT, uintptr(fd), uintptr(unsafe.Pointer(name)), unix.AT_SYMLINK_NOFOLLOW, 0, 0, 0)
	if errno != 0 {
		return false, errno
	}
	return n == 0, nil
}

// Open looks first what the name is, as the machine does. A link is the machine's to follow.
func (n *near) Open(name string) (File, error) {
	fd, base, ok := n.folder(name)
	if !ok {
		return n.machine.Open(name)
	}
	defer runtime.KeepAlive(n)
	f, err := guarded(n.guard, name, n.opener(fd, base, name), func(f *file) { closeFD(f.fd) })
	n.mind(err)
	if errors.Is(err, ErrLink) && !n.strict {
		return n.machine.Open(name)
	}
	if err != nil {
		return nil, wrap("open", name, err)
	}
	f.guard = n.guard
	return f, nil
}

// opener is the way to open a name in folder fd.
func (n *near) opener(fd int, base, name string) func() (*file, error) {
	if n.steady {
		return func() (*file, error) { return openSteady(fd, base, name) }
	}
	own := n.ownFolder()
	return func() (*file, error) { return openAt(fd, base, name, own) }
}

// rootsOnly reports a folder of root's in which nobody else may make, rename or remove a name. Its group's bits are the mask of a list (acl(5)).
func rootsOnly(fd int) bool {
	info, err := fstat(fd)
	return err == nil && info.UID == 0 && info.Mode&0o022 == 0
}

// openSteady opens a regular file in a folder where a name is not exchanged between two looks at it: half the calls of openAt.
func openSteady(dir int, base, name string) (*file, error) {
	info, err := lstatAt(dir, base)
	switch {
	case err != nil:
		return nil, err
	case info.Type == Symlink:
		return nil, ErrLink
	case info.Type != Regular:
		return nil, ErrNotRegular
	}
	fd, err := retry(func() (int, error) {
		return unix.Openat(dir, base, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	return &file{fd: fd, name: name, info: info, uncached: probeCache(fd, info.Size)}, nil
}

// ownFolder is the folder of this process's descriptors, which is the shortest way to them.
func (n *near) ownFolder() int {
	if n.own == nil {
		fd, err := unix.Open("/proc/self/fd", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1 // openAt fails as every other way would
		}
		n.own = os.NewFile(uintptr(fd), "/proc/self/fd")
	}
	return int(n.own.Fd())
}

func openAt(dir int, base, name string, own int) (*file, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(dir, base, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	defer closeFD(fd)
	f, err := openRegular(fd, name, own, strconv.Itoa(fd))
	if errors.Is(err, ErrNotRegular) && isLink(fd) {
		return nil, ErrLink
	}
	return f, err
}

// mind forgets the folder when a call about it still hangs.
func (n *near) mind(err error) {
	if errors.Is(err, ErrTimeout) {
		n.at, n.dir = nil, ""
	}
}

// openExact is OpenExact near the folder of the last one.
func (n *near) openExact(name string) (File, error) {
	if n.exact == nil {
		n.exact = &near{machine: n.exactly()}
	}
	return n.exact.Open(name)
}
