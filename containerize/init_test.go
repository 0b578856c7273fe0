package containerize

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// TestEntrypoint puts the init before an application where that has something to do, and as its parent only where children were seen.
func TestEntrypoint(t *testing.T) {
	cases := map[string]struct {
		umask    int
		children []model.Path
		want     []string
		signal   string
	}{
		"alone":    {umask: 0o022, want: []string{"/j/java", "-Xrs"}, signal: "SIGKILL"},
		"umask":    {umask: 0o027, want: []string{"/.a2c/init", "-umask", "027", "--", "/j/java", "-Xrs"}, signal: "SIGKILL"},
		"children": {umask: 0o022, children: []model.Path{"/usr/bin/node"}, want: []string{"/.a2c/init", "-reap", "--", "/j/java", "-Xrs"}},
		"both":     {umask: 0o077, children: []model.Path{"/usr/bin/node"}, want: []string{"/.a2c/init", "-reap", "-umask", "077", "--", "/j/java", "-Xrs"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := &start{info: model.AnalysisInfo{Umask: c.umask, Children: c.children, App: model.App{Runtime: model.Runtime{Kind: "jvm"}}}, argv: []string{"/j/java", "-Xrs"}}
			s.umask()
			s.parent()
			if d := cmp.Diff(c.want, s.config().Entrypoint); d != "" {
				t.Error(d)
			}
			if got := s.config().StopSignal; got != c.signal {
				t.Errorf("stop signal %q", got)
			}
		})
	}
}
