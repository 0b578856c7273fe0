package host

import (
	"errors"
	"path"
)

// ErrLink says that a path holds a symbolic link where none was expected.
var ErrLink = errors.New("is a symbolic link, or lies behind one")

// OpenExact opens a regular file by a path that holds no link (as Resolve returns it), and refuses with ErrLink when it holds one by now. Whoever
// may write to a folder on the way can exchange a name for a link to any file of the machine, which a reader with root's rights would follow.
func OpenExact(t Tree, name string) (File, error) {
	switch m := t.(type) {
	case *near:
		return m.openExact(name)
	case *machine:
		return m.exactly().Open(name)
	}
	for p := path.Clean(name); p != "/"; p = path.Dir(p) {
		if info, err := t.Lstat(p); err == nil && info.Type == Symlink {
			return nil, wrap("open", name, ErrLink)
		}
	}
	return t.Open(name)
}

// exactly is the machine as seen by one who follows no links.
func (m *machine) exactly() *machine {
	strict := *m
	strict.look, strict.strict = exact, true
	return &strict
}
