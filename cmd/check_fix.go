package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	docs "a2c/check/document"
	"a2c/check/fix"
	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/model"
)

// fix writes what can be corrected mechanically beside each file, shows it as a diff first, and lists what is left.
func (a *app) fix(verdicts []model.Verdict) error {
	of := map[string][]model.Finding{}
	var names []string
	for _, v := range verdicts {
		for _, f := range v.Findings {
			if len(f.Places) == 1 {
				name := f.Places[0].File
				if of[name] == nil {
					names = append(names, name)
				}
				of[name] = append(of[name], f)
			}
		}
	}
	for _, name := range names {
		if err := a.fixFile(name, of[name]); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) fixFile(name string, findings []model.Finding) error {
	if name == "-" {
		a.Note("--fix writes beside a file; standard input has no place for it")
		return nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if f, err := docs.Read(name, data); err != nil || f.Derived {
		a.Note("%s: --fix corrects task definitions, services, stacks and manifests; correct a plan in its configuration, and a compose file where it becomes a task", term.Safe(name))
		return err
	}
	before, _, _, err := fix.Document(data, nil) // as the library writes it, so that the diff shows nothing but the corrections
	if err != nil {
		return fmt.Errorf("--fix %s: %w", term.Safe(name), err)
	}
	fixed, done, left, err := fix.Document(data, findings)
	if err != nil {
		return fmt.Errorf("--fix %s: %w", term.Safe(name), err)
	}
	for _, f := range left {
		a.Note("not mechanical: %s %s %s: %s", f.Severity, f.Rule, f.Places[0], f.Remedy)
	}
	if len(done) == 0 {
		a.Note("%s: nothing in it can be corrected mechanically", term.Safe(name))
		return nil
	}
	ext := filepath.Ext(name)
	beside := strings.TrimSuffix(name, ext) + ".fixed" + ext
	a.Note("%s: %d corrected\n%s", term.Safe(name), len(done), term.Lines(string(changed(diff.Diff(name, before, beside, fixed)))))
	return disk.WriteFile(beside, fixed, 0o600)
}

// changed leaves the lines around a change out: what they hold, a variable's value for one, is nobody's matter here.
func changed(text []byte) []byte {
	lines := slices.DeleteFunc(bytes.SplitAfter(text, []byte("\n")), func(line []byte) bool {
		return len(line) == 0 || line[0] == ' ' || bytes.HasPrefix(line, []byte("diff "))
	})
	return bytes.TrimSpace(bytes.Join(lines, nil))
}
