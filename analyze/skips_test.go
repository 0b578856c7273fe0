package analyze

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// TestMergeSkips holds that what is said twice is said once, and that as many may be said as there are files.
func TestMergeSkips(t *testing.T) {
	a := model.Skip{What: "file", Path: "/a", Reason: "closed"}
	b, c, d := a, a, a
	b.Path, c.Remedy, d.Each = "/b", "run as root", []string{"1"}
	var many []model.Skip
	for i := range 50_000 {
		many = append(many, model.Skip{What: "file", Path: model.Path(fmt.Sprintf("/c/%06d", i)), Reason: "closed"})
	}
	got := mergeSkips([]model.Skip{b, a, a}, nil, []model.Skip{c, b, d}, many, many)
	want := append([]model.Skip{a, c, d, b}, many...)
	if diff := cmp.Diff(want[:10], got[:10]); diff != "" || len(got) != len(want) {
		t.Errorf("%d, want %d (-want +got)\n%s", len(got), len(want), diff)
	}
}
