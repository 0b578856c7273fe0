package verify

import (
	"fmt"

	"a2c/internal/jail"
	"a2c/model"
	"a2c/verify/missing"
)

// missingFinder is a twin that tells what it looked for in vain.
type missingFinder interface {
	MissingFiles() ([]missing.Found, []model.Skip)
}

// find begins to look for what the image misses. live is the root that has it; "": nobody looks.
func (t *sandboxTwin) find(live string, p jail.BoxPlan, i model.Image) (err error) {
	if live == "" {
		return nil
	}
	var aside []string
	for _, m := range p.Mounts {
		aside = append(aside, m.Path)
	}
	for _, m := range append(i.Needs.StatePaths(), i.Needs.Writable...) {
		aside = append(aside, string(m))
	}
	if t.finder, err = missing.New(fmt.Sprintf("/proc/%d/root", t.box.PID), live, aside); err != nil {
		return err
	}
	t.watcher, err = t.box.Watch(t.finder.Look)
	return err
}

// MissingFiles lists what it looked for in vain and what the live root has.
func (t *sandboxTwin) MissingFiles() ([]missing.Found, []model.Skip) {
	if t.finder == nil {
		return nil, nil
	}
	list, skips := t.finder.Found()
	unread, err := t.watcher.State()
	if err != nil {
		skips = append(skips, model.Skip{What: "files that the image misses", Reason: err.Error()})
	}
	if unread > 0 {
		skips = append(skips, model.Skip{What: "files that the image misses", Reason: fmt.Sprintf("the paths of %d look-ups could not be read from its memory", unread)})
	}
	return list, skips
}

// notStarted is why a twin did not start, with what it looked for in vain until then: its program, say.
type notStarted struct {
	error
	list  []missing.Found
	skips []model.Skip
}

func (e *notStarted) Unwrap() error { return e.error }

// MissingFiles is as the twin's.
func (e *notStarted) MissingFiles() ([]missing.Found, []model.Skip) { return e.list, e.skips }

// lacking adds to why it did not start what it looked for.
func (t *sandboxTwin) lacking(err error) error {
	list, skips := t.MissingFiles()
	return &notStarted{err, list, skips}
}

// missing notes what a twin looked for in vain, or one that did not start, and whether that belongs to the image.
func (r *run) missing(of any, v *model.Verification) error {
	f, ok := of.(missingFinder)
	if !ok {
		return nil
	}
	list, skips := f.MissingFiles()
	v.Skips = append(v.Skips, skips...)
	j := r.o.Judge
	j.Analysis, j.Image = r.o.Analysis, r.o.Image
	var err error
	v.MissingFiles, err = j.Of(list)
	return err
}
