package secret

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// found lists what the search of one file finds: "line" or "line comment".
func found(t *testing.T, name, text string) []string {
	t.Helper()
	tree, err := host.Text(&txtar.Archive{Files: []txtar.File{{Name: "app/" + name, Data: []byte(text)}}})
	if err != nil {
		t.Fatal(err)
	}
	f := newFinder(&subject.Subject{Root: tree})
	f.text("/app/" + name)
	var out []string
	for _, s := range f.out {
		line := fmt.Sprint(s.Place.Line)
		if s.Comment {
			line += " comment"
		}
		out = append(out, line)
	}
	return out
}

func TestComments(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"keycloak":             {"keycloak.conf", "# The password.\n#db-password=hunter2\ndb-password=hunter3\n", []string{"2 comment", "3"}},
		"hocon":                {"application.conf", "  // password = \"hunter2\"\n", []string{"1 comment"}},
		"ini":                  {"app.ini", "; password = hunter2\npassword = hunter3\n", []string{"1 comment", "2"}},
		"properties":           {"old.properties", "! db.password=hunter2\n; db.password=hunter3\n", []string{"1 comment", "2"}},
		"yaml":                 {"old.yml", "db:\n  # password: hunter2\n  password: hunter3\n", []string{"2 comment", "3"}},
		"yaml_behind_a_value":  {"old.yml", "db: x # password: hunter2\n", []string{"1"}},
		"yaml_hash_in_a_value": {"old.yml", "password: \"#hunter2\"\n", []string{"1"}},
		"xml":                  {"old.xml", "<Context>\n<!-- <Resource password=\"hunter2\"/> -->\n<Resource password=\"hunter3\"/>\n</Context>\n", []string{"2 comment", "3"}},
		"xml_many_lines":       {"old.xml", "<Context>\n<!--\n  <Resource\n    password=\"hunter2\"/>\n-->\n</Context>\n", []string{"4 comment"}},
		"xml_two_comments":     {"old.xml", "<a>\n<!-- x -->\n<b password=\"hunter2\"/>\n<!-- y --></a>\n", []string{"3"}},
		"web_config":           {"web.config", "<a><!-- <b password=\"hunter2\"/> --></a>\n", []string{"1 comment"}},
		"json":                 {"old.json", "{\n  // \"password\": \"hunter2\",\n  \"password\": \"hunter3\"\n}\n", []string{"2 comment", "3"}},
		"json_block":           {"old.json", "{\n  /* \"password\": \"hunter2\", */\n  \"a\": 1\n}\n", []string{"2 comment"}},
		"json_glob":            {"old.json", "{\n  \"glob\": \"conf/*\",\n  \"password\": \"hunter2\"\n}\n", []string{"3"}},
		"json_hash":            {"old.json", "{\n  \"#password\": \"hunter2\"\n}\n", []string{"2"}},
		"shell":                {"start.sh", "#!/bin/sh\n# export DB_PASSWORD=hunter2\nexport DB_PASSWORD=hunter3\n", []string{"2 comment", "3"}},
		"batch":                {"start.bat", "REM set DB_PASSWORD=hunter2\nset DB_PASSWORD=hunter3\n", []string{"1 comment", "2"}},
		"sql":                  {"init.sql", "-- password=hunter2\n", []string{"1 comment"}},
		"backup":               {"app.ini.bak", "; password = hunter2\n", []string{"1 comment"}},
		"markdown_heading":     {"setup.md", "# password=hunter2\n", []string{"1"}},
		"powershell":           {"start.ps1", "<#\n password = 'hunter2'\n#>\n", []string{"2 comment"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, found(t, c.file, c.text)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestMany holds that a folder of hundreds of thousands of files with something that looks like a secret in each makes no document that nobody can load:
// beyond a number they are counted.
func TestMany(t *testing.T) {
	archive := &txtar.Archive{}
	const files = 30
	for i := range files {
		archive.Files = append(archive.Files, txtar.File{Name: fmt.Sprintf("app/%02d.json", i), Data: []byte("{\n \"token\": \"hunter2\",\n \"password\": \"hunter3\"\n}\n")})
	}
	tree, err := host.Text(archive)
	if err != nil {
		t.Fatal(err)
	}
	s := &subject.Subject{Root: tree}
	f := newFinder(s)
	f.most = 41
	for i := range files {
		f.text(fmt.Sprintf("/app/%02d.json", i))
	}
	f.unlisted()
	if len(f.out) != 41 {
		t.Errorf("%d secrets are listed", len(f.out))
	}
	want := []model.Skip{{
		What: "list of secrets", Path: "/app/20.json", Count: 19,
		Reason: "what looks like a secret in 10 more files, of which this is the first, is not listed one by one",
		Remedy: "leave the folders of such files out with containerParameters.appExcludedFiles in analysis.json, and analyze again",
	}}
	if d := cmp.Diff(want, s.Skips); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func FuzzComments(f *testing.F) {
	f.Add("a.conf", "# password=x", 3)
	f.Add("a.xml", "<!-- --> <!--", 9)
	f.Fuzz(func(t *testing.T, name, text string, at int) {
		if at < 0 || at > len(text) || strings.Contains(name, "/") {
			return
		}
		commentsOf(name, text).hold(text, at)
	})
}
