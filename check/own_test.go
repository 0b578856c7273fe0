package check

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/check/document"
	"a2c/model"
)

// TestOwnFiles: what a2c writes itself for a target has nothing there that AWS refuses or that would break.
func TestOwnFiles(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("..", "generate", "testdata", "e*", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatal(err, archives)
	}
	judged := map[string]int{}
	for _, name := range archives {
		var files []*document.File
		for _, f := range txtar.Parse(read(t, name)).Files {
			if !slices.Contains([]string{".json", ".yaml"}, path.Ext(f.Name)) {
				continue
			}
			if file, err := document.Read(f.Name, f.Data); err != nil {
				t.Errorf("%s: %s: %v", name, f.Name, err)
			} else {
				files = append(files, file)
			}
		}
		verdicts, err := RunDocuments(files, nil)
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Base(filepath.Dir(name))
		for _, v := range verdicts {
			judged[target]++
			if v.Target != target && !strings.HasPrefix(target, "eks") {
				t.Errorf("%s: %s is judged for %s", name, v.Subject, v.Target)
			}
		}
		verdicts, _ = RunDocuments(files, []string{target})
		for _, v := range verdicts {
			for _, f := range v.Findings {
				// An application that needs new privileges has them on Fargate, too, where one rule knows them to be refused.
				known := f.Rule == "eks-fargate.no-allow-privilege-escalation" && strings.HasSuffix(name, "dotnet.txtar")
				if !known && (f.Severity == model.Blocker || f.Severity == model.Breaks) {
					t.Errorf("%s: %s: %s %s %s", name, v.Subject, f.Severity, f.Rule, f.Message)
				} else if testing.Verbose() {
					t.Logf("%s: %s: %s %s %s", filepath.Base(name), v.Subject, f.Severity, f.Rule, f.Message)
				}
			}
		}
	}
	t.Log(judged)
}
