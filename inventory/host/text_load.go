package host

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"

	"a2c/model"
)

// loader turns the entries of a fixture into nodes.
type loader struct {
	root  *node
	zips  map[string]*zipNode // by path of the outermost archive
	procs map[int]attrs       // the attributes of proc/PID/cmdline
	ino   uint64
}

// attrs are the "key=value" words behind a name.
type attrs map[string]string

func (l *loader) add(f txtar.File) error {
	name, at := header(f.Name)
	if name, target, ok := strings.Cut(name, " -> "); ok {
		return l.link(name, target, at)
	}
	var raw model.Path
	if err := raw.UnmarshalText([]byte(name)); err != nil {
		return err
	}
	name = string(raw)
	data, err := content(name, f.Data, at)
	if err != nil {
		return err
	}
	if outer, entry, ok := strings.Cut(name, "!/"); ok {
		return l.zipEntry(outer, entry, data, at)
	}
	if pid, ok := cmdlineOf(name); ok {
		l.procs[pid] = at
	}
	n := &node{info: Info{Type: Regular, Mode: 0o644, Nlink: 1}, data: data}
	if strings.HasSuffix(name, "/") {
		n = newFolder()
	}
	return l.put(name, n, at)
}

// header splits off the attributes: words at the end that begin with a known key.
func header(name string) (string, attrs) {
	at := attrs{}
	for {
		i := strings.LastIndexByte(name, ' ')
		key, value, ok := strings.Cut(name[i+1:], "=")
		if i < 0 || !ok || !slices.Contains(knownAttrs(), key) && !strings.HasPrefix(key, "xattr:") {
			return name, at
		}
		at[key] = value
		name = strings.TrimRight(name[:i], " ")
	}
}

func knownAttrs() []string {
	return []string{"mode", "uid", "gid", "size", "nlink", "mtime", "type", "rdev", "err", "enc", "ppid", "comm", "start", "threads", "state"}
}

func (l *loader) link(name, target string, at attrs) error {
	var raw, to model.Path
	if err := errors.Join(raw.UnmarshalText([]byte(name)), to.UnmarshalText([]byte(target))); err != nil {
		return err
	}
	n := &node{info: Info{Type: Symlink, Mode: 0o777, Nlink: 1, Size: int64(len(to))}, target: string(to)}
	return l.put(string(raw), n, at)
}

func (l *loader) put(name string, n *node, at attrs) error {
	dir, err := l.root.folder(path.Dir("/" + strings.TrimSuffix(name, "/")))
	if err != nil {
		return err
	}
	base := path.Base(name)
	if old := dir.kids[base]; old != nil && n.info.Type == Dir && old.info.Type == Dir {
		n = old // "opt/app/" after files in it: only the attributes are new
	}
	if n.info.Type == Regular {
		n.info.Size = int64(len(n.data))
	}
	if err := n.set(at); err != nil {
		return err
	}
	if isProcFile(name) {
		n.info.Size = 0
	}
	dir.kids[base] = n
	return nil
}

// isProcFile reports whether the file stands for one of procfs, which states no size.
func isProcFile(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "/"), "proc/") }

func cmdlineOf(name string) (int, bool) {
	parts := split(name)
	if len(parts) != 3 || parts[0] != "proc" || parts[2] != "cmdline" {
		return 0, false
	}
	pid, err := strconv.Atoi(parts[1])
	return pid, err == nil
}

func (n *node) set(at attrs) error {
	for _, key := range slices.Sorted(maps.Keys(at)) {
		if err := n.setOne(key, at[key]); err != nil {
			return fmt.Errorf("%s=%s: %w", key, at[key], err)
		}
	}
	n.info.Blocks = (int64(len(n.data)) + 511) / 512
	return nil
}

func (n *node) setOne(key, value string) error {
	if name, ok := strings.CutPrefix(key, "xattr:"); ok {
		if n.xattrs == nil {
			n.xattrs = map[string][]byte{}
		}
		n.xattrs[name] = []byte(value)
		return nil
	}
	base := 10
	if key == "mode" {
		base = 8
	}
	switch key {
	case "type":
		return n.setType(value)
	case "err":
		return n.setError(value)
	case "rdev":
		return n.setDevice(value)
	case "enc", "comm", "state", "ppid", "start", "threads": // not of the file
		return nil
	}
	v, err := strconv.ParseInt(value, base, 64)
	if err != nil {
		return err
	}
	switch key {
	case "mode":
		n.info.Mode = uint32(v)
	case "uid":
		n.info.UID = int(v)
	case "gid":
		n.info.GID = int(v)
	case "size":
		n.info.Size = v
	case "nlink":
		n.info.Nlink = uint64(v)
	case "mtime":
		n.info.MTime = time.Unix(v, 0)
	}
	return nil
}

func (n *node) setType(value string) error {
	types := map[string]Type{"fifo": Fifo, "socket": Socket, "char": Char, "block": Block}
	kind, ok := types[value]
	if !ok {
		return errors.New("is none of fifo, socket, char, block")
	}
	n.info.Type = kind
	return nil
}

func (n *node) setError(value string) error {
	errnos := map[string]error{"EACCES": unix.EACCES, "EPERM": unix.EPERM, "ENOENT": unix.ENOENT, "ESRCH": unix.ESRCH, "EIO": unix.EIO}
	n.err = errnos[value]
	if n.err == nil {
		return errors.New("is none of EACCES, EPERM, ENOENT, ESRCH, EIO")
	}
	return nil
}

func (n *node) setDevice(value string) error {
	major, minor, _ := strings.Cut(value, ":")
	hi, err1 := strconv.ParseUint(major, 10, 32)
	lo, err2 := strconv.ParseUint(minor, 10, 32)
	n.info.Rdev = unix.Mkdev(uint32(hi), uint32(lo))
	return errors.Join(err1, err2)
}

// content undoes what makes a file readable in the fixture.
func content(name string, data []byte, at attrs) ([]byte, error) {
	if at["enc"] == "base64" {
		return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), ""))
	}
	if !isProcFile(name) {
		return data, nil
	}
	switch base := path.Base(name); base {
	case "cmdline", "environ":
		return nulTerminated(string(data))
	case "tcp", "tcp6", "udp", "udp6":
		return shortTable(string(data), base)
	}
	return data, nil
}

func nulTerminated(lines string) ([]byte, error) {
	var out []byte
	for line := range strings.Lines(lines) {
		arg, err := unescape(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		out = append(append(out, arg...), 0)
	}
	return out, nil
}

// unescape knows \n, \t, \\ and \xNN.
func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", errors.New(`a backslash must begin \n, \t, \\ or \xNN`)
		}
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			v, err := strconv.ParseUint(s[min(i+1, len(s)):min(i+3, len(s))], 16, 8)
			if err != nil {
				return "", fmt.Errorf(`\xNN: %w`, err)
			}
			b.WriteByte(byte(v))
			i += 2
		default:
			return "", fmt.Errorf(`\%c is none of \n, \t, \\, \xNN`, s[i])
		}
	}
	return b.String(), nil
}

// number gives each file an inode, in the order of names, so that fixtures behave like a disk.
func (l *loader) number(n *node) {
	l.ino++
	n.info.Ino, n.info.Dev = l.ino, 1
	for _, name := range slices.Sorted(maps.Keys(n.kids)) {
		if n.info.Type == Dir && n.kids[name].info.Type == Dir {
			n.info.Nlink++
		}
		l.number(n.kids[name])
	}
}
