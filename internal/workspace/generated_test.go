package workspace

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func TestWriteGenerated(t *testing.T) {
	w := open(t)
	w.force = false
	put := func(target string, files map[string][]byte) error {
		return w.WriteGenerated("app", target, files, Generated{A2CVersion: "1", Inputs: model.Inputs{"x": "sha256:0"}})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(put("ecs", map[string][]byte{"a.json": []byte("1"), "sub/b.yml": []byte("2")}))
	must(put("eks", map[string][]byte{"k.yml": []byte("3")}))
	must(put("ecs", map[string][]byte{"a.json": []byte("4"), "c.yml": []byte("5")}))
	if _, err := os.Stat(w.Path("app/ecs/sub/b.yml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("b.yml is made no longer, and still there: %v", err)
	}
	must(os.WriteFile(w.Path("app/ecs/a.json"), []byte("mine"), 0o600))
	must(os.WriteFile(w.Path("app/ecs/new.json"), []byte("mine too"), 0o600))
	err := put("ecs", map[string][]byte{"a.json": []byte("6"), "c.yml": []byte("7"), "new.json": []byte("8")})
	e, ok := errors.AsType[*EditedError](err)
	if !ok || cmp.Diff([]string{"ecs/a.json", "ecs/new.json"}, e.Names) != "" || !strings.Contains(err.Error(), "--force") {
		t.Fatalf("got %v", err)
	}
	if got, err := os.ReadFile(w.Path("app/ecs/c.yml")); string(got) != "5" || err != nil {
		t.Errorf("c.yml was written all the same: %q, %v", got, err)
	}
	w.force = true
	must(put("ecs", map[string][]byte{"a.json": []byte("6")}))
	g, err := Load[Generated](w, "app/generated.json")
	must(err)
	if len(g.Files) != 2 || g.Files["ecs/a.json"] == "" || g.Files["eks/k.yml"] == "" {
		t.Errorf("got %v", g.Files)
	}
	for _, name := range []string{"../x", "/x", "", ".", "a/../../x"} {
		if err := put("ecs", map[string][]byte{name: nil}); err == nil {
			t.Errorf("took the name %q", name)
		}
	}
}

func TestFresh(t *testing.T) {
	w := open(t)
	if err := w.Save(InventoryFile, model.Inventory{"app": {ProcessID: 1}, "other": {}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Save("app/analysis.json", 1); err != nil {
		t.Fatal(err)
	}
	in, err := w.Inputs("app", InventoryFile, AnalysisFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Fresh("app", ImageFile, in, "a2c containerize"); err != nil {
		t.Error(err)
	}
	if err := w.Save(InventoryFile, model.Inventory{"app": {ProcessID: 1}, "third": {}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Fresh("app", ImageFile, in, "a2c containerize"); err != nil {
		t.Errorf("another application made it stale: %v", err)
	}
	if err := w.Save("app/analysis.json", 2); err != nil {
		t.Fatal(err)
	}
	err = w.Fresh("app", ImageFile, in, "a2c containerize --application-id app")
	if err == nil || err.Error() != "app/image/image.json is out of date: analysis.json has changed since; run a2c containerize --application-id app" {
		t.Errorf("got %v", err)
	}
}

// TestFreshBasis shows that an analysis which only measured something else leaves the image valid.
func TestFreshBasis(t *testing.T) {
	w := open(t)
	a := model.Analysis{CreatedTime: "1", AnalysisInfo: model.AnalysisInfo{AppID: "app", ProcessID: 7, Usage: model.Usage{Threads: 3}}}
	list := []model.File{
		{Path: "/a", Type: "file", Size: 1, Decision: model.In, Reasons: []string{"open: /proc/7/fd/3"}},
		{Path: "/log", Type: "file", Size: 2, Decision: model.Out},
	}
	save := func() {
		t.Helper()
		out, err := w.CreateFiles("app")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if err := out.Add(f); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Commit(); err != nil {
			t.Fatal(err)
		}
		if a.AnalysisInfo.Inputs, err = w.Inputs("app", FilesFile); err != nil {
			t.Fatal(err)
		}
		if err := w.Save("app/analysis.json", a); err != nil {
			t.Fatal(err)
		}
	}
	save()
	in, err := w.Inputs("app", AnalysisFile, FilesFile)
	if err != nil {
		t.Fatal(err)
	}
	a.CreatedTime, a.AnalysisInfo.ProcessID, a.AnalysisInfo.Usage.Threads = "2", 8, 4
	list[0].Reasons, list[1].Size = []string{"open: /proc/8/fd/4"}, 3
	save()
	if err := w.Fresh("app", ImageFile, in, "x"); err != nil {
		t.Errorf("a restart makes the image stale: %v", err)
	}
	list[0].Size = 2
	save()
	if err := w.Fresh("app", ImageFile, in, "x"); err == nil {
		t.Error("another file leaves the image valid")
	}
	list[0].Size = 1
	a.ContainerParameters.ImageTag = "2"
	save()
	if err := w.Fresh("app", ImageFile, in, "x"); err == nil {
		t.Error("another tag leaves the image valid")
	}
}
