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
