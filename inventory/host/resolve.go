package host

import (
	"errors"
	"io"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// Resolve follows every link of name inside the tree's root. real is the path without links; links are the links that were crossed, in
// order, each as a path whose folder is real: an image that has real and all of links can open name.
func Resolve(t Tree, name string) (realPath string, links []string, err error) {
	if !strings.HasPrefix(name, "/") {
		return "", nil, wrap("resolve", name, unix.EINVAL)
	}
	at, rest := "/", split(name)
	for len(rest) > 0 {
		next := rest[0]
		rest = rest[1:]
		if next == "." || next == ".." {
			at = path.Join(at, next)
			continue
		}
		full := path.Join(at, next)
		target, err := t.Readlink(full)
		if errors.Is(err, unix.EINVAL) { // no link
			at = full
			continue
		}
		if err != nil {
			return "", links, wrap("resolve", name, err)
		}
		if links = append(links, full); len(links) > maxLinks {
			return "", links, wrap("resolve", name, unix.ELOOP)
		}
		if strings.HasPrefix(target, "/") {
			at = "/"
		}
		rest = append(split(target), rest...)
	}
	return at, links, nil
}

// Stat is Lstat of what name leads to.
func Stat(t Tree, name string) (Info, error) {
	info, err := t.Lstat(name)
	if err != nil || info.Type != Symlink {
		return info, err
	}
	name, _, err = Resolve(t, name)
	if err != nil {
		return Info{}, err
	}
	return t.Lstat(name)
}

// Exists reports whether name leads to something. Errors other than "no such file" are returned.
func Exists(t Tree, name string) (bool, error) {
	_, err := Stat(t, name)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return false, nil
	}
	return err == nil, err
}

// ReadFile reads a regular file of at most limit bytes; a longer one is ErrTooLarge. The size that the file states is not trusted: files
// of /proc state 0.
func ReadFile(t Tree, name string, limit int64) ([]byte, error) {
	data, err := ReadInto(t, name, limit, nil)
	if err == nil && 2*len(data) < cap(data) { // who keeps it keeps no more
		data = append([]byte(nil), data...)
	}
	return data, err
}

// ReadInto is ReadFile for one file after the other: what it returns lies in the memory of buf where that is large enough.
func ReadInto(t Tree, name string, limit int64, buf []byte) ([]byte, error) {
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := int64(0)
	if m, ok := f.(*file); !ok || !m.proc { // those of procfs state 0, and would have to be asked
		size = f.Info().Size
	}
	const page = 4096
	if need := max(page, 1+min(size, limit)); int64(cap(buf)) < need {
		buf = make([]byte, 0, need)
	}
	data, err := readAll(&stated{f, size}, limit, buf)
	return data, wrap("read", name, err)
}

// stated ends where the file said that it would, when a read came back with less than it had room for: which saves the call that says so.
type stated struct {
	io.Reader
	left int64 // what the file stated, without what was read; 0: nothing is known
}

func (s *stated) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	known := s.left > 0
	if s.left -= int64(n); known && s.left == 0 && n < len(b) && err == nil {
		err = io.EOF
	}
	return n, err
}

// readAll reads until the end, with few calls, into buf, or more where that is too small.
func readAll(r io.Reader, limit int64, buf []byte) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(4*cap(buf), 1<<20+cap(buf)))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return nil, ErrTooLarge
		}
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
