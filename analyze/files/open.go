package files

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// open takes what the processes have open for reading and mapped now.
func (c *collector) open(context.Context) error {
	for _, p := range c.in.Subject.Procs {
		for _, f := range p.FDs {
			if f.Writes() {
				continue // state or a log: found by others
			}
			c.opened(f.Name, "open: "+string(model.FromProc(p.PID, "fd/"+itoa(f.Num))))
		}
		seen := map[string]bool{}
		for _, m := range p.Maps {
			if seen[m.Path] || m.Deleted || strings.Contains(m.Perms, "w") && strings.Contains(m.Perms, "s") {
				continue // a shared writable mapping is state
			}
			seen[m.Path] = true
			c.opened(m.Path, "open: "+string(model.FromProc(p.PID, "maps:"+itoa(m.Line))))
		}
	}
	return nil
}

func (c *collector) opened(name, reason string) {
	if name == "" || kernelPath(name) || hostOnly(name) != "" || c.scratch(name) {
		return
	}
	info, err := c.set.tree.Lstat(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) { // overmounted or renamed since
			c.set.skip(name, err)
		}
		return
	}
	if info.Type != host.Regular {
		return // a folder that is open says nothing about its content
	}
	real, _, err := c.set.Include(name, c.layerOf(name), reason)
	if err != nil {
		c.set.skip(name, err)
		return
	}
	c.otherNames(real)
}

// otherNames takes the links beside a loaded library that lead to it, under its name with fewer numbers: a program that loads libx.so by name
// (dlopen(3), System.loadLibrary) is seen to have mapped libx.so.1.2.3.
func (c *collector) otherNames(lib string) {
	dir, base := path.Split(lib)
	stem, version, found := strings.Cut(base, ".so.")
	if !found || version == "" {
		return
	}
	for _, link := range c.libraryLinks(path.Clean(dir)) {
		if link != stem+".so" && !strings.HasPrefix(link, stem+".so.") {
			continue
		}
		if real, _, err := host.Resolve(c.set.tree, dir+link); err == nil && real == lib {
			c.optional(dir+link, c.layerOf(lib), "open: a name of "+model.Path(lib).String())
		}
	}
}

// libraryLinks are the names of links to libraries in a folder, which is read once.
func (c *collector) libraryLinks(dir string) []string {
	if links, known := c.links[dir]; known {
		return links
	}
	list, err := c.set.tree.ReadDir(dir)
	if err != nil {
		c.set.skip(dir, err)
	}
	c.links[dir] = []string{}
	for _, e := range list {
		if e.Type == host.Symlink && strings.Contains(e.Name, ".so") {
			c.links[dir] = append(c.links[dir], e.Name)
		}
	}
	return c.links[dir]
}

// openOut lists open files that are left out.
func (c *collector) openOut() {
	for _, p := range c.in.Subject.Procs {
		for _, f := range p.FDs {
			if why := hostOnly(f.Name); why != "" {
				c.set.Decide(f.Name, model.Out, why, false)
			}
		}
	}
}

// hostOnly says why a file of the system does not help in an image; "" when it may.
func hostOnly(p string) string {
	switch {
	case subject.Under(p, "/run") || subject.Under(p, "/var/run"):
		return "system: run-time data of this machine"
	case subject.Under(p, "/var/cache/nscd") || subject.Under(p, "/var/lib/sss") || subject.Under(p, "/var/cache/ldconfig"):
		return "system: cache of a daemon of this machine"
	}
	return ""
}

// scratch reports whether a path lies in a temporary folder and not in one of the application's own.
func (c *collector) scratch(p string) bool {
	for _, e := range append([]Folder{{Path: "/tmp"}, {Path: "/var/tmp"}}, c.in.Empty...) {
		if !subject.Under(p, e.Path) {
			continue
		}
		for _, d := range c.in.Config.ExtractDirs {
			if subject.Under(p, d) {
				return false
			}
		}
		for _, d := range c.in.Config.Dirs {
			if d != e.Path && subject.Under(d, e.Path) && subject.Under(p, d) {
				return false
			}
		}
		if a := string(c.in.Subject.App.Base); a != "" && subject.Under(a, e.Path) && subject.Under(p, a) {
			return false
		}
		if a := string(c.in.Subject.App.Runtime.Home); a != "" && subject.Under(a, e.Path) && subject.Under(p, a) {
			return false
		}
		return true
	}
	return false
}
