package files

import (
	"context"
	"maps"
	"path"
	"slices"
	"strconv"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// Recovered is a deleted file whose content is taken from the descriptor that a process still has open.
type Recovered struct {
	Name string `json:"name"` // of the copy
	PID  int    `json:"pid"`
	FD   int    `json:"fd"`
	Dev  uint64 `json:"dev"`
	Ino  uint64 `json:"ino"`
	Size int64  `json:"size"`
}

// Link is the descriptor, as /proc shows it.
func (r Recovered) Link() string { return "/proc/" + strconv.Itoa(r.PID) + "/fd/" + strconv.Itoa(r.FD) }

// deleted looks at what the processes have open for reading and what has no name any more. Its content goes into the image only when the user wants it: a file that
// was deleted was meant to be gone, and what starts in the image would not find it under its name on the host either. What is open for writing is a temporary file.
func (c *collector) deleted(context.Context) error {
	for _, p := range c.in.Subject.Procs {
		for _, f := range p.FDs {
			if f.Old != "" && !f.Writes() && !kernelPath(f.Old) && hostOnly(f.Old) == "" && !c.scratch(f.Old) {
				c.deletedFile(p, f)
			}
		}
	}
	return nil
}

func (c *collector) deletedFile(p *subject.Proc, f subject.FD) {
	info, err := f.Stat()
	if err != nil || info.Type != host.Regular || info.Nlink > 0 || c.set.Considered(f.Old) {
		return // closed meanwhile; or another file has the name by now, and the subject says what runs and was replaced
	}
	r := Recovered{PID: p.PID, FD: f.Num, Dev: info.Dev, Ino: info.Ino, Size: info.Size}
	c.mapped[f.Old], c.named[f.Old] = true, true // as of other files that are open
	decision, reason := c.veto(f.Old, info)
	switch inState := slices.ContainsFunc(c.in.State, func(d model.StateDir) bool { return subject.Under(f.Old, string(d.Path)) }); {
	case decision != "":
		c.set.gone(f.Old, info, decision, "", reason)
	case inState:
		c.set.gone(f.Old, info, model.Out, "", "deleted: "+r.Link()+" has it open; it was data")
	case !c.in.Recover:
		c.set.gone(f.Old, info, model.Out, "", "deleted: "+r.Link()+" has it open, and it has no name any more")
	default:
		c.optional(path.Dir(f.Old), c.layerOf(f.Old), "parent: of a path that is in")
		c.set.gone(f.Old, info, model.In, c.layerOf(f.Old), "deleted: its content was recovered from "+r.Link())
		c.set.recovered[f.Old] = &r
	}
}

// gone records a path that does not exist, as the open file looks.
func (s *Set) gone(name string, info host.Info, decision, layer, reason string) {
	e := s.undecided(info, "")
	e.word = s.words.of(decision, layer, []string{reason})
	s.entries.put(name, e)
}

// Recovered lists the files to recover, sorted by path, and gives them names.
func (s *Set) Recovered() []Recovered {
	var list []Recovered
	for _, p := range slices.Sorted(maps.Keys(s.recovered)) {
		if !s.Has(p) { // it lies in a folder that was found to be data
			continue
		}
		s.recovered[p].Name = strconv.Itoa(len(list) + 1)
		list = append(list, *s.recovered[p])
	}
	return list
}

// Over is a tree in which the files to recover lie at their paths; from is the one with the processes.
func (s *Set) Over(t, from host.Tree) host.Tree {
	if len(s.recovered) == 0 {
		return t
	}
	links := map[string]string{}
	for p, r := range s.recovered {
		links[p] = r.Link()
	}
	return host.Over(t, from, links)
}
