package asked

import (
	"io/fs"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/parse"
)

// maxDocument bounds what is read of one descriptor.
const maxDocument = 4 << 20

// store is a web application as it lies: a folder, or an archive.
type store struct {
	tree host.Tree
	root string
	file host.File  // nil: a folder
	jar  *parse.Jar // of file
}

// openStore opens one; the caller closes it. Errors: fs.ErrNotExist, and an archive that cannot be read.
func openStore(t host.Tree, root string) (*store, error) {
	info, err := t.Lstat(root)
	if err != nil {
		return nil, err
	}
	s := &store{tree: t, root: root}
	if info.Type == host.Dir {
		return s, nil
	}
	if s.file, err = t.Open(root); err != nil {
		return nil, err
	}
	if s.jar, err = parse.OpenJar(s.file, s.file.Info().Size); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *store) close() {
	if s.file != nil {
		_ = s.file.Close() // was only read
	}
}

// read returns a file of it; fs.ErrNotExist when there is none.
func (s *store) read(name string) ([]byte, error) {
	if s.jar == nil {
		return host.ReadFile(s.tree, path.Join(s.root, name), maxDocument)
	}
	if _, ok := s.jar.Entry(name); !ok {
		return nil, fs.ErrNotExist
	}
	return s.jar.Read(name, maxDocument)
}

// names are its public files below a folder of it, that folder taken off. Of folders three levels are looked at.
func (s *store) names(prefix string) (list []string) {
	if s.jar == nil {
		return folder(s.tree, path.Join(s.root, prefix), "", 3)
	}
	for _, e := range s.jar.Entries() {
		if rest, ok := strings.CutPrefix(e.Name, prefix); ok && public(rest) {
			list = append(list, rest)
		}
	}
	return list
}
