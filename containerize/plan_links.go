package containerize

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// settle makes the plan one that layers can say: no path below a link, every parent known, hard links within one layer.
func (p *plan) settle() error {
	for _, name := range slices.Sorted(maps.Keys(p.items)) {
		if err := p.place(name); err != nil {
			return err
		}
	}
	return nil
}

// unlink makes copies of hard links whose first name stands in another layer, is left out, or was edited.
func (p *plan) unlink() {
	for _, it := range p.items {
		if it.Kind != layer.HardLink {
			continue
		}
		first := p.items[it.Target]
		if first == nil || first.Kind != layer.File || first.name != it.name || first.content != nil || it.Target > it.Path {
			it.Kind, it.Target = layer.File, ""
		}
	}
}

// place makes sure of a path's parents. One that is a link moves the path to where the link leads.
func (p *plan) place(name model.Path) error {
	it := p.items[name]
	real, err := p.parents(name, it.name, 0)
	if err != nil {
		return err
	}
	if real == name {
		return nil
	}
	delete(p.items, name)
	if _, there := p.items[real]; there {
		return nil
	}
	it.Path = real
	p.items[real] = it
	return p.place(real)
}

// maxLinks is how many links the kernel follows before it says ELOOP (path_resolution(7)).
const maxLinks = 40

// parents adds the folders above name to the plan and returns name with every link above it resolved.
func (p *plan) parents(name model.Path, in string, links int) (model.Path, error) {
	if links > maxLinks {
		return "", fmt.Errorf("%s: too many links", name)
	}
	parts := strings.Split(strings.Trim(string(name), "/"), "/")
	cur := "/"
	if err := p.folder("/", in); err != nil {
		return "", err
	}
	for i, part := range parts[:len(parts)-1] {
		cur = path.Join(cur, part)
		if err := p.folder(model.Path(cur), in); err != nil {
			return "", err
		}
		up := p.items[model.Path(cur)]
		switch up.Kind {
		case layer.Dir:
		case layer.Symlink:
			target := string(up.Target)
			if !strings.HasPrefix(target, "/") {
				target = path.Join(path.Dir(cur), target)
			}
			rest := path.Join(append([]string{target}, parts[i+1:]...)...)
			return p.parents(model.Path(rest), in, links+1)
		default:
			return "", fmt.Errorf("%s lies below %s, which is no folder", name, up.Path)
		}
	}
	return name, nil
}

// folder adds one folder (or a link to one) as it is on the host; one that cannot be looked at is root's, mode 0755.
func (p *plan) folder(name model.Path, in string) error {
	if p.items[name] != nil {
		return nil
	}
	it := &item{Entry: layer.Entry{Path: name, Kind: layer.Dir, Mode: 0o755}, name: in}
	p.items[name] = it
	if p.tree == nil || name == "/" { // "/" is 0755 in every image: a private one would lock all users out
		return nil
	}
	info, err := p.tree.Lstat(string(name))
	if err != nil {
		return nil //nolint:nilerr // a folder that only a2c needs, or whose owner it may not see
	}
	it.Mode, it.UID, it.GID = info.Mode, info.UID, info.GID
	if info.Type == host.Symlink {
		target, err := p.tree.Readlink(string(name))
		if err != nil {
			return fmt.Errorf("read link above a file of the image: %w", err)
		}
		it.Kind, it.Target = layer.Symlink, model.Path(target)
	}
	return nil
}

// find follows links inside the plan, as a process in the image would.
func (p *plan) find(name string) *item {
	for range maxLinks {
		it := p.items[model.Path(path.Clean(name))]
		if it == nil {
			resolved, ok := p.resolveAbove(name)
			if !ok {
				return nil
			}
			name = resolved
			continue
		}
		if it.Kind != layer.Symlink {
			return it
		}
		target := string(it.Target)
		if !strings.HasPrefix(target, "/") {
			target = path.Join(path.Dir(name), target)
		}
		name = target
	}
	return nil
}

// resolveAbove replaces the first link above name.
func (p *plan) resolveAbove(name string) (string, bool) {
	for dir := path.Dir(path.Clean(name)); dir != "/" && dir != "."; dir = path.Dir(dir) {
		it := p.items[model.Path(dir)]
		if it == nil || it.Kind != layer.Symlink {
			continue
		}
		target := string(it.Target)
		if !strings.HasPrefix(target, "/") {
			target = path.Join(path.Dir(dir), target)
		}
		return path.Join(target, strings.TrimPrefix(path.Clean(name), dir)), true
	}
	return "", false
}
