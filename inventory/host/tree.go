// Package host reads one machine: files through a Tree, processes, sockets and units through its /proc.
// It never writes, never runs a program and never opens the network.
package host

import (
	"io"
	"time"
)

// Tree is all that a2c reads of a file system. Names are absolute, slash-separated raw bytes. Links are resolved inside the tree's own
// root by Resolve, never by the kernel across it. There are two implementations: Machine (openat2) and Text (txtar, for tests);
// Sub gives the root of a process. Errors satisfy errors.Is with fs.ErrNotExist, fs.ErrPermission or unix errnos.
type Tree interface {
	// Lstat does not follow a link at the end of name; links on the way are followed inside the root.
	Lstat(name string) (Info, error)
	// Readlink returns the stored text; magic links of /proc ("socket:[777]", "/opt/a.jar (deleted)") included.
	Readlink(name string) (string, error)
	// ReadDir lists a folder, sorted by name bytes.
	ReadDir(name string) ([]Entry, error)
	// Xattrs returns the extended attributes of name itself (not of a link's target); nil when there are none.
	Xattrs(name string) (map[string][]byte, error)
	// Open opens a regular file for reading, following links inside the root. It never blocks: a FIFO, device or socket is ErrNotRegular.
	// The page cache is left as it was (large files are read with POSIX_FADV_DONTNEED after use where they were not cached).
	Open(name string) (File, error)
	// Sub is the tree as seen from folder name, which becomes its root: Sub("/proc/412/root").
	Sub(name string) (Tree, error)
}

// File is an open regular file.
type File interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Info() Info
}

// Info is what lstat(2) says.
type Info struct {
	Type  Type
	Mode  uint32 // permission bits, setuid, setgid, sticky: 0o7777
	UID   int
	GID   int
	Size  int64
	MTime time.Time
	Dev   uint64
	Ino   uint64
	Nlink uint64
	Rdev  uint64 // device number of a device node
	// Blocks is the number of 512-byte blocks on disk; less than Size/512 for a sparse file.
	Blocks int64
}

// Type of a file.
type Type byte

// File types, by the letter that ls -l shows ('-' for regular files).
const (
	Regular Type = '-'
	Dir     Type = 'd'
	Symlink Type = 'l'
	Fifo    Type = 'p'
	Socket  Type = 's'
	Char    Type = 'c'
	Block   Type = 'b'
)

// Entry of a folder.
type Entry struct {
	Name string
	Type Type
}
