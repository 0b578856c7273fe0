package files

import (
	"maps"
	"slices"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// Other is another application of this machine. What it runs from and writes is not this one's, though it lie in the same folder.
type Other struct {
	ID        string     `json:"id"`
	Artifact  model.Path `json:"artifact"`
	Base      model.Path `json:"base"`
	Processes []int      `json:"processes"`
}

// noteOthers notes paths that belong to other applications with the same root, and why.
func (c *collector) noteOthers() {
	s := c.in.Subject
	own := append(slices.Collect(maps.Keys(c.named)), string(s.App.Base), string(s.App.Artifact), s.Main.Cwd, string(s.App.Runtime.Home), string(s.App.Platform.Home))
	for _, w := range s.App.WebApps {
		own = append(own, string(w.Path))
	}
	for _, w := range c.in.Config.WebApps {
		own = append(own, w.Path)
	}
	for _, r := range c.in.Config.References {
		own = append(own, r.Path)
	}
	own = slices.Concat(own, slices.Collect(maps.Values(c.in.Config.Dirs)), c.in.Config.ExtractDirs)
	for _, o := range c.in.Others {
		who := "other: application " + o.ID
		for _, pid := range o.Processes {
			p := s.Host.Process(pid)
			if p == nil || !c.sameRoot(p) {
				continue
			}
			c.other(string(o.Artifact), who+" runs it", own)
			c.other(string(o.Base), who+" runs from it", own)
			c.writes(p, who, own)
		}
	}
}

// other notes a path, unless one of the application's own lies in it.
func (c *collector) other(name, why string, own []string) {
	for _, p := range own {
		if subject.Under(p, name) {
			return
		}
	}
	if name != "" && c.others[name] == "" {
		c.others[name] = why
	}
}

// sameRoot reports whether a process's paths mean the same files.
func (c *collector) sameRoot(p *host.Process) bool {
	t, err := p.Tree()
	if err != nil {
		return false
	}
	a, err1 := t.Lstat("/")
	b, err2 := c.in.Subject.Root.Lstat("/")
	return err1 == nil && err2 == nil && a.Dev == b.Dev && a.Ino == b.Ino
}

// writes notes what another application's process holds open for writing.
func (c *collector) writes(p *host.Process, who string, own []string) {
	list, err := p.FDs()
	if err != nil {
		return // what it writes is taken for a file like others; the inventory has said that it cannot be read
	}
	for _, f := range list {
		if f.Path() == "" || f.Deleted {
			continue
		}
		if info, err := f.Info(); err == nil && info.Writes() {
			c.other(f.Path(), who+" writes it", own)
		}
	}
}
