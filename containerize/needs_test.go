package containerize

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// TestStateNeeds holds what becomes of a folder with data, of a file beside the program, and of a lock.
func TestStateNeeds(t *testing.T) {
	folder := model.StateDir{Path: "/var/lib/shop", Kind: "database"}
	file := model.StateDir{Path: "/opt/shop/shop.mv.db", Kind: "database", SingleFile: true}
	lock := model.StateDir{Path: "/opt/shop/lock", Kind: "lock", SingleFile: true}
	scratch := model.StateDir{Path: "/tmp/shop.db", Kind: "database", SingleFile: true}
	for name, c := range map[string]struct {
		state    []model.StateDir
		volumes  []model.Path
		readOnly bool
		why      string
	}{
		"folder":          {[]model.StateDir{folder}, []model.Path{"/var/lib/shop"}, true, "in 1 volumes"},
		"file":            {[]model.StateDir{folder, file}, []model.Path{"/var/lib/shop", "/opt/shop/shop.mv.db"}, false, "/opt/shop/shop.mv.db, a file beside the program"},
		"lock":            {[]model.StateDir{folder, lock}, []model.Path{"/var/lib/shop"}, false, "/opt/shop/lock, a file beside the program"},
		"file in scratch": {[]model.StateDir{scratch}, []model.Path{"/tmp/shop.db"}, true, "in 1 volumes"},
	} {
		s := &start{info: model.AnalysisInfo{State: c.state}, plan: bare(t, "/opt/shop/run")}
		n := s.needs(nil)
		var volumes []model.Path
		for _, m := range n.State {
			volumes = append(volumes, m.Path)
			if m.SingleFile != (m.Path != folder.Path) {
				t.Errorf("%s: %+v", name, m)
			}
		}
		if diff := cmp.Diff(c.volumes, volumes); diff != "" {
			t.Errorf("%s: volumes (-want +got):\n%s", name, diff)
		}
		if n.ReadOnlyRoot != c.readOnly || !strings.Contains(n.ReadOnlyWhy, c.why) {
			t.Errorf("%s: read-only root %v: %s; want %v: %s", name, n.ReadOnlyRoot, n.ReadOnlyWhy, c.readOnly, c.why)
		}
	}
}
