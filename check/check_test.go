package check

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/eol"
	"a2c/internal/golden"
	"a2c/model"
)

// A testCase is a file of testdata/<rule>/: a subject with no more in it than matters, and what the rule says. Its name begins with
// fail-, near-miss- or cannot-tell-. Targets other than ecs-fargate are named.
type testCase struct {
	About   string          `json:"about"`
	Target  string          `json:"target,omitempty"`
	Subject json.RawMessage `json:"subject"`
	Want    []statement     `json:"want"` // written by -update, and then read
}

type statement struct {
	Severity model.Severity `json:"severity"`
	Message  string         `json:"message"`
	At       []model.Source `json:"at"`
	Needs    string         `json:"needs,omitempty"`
}

type subject struct {
	App        *model.Analysis   `json:"app"`
	Image      *model.Image      `json:"image"`
	Deployment *model.Deployment `json:"deployment"`
	EndOfLife  *eol.Table        `json:"endOfLife"`
	Today      time.Time         `json:"today"`
}

func TestRules(t *testing.T) {
	for _, rule := range All() {
		files, err := filepath.Glob(filepath.Join("testdata", rule.ID, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			t.Run(rule.ID+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { run(t, rule, file) })
		}
	}
}

func run(t *testing.T, rule Rule, file string) {
	var c testCase
	strict(t, file, read(t, file), &c)
	var s subject
	strict(t, file, c.Subject, &s)
	target := c.Target
	if target == "" {
		target = ECSFargate
	}
	if !slices.Contains(rule.Targets, target) {
		t.Fatalf("the rule does not apply to %s", target)
	}
	r := &report{subject: &Subject{Name: "app-1", Target: target, App: s.App, Image: s.Image, Deployment: s.Deployment, EndOfLife: s.EndOfLife, Today: s.Today}, rule: rule}
	rule.Run(r.subject, r)
	c.Want = []statement{}
	for _, f := range r.findings {
		c.Want = append(c.Want, statement{f.Severity, f.Message, f.At, f.Needs})
		if f.Severity != model.CannotTell && len(f.At) == 0 {
			t.Errorf("%q has no evidence", f.Message)
		}
		if f.Severity == model.CannotTell && f.Needs == "" {
			t.Errorf("%q does not say what would tell", f.Message)
		}
		if strings.ContainsFunc(f.Message, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q holds a control character of the host", f.Message)
		}
	}
	kind(t, filepath.Base(file), c.Want)
	golden.JSON(t, file, c)
}

// kind holds what the rule says against the case's name, so that -update cannot turn a case into its opposite.
func kind(t *testing.T, name string, said []statement) {
	unclear := slices.ContainsFunc(said, func(s statement) bool { return s.Severity == model.CannotTell })
	switch {
	case strings.HasPrefix(name, "fail-"):
		if len(said) == 0 || unclear {
			t.Errorf("want a finding, got %v", said)
		}
	case strings.HasPrefix(name, "near-miss-"):
		if len(said) != 0 {
			t.Errorf("want nothing, got %v", said)
		}
	case strings.HasPrefix(name, "cannot-tell-"):
		if len(said) != 1 || !unclear {
			t.Errorf("want that it cannot tell, got %v", said)
		}
	default:
		t.Errorf("%s begins with none of fail-, near-miss-, cannot-tell-", name)
	}
}

// TestRegistry holds All, the literals in the files and the folders equal as sets, and demands a failing and a passing case of each rule.
func TestRegistry(t *testing.T) {
	var listed []string
	for _, r := range All() {
		listed = append(listed, r.ID)
		if r.Title == "" || r.Remedy == "" || !strings.HasPrefix(r.Source, "https://") || len(r.Targets) == 0 || weight(r.Severity) < 0 {
			t.Errorf("%s is not whole: %+v", r.ID, r)
		}
	}
	sorted := slices.Sorted(slices.Values(listed))
	if diff := cmp.Diff(sorted, slices.Compact(slices.Clone(sorted))); diff != "" {
		t.Errorf("twice in All:\n%s", diff)
	}
	if diff := cmp.Diff(sorted, slices.Sorted(maps.Keys(declared(t)))); diff != "" {
		t.Errorf("All and the files' rules (-want +got):\n%s", diff)
	}
	folders, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, f := range folders {
		if f.Name() != "fuzz" {
			named = append(named, f.Name())
		}
	}
	if diff := cmp.Diff(sorted, named); diff != "" {
		t.Errorf("All and testdata (-want +got):\n%s", diff)
	}
}

// TestCases demands a failing and a passing case for each of a rule's ways of looking: at applications in files of their own, at documents in documents.txt.
func TestCases(t *testing.T) {
	labels := map[string]bool{}
	for _, c := range corpus(t) {
		labels[c.rule+" "+c.label] = true
	}
	for _, r := range All() {
		documents := len(r.looks()) > 1 || len(r.looks()) == 1 && r.Run == nil
		if documents && (!labels[r.ID+" fail"] || !labels[r.ID+" pass"]) {
			t.Errorf("%s has no case that fails or none that passes in documents.txt", r.ID)
		}
		for _, need := range []string{"fail-", "near-miss-"} {
			if found, err := filepath.Glob(filepath.Join("testdata", r.ID, need+"*.json")); r.Run != nil && (err != nil || len(found) == 0) {
				t.Errorf("%s has no %s case", r.ID, need)
			}
		}
		if r.Run == nil && !documents {
			t.Errorf("%s looks at nothing", r.ID)
		}
	}
}

// declared finds the ID of each Rule literal in the package's files.
func declared(t *testing.T) map[string]string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			pair, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, _ := pair.Key.(*ast.Ident)
			value, _ := pair.Value.(*ast.BasicLit)
			if key != nil && value != nil && key.Name == "ID" {
				id, err := strconv.Unquote(value.Value)
				if err != nil || ids[id] != "" {
					t.Errorf("%s: rule %s, also in %q (%v)", file, value.Value, ids[id], err)
				}
				ids[id] = file
			}
			return true
		})
	}
	return ids
}

func TestRun(t *testing.T) {
	analysis := func(edit func(*model.AnalysisInfo)) *model.Analysis {
		a := &model.Analysis{}
		a.AnalysisInfo.Usage = model.Usage{RSSBytes: 1 << 28, PeakRSSBytes: 1 << 28}
		edit(&a.AnalysisInfo)
		return a
	}
	kvm := model.KernelUse{Name: "/dev/kvm", Evidence: model.Evidence{"name": {"/proc/1/fd/3"}}}
	cases := map[string]struct {
		app  *model.Analysis
		want string
	}{
		"clean":   {analysis(func(*model.AnalysisInfo) {}), Yes},
		"info":    {analysis(func(i *model.AnalysisInfo) { i.Logs = []model.LogFile{{Path: "/x.log"}} }), Yes},
		"warning": {analysis(func(i *model.AnalysisInfo) { i.Usage.SwapBytes = 1 }), WithChange},
		"breaks":  {analysis(func(i *model.AnalysisInfo) { i.State = []model.StateDir{{Path: "/data"}} }), WithChange},
		"blocker": {analysis(func(i *model.AnalysisInfo) { i.Kernel.Devices = []model.KernelUse{kvm} }), No},
		"unseen": {analysis(func(i *model.AnalysisInfo) {
			i.Kernel.Unseen = []model.Unseen{{Field: "devices", Why: "denied", Needs: "root"}}
		}), Unclear},
		"blocker_and_unseen": {analysis(func(i *model.AnalysisInfo) {
			i.Kernel.Devices = []model.KernelUse{kvm}
			i.Kernel.Unseen = []model.Unseen{{Field: "sockets", Why: "denied", Needs: "root"}}
		}), No},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			verdicts, err := Run(&Subject{Name: "app-1", App: c.app}, []string{ECSFargate, EKSFargate, ECSFargate})
			if err != nil {
				t.Fatal(err)
			}
			if len(verdicts) != 2 || verdicts[0].Target != ECSFargate || verdicts[0].Rules != 35 || verdicts[1].Rules >= 32 {
				t.Errorf("want both targets once, with all 35 rules on the first: %+v", verdicts)
			}
			if got := verdicts[0].Answer; got != c.want {
				t.Errorf("answer %q, want %q: %+v", got, c.want, verdicts[0].Findings)
			}
			if !slices.IsSortedFunc(verdicts[0].Findings, func(a, b model.Finding) int { return weight(a.Severity) - weight(b.Severity) }) {
				t.Errorf("findings are not worst first: %+v", verdicts[0].Findings)
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	if _, err := Run(&Subject{App: &model.Analysis{}}, []string{"ecs-fargte"}); err == nil || !strings.Contains(err.Error(), `"ecs-fargte": known are ecs-fargate, eks-fargate`) {
		t.Errorf("unknown target: %v", err)
	}
	if _, err := Run(&Subject{}, nil); err == nil {
		t.Error("no analysis: no error")
	}
}

// FuzzRun feeds any analysis: rules judge what they are given and never panic.
func FuzzRun(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "fargate.*", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		var c testCase
		if err := json.Unmarshal(read(f, file), &c); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(c.Subject))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s subject
		if json.Unmarshal(data, &s) != nil || s.App == nil {
			return
		}
		first, err := Run(&Subject{Name: "x", App: s.App, Image: s.Image, Deployment: s.Deployment}, []string{ECSFargate, EKSFargate})
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Run(&Subject{Name: "x", App: s.App, Image: s.Image, Deployment: s.Deployment}, []string{ECSFargate, EKSFargate})
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("two runs differ:\n%s", diff)
		}
	})
}

func read(t testing.TB, file string) []byte {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func strict(t testing.TB, file string, data []byte, v any) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
