package files

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/model"
)

// Filter decides on one path of a tree while it is walked; rel is the path below the tree's top. An empty decision takes it.
type Filter func(rel string, e host.Entry) (decision, reason string)

// maxDepth ends the walk of a tree that a broken file system makes endless.
const maxDepth = 128

// Tree takes a folder with everything below it. Links stay links; what they point to is taken too, folders with their content,
// unless that is a folder of the system rather than of an application.
func (s *Set) Tree(ctx context.Context, name, layer, reason string, filter Filter) error {
	real, info, err := s.Include(name, layer, reason)
	if err != nil {
		return err
	}
	if info.Type != host.Dir {
		return nil
	}
	w := walker{set: s, layer: layer, reason: reason, filter: filter, top: real}
	return w.folder(ctx, real, "", 0)
}

type walker struct {
	set    *Set
	layer  string
	reason string
	filter Filter
	top    string
}

func (w *walker) folder(ctx context.Context, real, rel string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxDepth {
		w.set.skip(real, fmt.Errorf("more than %d folders deep", maxDepth))
		return nil
	}
	if e := w.set.entries.get(real); e != nil {
		if e.walked {
			return nil
		}
		e.walked = true
	}
	list, err := w.set.tree.ReadDir(real)
	if err != nil {
		w.set.skip(real, err)
		return nil
	}
	for _, e := range list {
		r := strings.TrimPrefix(rel+"/"+e.Name, "/")
		if err := w.entry(ctx, join(real, e.Name), r, e, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) entry(ctx context.Context, p, rel string, e host.Entry, depth int) error {
	if w.filter != nil {
		switch decision, reason := w.filter(rel, e); {
		case decision == model.Out && e.Type == host.Dir && w.set.holds[p]:
			return nil // what of it is named comes by that
		case decision != "":
			w.set.Decide(p, decision, reason, false)
			return nil
		}
	}
	found, err := w.set.look(p)
	if err != nil {
		w.set.skip(p, err)
		return nil
	}
	if err := w.set.put(p, found, w.layer, w.reason); err != nil {
		return nil // the veto has recorded why
	}
	switch found.fileType {
	case host.Dir:
		return w.folder(ctx, p, rel, depth+1)
	case host.Symlink:
		return w.link(ctx, p, rel, w.set.targets[found], depth)
	}
	return nil
}

// link takes what a link inside the tree points to.
func (w *walker) link(ctx context.Context, p, rel, target string, depth int) error {
	reason := "link: " + model.Path(p).String() + " points to it"
	if !strings.HasPrefix(target, "/") && strings.HasPrefix(path.Join(path.Dir(p), target), w.top+"/") {
		reason = w.reason // the walk comes to it anyway
	}
	real, info, err := w.set.include(p, w.layer, reason, 0)
	if err != nil {
		if e := w.set.entries.get(real); e == nil || w.set.said(e).decision == model.Out {
			w.set.noteLink(p, target, err)
		}
		return nil
	}
	if info.Type != host.Dir {
		return nil
	}
	if config.Shared(real) {
		w.set.skips = append(w.set.skips, model.Skip{
			What: "link to a folder of the system", Path: model.Path(p),
			Reason: "points to " + model.Path(real).String() + ", which is not taken as a whole", Remedy: "name what is needed in appSpecificFiles",
		})
		return nil
	}
	return w.folder(ctx, real, rel, depth+1)
}

// noteLink records a link that leads nowhere: it stays in, as it is on the host.
func (s *Set) noteLink(p, target string, err error) {
	if e := s.entries.get(p); e != nil && s.said(e).decision == model.In {
		have := s.said(e)
		note := "note: its target " + model.Path(target).String() + " is not in (" + shortError(err) + ")"
		e.word = s.words.of(have.decision, have.layer, append(slices.Clone(have.reasons), note))
	}
}

func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}
