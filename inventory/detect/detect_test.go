package detect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"a2c/internal/elftest"
	"a2c/internal/golden"
	"a2c/inventory/host"
	"a2c/model"
)

// outcome is what want.json holds.
type outcome struct {
	Apps  []model.App  `json:"apps"`
	Skips []model.Skip `json:"skips"`
	Seen  model.Seen   `json:"seen"`
}

// find runs all detectors over a fixture.
func find(t *testing.T, archive *txtar.Archive) (outcome, error) {
	t.Helper()
	built := &txtar.Archive{Files: slices.Clone(archive.Files)}
	for i, f := range built.Files { // "#!elf section=.svm_heap" stands for an object
		data, err := elftest.Fixture(f.Data)
		if err != nil {
			return outcome{}, err
		}
		built.Files[i].Data = data
	}
	tree, err := host.Text(built)
	if err != nil {
		return outcome{}, err
	}
	h, err := host.Read(t.Context(), tree)
	if err != nil {
		return outcome{}, err
	}
	apps, err := Find(t.Context(), h, Options{Containers: true})
	return outcome{Apps: apps, Skips: h.Skips, Seen: h.Seen}, err
}

// runFolder executes the cases of one kind and returns what is wrong with them. A case matches when one of its applications is of the
// kind, and is a near miss when none is; both are demanded.
func runFolder(t *testing.T, data fs.FS, kind string) []string {
	t.Helper()
	var problems []string
	matches, misses := 0, 0
	names, err := fs.Glob(data, kind+"/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(data, name)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(raw)
		if len(bytes.TrimSpace(archive.Comment)) == 0 {
			problems = append(problems, name+": the first line does not say what the case shows")
		}
		got, err := find(t, archive)
		if err != nil {
			problems = append(problems, name+": "+err.Error())
			continue
		}
		if isMatch(got, kind) {
			matches++
		} else {
			misses++
		}
		problems = append(problems, prefixed(name, slices.Concat(claimedTwice(got), noEvidence(got), leaks(t, got)))...)
		if !slices.ContainsFunc(archive.Files, isWant) {
			problems = append(problems, name+": has no want.json")
		}
	}
	if matches == 0 {
		problems = append(problems, kind+": no case that matches")
	}
	if misses == 0 {
		problems = append(problems, kind+": no near miss")
	}
	return problems
}

func isMatch(o outcome, kind string) bool {
	return slices.ContainsFunc(o.Apps, func(a model.App) bool { return a.ApplicationType == kind })
}

func isWant(f txtar.File) bool { return f.Name == "want.json" }

func prefixed(name string, problems []string) []string {
	for i := range problems {
		problems[i] = name + ": " + problems[i]
	}
	return problems
}

func claimedTwice(o outcome) []string {
	var problems []string
	owner := map[int]int{}
	for _, a := range o.Apps {
		for _, pid := range a.Processes {
			if other, ok := owner[pid]; ok {
				problems = append(problems, fmt.Sprintf("process %d is claimed by %d and %d", pid, other, a.ProcessID))
			}
			owner[pid] = a.ProcessID
		}
	}
	for _, s := range o.Skips {
		if strings.Contains(s.Reason, "belongs to") || strings.Contains(s.Reason, "panic") {
			problems = append(problems, s.What+": "+s.Reason)
		}
	}
	return problems
}

// registry compares the list, the files and the folders as sets. A file whose name has an underscore is a detector's.
func registry(detectors []Detector, source, data fs.FS) []string {
	var listed, files, folders []string
	for _, d := range detectors {
		listed = append(listed, d.Name())
	}
	names, _ := fs.Glob(source, "*_*.go")
	for _, n := range names {
		if !strings.HasSuffix(n, "_test.go") {
			files = append(files, strings.ReplaceAll(strings.TrimSuffix(n, ".go"), "_", "-"))
		}
	}
	entries, _ := fs.ReadDir(data, ".")
	for _, e := range entries {
		folders = append(folders, e.Name())
	}
	var problems []string
	for _, name := range union(listed, files, folders) {
		for what, set := range map[string][]string{"line in All()": listed, "file": files, "folder in testdata": folders} {
			if !slices.Contains(set, name) {
				problems = append(problems, fmt.Sprintf("%s has no %s", name, what))
			}
		}
	}
	slices.Sort(problems)
	return problems
}

func union(sets ...[]string) []string {
	all := slices.Concat(sets...)
	slices.Sort(all)
	return slices.Compact(all)
}

func TestRegistry(t *testing.T) {
	for _, p := range registry(All(), os.DirFS("."), os.DirFS("testdata")) {
		t.Error(p)
	}
}

func TestCases(t *testing.T) {
	for _, d := range All() {
		t.Run(d.Name(), func(t *testing.T) {
			if !golden.Updating() {
				for _, p := range runFolder(t, os.DirFS("testdata"), d.Name()) {
					t.Error(p)
				}
			}
			names, err := fs.Glob(os.DirFS("testdata"), d.Name()+"/*.txtar")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				t.Run(strings.TrimSuffix(path.Base(name), ".txtar"), func(t *testing.T) { goldenCase(t, path.Join("testdata", name)) })
			}
		})
	}
}

// goldenCase holds a whole case file against itself with a new want.json.
func goldenCase(t *testing.T, name string) {
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(raw)
	got, err := find(t, archive)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(got); err != nil {
		t.Fatal(err)
	}
	archive.Files = append(slices.DeleteFunc(archive.Files, isWant), txtar.File{Name: "want.json", Data: b.Bytes()})
	golden.Equal(t, name, txtar.Format(archive))
}

// TestRunner proves that the runner itself can fail.
func TestRunner(t *testing.T) {
	const kind = "java-generic"
	match := "Shows a match.\n-- proc/stat --\nbtime 1700000000\n-- proc/5/cmdline threads=20 --\njava\nMain\n-- proc/5/exe -> /usr/bin/java --\n-- want.json --\n{}\n"
	miss := "Shows a miss.\n-- proc/6/cmdline --\nbash\n-- proc/6/exe -> /bin/bash --\n-- want.json --\n{}\n"
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"all_is_well", map[string]string{"a": match, "b": miss}, ""},
		{"missing_want", map[string]string{"a": strings.Replace(match, "want.json", "other", 1), "b": miss}, "java-generic/a.txtar: has no want.json"},
		{"matches_nothing", map[string]string{"b": miss}, "java-generic: no case that matches"},
		{"no_near_miss", map[string]string{"a": match}, "java-generic: no near miss"},
		{"no_cases", nil, "java-generic: no case that matches"},
		{"no_comment", map[string]string{"a": strings.TrimPrefix(match, "Shows a match.\n"), "b": miss}, "java-generic/a.txtar: the first line does not say what the case shows"},
		{"no_fixture", map[string]string{"a": match, "b": miss, "c": "Shows nothing.\n-- x type=nothing --\n-- want.json --\n"}, `java-generic/c.txtar: fixture entry`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := fstest.MapFS{}
			for name, text := range tc.files {
				data[kind+"/"+name+".txtar"] = &fstest.MapFile{Data: []byte(text)}
			}
			got := strings.Join(runFolder(t, data, kind), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestRegistryNotices(t *testing.T) {
	source := fstest.MapFS{"java_generic.go": {}, "jvm.go": {}, "detect_test.go": {}, "go_binary.go": {}}
	data := fstest.MapFS{"java-generic/a.txtar": {}, "ruby/a.txtar": {}}
	got := registry([]Detector{javaGeneric{}, javaTomcat{}}, source, data)
	want := []string{
		"go-binary has no folder in testdata", "go-binary has no line in All()",
		"java-tomcat has no file", "java-tomcat has no folder in testdata",
		"ruby has no file", "ruby has no line in All()",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestClaimedTwiceIsNoticed(t *testing.T) {
	o := outcome{Apps: []model.App{{ProcessID: 1, Processes: []int{1, 2}}, {ProcessID: 2, Processes: []int{2}}}}
	if got := claimedTwice(o); len(got) != 1 || got[0] != "process 2 is claimed by 1 and 2" {
		t.Errorf("got %q", got)
	}
}
