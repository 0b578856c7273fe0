package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Kaniko's packages read the certificate store and resolve names in their init functions, which costs every command 50 ms, and its executor
// unpacks over whatever root it sees: only a2c-kaniko may link it.
func TestNoKaniko(t *testing.T) {
	for _, tags := range []string{"", "embed_kaniko"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", tags, "-e", ".").Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		deps := strings.Fields(string(out))
		if len(deps) < 20 {
			t.Fatalf("go list names %d packages only", len(deps))
		}
		for _, d := range deps {
			if strings.Contains(d, "GoogleContainerTools/kaniko") {
				t.Errorf("tags %q: a2c links %s", tags, d)
			}
		}
	}
}

// text/template can call any method by its name, for which the linker keeps every exported method of every type: 9 MB. Cobra loads it only
// when asked to (its templates are functions by default), so none of our packages may.
func TestNoTextTemplate(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) > 0 && (f[0] == "a2c" || strings.HasPrefix(f[0], "a2c/")) && slices.Contains(f[1:], "text/template") {
			t.Errorf("%s imports text/template: use templates.Render", f[0])
		}
	}
}
