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
// RPATH, LD_LIBRARY_PATH, RUNPATH, /etc/ld.so.cache and the default folders, with the variants for newer processors beside them.
type Closure struct {
	set      *Set
	libPath  []string // LD_LIBRARY_PATH of the process, absolute
	cache    map[string][]parse.LDCacheEntry
	cacheErr error
	useCache bool // a library was found only through the cache: the image needs it
	objects  map[string]*object
	soname   map[string]string // SONAME of what is loaded: real path
	queue    []*object
	missing  map[string][]string // library name: who needs it
	headers  map[string]*parse.ELF
	main     *object // the first executable
}

// object is one ELF file of the closure.
type object struct {
	path     string
	elf      *parse.ELF
	loader   *object // who needed it first; nil for an executable or a library loaded by name
	neededBy map[string]bool
	seen     []model.Source // how it was seen, when nothing needs it
}

// NewClosure reads the loader's cache of the set's root.
func NewClosure(s *Set, libPath []string) *Closure {
	c := &Closure{
		set: s, libPath: libPath, objects: map[string]*object{}, soname: map[string]string{}, missing: map[string][]string{},
		cache: map[string][]parse.LDCacheEntry{}, headers: map[string]*parse.ELF{},
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
func (c *Closure) Add(real string, seen ...model.Source) { c.add(real, nil, seen) }

func (c *Closure) add(real string, by *object, seen []model.Source) *object {
	if o := c.objects[real]; o != nil {
		if by != nil {
			o.neededBy[by.path] = true
		}
		return o
	}
	e, err := c.read(real)
	if err != nil {
		if !errors.Is(err, parse.ErrNotELF) {
			c.set.skip(real, err, true)
		}
		return nil
	}
	o := &object{path: real, elf: e, loader: by, neededBy: map[string]bool{}, seen: seen}
	if by != nil {
		o.neededBy[by.path] = true
	}
	c.objects[real] = o
	if c.main == nil && e.Interp != "" {
		c.main = o
	}
	if e.SONAME != "" && c.soname[e.SONAME] == "" {
		c.soname[e.SONAME] = real
	}
	c.queue = append(c.queue, o)
	return o
}

func (c *Closure) read(name string) (*parse.ELF, error) {
	if e := c.headers[name]; e != nil {
		return e, nil
	}
	f, err := c.set.tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e, err := parse.ReadELF(f)
	if err == nil {
		c.headers[name] = e
	}
	return e, err
}

// Run follows what has been added until nothing new is needed.
func (c *Closure) Run(ctx context.Context) error {
	for len(c.queue) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := c.queue[0]
		c.queue = c.queue[1:]
		if o.elf.Interp != "" {
			c.take(o.elf.Interp, o, "elf: the loader of "+model.Path(o.path).String())
		}
		for _, name := range o.elf.Needed {
			c.need(o, name)
		}
	}
	return nil
}

// need resolves one DT_NEEDED entry.
func (c *Closure) need(o *object, name string) {
	reason := "elf: needed by " + model.Path(o.path).String()
	if strings.Contains(name, "/") {
		if c.take(name, o, reason) == nil {
			c.missing[name] = append(c.missing[name], o.path)
		}
		return
	}
	found := c.search(o, name)
	for _, p := range found {
		if c.take(p, o, reason) != nil {
			c.variants(p, o)
			return
		}
	}
	// The loader takes a library that is loaded already under this name, wherever it lies: libjvm.so in lib/server.
	if real := c.soname[name]; real != "" {
		c.objects[real].neededBy[o.path] = true
		return
	}
	c.missing[name] = append(c.missing[name], o.path)
}

// ByName takes a library that the application loads by name (dlopen(3)); the first name that exists counts. It reports which.
func (c *Closure) ByName(like *object, reason string, seen model.Source, names ...string) (string, bool) {
	for _, name := range names {
		for _, p := range c.search(like, name) {
			real, _, err := c.set.Include(p, model.LayerRuntime, reason)
			if err != nil {
				continue
			}
			if o := c.add(real, nil, []model.Source{seen}); o != nil {
				c.variants(p, nil)
				return real, true
			}
		}
	}
	return "", false
}

// take includes a library and queues it; nil when it does not exist, is of another machine or is left out.
func (c *Closure) take(p string, by *object, reason string) *object {
	real, info, err := c.set.Include(p, model.LayerRuntime, reason)
	if err != nil || info.Type != host.Regular {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.set.skip(p, err, true)
		}
		return nil
	}
	return c.add(real, by, nil)
}

// search lists where the loader would look for a library of o's machine and finds one, in its order.
func (c *Closure) search(o *object, name string) []string {
	var out []string
	try := func(dir string) {
		p := path.Join(dir, name)
		if c.fits(p, o) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if o != nil && o.elf.RunPath == "" {
		for l := o; l != nil; l = l.loader {
			if l.elf.RunPath == "" {
				eachDir(l, l.elf.RPath, try)
			}
		}
	}
	for _, d := range c.libPath {
		try(d)
	}
	if o != nil {
		eachDir(o, o.elf.RunPath, try)
	}
	if len(out) > 0 {
		return out
	}
	dirs := c.defaults(o)
	for _, e := range c.cache[name] {
		if e.HWCap == 0 && !strings.Contains(e.Path, "/glibc-hwcaps/") && c.fits(e.Path, o) {
			if !slices.Contains(dirs, path.Dir(e.Path)) {
				c.useCache = true
			}
			out = append(out, e.Path)
		}
	}
	for _, d := range dirs {
		try(d)
	}
	return out
}

// eachDir expands the folders of an RPATH or RUNPATH.
func eachDir(o *object, list string, do func(string)) {
	for _, d := range strings.Split(list, ":") {
		if d == "" {
			continue
		}
		for _, dir := range expandTokens(d, o) {
			do(dir)
		}
	}
}

// expandTokens replaces the tokens of ld.so(8), with and without braces. $LIB has two values in use.
func expandTokens(d string, o *object) []string {
	origin := path.Dir(o.path)
	r := strings.NewReplacer("${ORIGIN}", origin, "$ORIGIN", origin, "${PLATFORM}", platform(o.elf.Machine), "$PLATFORM", platform(o.elf.Machine))
	d = r.Replace(d)
	if !strings.Contains(d, "$LIB") && !strings.Contains(d, "${LIB}") {
		return []string{path.Clean(d)}
	}
	var out []string
	for _, lib := range []string{"lib/" + triplet(o.elf.Machine), "lib64", "lib"} {
		out = append(out, path.Clean(strings.NewReplacer("${LIB}", lib, "$LIB", lib).Replace(d)))
	}
	return out
}

// fits reports whether p is an ELF file that o could load.
func (c *Closure) fits(p string, o *object) bool {
	e, err := c.read(p)
	if err != nil {
		return false
	}
	like := o
	if like == nil {
		like = c.main
	}
	return like == nil || e.Class == like.elf.Class && e.Machine == like.elf.Machine
}

// defaults are the loader's built-in folders: Debian's multiarch ones, lib64 of others, musl's.
func (c *Closure) defaults(o *object) []string {
	if o == nil {
		o = c.main
	}
	if o == nil {
		return []string{"/lib", "/usr/lib"}
	}
	if c.musl() {
		return []string{"/lib", "/usr/local/lib", "/usr/lib"}
	}
	var out []string
	if t := triplet(o.elf.Machine); t != "" && o.elf.Class == 64 {
		out = append(out, "/lib/"+t, "/usr/lib/"+t)
	}
	if o.elf.Class == 64 {
		out = append(out, "/lib64", "/usr/lib64")
	} else if o.elf.Machine == 3 {
		out = append(out, "/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu", "/lib32", "/usr/lib32")
	}
	return append(out, "/lib", "/usr/lib")
}

func (c *Closure) musl() bool {
	o := c.main
	return o != nil && strings.HasPrefix(path.Base(o.elf.Interp), "ld-musl-")
}

func triplet(machine uint16) string {
	switch machine {
	case 62:
		return "x86_64-linux-gnu"
	case 183:
		return "aarch64-linux-gnu"
	}
	return ""
}

func platform(machine uint16) string {
	switch machine {
	case 62:
		return "x86_64"
	case 183:
		return "aarch64"
	}
	return ""
}

// variants takes the builds for newer processors that stand beside a library (glibc-hwcaps, ld.so(8)): the image may run on another one.
func (c *Closure) variants(p string, by *object) {
	dir, name := path.Split(p)
	list, err := c.set.tree.ReadDir(dir + "glibc-hwcaps")
	if err != nil {
		return // the usual case: no such folder
	}
	for _, e := range list {
		v := dir + "glibc-hwcaps/" + e.Name + "/" + name
		if _, err := c.set.tree.Lstat(v); err == nil {
			c.take(v, by, "elf: variant of "+model.Path(p).String()+" for newer processors")
		}
	}
}

// Libraries lists the closure, sorted by path.
func (c *Closure) Libraries() []model.Library {
	out := make([]model.Library, 0, len(c.objects))
	for _, p := range slices.Sorted(maps.Keys(c.objects)) {
		o := c.objects[p]
		l := model.Library{Path: model.Path(p), SONAME: o.elf.SONAME, NeededBy: []model.Path{}}
		l.Evidence.Add("path", o.seen...)
		if o.elf.SONAME != "" {
			l.Evidence.Add("soname", model.Source("DT_SONAME of "+model.Path(p).String()))
		}
		for _, by := range slices.Sorted(maps.Keys(o.neededBy)) {
			l.NeededBy = append(l.NeededBy, model.Path(by))
			l.Evidence.Add("neededBy", model.Source("DT_NEEDED of "+model.Path(by).String()))
		}
		if len(l.Evidence["path"]) == 0 {
			l.Evidence.Add("path", l.Evidence["neededBy"]...)
		}
		out = append(out, l)
	}
	return out
}

// Missing lists the libraries that were not found, with the first that needs each: there the host's loader fails too.
func (c *Closure) Missing() []model.Skip {
	var out []model.Skip
	for _, name := range slices.Sorted(maps.Keys(c.missing)) {
		by := c.missing[name]
		out = append(out, model.Skip{
			What:   "library " + model.Path(name).String(),
			Path:   model.Path(by[0]),
			Reason: "needed by this file and not found on the host, where it cannot be loaded either",
			Count:  len(by),
		})
	}
	if c.cacheErr != nil {
		out = append(out, model.Skip{What: "loader cache", Path: "/etc/ld.so.cache", Reason: c.cacheErr.Error(), Incomplete: true})
	}
	return out
}
