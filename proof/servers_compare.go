package proof

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"a2c/inventory"
	"a2c/model"
)

// compare holds the inventory against what was written by hand, and returns the layouts' applications by their names in testdata.
func (y *yard) compare(t *testing.T, found model.Inventory) map[string]model.App {
	t.Helper()
	apps := map[string]model.App{}
	known := map[string]bool{}
	for _, app := range y.before {
		known[fmt.Sprint(app.ProcessID, app.StartedAt)] = true
	}
	for _, r := range y.running {
		for name, id := range y.found(t, r, found) {
			apps[name] = found[id]
			known[fmt.Sprint(found[id].ProcessID, found[id].StartedAt)] = true
		}
	}
	offspring := family(t, os.Getpid())
	for id, app := range found {
		if _, ours := offspring[app.ProcessID]; ours && !known[fmt.Sprint(app.ProcessID, app.StartedAt)] {
			t.Errorf("%s (process %d, %s) is no server of this proof: a false positive", id, app.ProcessID, app.Cmdline)
		}
	}
	return apps
}

// found are the IDs of one layout's applications, by their names in testdata.
func (y *yard) found(t *testing.T, r *running, found model.Inventory) map[string]string {
	t.Helper()
	s, ids := r.place.Server, map[string]string{}
	members := family(t, r.cmd.Process.Pid)
	for id, app := range found {
		if _, ours := members[app.ProcessID]; !ours {
			continue
		}
		name := r.nameOf(app)
		if ids[name] != "" {
			t.Errorf("%s is found twice: %s and %s", name, ids[name], id)
		}
		ids[name] = id
		y.b.expect(t, r.place, name, app)
		if id != inventory.ID(app) {
			t.Errorf("%s: the ID %s is not made from what stands below it", name, id)
		}
	}
	if len(ids) != 1+len(s.Others) {
		t.Errorf("%s: %d applications of the inventory are process %d or a child of it, not %d", s.Name, len(ids), r.cmd.Process.Pid, 1+len(s.Others))
	}
	return ids
}

// nameOf is under which name testdata has one of the layout's applications.
func (r *running) nameOf(app model.App) string {
	if s := r.place.Server; slices.Contains(s.Others, app.Name) {
		return s.Name + "." + app.Name
	}
	return r.place.Server.Name
}
