package proof

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/model"
)

// expected holds what testdata/closure/NAME.txt says against files.jsonl, for a JVM also jvm.txt. A line is "in" or "out", a pattern (path.Match; a
// folder with everything below it: /lib/**) and a reason, with tabs between them. It means every file and link of this machine that the pattern matches,
// whether analyze came across it or not, and must match something. A line "listed" is a path that files.jsonl must name as left out, with a reason that
// begins so.
func (s closureCase) expected(t *testing.T, b *Bench, files []model.File) {
	t.Helper()
	decided := map[string]model.File{}
	for _, f := range files {
		decided[string(f.Path)] = f
	}
	names := []string{s.name}
	if s.analysis.AnalysisInfo.App.Runtime.Kind == "jvm" {
		names = append(names, "jvm")
	}
	lines := 0
	for _, name := range names {
		for _, e := range s.readExpected(t, filepath.Join(b.Repo, "testdata", "closure", name+".txt")) {
			e.hold(t, decided)
			lines++
		}
	}
	fmt.Fprintf(b.Log, "%s: %d lines written by hand say what is in and what is out\n", s.name, lines)
}

type expectedLine struct {
	at, word, pattern, reason string
}

func (s closureCase) readExpected(t *testing.T, file string) []expectedLine {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return nil
	}
	var list []expectedLine
	for n, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := fmt.Sprintf("%s:%d", file, n+1)
		field := strings.SplitN(line, "\t", 3)
		if len(field) != 3 || !slices.Contains([]string{"in", "out", "listed"}, field[0]) || field[2] == "" {
			t.Fatalf("%s: it takes in, out or listed, pattern and reason, with tabs between them", at)
		}
		list = append(list, expectedLine{at: at, word: field[0], pattern: s.expand(field[1]), reason: field[2]})
	}
	return list
}

func (e expectedLine) hold(t *testing.T, decided map[string]model.File) {
	t.Helper()
	if e.word == "listed" {
		f, is := decided[e.pattern]
		if !is || f.Decision != model.Out || len(f.Reasons) == 0 || !strings.HasPrefix(f.Reasons[0], e.reason) {
			t.Errorf("%s: %s is decided %q because of %q", e.at, e.pattern, f.Decision, f.Reasons)
		}
		return
	}
	found, err := matches(e.pattern)
	if err != nil {
		t.Fatalf("%s: %v", e.at, err)
	}
	if len(found) == 0 {
		t.Errorf("%s: nothing on this machine matches %s", e.at, e.pattern)
	}
	wrong := slices.DeleteFunc(slices.Clone(found), func(p string) bool { return (decided[p].Decision == model.In) == (e.word == "in") })
	if len(wrong) > 0 {
		t.Errorf("%s: of %d files that match %s these are decided otherwise (%s):\n  %s", e.at, len(found), e.pattern, e.reason, strings.Join(wrong[:min(10, len(wrong))], "\n  "))
	}
}

// matches lists the files and links that a pattern means, by paths without a link above them.
func matches(pattern string) ([]string, error) {
	top, tree := strings.CutSuffix(pattern, "/**")
	found, err := filepath.Glob(top)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, p := range found {
		dir, err := filepath.EvalSymlinks(filepath.Dir(p))
		if err != nil {
			return nil, err
		}
		p = filepath.Join(dir, filepath.Base(p))
		if tree {
			if p, err = filepath.EvalSymlinks(p); err != nil {
				return nil, err
			}
		}
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist): // gone meanwhile
			case err != nil:
				return err
			case d.IsDir() && !tree && name == p:
				return fs.SkipDir // a folder is meant only with what is below it
			case d.Type().IsRegular() || d.Type() == fs.ModeSymlink:
				list = append(list, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}
