package analyze_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/analyze/onepage"
	"a2c/internal/elftest"
	"a2c/internal/golden"
	"a2c/inventory"
	"a2c/inventory/host"
	"a2c/model"
)

func kinds() []string {
	return []string{"java-tomcat", "java-springboot", "java-generic", "dotnet-generic", "dotnet-single"}
}

// machine is the fixture of a kind on the system that all share.
func machine(t *testing.T, kind string, change func(*txtar.Archive)) host.Tree {
	t.Helper()
	parts := []string{"system", kind}
	if strings.HasPrefix(kind, "java") {
		parts = []string{"system", "jvm", kind}
	}
	all := &txtar.Archive{}
	for _, p := range parts {
		a, err := txtar.ParseFile(filepath.Join("testdata", p+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		all.Files = append(all.Files, a.Files...)
	}
	if change != nil {
		change(all)
	}
	for i := range all.Files {
		data, err := elftest.Fixture(all.Files[i].Data)
		if err != nil {
			t.Fatalf("%s: %v", all.Files[i].Name, err)
		}
		all.Files[i].Data = data
	}
	tree, err := host.Text(all)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// run takes inventory of a fixture and analyzes its one application of that kind.
func run(t *testing.T, tree host.Tree, kind string, o analyze.Options) (model.Analysis, []model.File) {
	t.Helper()
	found, err := inventory.Run(t.Context(), tree, inventory.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for id, app := range found.Inventory {
		if app.ApplicationType != kind {
			continue
		}
		o.Now = func() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) }
		var list []model.File
		a, err := analyze.Run(t.Context(), tree, id, app, o, func(f model.File) error {
			list = append(list, f)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(list, func(a, b model.File) int { return strings.Compare(string(a.Path), string(b.Path)) }) {
			t.Error("files are not sorted")
		}
		return a, list
	}
	t.Fatalf("no application of kind %s in the fixture: %v, skips %v", kind, found.Inventory, found.Host.Skips)
	return model.Analysis{}, nil
}

// table shows files as people compare them: decision, layer, type, mode, owner, path, reasons.
func table(list []model.File) []byte {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%-5s %-7s %-7s %04o %d:%d %s", f.Decision, f.Layer, f.Type, f.Mode, f.UID, f.GID, f.Path)
		if f.Target != "" {
			fmt.Fprintf(&b, " -> %s", f.Target)
		}
		fmt.Fprintf(&b, "\n      %s\n", strings.Join(f.Reasons, "\n      "))
	}
	return []byte(b.String())
}

func TestGolden(t *testing.T) {
	for _, kind := range kinds() {
		t.Run(kind, func(t *testing.T) {
			var c model.Configuration
			a, list := run(t, machine(t, kind, nil), kind, analyze.Options{Configured: func(found model.Configuration) { c = found }})
			golden.JSON(t, filepath.Join("testdata", kind+".configuration.json"), c)
			golden.JSON(t, filepath.Join("testdata", kind+".analysis.json"), a)
			golden.JSON(t, filepath.Join("testdata", kind+".summary.json"), onepage.Of(a))
			golden.Equal(t, filepath.Join("testdata", kind+".files.txt"), table(list))
		})
	}
}

// TestEvidence walks every object of the analyses that has evidence: each field that is set is in it.
func TestEvidence(t *testing.T) {
	for _, kind := range kinds() {
		t.Run(kind, func(t *testing.T) {
			a, list := run(t, machine(t, kind, nil), kind, analyze.Options{})
			raw, err := json.Marshal(a.AnalysisInfo)
			if err != nil {
				t.Fatal(err)
			}
			var doc map[string]any
			if err := json.Unmarshal(raw, &doc); err != nil {
				t.Fatal(err)
			}
			delete(doc, "application") // the inventory's, which its own test walks
			walk(t, "analysisInfo", doc, doc)
			for _, f := range list {
				if len(f.Reasons) == 0 || f.Reasons[0] == "" {
					t.Errorf("%s has no reason", f.Path)
				}
			}
		})
	}
}

// bare are objects without evidence of their own: that of the field which holds them counts.
func bare(name string) bool {
	return slices.Contains([]string{
		"userNames", "groupNames", "procUID", "procGID", "osData", "Properties", "AdvancedAppInfo", "env", "ports", "files", "doubts", "place", "skips", "unseen", "Directories", "inputs", "configured",
	}, name)
}

func walk(t *testing.T, at string, v any, top map[string]any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			walk(t, fmt.Sprintf("%s[%d]", at, i), x, top)
		}
	case map[string]any:
		evidence, _ := v["evidence"].(map[string]any)
		for name, x := range v {
			if name == "evidence" {
				continue
			}
			if isSet(x) && !slices.Contains([]string{"kernel", "usage", "secrets", "state", "logs", "peers", "dependencies", "awsServices", "skips", "application", "inputs", "unseen"}, name) && !strings.HasPrefix(at, "analysisInfo.kernel.unseen") {
				if _, ok := evidence[name]; !ok && (at != "analysisInfo.kernel") {
					t.Errorf("%s.%s is set without evidence", at, name)
				}
			}
			if !bare(name) {
				walk(t, at+"."+name, x, top)
			}
		}
	}
}

func isSet(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}
