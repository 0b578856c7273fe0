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

	"golang.org/x/sync/errgroup"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/inventory/host"
	"a2c/model"
)

// folder is one subtree of the context: what one COPY line carries.
type folder struct {
	Name  string // "50-application/1001-1001"
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

// longest is the most that the kernel takes as one path (PATH_MAX, 4096 with the NUL at the end), less the folder in which the builder sees the
// context (42 bytes in the private root).
const longest = 4095 - 64

// nameable refuses a path that no builder could name below the folder that COPY takes it from.
func (p *plan) nameable() error {
	for _, name := range slices.Sorted(maps.Keys(p.items)) {
		most := longest - len(folderOf(p.items[name]).Name)
		if len(name) > most && p.carried(p.items[name]) {
			const shown = 60
			return fmt.Errorf("the path %s… has %d bytes, and a builder can copy one of at most %d there: leave it out with containerParameters.appExcludedFiles in analysis.json",
				name[:shown], len(name), most)
		}
	}
	return nil
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

// writeContext fills dir, an empty folder, from the host. Sizes and digests in the plan become those of what was copied. last is the context of the
// last run, which need not be there; jobs is how many files are read beside.
func (p *plan) writeContext(ctx context.Context, dir, last string, jobs int, report func(done int64)) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("context: %w", err)
	}
	defer root.Close()
	w := &contextWriter{plan: p, folder: openFolder{root: root}, report: report, modes: map[string]fs.FileMode{}}
	w.sums.SetLimit(max(jobs, 1))
	defer w.leave()
	if w.last, err = os.OpenRoot(last); err == nil {
		defer w.last.Close()
	}
	if err := w.all(ctx); err != nil {
		return errors.Join(err, w.sums.Wait())
	}
	if err := w.sums.Wait(); err != nil {
		return err
	}
	return w.close()
}

func (w *contextWriter) all(ctx context.Context) error {
	p := w.plan
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
	return nil
}

// contextWriter writes through os.Root: a name can neither leave the context nor pass through a link in it.
type contextWriter struct {
	plan   *plan
	folder openFolder // where the last item was written
	report func(int64)
	done   int64
	to     *os.File               // that folder, for linkat(2)
	last   *os.Root               // the last context; nil: none
	from   *os.File               // the same folder there; nil: none
	sums   errgroup.Group         // digests of what was copied
	modes  map[string]fs.FileMode // of folders, set last: a read-only one must be filled first
}

func (w *contextWriter) write(ctx context.Context, it *item) error {
	name := folderOf(it).Name + string(it.Path)
	if err := w.enter(filepath.Dir(name)); err != nil {
		return disk.Cause(err) // the caller names the path, escaped
	}
	switch it.Kind {
	case layer.Dir:
		w.modes[name] = fs.FileMode(it.Mode & 0o777)
		return disk.Cause(w.folder.root.MkdirAll(name, 0o755))
	case layer.Symlink:
		return disk.Cause(w.folder.root.Symlink(string(it.Target), name))
	case layer.HardLink:
		first := w.plan.items[it.Target]
		if err := w.folder.root.Link(folderOf(first).Name+string(first.Path), name); err == nil {
			return nil
		}
		// A file system without hard links, or too many of them: a copy is what COPY makes of it anyway.
		return w.file(ctx, first, name)
	case layer.File:
		return w.file(ctx, it, name)
	}
	return nil
}

// enter makes the folder of the next item, and opens it, and the same one of the last context.
func (w *contextWriter) enter(dir string) error {
	if w.folder.is(dir) {
		return nil
	}
	w.leave()
	if err := w.folder.root.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	err := w.folder.enter(dir)
	if err == nil {
		w.to, err = w.folder.at.Open(".")
	}
	if err != nil {
		w.leave()
		return err
	}
	if w.last != nil {
		if last, err := w.last.Open(dir); err == nil {
			w.from = last
		}
	}
	return nil
}

// leave closes the folders that are open; they were only read.
func (w *contextWriter) leave() {
	w.folder.leave()
	for _, f := range []*os.File{w.to, w.from} {
		if f != nil {
			_ = f.Close()
		}
	}
	w.to, w.from = nil, nil
}

// file copies into the folder that was entered.
func (w *contextWriter) file(ctx context.Context, it *item, name string) error {
	if w.again(it, filepath.Base(name)) {
		return nil
	}
	f, err := w.folder.at.OpenFile(filepath.Base(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return disk.Cause(err)
	}
	if err := w.fill(ctx, f, it); err != nil {
		return errors.Join(err, disk.Cause(f.Close()))
	}
	if name != folderOf(it).Name+string(it.Path) { // the copy that stands for a hard link has the digest of its first name
		return disk.Cause(f.Close())
	}
	sum(&w.sums, it, f)
	return nil
}

func (w *contextWriter) fill(ctx context.Context, f *os.File, it *item) error {
	if it.content != nil {
		if _, err := f.Write(it.content); err != nil {
			return disk.Cause(err)
		}
	} else if err := w.fromHost(ctx, f, it); err != nil {
		return err
	}
	// Without setuid and setgid: the file here is root's, whoever it belongs to in the image. The layers get the bits from the plan.
	return disk.Cause(f.Chmod(fs.FileMode(it.Mode & 0o777)))
}

func (w *contextWriter) fromHost(ctx context.Context, f *os.File, it *item) error {
	open := func() (host.File, error) { return w.plan.open(it) }
	info, grew, err := take(ctx, f, open, it.Size)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w (analyze the application again when it vanished)", err)
	}
	if err != nil {
		return err
	}
	w.took(it, info, grew)
	return nil
}

// took notes what a file was when its content was taken.
func (w *contextWriter) took(it *item, info host.Info, grew bool) {
	w.plan.took(it, info, grew)
	w.done += it.Size
	w.report(w.done)
}

func (p *plan) took(it *item, info host.Info, grew bool) {
	if it.content != nil {
		return
	}
	if grew {
		p.skips = append(p.skips, model.Skip{What: "file", Path: it.Path, Reason: fmt.Sprintf("grew while it was copied: taken with its first %d bytes", info.Size)})
	} else if info.Size != it.Size || !info.MTime.Equal(it.mtime) {
		p.skips = append(p.skips, model.Skip{What: "file", Path: it.Path, Reason: "was written to since analyze: taken as it is now", Remedy: "analyze again"})
	}
	it.Size = info.Size
}

// close sets the folders' modes, the deepest first.
func (w *contextWriter) close() error {
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(w.modes))) {
		if err := w.folder.root.Chmod(name, w.modes[name]); err != nil {
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
