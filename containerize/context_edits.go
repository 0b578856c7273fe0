package containerize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"a2c/containerize/layer"
	"a2c/internal/disk"
)

// errOther ends the comparison of a context with the plan.
var errOther = errors.New("not as planned")

// differs reports whether a context holds other paths, or other kinds of files, than the plan. It goes from folder to folder by descriptors: with the
// context's own folder before it, a path may be longer than the kernel takes at once (PATH_MAX).
func (p *plan) differs(dir string) (bool, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, fmt.Errorf("context: %w", err)
	}
	defer root.Close()
	want := p.contextKinds()
	seen := 0
	err = disk.Walk(root, ".", func(name string, e fs.DirEntry) error {
		if k, planned := want[name]; !planned || k != e.Type() {
			return errOther
		}
		seen++
		return nil
	})
	if errors.Is(err, errOther) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("context: %w", err)
	}
	return seen != len(want), nil
}

// contextKinds is every path of the context, with its type.
func (p *plan) contextKinds() map[string]fs.FileMode {
	want := map[string]fs.FileMode{}
	for _, it := range p.items {
		if !p.carried(it) {
			continue
		}
		top := folderOf(it).Name
		want[top+string(it.Path)] = mode(it.Kind)
		for up := path.Dir(string(it.Path)); ; up = path.Dir(up) {
			if _, there := want[top+strings.TrimSuffix(up, "/")]; !there {
				want[top+strings.TrimSuffix(up, "/")] = fs.ModeDir
			}
			if up == "/" {
				break
			}
		}
		want[path.Dir(top)] = fs.ModeDir
	}
	return want
}

func mode(k layer.Kind) fs.FileMode {
	switch k {
	case layer.Dir:
		return fs.ModeDir
	case layer.Symlink:
		return fs.ModeSymlink
	case layer.File, layer.HardLink:
	}
	return 0
}
