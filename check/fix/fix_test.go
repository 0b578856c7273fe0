package fix

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"a2c/check"
	"a2c/check/document"
	"a2c/model"
)

func findings(t *testing.T, name string, data []byte) []model.Finding {
	f, err := document.Read(name, data)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, data)
	}
	verdicts, err := check.RunDocuments([]*document.File{f}, []string{check.ECSFargate, check.EKSFargate})
	if err != nil {
		t.Fatal(err)
	}
	var all []model.Finding
	for _, v := range verdicts {
		all = append(all, v.Findings...)
	}
	return all
}

// TestRealistic: of each realistic document what was corrected is gone, and nothing new is said.
func TestRealistic(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "..", "testdata", "verdicts", "real", "*.[jy]*"))
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	corrected := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if f, err := document.Read(name, data); err != nil || f.Derived {
			continue
		}
		before := findings(t, name, data)
		fixed, done, left, err := Document(data, before)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		corrected += len(done)
		for _, f := range findings(t, name, fixed) {
			if !slices.ContainsFunc(left, func(old model.Finding) bool { return old.Rule == f.Rule }) && f.Rule != "fargate.capabilities-add-sys-ptrace-only" {
				t.Errorf("%s: after the correction: %s %s %s", filepath.Base(name), f.Severity, f.Rule, f.Message)
			}
		}
	}
	t.Logf("%d findings corrected in %d documents", corrected, len(names))
}

// TestRules: each rule that is corrected exists, so that a rule that is renamed is noticed.
func TestRules(t *testing.T) {
	all := takenOut()
	for id := range replaced() {
		all = append(all, id)
	}
	for _, id := range all {
		if _, ok := check.Explain(id); !ok {
			t.Errorf("there is no rule %s", id)
		}
	}
}

// TestTexts: JSON's own texts come out as they went in, and what two rules take out is taken out once.
func TestTexts(t *testing.T) {
	data := []byte("{\n\t\"a\": \"\\ud83d\\ude00 <\\/b>\", \"n\": 1e3, \"i\": 12345678901234567890, \"no\": null,\n\t\"list\": [\"x\", \"y\", \"z\"]\n}")
	out := model.Finding{Rule: takenOut()[0], Severity: model.Blocker, Places: []model.DocPlace{{Pointer: "/list/1", Line: 3}}}
	fixed, done, _, err := Document(data, []model.Finding{out, out})
	if err != nil || len(done) != 2 {
		t.Fatal(err, done)
	}
	want := "{\n  \"a\": \"😀 </b>\",\n  \"n\": 1e3,\n  \"i\": 12345678901234567890,\n  \"no\": null,\n  \"list\": [\n    \"x\",\n    \"z\"\n  ]\n}\n"
	if string(fixed) != want {
		t.Errorf("%s\nwant\n%s", fixed, want)
	}
}
