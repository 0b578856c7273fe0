package containerize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
)

// folder is one subtree of the context: what one COPY line carries.
type folder struct {
	Name  string // "40-app/1001-1001"
	Owner string // "1001:1001"
	Layer string
}

// folderOf names the subtree of an item. Only numbers and our own words stand in it: nothing of the application can become Dockerfile syntax.
func folderOf(it *item) folder {
	i := slices.Index(layerNames(), it.name)
	return folder{
		Name:  fmt.Sprintf("%d0-%s/%d-%d", i+1, it.name, it.UID, it.GID),
		Owner: fmt.Sprintf("%d:%d", it.UID, it.GID), Layer: it.name,
	}
}

// folders lists every subtree, by layer and owner.
func (p *plan) folders() []folder {
	seen := map[string]folder{}
	for _, it := range p.items {
		if p.carried(it) {
			f := folderOf(it)
			seen[f.Name] = f
		}
	}
	return slices.SortedFunc(maps.Values(seen), func(a, b folder) int { return cmp.Compare(a.Name, b.Name) })
}

// carried reports whether an item stands in the context. Kaniko follows each link that it has copied, and drops the rest of a layer without
// a word when one leads nowhere it can go (a loop, a file as a folder): such links are added from the plan afterwards.
func (p *plan) carried(it *item) bool {
	if it.Path == "/" {
		return false
	}
	if it.Kind != layer.Symlink {
		return true
	}
	target := string(it.Target)
	if !strings.HasPrefix(target, "/") {
		target = path.Join(path.Dir(string(it.Path)), target)
	}
	return p.walkable(target)
}

// walkable is false when the way to name inside the image loops or passes through a file.
func (p *plan) walkable(name string) bool {
	links := 0
	cur := "/"
	rest := strings.Split(strings.Trim(path.Clean(name), "/"), "/")
	for len(rest) > 0 {
		cur = path.Join(cur, rest[0])
		rest = rest[1:]
		it := p.items[model.Path(cur)]
		if it == nil {
			return true // dangling: that is fine
		}
		switch it.Kind {
		case layer.Symlink:
			if links++; links > maxLinks {
				return false
			}
			target := string(it.Target)
			if !strings.HasPrefix(target, "/") {
				target = path.Join(path.Dir(cur), target)
			}
			rest = append(strings.Split(strings.Trim(path.Clean(target), "/"), "/"), rest...)
			cur = "/"
		case layer.File, layer.HardLink:
			if len(rest) > 0 {
				return false
			}
		case layer.Dir:
		}
	}
	return true
}

// writeContext fills dir, an empty folder, from the host. Sizes in the plan become those of what was copied.
func (p *plan) writeContext(ctx context.Context, dir string, report func(done int64)) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("context: %w", err)
	}
	defer root.Close()
	w := &contextWriter{plan: p, root: root, report: report, modes: map[string]fs.FileMode{}}
	for _, name := range slices.Sorted(maps.Keys(p.items)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		it := p.items[name]
		if !p.carried(it) {
			continue
		}
		if err := w.write(ctx, it); err != nil {
			return fmt.Errorf("copy %s: %w", it.Path, err)
		}
	}
	return w.close()
}

// contextWriter writes through os.Root: a name can neither leave the context nor pass through a link in it.
type contextWriter struct {
	plan   *plan
	root   *os.Root
	report func(int64)
	done   int64
	modes  map[string]fs.FileMode // of folders, set last: a read-only one must be filled first
}

func (w *contextWriter) write(ctx context.Context, it *item) error {
	name := folderOf(it).Name + string(it.Path)
	if err := w.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch it.Kind {
	case layer.Dir:
		w.modes[name] = fs.FileMode(it.Mode & 0o777)
		return w.root.MkdirAll(name, 0o755)
	case layer.Symlink:
		return w.root.Symlink(string(it.Target), name)
	case layer.HardLink:
		first := w.plan.items[it.Target]
		if err := w.root.Link(folderOf(first).Name+string(first.Path), name); err == nil {
			return nil
		}
		// A file system without hard links, or too many of them: a copy is what COPY makes of it anyway.
		return w.file(ctx, first, name)
	case layer.File:
		return w.file(ctx, it, name)
	}
	return nil
}

func (w *contextWriter) file(ctx context.Context, it *item, name string) error {
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if it.content != nil {
		if _, err := f.Write(it.content); err != nil {
			return err
		}
	} else if err := w.fromHost(ctx, f, it); err != nil {
		return err
	}
	// Without setuid and setgid: the file here is root's, whoever it belongs to in the image. The layers get the bits from the plan.
	if err := f.Chmod(fs.FileMode(it.Mode & 0o777)); err != nil {
		return err
	}
	w.done += it.Size
	w.report(w.done)
	return f.Close()
}

func (w *contextWriter) fromHost(ctx context.Context, f *os.File, it *item) error {
	src, err := w.plan.tree.Open(string(it.Path))
	if err != nil {
		return fmt.Errorf("%w (analyze the application again when it vanished)", err)
	}
	defer src.Close()
	if info := src.Info(); info.Size != it.Size || !info.MTime.Equal(it.mtime) {
		w.plan.skips = append(w.plan.skips, model.Skip{What: "file", Path: it.Path, Reason: "was written to since analyze: taken as it is now", Remedy: "analyze again"})
	}
	n, err := clone(ctx, f, src)
	if err != nil {
		return err
	}
	it.Size = n
	return nil
}

// close sets the folders' modes, the deepest first.
func (w *contextWriter) close() error {
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(w.modes))) {
		if err := w.root.Chmod(name, w.modes[name]); err != nil {
			return fmt.Errorf("context: %w", err)
		}
	}
	return nil
}

// readContext takes sizes from a context that stands already, and reports what is no longer there.
func (p *plan) readContext(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("context: %w (run containerize without --build-only first)", err)
	}
	defer root.Close()
	for _, it := range p.items {
		if it.Kind != layer.File {
			continue
		}
		info, err := root.Lstat(folderOf(it).Name + string(it.Path))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the user took it out: layers are the builder's then
		}
		if err != nil {
			return fmt.Errorf("context: %w", err)
		}
		it.Size = info.Size()
	}
	return nil
}

// differs reports whether a context holds other paths, or other kinds of files, than the plan.
func (p *plan) differs(dir string) bool {
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
	seen := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		if m, there := want[strings.TrimPrefix(name, dir+"/")]; !there || m != d.Type() {
			return fs.ErrExist // anything ends the walk
		}
		seen++
		return nil
	})
	return err != nil || seen != len(want)
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
