package host

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"
)

// Text makes a tree of a txtar archive: a whole machine as one readable file, for tests. Names have no leading slash; folders come into
// being by themselves. The conventions:
//
//	-- etc/os-release --                                a file: root's, mode 0644
//	-- etc/app.pw mode=0640 uid=5 gid=5 --              attributes; also size= (zero bytes appended), nlink=, mtime= (Unix seconds),
//	                                                    xattr:user.note=text, enc=base64 (content is base64)
//	-- opt/app/ mode=0700 uid=5 --                      a folder of its own
//	-- run/pipe type=fifo --                            fifo, socket, char, block (rdev=1:3)
//	-- root/.ssh err=EACCES --                          every access to it fails so (EACCES, EPERM, ENOENT, ESRCH, EIO)
//	-- opt/current -> /opt/v2 --                        a symbolic link
//	-- opt/a.jar!/META-INF/MANIFEST.MF --               an entry of a zip, which is packed; nests: a.war!/WEB-INF/lib/b.jar!/x.class
//	-- opt/odd\x0aname --                               \xNN as in model.Path
//
// Processes, below proc/PID/:
//
//	-- proc/412/cmdline ppid=1 uid=5 gid=5 comm=java start=900 threads=3 --
//	                        one argument per line, NUL-terminated when read; \n, \t, \\ and \xNN are escapes; an empty line is an empty argument
//	-- proc/412/environ --                              the same, NAME=value
//	-- proc/412/exe -> /usr/lib/jvm/bin/java --
//	-- proc/412/fd/5 -> socket:[777] --
//	-- proc/412/net/tcp --                              the kernel's table, or short lines: 127.0.0.1:8080 LISTEN 777
//
// What a process needs and the archive leaves out is filled in: stat, status, an empty environ, maps and fd, cgroup (0::/), cwd and root (-> /), ns/net, ns/mnt, ns/pid, ns/ipc (the
// same for all), proc/self/ns. An archive that names a file itself is taken at its word.
func Text(archive *txtar.Archive) (Tree, error) {
	l := loader{root: newFolder(), zips: map[string]*zipNode{}, procs: map[int]attrs{}}
	for _, f := range archive.Files {
		if err := l.add(f); err != nil {
			return nil, fmt.Errorf("fixture entry %q: %w", f.Name, err)
		}
	}
	if err := l.packAll(); err != nil {
		return nil, err
	}
	l.fillProcesses()
	l.number(l.root)
	return &text{root: l.root}, nil
}

// node is a file of a text tree.
type node struct {
	info   Info
	data   []byte
	target string
	xattrs map[string][]byte
	kids   map[string]*node
	err    error
}

func newFolder() *node {
	return &node{info: Info{Type: Dir, Mode: 0o755, Nlink: 2}, kids: map[string]*node{}}
}

type text struct{ root *node }

// find resolves name as the kernel would, with this root.
func (t *text) find(name string, follow bool) (*node, error) {
	if !strings.HasPrefix(name, "/") {
		return nil, unix.EINVAL
	}
	stack, rest, links := []*node{t.root}, split(name), 0
	for len(rest) > 0 {
		at, next := stack[len(stack)-1], rest[0]
		rest = rest[1:]
		if at.err != nil {
			return nil, at.err
		}
		switch {
		case at.info.Type != Dir:
			return nil, unix.ENOTDIR
		case next == ".":
			continue
		case next == "..":
			stack = stack[:max(1, len(stack)-1)]
			continue
		}
		kid := at.kids[next]
		if kid == nil {
			return nil, unix.ENOENT
		}
		if kid.info.Type != Symlink || kid.err != nil || len(rest) == 0 && !follow {
			stack = append(stack, kid)
			continue
		}
		if links++; links > maxLinks {
			return nil, unix.ELOOP
		}
		if strings.HasPrefix(kid.target, "/") {
			stack = stack[:1]
		}
		rest = append(split(kid.target), rest...)
	}
	found := stack[len(stack)-1]
	return found, found.err
}

func (t *text) Lstat(name string) (Info, error) {
	n, err := t.find(name, false)
	if err != nil {
		return Info{}, wrap("lstat", name, err)
	}
	return n.info, nil
}

func (t *text) Readlink(name string) (string, error) {
	n, err := t.find(name, false)
	if err == nil && n.info.Type != Symlink {
		err = unix.EINVAL
	}
	if err != nil {
		return "", wrap("readlink", name, err)
	}
	return n.target, nil
}

func (t *text) ReadDir(name string) ([]Entry, error) {
	n, err := t.find(name, true)
	if err == nil && n.info.Type != Dir {
		err = unix.ENOTDIR
	}
	if err != nil {
		return nil, wrap("list", name, err)
	}
	var entries []Entry
	for _, kid := range slices.Sorted(maps.Keys(n.kids)) {
		entries = append(entries, Entry{Name: kid, Type: n.kids[kid].info.Type})
	}
	return entries, nil
}

func (t *text) Xattrs(name string) (map[string][]byte, error) {
	n, err := t.find(name, false)
	if err != nil {
		return nil, wrap("list attributes of", name, err)
	}
	return maps.Clone(n.xattrs), nil
}

func (t *text) Open(name string) (File, error) {
	n, err := t.find(name, true)
	if err == nil && n.info.Type != Regular {
		err = ErrNotRegular
	}
	if err != nil {
		return nil, wrap("open", name, err)
	}
	var content io.ReaderAt = bytes.NewReader(n.data)
	if pad := n.info.Size - int64(len(n.data)); pad > 0 {
		content = padded{n.data, n.info.Size}
	}
	size := max(n.info.Size, int64(len(n.data)))
	return &textFile{SectionReader: io.NewSectionReader(content, 0, size), info: n.info}, nil
}

func (t *text) Sub(name string) (Tree, error) {
	n, err := t.find(name, true)
	if err == nil && n.info.Type != Dir {
		err = unix.ENOTDIR
	}
	if err != nil {
		return nil, wrap("open root", name, err)
	}
	return &text{root: n}, nil
}

type textFile struct {
	*io.SectionReader
	info Info
}

func (f *textFile) Info() Info   { return f.info }
func (f *textFile) Close() error { return nil }

// padded is content followed by zero bytes up to size.
type padded struct {
	data []byte
	size int64
}

func (p padded) ReadAt(b []byte, off int64) (int, error) {
	n := int(min(int64(len(b)), p.size-off))
	clear(b[:n])
	if off < int64(len(p.data)) {
		copy(b[:n], p.data[off:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// folder makes the folders on the way to name.
func (n *node) folder(name string) (*node, error) {
	at := n
	for _, part := range split(name) {
		kid := at.kids[part]
		if kid == nil {
			kid = newFolder()
			at.kids[part] = kid
		}
		if kid.info.Type != Dir {
			return nil, fmt.Errorf("%s is no folder", path.Join("/", name))
		}
		at = kid
	}
	return at, nil
}
