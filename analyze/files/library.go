package files

import (
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/model"
)

// Libraries lists the closure, sorted by path.
func (c *Closure) Libraries() []model.Library {
	out := []model.Library{}
	for _, p := range slices.Sorted(maps.Keys(c.objects)) {
		o := c.objects[p]
		if !o.taken {
			continue
		}
		l := model.Library{Path: model.Path(p), SONAME: o.elf.SONAME, NeededBy: []model.Path{}}
		l.Evidence.Add("path", o.seen...)
		if o.elf.SONAME != "" {
			l.Evidence.Add("soname", model.Source("DT_SONAME of "+model.Path(p).String()))
		}
		for _, by := range slices.Sorted(maps.Keys(o.by)) {
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

// Missing lists the files that the host's own loader would refuse, with what they lack; the libraries that they need besides are not taken for them.
func (c *Closure) Missing() []model.Skip {
	var out []model.Skip
	for _, p := range slices.Sorted(maps.Keys(c.objects)) {
		o := c.objects[p]
		lacks := slices.Clone(o.missing)
		for _, n := range o.needs {
			if n.to.bad && !n.optional {
				lacks = append(lacks, path.Base(n.to.path)+" (which cannot be loaded)")
			}
		}
		if len(lacks) == 0 || !o.root {
			continue
		}
		out = append(out, model.Skip{
			What: "native library", Path: model.Path(p),
			Reason: "cannot be loaded on the host either: it needs " + printable(lacks) + ", not found",
		})
	}
	if c.cacheErr != nil {
		out = append(out, model.Skip{What: "loader cache", Path: "/etc/ld.so.cache", Reason: c.cacheErr.Error(), Incomplete: true})
	}
	return out
}

func printable(names []string) string {
	for i, n := range names {
		names[i] = model.Path(n).String()
	}
	return strings.Join(names, ", ")
}
