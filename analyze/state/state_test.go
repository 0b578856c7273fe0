package state

import (
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

func TestDatabaseFile(t *testing.T) {
	for value, want := range map[string]struct {
		path   string
		folder bool
	}{
		"jdbc:h2:file:/srv/db;MODE=x":                   {"/srv/db", false},
		"jdbc:h2:./data/x":                              {"./data/x", false},
		"jdbc:h2:~/x":                                   {"~/x", false},
		"jdbc:h2:mem:x":                                 {"", false},
		"jdbc:h2:tcp://db/x":                            {"", false},
		"jdbc:hsqldb:file:/srv/h;shutdown=true":         {"/srv/h", false},
		"jdbc:hsqldb:mem:x":                             {"", false},
		"jdbc:derby:/srv/derby;create=true":             {"/srv/derby", true},
		"jdbc:derby://db:1527/x":                        {"", false},
		"jdbc:sqlite:/srv/a.db?mode=ro":                 {"/srv/a.db", false},
		"jdbc:sqlite::memory:":                          {"", false},
		"Data Source=/srv/app.db;Cache=Shared":          {"/srv/app.db", false},
		"Data Source=db.example;Initial Catalog=portal": {"", false},
		"jdbc:postgresql://db/x":                        {"", false},
	} {
		p, folder := DatabaseFile(value)
		if p != want.path || folder != want.folder {
			t.Errorf("DatabaseFile(%q) = %q, %v, want %q, %v", value, p, folder, want.path, want.folder)
		}
	}
}

func FuzzDatabaseFile(f *testing.F) {
	f.Add("jdbc:h2:file:/x;y")
	f.Fuzz(func(t *testing.T, v string) { DatabaseFile(v) })
}

// TestMeasureLimit holds that a folder of too many files says so.
func TestMeasureLimit(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte("-- data/a --\n1\n-- data/b --\n2\n-- data/c --\n3\n")))
	if err != nil {
		t.Fatal(err)
	}
	for limit, skips := range map[int]int{2: 1, 3: 0} {
		f := &finder{s: &subject.Subject{Root: tree}}
		d := model.StateDir{Path: "/data"}
		if err := f.measure(t.Context(), &d, limit); err != nil {
			t.Fatal(err)
		}
		if d.Files != limit || len(f.s.Skips) != skips {
			t.Errorf("limit %d: %d files, skips %+v", limit, d.Files, f.s.Skips)
		}
	}
}
