package containerize

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize/layer"
	"a2c/model"
)

// TestArchiveOfTheHeapInUse: the archive that the process has mapped says which layout of the heap the image's is for.
func TestArchiveOfTheHeapInUse(t *testing.T) {
	const server = "/jdk/lib/server/"
	for mapped, want := range map[string]struct {
		archive string
		flags   []string
	}{
		"":                                 {"classes.jsa", nil},
		server + "classes.jsa":             {"classes.jsa", nil},
		server + "classes_nocoops.jsa":     {"classes_nocoops.jsa", []string{"-XX:-UseCompressedOops"}},
		"/opt/app/application.jsa":         {"classes.jsa", nil},
		server + "classes_coh.jsa":         {"classes_coh.jsa", []string{"-XX:+UseCompactObjectHeaders"}},
		server + "libjvm.so":               {"classes.jsa", nil},
		server + "old/classes_coh.jsa":     {"classes.jsa", nil},
		"/jdk/lib/classes_nocoops.jsa":     {"classes.jsa", nil},
		server + "classes_nocoops_coh.jsa": {"classes_nocoops_coh.jsa", []string{"-XX:-UseCompressedOops", "-XX:+UseCompactObjectHeaders"}},
	} {
		l := &linker{home: "/jdk", plan: &plan{items: map[model.Path]*item{
			model.Path(mapped):        {mapped: true},
			server + "classes_zz.jsa": {Entry: layer.Entry{Path: server + "classes_zz.jsa"}},
		}}}
		l.archive = l.archiveName()
		if d := cmp.Diff(server+want.archive, l.archive); d != "" {
			t.Errorf("%q is mapped (-want +got)\n%s", mapped, d)
		}
		flags := slices.DeleteFunc(l.vm(), func(arg string) bool { return !strings.HasPrefix(arg, "-XX:-") && !strings.Contains(arg, "Compact") })
		if d := cmp.Diff(want.flags, flags, cmp.Transformer("", func(s []string) string { return strings.Join(s, " ") })); d != "" {
			t.Errorf("%q is mapped (-want +got)\n%s", mapped, d)
		}
	}
}

// TestNoArchive: --cds is refused where there is nothing to archive, and does nothing where there is an archive.
func TestNoArchive(t *testing.T) {
	java8 := model.Runtime{Kind: "jvm", Home: "/jdk8", Version: "8.0.412"}
	for want, rt := range map[string]model.Runtime{"is for Java runtimes": {Kind: "dotnet", Name: ".NET"}, "came with Java 9": java8} {
		r := runner{plan: &plan{items: map[model.Path]*item{}}, o: Options{CDS: true}}
		r.o.Analysis.AnalysisInfo.App.Runtime = rt
		if err := r.link(t.Context()); !errors.Is(err, ErrNoCDS) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	r := runner{o: Options{CDS: true}, plan: &plan{items: map[model.Path]*item{}}}
	for _, name := range []model.Path{"/jdk/lib/modules", "/jdk/lib/server/classes.jsa"} {
		r.plan.items[name] = &item{Entry: layer.Entry{Path: name, Kind: layer.File}}
	}
	r.o.Analysis.AnalysisInfo.App.Runtime = model.Runtime{Kind: "jvm", Home: "/jdk", Version: "17.0.15"}
	if err := r.link(t.Context()); err != nil || len(r.plan.changes) > 0 {
		t.Errorf("a runtime with an archive: %v, %v", err, r.plan.changes)
	}
	if err := (Options{Base: "vendor", CDS: true}).CheckNames(); err == nil || !strings.HasPrefix(err.Error(), "cds: ") {
		t.Errorf("--base vendor --cds: %v", err)
	}
}
