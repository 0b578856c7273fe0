package proof

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/internal/workspace"
	"a2c/model"
)

// half is what of a file was written when the disk was full: each ends within something that is open, an element, a brace, a quote or an escape.
func half(name, sound string) string {
	switch format(name) {
	case "xml", "json":
		return sound[:len(sound)/2]
	case "yaml":
		return sound + "half: {a: 'wri"
	}
	return sound + `half=wri\u00`
}

// halves holds that the analysis of applications whose files are half-written ends well, says of each such file that it is not read, and presents nothing
// of it as in force.
func (h *configured) halves(t *testing.T) {
	t.Helper()
	found, host, _ := h.look(t, exitDone, exitNotAllSeen)
	c := h.b.Command(h.path("workspace"))
	for _, k := range h.kinds {
		for _, id := range keys(found) {
			own := []string{"tomcat", "jetty", "wildfly", "liberty", "karaf", "springboot", "quarkus", "micronaut", "dotnet"} // those with an order of precedence
			if !slices.Contains(own, k.name) || !slices.Contains(found[id].Processes, k.pid) {
				continue
			}
			ran := c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", id, "-q", "-o", "json")
			if text := string(ran.Stderr); strings.Contains(text, "panic") || strings.Contains(text, "goroutine ") {
				t.Errorf("%s: %s", k.name, text)
			}
			h.half(t, k, filepath.Join(c.Workspace, id), h.skipsBelow(host, k.name))
		}
	}
}

// half looks what the documents of one application say of its files.
func (h *configured) half(t *testing.T, k configKind, documents string, skips []model.Skip) {
	t.Helper()
	var said model.Configuration
	readJSON(t, filepath.Join(documents, workspace.ConfigurationFile), &said)
	var analysis struct{ Skips []model.Skip }
	readJSON(t, filepath.Join(documents, workspace.AnalysisFile), &analysis)
	broken := map[string]bool{}
	for _, s := range slices.Concat(skips, said.Skips, analysis.Skips) {
		broken[string(s.Path)] = true
	}
	shown := map[string]bool{}
	for _, v := range said.Values {
		if file := string(v.Place.Path); v.Place.Kind == "file" && strings.HasPrefix(file, k.dir+"/") {
			shown[file] = true
			if data, err := os.ReadFile(file); err == nil && v.Value != "" && !strings.Contains(v.Value, model.Redacted) && v.Problem == "" && v.Kind != "start.jar" && v.Value != "enabled" &&
				!strings.Contains(string(data), v.Value) && v.Written == "" {
				t.Errorf("%s: %s is %q, which %s does not hold", k.name, v.Key, v.Value, file)
			}
		}
	}
	for name := range k.files {
		full := filepath.Join(k.dir, name)
		switch f := format(name); {
		case f == "lines" || !parted(name) || slices.Contains(k.behind, name):
		case shown[full] && f != "properties" || shown[full] && broken[full]:
			t.Errorf("%s: %s is half-written, and values of it are said to be in force", k.name, name)
		case !broken[full]:
			t.Errorf("%s: nothing says that %s is half-written", k.name, name)
		}
	}
}
