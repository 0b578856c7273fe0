package report

import (
	"path/filepath"
	"testing"

	"a2c/internal/golden"
	"a2c/model"
)

// verdicts hold a finding of each kind, with text that must not get out of its place.
func verdicts() []model.Verdict {
	place := []model.DocPlace{{File: "a b/task|1.json", Pointer: "/containerDefinitions/0/privileged", Line: 7, Column: 3}}
	finding := func(rule string, s model.Severity, message string, places []model.DocPlace) model.Finding {
		f := model.Finding{
			Rule: rule, Title: "T", Severity: s, Target: "ecs-fargate", Subject: "app-1", Message: message, At: []model.Source{"/proc/1/fd/3"}, Places: places,
			Remedy: "Do | this <b>now</b>.", Source: "https://docs.aws.amazon.com/x",
		}
		if places != nil {
			f.At = []model.Source{model.Source(places[0].String())}
		}
		return f
	}
	ignored := finding("fargate.task-role", model.Breaks, "keys", place)
	ignored.Ignored = &model.Ignored{Reason: "known", Until: "2026-12-31"}
	open := finding("fargate.cpu-memory-combination", model.CannotTell, "cpu is decided by P", place)
	open.Needs = "the value of P"
	return []model.Verdict{
		{Subject: "app-1", Target: "ecs-fargate", Answer: "no", Rules: 33, Findings: []model.Finding{
			finding("fargate.privileged-unsupported", model.Blocker, "container `x` @all ![i](http://x) <script> & co", place),
			finding("fargate.local-state", model.Breaks, "it keeps state", nil),
			open,
			finding("fargate.readonly-rootfs", model.Warning, "read-only", []model.DocPlace{{File: "-", Line: 1, Column: 1}}),
			finding("fargate.tmpfs-allowed", model.Info, "tmpfs", []model.DocPlace{{File: "/abs/x.json", Line: 2, Column: 1}}),
			ignored,
		}},
		{Subject: "good.json: service web", Target: "ecs-fargate", Answer: "yes", Rules: 12, Findings: []model.Finding{}},
	}
}

func TestFormats(t *testing.T) {
	junit, err := JUnit(verdicts())
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, filepath.Join("testdata", "junit.xml"), junit)
	golden.Equal(t, filepath.Join("testdata", "markdown.md"), []byte(Markdown(verdicts())))
	run := ToSARIF(verdicts(), "1.0").Runs[0]
	seen := map[string]bool{}
	for i, r := range run.Results {
		run.Results[i].RuleIndex = 0 // each new rule moves them
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || len(r.Locations) == 0 {
			t.Errorf("%s does not lead to its rule, or lies nowhere", r.RuleID)
		}
		for _, print := range r.Fingerprints {
			if seen[print] {
				t.Errorf("%s has the fingerprint of another one", r.RuleID)
			}
			seen[print] = true
		}
	}
	golden.JSON(t, filepath.Join("testdata", "sarif-results.json"), run.Results)
}
