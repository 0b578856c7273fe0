package files

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func TestDoubt(t *testing.T) {
	file := func(decision string, size int64, reasons ...string) model.File {
		return model.File{Path: "/opt/app/x", Type: "file", Decision: decision, Layer: model.LayerApp, Size: size, Reasons: reasons}
	}
	for name, tt := range map[string]struct {
		file model.File
		want string
	}{
		"small":          {file(model.In, large-1, "layout: own folder"), ""},
		"large":          {file(model.In, large, "layout: own folder", "link: /x points to it"), "it is large, and only the folder that it lies in says that it belongs to the application"},
		"large_and_open": {file(model.In, large, "layout: own folder", "open: /proc/4/fd/3"), ""},
		"backup":         {file(model.Out, 1, "junk: backup of a file"), "only its name says that it is a backup"},
		"added":          {file(model.In, 1, "junk: backup of a file", "user: appSpecificFiles"), ""},
		"written":        {file(model.Out, 1, "log: the application writes it"), ""},
		"theirs":         {file(model.Out, 1, "other: application a writes it"), "this application may read it, too"},
		"their_program":  {file(model.Out, 1, "other: application a runs it"), ""},
	} {
		if got := doubt(tt.file); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestGroup(t *testing.T) {
	s := &Set{artifact: "/opt/app/app.jar"}
	for want, list := range map[string][]model.File{
		"":                       {{Decision: model.Out, Layer: model.LayerApp}},
		model.GroupState:         {{Decision: model.State}, {Decision: model.Empty}},
		model.GroupLibraries:     {{Decision: model.In, Layer: model.LayerRuntime, Reasons: []string{"elf: needed by /x"}}},
		model.GroupRuntime:       {{Decision: model.In, Layer: model.LayerRuntime, Reasons: []string{"runtime: x", "elf: needed by /x"}}},
		model.GroupServer:        {{Decision: model.In, Layer: model.LayerLibs}},
		model.GroupConfiguration: {{Decision: model.In, Layer: model.LayerConfig}},
		model.GroupDependencies:  {{Decision: model.In, Layer: model.LayerApp, Path: "/opt/app/lib/b.jar"}},
		model.GroupApplication: {
			{Decision: model.In, Layer: model.LayerApp, Path: "/opt/app/app.jar"},
			{Decision: model.In, Layer: model.LayerApp, Path: "/opt/app/a.txt"},
			{Decision: model.In, Layer: model.LayerApp, Path: "/opt/app/dir.jar", Type: "dir"},
		},
	} {
		for _, f := range list {
			if got := s.group(f); got != want {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
	}
}

// TestTotals holds that doubts in one folder are one, and that their number stays bounded whatever the folders.
func TestTotals(t *testing.T) {
	sum := newTotals()
	for i := range maxFolders + 50 {
		for _, name := range []string{"a", "b"} {
			sum.add(model.File{Path: model.Path(fmt.Sprintf("/opt/%04d/%s", i, name)), Type: "file", Decision: model.Out, Size: 10, Doubt: "why", Reasons: []string{"log: x"}})
		}
	}
	sum.add(model.File{Path: "/one", Type: "file", Decision: model.In, Layer: model.LayerApp, Size: 7, Reasons: []string{"layout: y"}})
	sum.add(model.File{Path: "/two", Type: "file", Decision: model.In, Layer: model.LayerApp, Size: 7, HardLink: "/one", Reasons: []string{"layout: y"}})
	got, doubts := sum.sum()
	const out = 2 * (maxFolders + 50)
	want := model.FileTotals{
		In: 2, InBytes: 7, Out: out, OutBytes: 10 * out, Doubtful: out, DoubtfulBytes: 10 * out, Layers: map[string]int64{model.LayerApp: 7},
		Reasons: []model.ReasonTotal{{Decision: model.Out, Reason: "log", Files: out, Bytes: 10 * out}, {Decision: model.In, Reason: "layout", Files: 2, Bytes: 7}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if len(doubts) != maxDoubts || doubts[0].Path != "/" || doubts[0].Files != 100 || doubts[1].Path != "/opt/0000" || doubts[1].Files != 2 {
		t.Errorf("%d doubts, first %+v, %+v", len(doubts), doubts[0], doubts[1])
	}
}
