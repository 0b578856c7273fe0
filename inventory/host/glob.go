package host

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// Glob lists what matches a pattern (glob(7), as path.Match takes it), sorted, at most limit names. A folder that cannot be read, or in which more
// names match than that, is told to unread; one that is not there matches nothing. A pattern without wildcards is returned as it is, whether it
// exists or not.
func Glob(t Tree, pattern string, limit int, unread func(folder string, err error)) []string {
	if !strings.ContainsAny(pattern, "*?[") {
		return []string{path.Clean(pattern)}
	}
	found := []string{"/"}
	for _, part := range split(pattern) {
		var next []string
		for _, dir := range found {
			if !strings.ContainsAny(part, "*?[") {
				next = append(next, path.Join(dir, part))
				continue
			}
			names, err := matching(t, dir, part, limit-len(next))
			if err != nil && !Vanished(err) && !errors.Is(err, unix.ENOTDIR) {
				unread(dir, err)
			}
			next = append(next, names...)
		}
		found = next
	}
	return found
}

// matching are the entries of a folder that match, at most room of them; the error says that there are more.
func matching(t Tree, dir, part string, room int) (found []string, err error) {
	entries, err := t.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		ok, err := path.Match(part, e.Name)
		switch hidden := strings.HasPrefix(e.Name, ".") && !strings.HasPrefix(part, "."); {
		case err != nil:
			return nil, err
		case !ok || hidden:
		case len(found) >= room:
			return found, fmt.Errorf("more than %d names match: the rest is left out", len(found))
		default:
			found = append(found, path.Join(dir, e.Name))
		}
	}
	return found, nil
}

// Covers reports whether a name is what a pattern means, a path or one with wildcards, or lies below that.
func Covers(pattern, name string) bool {
	pattern = path.Clean(pattern)
	if name == pattern || pattern == "/" || strings.HasPrefix(name, pattern+"/") {
		return true
	}
	if !strings.ContainsAny(pattern, "*?[") {
		return false
	}
	end := 0
	for range strings.Count(pattern, "/") { // of name as many parts as the pattern has
		next := strings.IndexByte(name[end:], '/')
		if next < 0 {
			return false
		}
		end += next + 1
	}
	if next := strings.IndexByte(name[end:], '/'); next >= 0 {
		name = name[:end+next]
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// maxNamed is how many paths one pattern of a user may mean.
const maxNamed = 100_000

// Named lists what a user's pattern means: the path itself when something has that very name, else what matches; nothing when nothing does.
func Named(t Tree, pattern string, unread func(folder string, err error)) []string {
	if _, err := t.Lstat(pattern); err == nil || !strings.ContainsAny(pattern, "*?[") {
		return []string{pattern}
	}
	var list []string
	for _, name := range Glob(t, pattern, maxNamed, unread) {
		if _, err := t.Lstat(name); err == nil { // only the parts with wildcards were looked up
			list = append(list, name)
		}
	}
	return list
}
