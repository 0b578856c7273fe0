package host

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machine is a folder of the running system as a root: "/" or a mounted disk, or another process's root.
type machine struct {
	root  *os.File // O_PATH; closed when the tree is collected
	look  lookup
	proc  *os.File // <root>/proc, O_PATH, when it is a procfs: its regular files need no check before they are opened; else nil
	guard *guard
	// strict says that look follows no links at all.
	strict bool
}

// lookup finds name below the folder root, links resolved inside it, and opens it with flags. There are two: openat2, walk.
type lookup func(root int, name string, flags int) (int, error)

// Machine returns the tree whose root is the folder root of this machine, usually "/". On kernels without openat2(2) (before 5.6, or
// where a seccomp filter forbids it) each component is opened with O_NOFOLLOW instead.
func Machine(root string) (Tree, error) {
	fd, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open root %q: %w", root, err)
	}
	return newMachine(fd, root, fastestLookup(fd), openGuard()), nil
}

func openGuard() *guard {
	table, err := readAllFD("/proc/self/mountinfo")
	return newGuard(table, err, &deadMounts{})
}

func newMachine(fd int, name string, look lookup, g *guard) *machine {
	m := &machine{root: os.NewFile(uintptr(fd), name), look: look, guard: g}
	m.proc = m.procfs()
	if g.behind == nil {
		g.behind = m.behind
	}
	return m
}

func (m *machine) procfs() *os.File {
	fd, err := m.open("/proc", unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil
	}
	if !onProcfs(fd) {
		closeFD(fd)
		return nil
	}
	return os.NewFile(uintptr(fd), "/proc")
}

// onProcfs asks by name: fstatfs of an O_PATH descriptor takes Linux 3.12.
func onProcfs(fd int) bool {
	var st unix.Statfs_t
	return unix.Statfs(ownFD(fd), &st) == nil && st.Type == unix.PROC_SUPER_MAGIC
}

// open is the one way to a descriptor: name inside the root, with the magic link /proc/PID/root followed.
func (m *machine) open(name string, flags int) (int, error) {
	if !strings.HasPrefix(name, "/") || strings.IndexByte(name, 0) >= 0 {
		return -1, unix.EINVAL
	}
	defer runtime.KeepAlive(m)
	root := int(m.root.Fd())
	if m.proc != nil && strings.HasPrefix(name, "/proc/") {
		if plain := plainProc(name); plain != "" {
			return retry(func() (int, error) {
				return unix.Openat(int(m.proc.Fd()), plain, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
			})
		}
		if link, rest := splitProcRoot(name); rest != "" {
			return m.openBelow(link, rest, flags)
		}
		return m.look(root, name, flags)
	}
	return guarded(m.guard, name, func() (int, error) { return m.look(root, name, flags) }, closeFD)
}

// splitProcRoot splits /proc/412/root/etc/passwd into /proc/412/root and /etc/passwd; rest is "" for other names.
func splitProcRoot(name string) (link, rest string) {
	parts := strings.SplitN(name, "/", 5) // "", proc, 412, root, etc/passwd
	if len(parts) < 5 || parts[3] != "root" {
		return "", ""
	}
	return strings.Join(parts[:4], "/"), "/" + parts[4]
}

// plainProc returns 412/stat for /proc/412/stat: a name whose folders are no links, so that one openat finds it without leaving procfs.
// The last component is not followed: it is either a file or a magic link. Other names give "".
func plainProc(name string) string {
	rest := strings.TrimPrefix(name, "/proc/")
	pid, below, ok := strings.Cut(rest, "/")
	if !ok || pid == "" || strings.Trim(pid, "0123456789") != "" || below == "" {
		return ""
	}
	folder, file, nested := strings.Cut(below, "/")
	switch {
	case !nested:
		return rest
	case strings.Contains(file, "/") || file == "" || file == "." || file == "..":
		return ""
	case folder == "fd" || folder == "fdinfo" || folder == "ns" || folder == "net" || folder == "map_files" || folder == "task":
		return rest
	}
	return ""
}

// openBelow opens rest inside the folder that the magic link leads to.
func (m *machine) openBelow(link, rest string, flags int) (int, error) {
	top, err := m.follow(link, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return -1, err
	}
	defer closeFD(top)
	return timed(patience, func() (int, error) { return m.look(top, rest, flags) }, closeFD) // its mounts may be others
}

// follow opens what a magic link of /proc leads to (proc(5)): the folder that holds the link is found inside the root, the last
// step is the kernel's. O_PATH opens nothing but the name, so devices and FIFOs are not touched.
func (m *machine) follow(link string, flags int) (int, error) {
	i := strings.LastIndexByte(link, '/')
	dir, err := m.open(link[:i+1], unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return -1, err
	}
	defer closeFD(dir)
	return retry(func() (int, error) { return unix.Openat(dir, link[i+1:], flags|unix.O_CLOEXEC, 0) })
}

func (m *machine) Lstat(name string) (Info, error) {
	fd, err := m.open(name, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return Info{}, wrap("lstat", name, err)
	}
	info, err := guarded(m.guard, name, func() (Info, error) { return fstat(fd) }, nil)
	release(fd, err)
	return info, wrap("lstat", name, err)
}

func (m *machine) Readlink(name string) (string, error) {
	if m.proc != nil && strings.HasPrefix(name, "/proc/") {
		if plain := plainProc(name); plain != "" {
			defer runtime.KeepAlive(m)
			target, err := readlinkAt(int(m.proc.Fd()), plain)
			return target, wrap("readlink", name, err)
		}
	}
	fd, err := m.open(name, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return "", wrap("readlink", name, err)
	}
	target, err := guarded(m.guard, name, func() (string, error) {
		target, err := readlinkAt(fd, "")
		if errors.Is(err, unix.ENOENT) && !isLink(fd) {
			err = unix.EINVAL // what readlink(2) says of what is no link; with an empty name the kernel says ENOENT
		}
		return target, err
	}, nil)
	release(fd, err)
	return target, wrap("readlink", name, err)
}

// readlinkAt reads the link name in folder fd; with name "" the link that fd is, opened with O_PATH|O_NOFOLLOW.
func readlinkAt(fd int, name string) (string, error) {
	var small [256]byte
	for buf := small[:]; ; buf = make([]byte, 4*len(buf)) {
		n, err := retry(func() (int, error) { return unix.Readlinkat(fd, name, buf) })
		if err != nil {
			return "", err
		}
		if n < len(buf) {
			return string(buf[:n]), nil
		}
	}
}

func isLink(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK
}

func (m *machine) Xattrs(name string) (map[string][]byte, error) {
	fd, err := m.open(name, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return nil, wrap("list attributes of", name, err)
	}
	attrs, err := guarded(m.guard, name, func() (map[string][]byte, error) { return readXattrs(ownFD(fd), followed()) }, nil)
	release(fd, err)
	return attrs, wrap("list attributes of", name, err)
}

// ownFD names a descriptor of ours. It is the only way to open or ask an O_PATH descriptor further without looking up its name again.
func ownFD(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }

func (m *machine) Sub(name string) (Tree, error) {
	var fd int
	var err error
	if m.proc != nil && isMagic(name) {
		fd, err = m.follow(name, unix.O_PATH|unix.O_DIRECTORY)
	} else {
		fd, err = m.open(name, unix.O_PATH|unix.O_DIRECTORY)
	}
	if err != nil {
		return nil, wrap("open root", name, err)
	}
	g := m.guard
	if table, ok := strings.CutSuffix(name, "/root"); ok && m.proc != nil && isMagic(name) {
		mounts, err := ReadFile(m, table+"/mountinfo", largeFile)
		g = newGuard(mounts, err, m.guard.dead) // a mount namespace, or a root, of its own
	}
	return newMachine(fd, name, m.look, g), nil
}

// isMagic reports whether name is a magic link of /proc: what it leads to need not be reachable by its text.
func isMagic(name string) bool {
	parts := strings.Split(name, "/") // "", proc, 412, exe
	if len(parts) < 4 || parts[1] != "proc" {
		return false
	}
	switch parts[3] {
	case "exe", "root", "cwd":
		return len(parts) == 4
	case "fd", "map_files":
		return len(parts) == 5
	}
	return false
}

// fstat also answers for O_PATH descriptors (Linux 3.6).
func fstat(fd int) (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Info{}, err
	}
	return infoOf(&st), nil
}

func infoOf(st *unix.Stat_t) Info {
	return Info{
		Type: typeOfMode(st.Mode), Mode: st.Mode & 0o7777, UID: int(st.Uid), GID: int(st.Gid), Size: st.Size,
		MTime: writable(time.Unix(st.Mtim.Unix())), Dev: st.Dev, Ino: st.Ino, Nlink: uint64(st.Nlink), Rdev: st.Rdev, Blocks: st.Blocks,
	}
}

func typeOfMode(mode uint32) Type {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return Dir
	case unix.S_IFLNK:
		return Symlink
	case unix.S_IFIFO:
		return Fifo
	case unix.S_IFSOCK:
		return Socket
	case unix.S_IFCHR:
		return Char
	case unix.S_IFBLK:
		return Block
	}
	return Regular
}

// closeFD closes a descriptor that was only read from: there is nothing that could be lost.
func closeFD(fd int) { _ = unix.Close(fd) }

// retry repeats a call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// writable is a time that a document can hold: years of four digits (RFC 3339). A file may have any that 64 bits of seconds hold.
func writable(t time.Time) time.Time {
	first, last := time.Date(0, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC) // a day less: zones
	switch {
	case t.Before(first):
		return first
	case t.After(last):
		return last
	}
	return t
}
