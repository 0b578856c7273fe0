package workspace

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// put writes a target's files of the application "app".
func put(w *Workspace, target string, files map[string]string) error {
	made := map[string][]byte{}
	for name, text := range files {
		made[name] = []byte(text)
	}
	return w.WriteGenerated("app", target, made, Made{A2CVersion: "1", Inputs: model.Inputs{"x": "sha256:0"}})
}

// holds reads files of the application; a name with no file behind it is left out.
func holds(t *testing.T, w *Workspace, names ...string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, name := range names {
		switch text, err := os.ReadFile(w.Path("app/" + name)); {
		case err == nil:
			got[name] = string(text)
		case !errors.Is(err, os.ErrNotExist):
			t.Error(err)
		}
	}
	return got
}

func TestWriteGenerated(t *testing.T) {
	w := open(t)
	w.force = false
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	edits := func(err error, names ...string) {
		t.Helper()
		e, ok := errors.AsType[*EditedError](err)
		if !ok || cmp.Diff(names, e.Names) != "" || !strings.Contains(err.Error(), "--force") {
			t.Fatalf("got %v, want an error about %v", err, names)
		}
	}
	all := []string{"ecs/a.json", "ecs/a.json.new", "ecs/sub/b.yml", "ecs/c.yml", "ecs/new.json", "ecs/new.json.new", "eks/k.yml"}
	has := func(want map[string]string) {
		t.Helper()
		if diff := cmp.Diff(want, holds(t, w, all...)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	must(put(w, "ecs", map[string]string{"a.json": "1", "sub/b.yml": "2"}))
	must(put(w, "eks", map[string]string{"k.yml": "3"}))
	must(put(w, "ecs", map[string]string{"a.json": "4", "c.yml": "5"}))
	has(map[string]string{"ecs/a.json": "4", "ecs/c.yml": "5", "eks/k.yml": "3"})

	must(os.WriteFile(w.Path("app/ecs/a.json"), []byte("mine"), 0o600))
	must(os.WriteFile(w.Path("app/ecs/new.json"), []byte("mine too"), 0o600))
	diff, err := w.DiffGenerated("app", "ecs", map[string][]byte{"a.json": []byte("6\n"), "d.yml": []byte("7\n")})
	must(err)
	for _, want := range []string{"+++ new/ecs/a.json.new", "-mine", "+6", "--- /dev/null", "+7", "-5"} {
		if !strings.Contains(diff, want) {
			t.Errorf("the diff has no %q:\n%s", want, diff)
		}
	}
	edits(put(w, "ecs", map[string]string{"a.json": "6", "c.yml": "7", "new.json": "8"}), "ecs/a.json", "ecs/new.json")
	has(map[string]string{"ecs/a.json": "mine", "ecs/a.json.new": "6", "ecs/c.yml": "7", "ecs/new.json": "mine too", "ecs/new.json.new": "8", "eks/k.yml": "3"})

	must(os.Remove(w.Path("app/ecs/new.json")))
	must(os.WriteFile(w.Path("app/ecs/a.json.new"), []byte("also mine"), 0o600))
	edits(put(w, "ecs", map[string]string{"a.json": "9", "c.yml": "9", "new.json": "9"}), "ecs/a.json.new")
	has(map[string]string{"ecs/a.json": "mine", "ecs/a.json.new": "also mine", "ecs/c.yml": "7", "ecs/new.json.new": "8", "eks/k.yml": "3"})

	must(os.Rename(w.Path("app/ecs/a.json.new"), w.Path("app/ecs/a.json")))
	w.force = true
	must(put(w, "ecs", map[string]string{"a.json": "6"}))
	has(map[string]string{"ecs/a.json": "6", "eks/k.yml": "3"})
	g, err := Load[Generated](w, "app/generated.json")
	must(err)
	if made := g.Files["ecs/a.json"]; len(g.Files) != 2 || made.SHA256 == "" || made.A2CVersion != "1" || made.Inputs["x"] == "" || g.Files["eks/k.yml"].SHA256 == "" {
		t.Errorf("got %v", g.Files)
	}
	for _, name := range []string{"../x", "/x", "", ".", "a/../../x"} {
		if err := put(w, "ecs", map[string]string{name: ""}); err == nil {
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
