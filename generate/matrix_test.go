package generate

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"golang.org/x/tools/txtar"

	"a2c/model"
)

// TestMatrix writes the files of recorded applications of every kind for every target, and with -v prints what came out as a table.
func TestMatrix(t *testing.T) {
	all := recorded(t)
	if len(all) < 12 {
		t.Errorf("%d applications, want 12 at least: %v", len(all), slices.Sorted(maps.Keys(all)))
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "application\t%s\n", strings.Join(Names(), "\t"))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		d := Propose(s.analysis, s.image, s.seen)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		fmt.Fprint(w, name)
		for _, target := range Names() {
			outputs, err := Render(t.Context(), d, []string{target})
			o := outputs[target]
			size := 0
			for _, data := range o.Files {
				size += len(data)
			}
			switch {
			case err != nil:
				t.Errorf("%s for %s: %v", name, target, err)
				fmt.Fprint(w, "\tFAILED")
				continue
			case len(o.Blockers) > 0:
				fmt.Fprint(w, "\trefused")
			default:
				fmt.Fprintf(w, "\t%d files, %d kB, %d notes", len(o.Files), (size+999)/1000, len(o.Notes))
			}
			legible(t, o)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d applications × %d targets\n%s", len(all), len(Names()), &b)
}

// recorded are the analyses that analyze's tests keep, the applications that each detector of the inventory is held against (the first with a listener), and
// the samples of this package, each with the image that its analysis asks for.
func recorded(t *testing.T) map[string]sample {
	t.Helper()
	all := map[string]sample{}
	for name, s := range samples() {
		all["sample "+name] = s
	}
	files, err := filepath.Glob("../analyze/testdata/*.analysis.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var a model.Analysis
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &a); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all["analysis "+strings.TrimSuffix(filepath.Base(file), ".analysis.json")] = imaged(a)
	}
	hosts, err := filepath.Glob("../inventory/detect/testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range hosts {
		kind := "inventory " + filepath.Base(filepath.Dir(file))
		if _, have := all[kind]; have {
			continue
		}
		if app, ok := listening(t, file); ok {
			var a model.Analysis
			a.AnalysisInfo.App = app
			all[kind] = imaged(a)
		}
	}
	return all
}

// listening is the first application that a recorded host is to be found with and that listens.
func listening(t *testing.T, file string) (model.App, bool) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		var want struct{ Apps, Applications []model.App }
		if f.Name != "want.json" || json.Unmarshal(f.Data, &want) != nil {
			continue
		}
		for _, app := range append(want.Apps, want.Applications...) {
			if len(app.Listeners) > 0 {
				return app, true
			}
		}
	}
	return model.App{}, false
}

// imaged is an analysis with an image that listens where the application does.
func imaged(a model.Analysis) sample {
	app := a.AnalysisInfo.App
	i := model.Image{ApplicationID: app.ApplicationType + "-0a1b2c3d", Repository: app.ApplicationType, Tag: "latest", Digest: digest("7"), Platform: "linux/amd64"}
	i.Needs.User = app.User
	for _, l := range app.Listeners {
		l.Address = "0.0.0.0"
		if !slices.ContainsFunc(i.Needs.Ports, func(p model.Listener) bool { return p.Port == l.Port && p.Protocol == l.Protocol }) {
			i.Needs.Ports = append(i.Needs.Ports, l)
		}
	}
	return sample{analysis: a, image: i}
}
