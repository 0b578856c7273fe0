package containerize

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"a2c/analyze/packages"
	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// item is one path of the plan, and where its content comes from.
type item struct {
	layer.Entry
	name      string // the layer
	recovered string // its content lies under this name in the folder of recovered files; "": at Path
	host      *owned // what the host's file must still be when it is copied; nil: as in the image
	mtime     time.Time
	content   []byte // of a file that a2c makes or edits; nil: from the host
	made      string // a large one, by its name in the folder madeIn; "": none
	madeIn    string
	mapped    bool       // a process of the application has it mapped
	pkg       string     // of the distribution, as model.File.Package
	same      *host.Info // of the source, where the last context holds its content; nil: it does not
}

// owned is whom a file belongs to, and what may be done with it.
type owned struct {
	mode     uint32
	uid, gid int
}

// plan is what goes into the image, before anything is copied.
type plan struct {
	items     map[model.Path]*item // folders stand in the lowest layer that names them; layers() repeats them where they are parents
	tree      host.Tree
	recovered string     // folder
	user      model.User // whom the application runs as
	skips     []model.Skip
	changes   []model.Change
	packages  []packages.Record    // of which the image carries files, sorted
	taken     map[model.Place]bool // secrets that the copies of their files do not hold
	release   []byte               // os-release(5) of the host
	summed    bool                 // a file's digest was taken that the last run has not noted
}

// layerNames from what changes least to what changes most, so that a new release of the application leaves the layers below it as they are; the number
// is the folder's prefix. Configuration lies with the application: both change with a release.
func layerNames() []string {
	return []string{model.GroupRuntime, model.GroupLibraries, model.GroupServer, model.GroupDependencies, model.GroupApplication}
}

// layerOf is the layer of a file that is in: its group's, or where the list has none, the one that its coarser layer stands for. "" when neither is known.
func layerOf(f model.File) string {
	switch f.Group {
	case model.GroupConfiguration, model.GroupState:
		return model.GroupApplication
	case "":
		return map[string]string{
			model.LayerRuntime: model.GroupRuntime, model.LayerLibs: model.GroupServer, model.LayerConfig: model.GroupApplication, model.LayerApp: model.GroupApplication,
		}[f.Layer]
	}
	if slices.Contains(layerNames(), f.Group) {
		return f.Group
	}
	return ""
}

// newPlan collects what is in, and the folders that are made empty.
func newPlan(files iter.Seq2[model.File, error], tree host.Tree, p model.ContainerParameters, u model.User) (*plan, error) {
	out := &plan{user: u, items: map[model.Path]*item{}, tree: host.Near(tree)}
	var list []model.File
	for f, err := range files {
		if err != nil {
			return nil, fmt.Errorf("list of files: %w", err)
		}
		if f.Decision != model.Out || slices.Contains(f.Reasons, "user: appExcludedFiles") {
			list = append(list, f)
		}
	}
	without, err := absolute("appExcludedFiles", p.AppExcludedFiles)
	if err != nil {
		return nil, err
	}
	named, err := absolute("appSpecificFiles", p.AppSpecificFiles)
	if err != nil {
		return nil, err
	}
	excluded := 0
	for _, f := range list {
		switch {
		case left(f.Path):
			continue
		case covered(f.Path, without):
			excluded++
		case f.Decision == model.Out: // the user has taken it off the list again
		default:
			if err := out.add(f); err != nil {
				return nil, err
			}
		}
	}
	if excluded > 0 {
		out.changes = append(out.changes, model.Change{Kind: "file", Target: "appExcludedFiles", Reason: fmt.Sprintf("%d paths left out: containerParameters.appExcludedFiles names them", excluded)})
	}
	out.noteUnused(without, list)
	for _, pattern := range named {
		if err := out.addNamed(pattern, without); err != nil {
			return nil, fmt.Errorf("containerParameters.appSpecificFiles: %w", err)
		}
	}
	return out, out.settle()
}

// noteUnused says of which exclusions nothing is covered.
func (p *plan) noteUnused(without []model.Path, list []model.File) {
	for _, e := range without {
		if !slices.ContainsFunc(list, func(f model.File) bool { return covered(f.Path, []model.Path{e}) }) {
			p.skips = append(p.skips, model.Skip{What: "appExcludedFiles", Path: e, Reason: "nothing of the image has this path or lies below it, so that nothing was left out"})
		}
	}
}

// absolute cleans paths that the user gave under a key of containerParameters; one that does not begin with a slash would match nothing.
func absolute(key string, paths []model.Path) ([]model.Path, error) {
	var out []model.Path
	for i, p := range paths {
		if !path.IsAbs(string(p)) {
			return nil, fmt.Errorf("containerParameters.%s[%d] in analysis.json: %q is no absolute path", key, i, p)
		}
		out = append(out, model.Path(path.Clean(string(p))))
	}
	return out, nil
}

// left says which paths the container's runtime makes, so that a copy would only be in its way.
func left(p model.Path) bool {
	for _, dir := range []string{"/proc", "/sys", "/dev"} {
		if string(p) == dir || strings.HasPrefix(string(p), dir+"/") {
			return true
		}
	}
	return slices.Contains([]model.Path{"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv"}, p)
}

// within reports whether p is one of the paths or lies below one.
func within(p model.Path, of []model.Path) bool {
	return slices.ContainsFunc(of, func(dir model.Path) bool {
		return p == dir || strings.HasPrefix(string(p), strings.TrimSuffix(string(dir), "/")+"/")
	})
}

// covered is within for paths and patterns that the user gave.
func covered(p model.Path, by []model.Path) bool {
	return slices.ContainsFunc(by, func(pattern model.Path) bool { return host.Covers(string(pattern), string(p)) })
}

func (p *plan) add(f model.File) error {
	it := &item{Entry: layer.Entry{Path: f.Path, Mode: f.Mode & 0o7777, UID: f.UID, GID: f.GID}, name: layerOf(f), mtime: f.MTime, pkg: f.Package}
	it.mapped = slices.ContainsFunc(f.Reasons, func(r string) bool { return strings.HasPrefix(r, "open: ") && strings.Contains(r, "/maps:") })
	if f.Decision != model.In { // state and empty: the folder only
		if f.Type != "dir" {
			return nil
		}
		it.Kind, it.name = layer.Dir, model.GroupApplication
		p.items[f.Path] = it
		return nil
	}
	if it.name == "" {
		return fmt.Errorf("list of files: %s: layer %q, group %q is unknown", f.Path, f.Layer, f.Group)
	}
	switch f.Type {
	case "dir":
		it.Kind = layer.Dir
	case "symlink":
		it.Kind, it.Target = layer.Symlink, f.Target
	case "file":
		it.Kind, it.Size, it.recovered = layer.File, f.Size, f.Recovered
		if f.HardLink != "" {
			it.Kind, it.Target = layer.HardLink, f.HardLink // Size stays, for the case that it becomes a copy
		}
	default:
		return fmt.Errorf("list of files: %s is in, but a %s cannot be in an image", f.Path, f.Type)
	}
	granted := p.grant(it, f.Xattrs["system.posix_acl_access"])
	it.Xattrs = p.xattrs(f, granted)
	p.items[f.Path] = it
	return nil
}

// xattrs keeps the attributes that image tools restore (security.capability by all, user.* by those that run as root). Others are listed.
func (p *plan) xattrs(f model.File, granted bool) map[string][]byte {
	var out map[string][]byte
	for _, name := range slices.Sorted(maps.Keys(f.Xattrs)) {
		if granted && name == "system.posix_acl_access" {
			continue
		}
		if name != "security.capability" && !strings.HasPrefix(name, "user.") {
			p.skips = append(p.skips, model.Skip{What: "extended attribute " + name, Path: f.Path, Reason: "container engines do not restore it"})
			continue
		}
		if out == nil {
			out = map[string][]byte{}
		}
		out[name] = f.Xattrs[name]
	}
	return out
}

// addNamed takes what a path or pattern means that the user gave.
func (p *plan) addNamed(pattern model.Path, excluded []model.Path) error {
	names := host.Named(p.tree, string(pattern), func(folder string, err error) {
		p.skips = append(p.skips, model.Skip{What: "folder", Path: model.Path(folder), Reason: err.Error(), Incomplete: true})
	})
	if len(names) == 0 {
		p.skips = append(p.skips, model.Skip{What: "appSpecificFiles", Path: pattern, Reason: "nothing matches it, so that nothing was added"})
	}
	for _, name := range names {
		if err := p.addTree(model.Path(name), excluded); err != nil {
			return err
		}
	}
	return nil
}

// addTree takes a path that the user named, with everything below it, into the app layer.
func (p *plan) addTree(name model.Path, excluded []model.Path) error {
	if covered(name, excluded) || left(name) {
		return nil
	}
	info, err := p.tree.Lstat(string(name))
	if err != nil {
		return err
	}
	f := model.File{Path: name, Mode: info.Mode, UID: info.UID, GID: info.GID, Size: info.Size, MTime: info.MTime, Decision: model.In, Layer: model.LayerApp, Group: model.GroupApplication}
	switch info.Type {
	case host.Regular:
		f.Type = "file"
	case host.Symlink:
		f.Type = "symlink"
		target, err := p.tree.Readlink(string(name))
		if err != nil {
			return err
		}
		f.Target = model.Path(target)
	case host.Dir:
		f.Type = "dir"
	default:
		p.skips = append(p.skips, model.Skip{What: "file", Path: name, Reason: "a socket, pipe or device cannot be in an image"})
		return nil
	}
	if f.Type != "symlink" {
		if f.Xattrs, err = p.tree.Xattrs(string(name)); err != nil {
			return err
		}
	}
	if err := p.add(f); err != nil || f.Type != "dir" {
		return err
	}
	entries, err := p.tree.ReadDir(string(name))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := p.addTree(model.Path(path.Join(string(name), e.Name)), excluded); err != nil {
			return err
		}
	}
	return nil
}

// put adds or replaces a file that a2c makes.
func (p *plan) put(e layer.Entry, in string, content []byte) error {
	e.Kind, e.Size = layer.File, int64(len(content))
	if content == nil {
		content = []byte{}
	}
	p.items[e.Path] = &item{Entry: e, name: in, content: content}
	return p.place(e.Path)
}

// dir adds an empty folder unless something is there.
func (p *plan) dir(name model.Path, mode uint32, uid, gid int) error {
	if p.items[name] != nil {
		return nil
	}
	p.items[name] = &item{Entry: layer.Entry{Path: name, Kind: layer.Dir, Mode: mode, UID: uid, GID: gid}, name: model.GroupApplication}
	return p.place(name)
}

// layers is the plan as layers: sorted, and with every parent in each.
func (p *plan) layers() (layer.Plan, error) {
	var out layer.Plan
	for _, name := range layerNames() {
		entries := map[model.Path]layer.Entry{}
		for _, it := range p.items {
			if it.name == name && it.Path != "/" {
				e := it.Entry
				if e.Kind == layer.HardLink {
					e.Size = 0
				}
				entries[it.Path] = e
				p.lineage(it.Path, entries)
			}
		}
		l := layer.Layer{Name: name, Entries: slices.Collect(maps.Values(entries))}
		slices.SortFunc(l.Entries, func(a, b layer.Entry) int { return cmp.Compare(a.Path, b.Path) })
		if len(l.Entries) > 0 {
			out = append(out, l)
		}
	}
	return out, out.Check()
}

// lineage adds the folders above name: an upper layer that leaves one out would give it default owner and mode.
func (p *plan) lineage(name model.Path, entries map[model.Path]layer.Entry) {
	for dir := path.Dir(string(name)); ; dir = path.Dir(dir) {
		up := model.Path(dir)
		if _, there := entries[up]; there {
			return
		}
		if it := p.items[up]; it != nil {
			entries[up] = it.Entry
		}
		if dir == "/" {
			return
		}
	}
}
