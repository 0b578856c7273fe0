package analyze_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/analyze/files"
	"a2c/model"
)

// TestOthers holds that what another application runs from and writes is left out, and that what both run from is not.
func TestOthers(t *testing.T) {
	tree := machine(t, "java-generic", func(a *txtar.Archive) {
		a.Files = append(a.Files, txtar.Parse([]byte(`
-- proc/500/cmdline uid=995 gid=994 comm=theirs threads=3 start=60000 --
theirs
-- proc/500/fd/5 -> /opt/worker/theirs.db --
-- proc/500/fdinfo/5 --
flags: 0100002
-- opt/worker/theirs.db uid=995 --
-- opt/worker/classes/theirs.txt --
-- opt/worker/admin/x.txt --
`)).Files...)
	})
	_, list := run(t, tree, "java-generic", analyze.Options{Others: []files.Other{
		{ID: "one", Artifact: "/opt/worker/classes/theirs.txt", Base: "/opt/worker/admin", Processes: []int{500}},
		{ID: "two", Artifact: "/opt/worker/lib/worker.jar", Base: "/opt", Processes: []int{500}},
		{ID: "gone", Artifact: "/opt/worker/classes/a.txt", Base: "/opt/worker/conf", Processes: []int{501}},
	}})
	got := map[model.Path]model.File{}
	for _, f := range list {
		got[f.Path] = f
	}
	for p, reason := range map[model.Path]string{
		"/opt/worker/theirs.db": "other: application one writes it", "/opt/worker/classes/theirs.txt": "other: application one runs it", "/opt/worker/admin": "other: application one runs from it",
	} {
		if f := got[p]; f.Decision != model.Out || f.Reasons[0] != reason {
			t.Errorf("%s is %q because of %q, want %q", p, f.Decision, f.Reasons, reason)
		}
	}
	for _, p := range []model.Path{"/opt/worker/lib/worker.jar", "/opt/worker/classes/a.txt", "/opt/worker/conf/key.pem"} {
		if got[p].Decision != model.In {
			t.Errorf("%s is %q because of %q", p, got[p].Decision, got[p].Reasons)
		}
	}
	if _, known := got["/opt/worker/admin/x.txt"]; known {
		t.Error("what lies in another application's folder is listed")
	}
}
