package files

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxLDCache bounds /etc/ld.so.cache; real ones have some 100 kB.
const maxLDCache = 32 << 20

// Closure finds the native libraries that executables and libraries of the set need, as ld.so(8) does, without running anything:
// RPATH, LD_LIBRARY_PATH, RUNPATH, /etc/ld.so.cache and the default folders, with the variants for newer processors beside them. What an
// object needs goes in only when the loader would find all of it: one that cannot be loaded on the host needs nothing in the image.
type Closure struct {
	set      *Set
	loaded   map[string]bool // mapped now, by real path: these can be loaded whatever the search says
	libPath  []string        // LD_LIBRARY_PATH of the process, absolute
	cache    map[string][]parse.LDCacheEntry
	cacheErr error
	useCache bool // a library was found only through the cache: the image needs it
	objects  map[string]*object
	soname   map[string]*object // by SONAME, what the set holds already
	queue    []*object
	headers  map[string]header   // by real path
	reals    map[string]resolved // by path
	folders  map[string]resolved // of the folders of these
	builds   map[string][]host.Entry
	main     *object // the first executable
}

// object is one ELF file of the closure.
type object struct {
	path    string // real
	elf     *parse.ELF
	loader  *object // who needed it first; nil for an executable or a library loaded by name
	needs   []need
	missing []string
	bad     bool // cannot be loaded
	taken   bool
	by      map[string]bool // what needs it
	// A root is in the set already, or is loaded by name: then it is included under the name it was found by, for this reason.
	root      bool
	name, why string
	seen      []model.Source
}

// need is one library that an object needs.
type need struct {
	to       *object
	name     string // the path it was found by, links and all
	why      string
	optional bool // a variant for newer processors
}

// NewClosure reads the loader's cache of the set's root.
func NewClosure(s *Set, libPath []string, loaded map[string]bool) *Closure {
	c := &Closure{
		set: s, loaded: loaded, libPath: libPath, objects: map[string]*object{}, soname: map[string]*object{},
		cache: map[string][]parse.LDCacheEntry{}, headers: map[string]header{},
		reals: map[string]resolved{}, folders: map[string]resolved{}, builds: map[string][]host.Entry{},
	}
	data, err := host.ReadFile(s.tree, "/etc/ld.so.cache", maxLDCache)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) { // musl has none
			c.cacheErr = err
		}
		return c
	}
	entries, err := parse.ReadLDCache(data)
	c.cacheErr = err
	for _, e := range entries {
		c.cache[e.Name] = append(c.cache[e.Name], e)
	}
	return c
}

// Add takes an ELF file that is in the set already; seen says how it came there. Other files are left alone.
func (c *Closure) Add(real string, seen ...model.Source) {
	o, err := c.object(real, nil)
	if err != nil {
		if !errors.Is(err, parse.ErrNotELF) {
			c.set.skip(real, err)
		}
		return
	}
	o.root = true
	if len(o.seen) == 0 {
		o.seen = seen
	}
}

// ByName takes a library that the application loads by name (dlopen(3)); the first name that is found counts.
func (c *Closure) ByName(reason string, seen model.Source, names ...string) bool {
	for _, name := range names {
		for _, p := range c.search(nil, name) {
			real, err := c.real(p)
			if err != nil {
				continue
			}
			o, err := c.object(real, nil)
			if err != nil {
				continue
			}
			if !o.root {
				o.root, o.name, o.why = true, p, reason
				o.seen = append(o.seen, seen)
			}
			return true
		}
	}
	return false
}

// object is the one of a real path, made and queued at first sight.
func (c *Closure) object(real string, by *object) (*object, error) {
	o := c.objects[real]
	if o == nil {
		e, err := c.read(real)
		if err != nil {
			return nil, err
		}
		o = &object{path: real, elf: e, loader: by, by: map[string]bool{}}
		c.objects[real] = o
		c.queue = append(c.queue, o)
		if c.main == nil && e.Interp != "" {
			c.main = o
		}
		if e.SONAME != "" && c.soname[e.SONAME] == nil {
			c.soname[e.SONAME] = o
		}
	}
	return o, nil
}

// header is what was read of a file, and resolved where a path leads: each is looked at once, though every object searches the same folders for the same
// few libraries.
type header struct {
	elf *parse.ELF
	err error
}

type resolved struct {
	path string
	err  error
}

func (c *Closure) read(real string) (*parse.ELF, error) {
	h, known := c.headers[real]
	if !known {
		h.elf, h.err = c.readHeader(real)
		c.headers[real] = h
	}
	return h.elf, h.err
}

func (c *Closure) readHeader(name string) (*parse.ELF, error) {
	f, err := c.set.tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parse.ReadELF(f)
}

// real is where a path leads, without links.
func (c *Closure) real(p string) (string, error) {
	r, known := c.reals[p]
	if !known {
		r.path, r.err = c.follow(p)
		c.reals[p] = r
	}
	return r.path, r.err
}

// follow is host.Resolve, with each folder resolved once.
func (c *Closure) follow(p string) (string, error) {
	dir, name := path.Split(p)
	if path.Clean(p) != p || name == "" {
		real, _, err := host.Resolve(c.set.tree, p)
		return real, err
	}
	f, known := c.folders[dir]
	if !known {
		f.path, _, f.err = host.Resolve(c.set.tree, dir)
		c.folders[dir] = f
	}
	if f.err != nil {
		return "", f.err
	}
	real := join(f.path, name)
	info, err := c.set.tree.Lstat(real)
	if err != nil || info.Type != host.Symlink {
		return real, err
	}
	real, _, err = host.Resolve(c.set.tree, real)
	return real, err
}

// Run follows what has been added until nothing new is needed, then takes what can be loaded into the set.
func (c *Closure) Run(ctx context.Context) error {
	for len(c.queue) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := c.queue[0]
		c.queue = c.queue[1:]
		if o.elf.Interp != "" {
			c.link(o, o.elf.Interp, "elf: the loader of "+model.Path(o.path).String(), false)
		}
		for _, name := range o.elf.Needed {
			c.resolve(o, name)
		}
	}
	c.judge()
	for _, p := range slices.Sorted(maps.Keys(c.objects)) {
		if o := c.objects[p]; o.root && !o.bad {
			c.take(o)
		}
	}
	return nil
}

// resolve finds one DT_NEEDED entry.
func (c *Closure) resolve(o *object, name string) {
	why := "elf: needed by " + model.Path(o.path).String()
	if strings.Contains(name, "/") {
		if !c.link(o, name, why, false) {
			o.missing = append(o.missing, name)
		}
		return
	}
	for _, p := range c.search(o, name) {
		if c.link(o, p, why, false) {
			c.variants(o, p)
			return
		}
	}
	// The loader takes a library that is loaded already under this name, wherever it lies: libjvm.so in lib/server.
	if other := c.soname[name]; other != nil {
		o.needs = append(o.needs, need{to: other})
		return
	}
	o.missing = append(o.missing, name)
}

// link notes that o needs the library at p; false when there is none.
func (c *Closure) link(o *object, p, why string, optional bool) bool {
	real, err := c.real(p)
	if err != nil {
		return false
	}
	to, err := c.object(real, o)
	if err != nil {
		return false
	}
	o.needs = append(o.needs, need{to: to, name: p, why: why, optional: optional})
	return true
}

// variants links the builds for newer processors that stand beside a library (glibc-hwcaps, ld.so(8)): the image may run on another one.
func (c *Closure) variants(o *object, p string) {
	dir, name := path.Split(p)
	list, known := c.builds[dir]
	if !known {
		list, _ = c.set.tree.ReadDir(dir + "glibc-hwcaps") // the usual case: no such folder
		c.builds[dir] = list
	}
	for _, e := range list {
		c.link(o, dir+"glibc-hwcaps/"+e.Name+"/"+name, "elf: variant of "+model.Path(p).String()+" for newer processors", true)
	}
}

// judge finds the objects that the loader would refuse: something they need, directly or not, is missing.
func (c *Closure) judge() {
	for again := true; again; {
		again = false
		for _, o := range c.objects {
			if o.bad || c.loaded[o.path] {
				continue
			}
			if len(o.missing) > 0 || slices.ContainsFunc(o.needs, func(n need) bool { return n.to.bad && !n.optional }) {
				o.bad, again = true, true
			}
		}
	}
}

// take includes what a loadable object needs.
func (c *Closure) take(o *object) {
	if o.taken {
		return
	}
	o.taken = true
	if o.name != "" && !c.include(o.name, o.why) {
		return
	}
	for _, n := range o.needs {
		n.to.by[o.path] = true
		if n.to.bad || n.name != "" && !c.include(n.name, n.why) {
			continue
		}
		c.take(n.to)
	}
}

func (c *Closure) include(name, why string) bool {
	_, _, err := c.set.Include(name, model.LayerRuntime, why)
	if err != nil {
		c.set.skip(name, err)
	}
	return err == nil
}
