package containerize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"a2c/containerize/layer"
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
	err = walk(root, ".", func(name string, kind fs.FileMode) error {
		if k, planned := want[name]; !planned || k != kind {
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

// walk calls each for every path below dir.
func walk(root *os.Root, dir string, each func(name string, kind fs.FileMode) error) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	entries, err := d.ReadDir(-1)
	d.Close()
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if err := each(name, e.Type()); err != nil {
			return err
		}
		if e.IsDir() {
			if err := walk(root, name, each); err != nil {
				return err
			}
		}
	}
	return nil
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
