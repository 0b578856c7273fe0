package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// TestManyFilesTold has an application with many files: how far the analysis is with them is told on the way.
func TestManyFilesTold(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		for i := range 9000 {
			a.Files = append(a.Files, txtar.File{Name: fmt.Sprintf("opt/worker/many/%d/%04d.txt", i%7, i), Data: []byte("hello\n")})
		}
	})
	var told []string
	a, _ := run(t, m, "java-generic", analyze.Options{Report: func(e analyze.Event) {
		if e.Detail != "" {
			told = append(told, e.Step+" "+e.Detail)
		}
	}})
	const want = "files 4096 files, files 8192 files, secrets 4096 files, secrets 8192 files"
	if got := strings.Join(told, ", "); got != want || a.AnalysisInfo.Files.In < 9000 {
		t.Errorf("told %q, want %q; %d files are in", got, want, a.AnalysisInfo.Files.In)
	}
}
