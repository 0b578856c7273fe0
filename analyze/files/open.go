package files

import (
	"context"
	"errors"
	"io/fs"
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
	if _, _, err := c.set.Include(name, c.layerOf(name), reason); err != nil {
		c.set.skip(name, err)
	}
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
