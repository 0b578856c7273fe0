package host

import (
	"bytes"
	"encoding/binary"
	"errors"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// openDir opens a folder and lists it, sorted by name. The descriptor, for looks at the entries, is the caller's to close when err is nil.
func (m *machine) openDir(name string) (fd int, entries []Entry, err error) {
	fd, err = m.open(name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK)
	if err != nil {
		return -1, nil, wrap("list", name, err)
	}
	entries, err = guarded(m.guard, name, func() ([]Entry, error) { return readDirents(fd) }, nil)
	if err != nil {
		release(fd, err)
		return -1, nil, wrap("list", name, err)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return fd, entries, nil
}

func (m *machine) ReadDir(name string) ([]Entry, error) {
	fd, entries, err := m.openDir(name)
	if err != nil {
		return nil, err
	}
	closeFD(fd)
	return entries, nil
}

// listInfo is ReadDir with an Lstat of each entry.
func (m *machine) listInfo(name string) ([]entryInfo, error) {
	fd, entries, err := m.openDir(name)
	if err != nil {
		return nil, err
	}
	defer closeFD(fd)
	list := make([]entryInfo, len(entries))
	for i, e := range entries {
		info, err := guarded(m.guard, path.Join(name, e.Name), func() (Info, error) { return lstatAt(fd, e.Name) }, nil)
		list[i] = entryInfo{e.Name, info, wrap("lstat", path.Join(name, e.Name), err)}
	}
	return list, nil
}

// readDirents reads linux_dirent64 records (getdents(2)): ino 8, off 8, reclen 2, type 1, name NUL-terminated.
// os.File.ReadDir is not used: for file systems that leave the type out it would look the name up outside the root.
func readDirents(fd int) ([]Entry, error) {
	const header = 19
	var entries []Entry
	buf := make([]byte, 32<<10)
	for {
		n, err := retry(func() (int, error) { return unix.Getdents(fd, buf) })
		if err != nil || n == 0 {
			return entries, err
		}
		for rest := buf[:n]; len(rest) > header; {
			length := int(binary.NativeEndian.Uint16(rest[16:]))
			name := rest[header:length]
			if i := bytes.IndexByte(name, 0); i >= 0 {
				name = name[:i]
			}
			if s := string(name); s != "." && s != ".." {
				entries = append(entries, Entry{Name: s, Type: direntType(fd, s, rest[18])})
			}
			rest = rest[length:]
		}
	}
}

func direntType(dir int, name string, kind byte) Type {
	switch kind {
	case unix.DT_REG:
		return Regular
	case unix.DT_DIR:
		return Dir
	case unix.DT_LNK:
		return Symlink
	case unix.DT_FIFO:
		return Fifo
	case unix.DT_SOCK:
		return Socket
	case unix.DT_CHR:
		return Char
	case unix.DT_BLK:
		return Block
	}
	var st unix.Stat_t // DT_UNKNOWN: XFS without ftype, some FUSE
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT); err != nil {
		return Regular // gone since: whoever opens it hears so
	}
	return typeOfMode(st.Mode)
}

// xattrCalls list and read attributes by name; of a link at the end those of what it leads to, or its own.
type xattrCalls struct {
	list func(name string, buf []byte) (int, error)
	get  func(name, attr string, buf []byte) (int, error)
}

func followed() xattrCalls { return xattrCalls{unix.Listxattr, unix.Getxattr} }
func itself() xattrCalls   { return xattrCalls{unix.Llistxattr, unix.Lgetxattr} }

// readXattrs reads all extended attributes of a file. File systems without them have none.
func readXattrs(name string, of xattrCalls) (map[string][]byte, error) {
	list, err := sized(func(b []byte) (int, error) { return of.list(name, b) })
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	if err != nil || len(list) == 0 {
		return nil, err
	}
	attrs := map[string][]byte{}
	for key := range bytes.SplitSeq(bytes.TrimRight(list, "\x00"), []byte{0}) {
		value, err := sized(func(b []byte) (int, error) { return of.get(name, string(key), b) })
		if errors.Is(err, unix.ENODATA) { // removed since
			continue
		}
		if err != nil {
			return nil, err
		}
		attrs[string(key)] = value
	}
	return attrs, nil
}

// sized calls with the size that the call asks for, again when it grew in between.
func sized(call func([]byte) (int, error)) ([]byte, error) {
	for {
		n, err := call(nil)
		if err != nil || n == 0 {
			return nil, err
		}
		buf := make([]byte, n)
		n, err = call(buf)
		if errors.Is(err, unix.ERANGE) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return buf[:n], nil
	}
}
