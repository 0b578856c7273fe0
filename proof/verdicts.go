package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
)

// Verdicts has other programs judge the corpus of a2c check, and writes who finds what into docs/verdicts.md.
func Verdicts() Proof {
	return Proof{
		Name: "verdicts", Needs: []Need{Packages, Minutes}, Budget: 8 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			b.awsCLI(t)
			b.motoFolder(t)
			b.cfnLint(t)
			b.kubernetes(t)
			b.kubeScore(t)
		},
		Run: func(t *testing.T, b *Bench) {
			v := &verdictTable{t: t, b: b, dir: b.Scratch(t, "verdicts"), said: map[string]map[string]string{}}
			b.tool(t, []string{"A2C_CORPUS=" + v.dir}, "go", "-C", b.Repo, "test", "-count=1", "-run", "^TestCorpusDocuments$", "./check")
			data, err := os.ReadFile(filepath.Join(v.dir, "corpus.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &v.cases); err != nil {
				t.Fatal(err)
			}
			v.python("botocore", b.awsCLIFolder(t))
			v.python("moto", b.motoFolder(t))
			v.cfnLint()
			v.kubernetes()
			v.page()
		},
	}
}

// verdictCase is a document of the corpus, as check/corpusdump_test.go writes it.
type verdictCase struct {
	File, Base, Rule, Severity string
	Found, Alarm               bool
}

// verdictTable is what each program says of each document that it can judge.
type verdictTable struct {
	t     *testing.T
	b     *Bench
	dir   string
	cases []verdictCase
	said  map[string]map[string]string // program, file: "" where it takes it
}

func (v *verdictTable) python(tool, venv string) {
	v.t.Helper()
	out := v.b.tool(v.t, nil, filepath.Join(venv, "bin", "python"), filepath.Join(v.b.Repo, "testdata/verdicts/judge.py"), tool, filepath.Join(v.dir, "corpus.json"))
	said := map[string]string{}
	if err := json.Unmarshal(out, &said); err != nil {
		v.t.Fatalf("%s: %v\n%.500s", tool, err, out)
	}
	v.said[tool] = said
}

// cfnLint judges templates; a task definition becomes the one resource of one, its keys as CloudFormation spells them.
func (v *verdictTable) cfnLint() {
	v.t.Helper()
	said, of := map[string]string{}, map[string]string{}
	var files []string
	for _, c := range v.cases {
		file := c.File
		switch c.Base {
		case "task.json":
			file = strings.TrimSuffix(c.File, ".json") + ".template.json"
			v.wrap(c.File, file)
		case "stack.json", "instances.json", "elsewhere.json":
		default:
			continue
		}
		said[c.File], of[file] = "", c.File
		files = append(files, file)
	}
	for some := range slices.Chunk(files, 100) {
		out, code, err := try(v.t.Context(), nil, v.b.cfnLint(v.t), append([]string{"--format", "json", "--regions", "eu-central-1", "--"}, some...)...)
		var found []struct {
			Filename, Message, Level string
			Rule                     struct{ ID string }
		}
		if errJSON := json.Unmarshal(out, &found); err != nil || errJSON != nil {
			v.t.Fatalf("cfn-lint: exit code %d, %v, %v\n%.500s", code, err, errJSON, out)
		}
		for _, f := range found {
			message, _, _ := strings.Cut(f.Message, " is not one of [") // names in any order
			if f.Level == "Error" {
				said[of[f.Filename]] += f.Rule.ID + " " + message + "\n"
			}
		}
	}
	v.said["cfn-lint"] = said
}

func (v *verdictTable) wrap(from, to string) {
	v.t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		v.t.Fatal(err)
	}
	var task any
	if err := json.Unmarshal(data, &task); err != nil {
		v.t.Fatal(err)
	}
	data, err = json.Marshal(map[string]any{"Resources": map[string]any{"Task": map[string]any{"Type": "AWS::ECS::TaskDefinition", "Properties": capital(task)}}})
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		v.t.Fatal(err)
	}
}

// capital spells keys as CloudFormation does. Names of the user's own, of options and labels, stay.
func capital(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = capital(v[i])
		}
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if !slices.Contains([]string{"options", "dockerLabels", "driverOpts", "labels"}, k) {
				x = capital(x)
			}
			name := string(unicode.ToUpper(rune(k[0]))) + k[1:]
			switch k {
			case "efsVolumeConfiguration":
				name = "EFSVolumeConfiguration"
			case "fsxWindowsFileServerVolumeConfiguration":
				name = "FSxWindowsFileServerVolumeConfiguration"
			}
			out[name] = x
		}
		return out
	}
	return v
}

// kubernetes judges manifests, each for itself: what a real server refuses or warns of, and what kube-score calls critical.
func (v *verdictTable) kubernetes() {
	v.t.Helper()
	server, score := map[string]string{}, map[string]string{}
	c := v.b.Cluster(v.t)
	c.run(v.t, "create", "namespace", "shop")
	for _, x := range v.cases {
		if x.Base != "deployment.json" {
			continue
		}
		out, code := c.run(v.t, "apply", "--dry-run=server", "--validate=strict", "-f", x.File)
		server[x.File] = ""
		if code != 0 {
			server[x.File] = out
		}
		score[x.File] = v.score(x.File)
	}
	v.said["kube-apiserver"], v.said["kube-score"] = server, score
}

func (v *verdictTable) score(file string) string {
	v.t.Helper()
	objects, _ := v.b.scored(v.t, file)
	if len(objects) == 0 {
		return "cannot read it" // a document of another kind
	}
	var critical []string
	for _, o := range objects {
		for _, c := range o.Checks {
			if c.critical() {
				critical = append(critical, c.Check.ID)
			}
		}
	}
	slices.Sort(critical)
	return strings.Join(slices.Compact(critical), "\n")
}

// speaks reports whether a program says of a document what it does not say of the one that it was made of.
func (v *verdictTable) speaks(tool string, c verdictCase) (found, judges bool) {
	said, judges := v.said[tool][c.File]
	i := slices.IndexFunc(v.cases, func(x verdictCase) bool { return x.Rule == "" && x.Base == c.Base })
	if !judges || i < 0 {
		return false, false
	}
	before := strings.Split(v.said[tool][v.cases[i].File], "\n")
	for line := range strings.Lines(said) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !slices.Contains(before, line) {
			return true, true
		}
	}
	return false, true
}

// page writes docs/verdicts.md, and fails when it was another one.
func (v *verdictTable) page() {
	v.t.Helper()
	tools := []string{"botocore", "moto", "cfn-lint", "kube-apiserver", "kube-score"}
	var b bytes.Buffer
	b.WriteString(`<!-- Generated by the proof "verdicts" (make proof). -->
# Who finds what

The corpus of ` + "`a2c check`" + ` holds for each rule documents that break it and near misses that do not, labelled from AWS's and Kubernetes' documentation before the rule was written. Each program judges
those that it can read. It counts as having found a fault when it says of the document anything that it does not say of the one without the fault, whatever it says; a2c has to name the
rule and the place. What is said of a document without the fault is an alarm here, though it may be right about something else. A blocker is what AWS refuses, breaks what registers and fails when it runs;
no validator of forms can know what is a warning.

`)
	fmt.Fprintf(&b, "| documents | wanted | number | a2c | %s |\n|---|---|---|---|%s\n", strings.Join(tools, " | "), strings.Repeat("---|", len(tools)))
	for _, base := range []struct{ name, what string }{
		{"task.json", "task definitions"},
		{"service.json", "services"},
		{"stack.json", "stacks of CloudFormation"},
		{"instances.json", "stacks on EC2"},
		{"elsewhere.json", "App Runner, Lambda, Express, profiles"},
		{"deployment.json", "Kubernetes manifests"},
	} {
		for _, severity := range []string{"blocker", "breaks", "warning", "info", ""} {
			v.row(&b, tools, base.name, base.what, severity)
		}
	}
	file := filepath.Join(v.b.Repo, "docs", "verdicts.md")
	if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, b.Bytes()) {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			v.t.Fatal(err)
		}
		v.t.Errorf("%s was another one, and is written anew", file)
	}
	fmt.Fprintf(v.b.Log, "\n%s", b.Bytes())
}

func (v *verdictTable) row(b *bytes.Buffer, tools []string, base, what, severity string) {
	some := slices.DeleteFunc(slices.Clone(v.cases), func(c verdictCase) bool { return c.Base != base || c.Rule == "" || c.Severity != severity })
	if len(some) == 0 {
		return
	}
	own := 0
	for _, c := range some {
		if c.Found || severity == "" && c.Alarm {
			own++
		}
	}
	wanted := severity
	if severity == "" {
		wanted = "nothing (alarms)"
	}
	fmt.Fprintf(b, "| %s | %s | %d | %d |", what, wanted, len(some), own)
	for _, tool := range tools {
		b.WriteString(" " + v.count(tool, some) + " |")
	}
	b.WriteString("\n")
}

// count is of how many a program speaks; "–" where it can judge none.
func (v *verdictTable) count(tool string, some []verdictCase) string {
	n, judged := 0, false
	for _, c := range some {
		found, judges := v.speaks(tool, c)
		if judged = judged || judges; found {
			n++
		}
	}
	if !judged {
		return "–"
	}
	return strconv.Itoa(n)
}
