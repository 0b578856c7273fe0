package check

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/check/document"
	"a2c/model"
)

// The corpus of documents: testdata/<rule>/documents.txt holds a rule's cases, one a line, written from the documentation named in it.
//
//	source https://…            where the labels come from
//	base container              what the following patches change: see bases
//	fail blocker /privileged | {"privileged": true}
//	pass | {"privileged": false}
//	target ecs-ec2              what the following cases are judged for, where it is not the rule's only target
//	unclear /NetworkMode | {"NetworkMode": {"Ref": "P"}}
//
// A patch is a JSON merge patch (RFC 7386) of the base, about which nothing is said. A label gives the severity and the places, JSON pointers below the
// base's root ("." is the root, "//" begins one of the whole document); "+rule" names another rule that must speak of the case, too. Nothing else may be said: each word more is
// a false alarm. {"$repeat": 11, "item": …} is a list with "%d" counted, {"$text": 256} a text of so many letters,
// {"$stream": […]} several documents of one YAML file.
type corpusCase struct {
	rule, file, label string
	line              int
	base              base
	patch             string
	targets           []string // what it is judged for: that of the rule, when it has one alone, or what fits the document
	want              []string // "blocker fargate.x /pointer"
	also              []string
}

type base struct{ file, root string }

func bases() map[string]base {
	const pod = "/spec/template/spec"
	const task = "/Resources/Task/Properties"
	return map[string]base{
		"task":            {"task.json", ""},
		"container":       {"task.json", "/containerDefinitions/0"},
		"service":         {"service.json", ""},
		"stack":           {"stack.json", ""},
		"stack-task":      {"stack.json", task},
		"stack-container": {"stack.json", task + "/ContainerDefinitions/0"},
		"stack-service":   {"stack.json", "/Resources/Service/Properties"},
		"deployment":      {"deployment.json", ""},
		"pod":             {"deployment.json", pod},
		"pod-container":   {"deployment.json", pod + "/containers/0"},
		"elsewhere":       {"elsewhere.json", ""},
		"function":        {"elsewhere.json", "/Resources/Function/Properties"},
		"app-runner":      {"elsewhere.json", "/Resources/Runner/Properties"},
		"express":         {"elsewhere.json", "/Resources/Express/Properties"},
		"own-task":        {"elsewhere.json", "/Resources/Task/Properties/ContainerDefinitions/0"},
		"profile":         {"elsewhere.json", "/Resources/Profile/Properties"},
		"instances":       {"instances.json", ""},
		"ec2-task":        {"instances.json", "/Resources/Task/Properties"},
		"ec2-container":   {"instances.json", "/Resources/Task/Properties/ContainerDefinitions/0"},
		"ec2-service":     {"instances.json", "/Resources/Service/Properties"},
		"daemon":          {"instances.json", "/Resources/Agent/Properties"},
		"daemon-task":     {"instances.json", "/Resources/AgentTask/Properties"},
		"none":            {"", ""},
	}
}

func corpus(t testing.TB) []corpusCase {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "documents.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []corpusCase
	for _, file := range files {
		rule := filepath.Base(filepath.Dir(file))
		now, source := base{}, ""
		targets := onlyTarget(rule)
		for i, line := range strings.Split(string(read(t, file)), "\n") {
			key, rest, _ := strings.Cut(line, " ")
			switch key {
			case "":
			case "#":
			case "source":
				source = rest
			case "target":
				targets = strings.Fields(rest)
			case "base":
				b, ok := bases()[rest]
				if !ok {
					t.Fatalf("%s:%d: no base %q", file, i+1, rest)
				}
				now = b
			case "fail", "pass", "unclear":
				label, patch, ok := strings.Cut(line, " | ")
				if !ok || !strings.HasPrefix(source, "https://") {
					t.Fatalf("%s:%d: no patch, or no source before it", file, i+1)
				}
				c := corpusCase{rule: rule, file: file, label: key, line: i + 1, base: now, patch: patch, targets: targets}
				c.expect(strings.Fields(label))
				cases = append(cases, c)
			default:
				t.Fatalf("%s:%d: %q is no word of the corpus", file, i+1, key)
			}
		}
	}
	return cases
}

func onlyTarget(rule string) []string {
	if s, ok := Explain(rule); ok && len(s.Targets) == 1 {
		return s.Targets
	}
	return nil
}

func (c *corpusCase) expect(words []string) {
	severity := string(model.CannotTell)
	for _, w := range words[1:] {
		switch {
		case strings.HasPrefix(w, "+"):
			c.also = append(c.also, w[1:])
		case strings.HasPrefix(w, "//"):
			c.want = append(c.want, severity+" "+c.rule+" "+w[1:])
		case strings.HasPrefix(w, "/"):
			c.want = append(c.want, severity+" "+c.rule+" "+c.base.root+w)
		case w == ".":
			c.want = append(c.want, severity+" "+c.rule+" "+c.base.root)
		default:
			severity = w
		}
	}
}

func (c corpusCase) document(t testing.TB) []byte {
	var patch any
	if err := json.Unmarshal([]byte(c.patch), &patch); err != nil {
		t.Fatalf("%s:%d: %v", c.file, c.line, err)
	}
	patch = macros(patch)
	var whole any
	if c.base.file != "" {
		if err := json.Unmarshal(read(t, filepath.Join("..", "testdata", "verdicts", "base", c.base.file)), &whole); err != nil {
			t.Fatal(err)
		}
	}
	steps := strings.Split(c.base.root, "/")
	patched := patchAt(whole, steps[1:], patch)
	if m, ok := patched.(map[string]any); ok && m["$stream"] != nil {
		var b strings.Builder
		for _, document := range m["$stream"].([]any) {
			b.WriteString("---\n" + string(encode(t, document)) + "\n")
		}
		return []byte(b.String())
	}
	return encode(t, patched)
}

func encode(t testing.TB, v any) []byte {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// patchAt merges a patch into the value that the steps lead to.
func patchAt(v any, steps []string, patch any) any {
	if len(steps) == 0 {
		return merge(v, patch)
	}
	switch v := v.(type) {
	case map[string]any:
		v[steps[0]] = patchAt(v[steps[0]], steps[1:], patch)
	case []any:
		if i, err := strconv.Atoi(steps[0]); err == nil {
			v[i] = patchAt(v[i], steps[1:], patch)
		}
	}
	return v
}

func merge(v, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	m, ok := v.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	for k, x := range p {
		if len(p) == 1 && (k == "Ref" || strings.HasPrefix(k, "Fn::")) {
			return patch // a function stands for the whole value
		}
		if x == nil {
			delete(m, k)
			continue
		}
		m[k] = merge(m[k], x)
	}
	return m
}

func macros(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = macros(v[i])
		}
	case map[string]any:
		if n, ok := v["$repeat"].(float64); ok {
			text, _ := json.Marshal(v["item"])
			var list []any
			for i := range int(n) {
				var item any
				_ = json.Unmarshal([]byte(strings.ReplaceAll(string(text), "%d", strconv.Itoa(i+1))), &item)
				list = append(list, item)
			}
			return list
		}
		if n, ok := v["$text"].(float64); ok {
			return strings.Repeat("a", int(n))
		}
		for k := range v {
			v[k] = macros(v[k])
		}
	}
	return v
}

// said is what all rules say about a document for the targets, or for what fits it.
func said(t testing.TB, name string, data []byte, targets []string) []model.Finding {
	f, err := document.Read(name, data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	verdicts, err := RunDocuments([]*document.File{f}, targets)
	if err != nil {
		t.Fatal(err)
	}
	var all []model.Finding
	for _, v := range verdicts {
		all = append(all, v.Findings...)
	}
	return all
}

const closed = "apprunner.closed-to-new-customers"

type score struct{ cases, want, missed, alarms int }

// TestCorpus demands full recall and no false alarm, and prints both for each family of rules.
func TestCorpus(t *testing.T) {
	family := declared(t)
	scores := map[string]*score{}
	for _, c := range corpus(t) {
		name := family[c.rule]
		if scores[name] == nil {
			scores[name] = &score{}
		}
		scores[name].cases++
		t.Run(fmt.Sprintf("%s/%d", c.rule, c.line), func(t *testing.T) { c.run(t, scores[name]) })
	}
	for _, name := range slices.Sorted(maps.Keys(scores)) {
		s := scores[name]
		found := s.want - s.missed
		t.Logf("%-14s %4d cases %4d findings  recall %5.1f %%  precision %5.1f %%", strings.TrimSuffix(name, ".go"), s.cases, s.want, percent(found, s.want), percent(found, found+s.alarms))
	}
}

func percent(part, whole int) float64 {
	if whole == 0 {
		return 100
	}
	return 100 * float64(part) / float64(whole)
}

func (c corpusCase) run(t *testing.T, s *score) {
	var got, others []string
	data := c.document(t)
	for _, f := range said(t, "x.json", data, c.targets) {
		switch {
		case len(f.Places) != 1 || f.Places[0].Line < 1 || f.Places[0].Column < 1:
			t.Errorf("%s has no place: %+v", f.Rule, f.Places)
		case f.Rule == c.rule:
			got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Places[0].Pointer))
		case f.Rule == closed && c.base.file == "elsewhere.json": // every service of App Runner is told so
		case slices.Contains(c.also, f.Rule):
			others = append(others, f.Rule)
		default:
			s.alarms++
			t.Errorf("%s:%d: false alarm: %s %s %s", c.file, c.line, f.Severity, f.Rule, f.Message)
		}
	}
	for _, w := range c.want {
		if !slices.Contains(got, w) {
			s.missed++
		}
	}
	for _, g := range got {
		if !slices.Contains(c.want, g) {
			s.alarms++
		}
	}
	s.want += len(c.want)
	slices.Sort(c.want)
	slices.Sort(got)
	if diff := cmp.Diff(c.want, got); diff != "" {
		t.Errorf("%s:%d: (-want +got)\n%s\n%s", c.file, c.line, diff, c.patch)
	}
	for _, also := range c.also {
		if !slices.Contains(others, also) {
			t.Errorf("%s:%d: %s says nothing", c.file, c.line, also)
		}
	}
	if (c.label == "pass") != (len(c.want) == 0) {
		t.Errorf("%s:%d: a case that passes has no place, another one has", c.file, c.line)
	}
}

// TestBases: nothing is said about what the cases change, so that whatever is said comes from the change.
func TestBases(t *testing.T) {
	files, err := os.ReadDir(filepath.Join("..", "testdata", "verdicts", "base"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data := read(t, filepath.Join("..", "testdata", "verdicts", "base", f.Name()))
		for _, finding := range said(t, f.Name(), data, nil) {
			if finding.Rule == closed {
				continue
			}
			t.Errorf("%s: %s %s: %s", f.Name(), finding.Severity, finding.Rule, finding.Message)
		}
	}
}
