package main

import (
	"os/exec"
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
