package proof

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
	"a2c/verify"
)

// Closure shows that the set of files is closed: each application is started from its image alone, unpacked into an empty root, under strace, with its
// state, and asked what it serves; verify compares the answers with the live ones. No call may fail there on a path that the application's user finds
// on this machine, apart from those of testdata/closure/explained.txt. It also shows that the set is small: which share of it such a run never opens is
// printed by reason, no file may be without one, and what testdata/closure/NAME.txt says by hand is in or out.
func Closure() Proof {
	var list []closureSubject // Install, which runs first, chooses them
	return Proof{
		Name: "closure", Needs: []Need{Root, AMD64, Packages}, Budget: 20 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			list = b.closureSubjects(t)
			for _, s := range list {
				s.install(t, b)
			}
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Strace()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			for _, s := range list {
				t.Run(s.name(), func(t *testing.T) {
					if s.debian && os.Getenv(debianMachine) == "" {
						onDebian(t, b)
						return
					}
					c := b.Command(b.Scratch(t, "closure-"+s.name()))
					s.start(t, b, c).prove(t, b)
				})
			}
		},
	}
}

// closureCase is one application with its image.
type closureCase struct {
	name     string
	dir      string // its folder of the workspace
	analysis model.Analysis
	image    model.Image
	requests []verify.Request
	front    *front // asks in place of verify; nil: verify does
	expand   func(string) string
}

func (s closureCase) prove(t *testing.T, b *Bench) {
	t.Helper()
	r := &tracer{dir: b.Scratch(t, "closure-"+s.name+"-root")}
	if s.front != nil {
		r.ask = func(twin *tracedTwin) {
			if err := s.front.compare(t.Context(), twin); err != nil {
				t.Error(err)
			}
		}
	}
	v, err := verify.Run(t.Context(), verify.Options{Analysis: s.analysis, Image: s.image, Dir: s.dir, Runtime: r, Requests: s.requests})
	if err != nil {
		t.Fatal(err)
	}
	if !s.same(v) {
		for _, c := range v.Comparisons {
			t.Logf("port %d %s: live %d, image %d, %s %v", c.Port, c.Path, c.Live.Status, c.Twin.Status, c.Verdict, c.Differences)
		}
		t.Errorf("the image does not do under strace what the application does: %s\n%s", v.Why, strings.Join(v.Log, "\n"))
	}
	twin := r.last(t)
	seen := readFootprint(t, twin.root, twin.trace)
	files := readFiles(t, filepath.Join(s.dir, "files.jsonl"))
	s.reasoned(t, files)
	s.complete(t, b, seen)
	s.expected(t, b, files)
	fmt.Fprintf(b.Log, "%s: %d comparisons, %d calls look for files\n", s.name, len(v.Comparisons), seen.calls)
	newShare(files, seen).print(b.Log, s.name)
}

// same reports whether everything compared was the same, and shows something: where verify has nothing to ask, the front does.
func (s closureCase) same(v model.Verification) bool {
	if s.front == nil {
		return alike(v)
	}
	return len(v.Comparisons) > 0 && !slices.ContainsFunc(v.Comparisons, func(c model.Comparison) bool { return !c.Same })
}

// complete holds the failures against what this machine has.
func (s closureCase) complete(t *testing.T, b *Bench, seen *footprint) {
	t.Helper()
	user := s.analysis.AnalysisInfo.App.User
	found, err := seen.onHost(user.UID, user.GID, user.Groups)
	if err != nil {
		t.Fatal(err)
	}
	known := readExplained(t, filepath.Join(b.Repo, "testdata", "closure", "explained.txt"))
	for _, p := range slices.Sorted(maps.Keys(found)) {
		if !slices.ContainsFunc(known, func(e explained) bool { return e.covers(s.name, p) }) {
			t.Errorf("%s exists here and is missing there: %s", p, found[p])
		}
	}
}

// explained is a line of explained.txt: an application ("*": all), a path or a folder with everything below it ("/proc/**"), a reason.
type explained struct{ app, path, reason string }

func (e explained) covers(app, p string) bool {
	if e.app != "*" && e.app != app {
		return false
	}
	if dir, all := strings.CutSuffix(e.path, "/**"); all {
		return p == dir || strings.HasPrefix(p, dir+"/")
	}
	matches, err := path.Match(e.path, p)
	return err == nil && matches
}

func readExplained(t *testing.T, file string) []explained {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []explained
	for n, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.SplitN(line, "\t", 3)
		if len(field) != 3 || field[2] == "" {
			t.Fatalf("%s:%d: it takes application, path and reason, with tabs between them", file, n+1)
		}
		list = append(list, explained{field[0], field[1], field[2]})
	}
	return list
}

// readFiles reads a files.jsonl.
func readFiles(t *testing.T, file string) []model.File {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []model.File
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var one model.File
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list = append(list, one)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// reasoned demands a reason of every file, and that the image holds what files.jsonl decides and nothing else but what image.json says that containerize makes.
func (s closureCase) reasoned(t *testing.T, files []model.File) {
	t.Helper()
	in, made := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		if len(f.Reasons) == 0 || f.Reasons[0] == "" {
			t.Errorf("%s is %q without a reason", f.Path, f.Decision)
			continue
		}
		if f.Decision == model.In && f.Type == "file" {
			in[string(f.Path)] = true
		}
		made[string(f.Path)] = f.Decision == model.Out && strings.Contains(f.Reasons[0], "made by containerize")
	}
	for _, c := range s.image.Changes {
		made[c.Target] = true
	}
	if s.image.Init != nil {
		made[string(s.image.Init.Path)] = true
	}
	image := imageFiles(t, s.dir, s.image)
	for _, f := range s.image.Needs.SecretFiles {
		delete(in, string(f.Path)) // a link; the file is given when the image runs
	}
	for p := range in {
		if !image[p] {
			t.Errorf("%s is decided to be in and is not in the image", p)
		}
	}
	for p := range image {
		if !in[p] && !made[p] && !made[path.Dir(p)] {
			t.Errorf("%s is in the image, and no decision nor change says so", p)
		}
	}
}
