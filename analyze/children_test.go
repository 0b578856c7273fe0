package analyze_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestChildren names the programs of live children, not those of the children's own.
func TestChildren(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		a.Files = append(a.Files, txtar.Parse([]byte(`
-- proc/430/exe -> /usr/bin/node --
-- proc/430/cmdline ppid=412 --
node
worker.js
-- proc/431/exe -> /usr/bin/node --
-- proc/431/cmdline ppid=412 --
node
other.js
-- proc/432/exe -> /usr/bin/sleep --
-- proc/432/cmdline ppid=431 --
sleep
100
-- usr/bin/node mode=0755 --
x
-- usr/bin/sleep mode=0755 --
x
`)).Files...)
	})
	a, _ := run(t, m, "java-generic", analyze.Options{})
	if d := cmp.Diff([]model.Path{"/usr/bin/node"}, a.AnalysisInfo.Children); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := a.AnalysisInfo.Evidence["children"]; len(got) != 4 {
		t.Errorf("evidence %v", got)
	}
}
