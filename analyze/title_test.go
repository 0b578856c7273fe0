package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestTitle has a JVM that wrote a title over its arguments: what it runs cannot be seen, and the analysis says so.
func TestTitle(t *testing.T) {
	for cmdline, want := range map[string]bool{"worker: idle\n": true, "": false} {
		m := machine(t, "java-generic", func(a *txtar.Archive) {
			if cmdline != "" {
				file(t, a, "proc/412/cmdline").Data = []byte(cmdline)
			}
		})
		a, _ := run(t, m, "java-generic", analyze.Options{})
		said := slices.ContainsFunc(a.AnalysisInfo.Skips, func(s model.Skip) bool {
			return s.What == "arguments of the JVM" && s.Incomplete && strings.Contains(s.Reason, "has overwritten them")
		})
		if said != want {
			t.Errorf("with the arguments %q: said %v, want %v: %+v", cmdline, said, want, a.AnalysisInfo.Skips)
		}
	}
}
