package document_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/check"
	"a2c/check/document"
	"a2c/parse"
)

// TestPlaces: each finding says line, column and pointer, in JSON, in YAML with functions and anchors, in streams and lists.
func TestPlaces(t *testing.T) {
	cases := map[string]struct {
		text string
		want []string // of blockers and breaks: "line:column pointer rule"
	}{
		"json_wrapped": {`{"taskDefinition": {
  "family": "x", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [{"name": "é", "image": "x",
    "privileged": true}]}}`, []string{
			"3:37 /taskDefinition/containerDefinitions/0/name fargate.names-charset", "4:19 /taskDefinition/containerDefinitions/0/privileged fargate.privileged-unsupported",
		}},
		"yaml_tags": {`Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: !Sub bridge
      Cpu: !FindInMap [S, web, cpu]
      Memory: 512
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions:
        - &app
          Name: a
          Image: !Sub "${AWS::AccountId}.dkr.ecr/x"
          Privileged: yes
        - <<: *app
          Name: b
Mappings: {S: {web: {cpu: 256}}}
`, []string{
			"5:20 /Resources/T/Properties/NetworkMode fargate.network-mode-awsvpc",
			"13:23 /Resources/T/Properties/ContainerDefinitions/0/Privileged fargate.privileged-unsupported",
			"13:23 /Resources/T/Properties/ContainerDefinitions/1/Privileged fargate.privileged-unsupported",
		}},
		"stream_and_list": {`apiVersion: example.com/v1
kind: Widget
---
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: DaemonSet
  metadata: {name: d}
  spec: {template: {spec: {hostPID: on, containers: [{name: a, resources: {limits: {cpu: 1}}}]}}}
- {apiVersion: apps/v1beta1, kind: Deployment}
---
# nothing
`, []string{"7:3 /items/0 eks-fargate.no-daemonset", "10:37 /items/0/spec/template/spec/hostPID eks-fargate.no-host-namespaces", "11:3 /items/1 eks-ec2.removed-api-version"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f, err := document.Read("x", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			verdicts, err := check.RunDocuments([]*document.File{f}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range verdicts {
				for _, finding := range v.Findings {
					if finding.Severity == "blocker" || finding.Severity == "breaks" {
						p := finding.Places[0]
						got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Pointer, finding.Rule))
					}
				}
			}
			slices.Sort(c.want)
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPassedOver: what no rule knows is said.
func TestPassedOver(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: example.com/v1\nkind: Widget\n": "1:1: Widget of example.com/v1 is passed over",
		"apiVersion: apps/v2\nkind: Deployment\n":    "Deployment of apps/v2 is passed over",
		"kind: List\napiVersion: v1\nitems: [3]\n":   "3:9: it is a number, no object",
		"[1]": "1:1: it is an array",
		`{"format_version": "1.2", "planned_values": {}}`:                                                                                           "the plan has no resource_changes",
		`{"format_version": "1.2", "resource_changes": [{"type": "aws_s3_bucket"}]}`:                                                                "the plan has nothing that runs containers",
		`{"format_version": "1.2", "resource_changes": [{"type": "kubernetes_secret", "address": "kubernetes_secret.x", "change": {"after": {}}}]}`: "kubernetes_secret.x is passed over",
		"":                              "1:1: it holds no document",
		"# only a comment\n":            "1:1: it holds no document",
		`{"name": "a package"}`:         "it describes nothing that a2c knows",
		"AWSTemplateFormatVersion: x\n": "the template has no Resources",
		"Resources:\n  B: {Type: AWS::S3::Bucket}\n":                                      "the template has nothing that runs containers",
		"Resources:\n  'Fn::ForEach::T': [x, [a], {T: {Type: AWS::ECS::TaskDefinition}}]": "Fn::ForEach::T is passed over",
	} {
		f, err := document.Read("x", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var notes []string
		for _, n := range f.Notes {
			notes = append(notes, n.String())
		}
		if len(f.Subjects) > 0 || !strings.Contains(strings.Join(notes, "\n"), want) {
			t.Errorf("%q: %d subjects, notes %q, want %q", text, len(f.Subjects), notes, want)
		}
	}
}

// TestBroken: an error has line and column.
func TestBroken(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1,}`:                  "1:9: invalid character '}'",
		"{\n \"a\": 1\n \"b\": 2}":   "3:2: ",
		`{"a": 1, "a": 2}`:           "1:10: a: the key stands twice, first in line 1",
		"a: 1\nb: 2\na: 3\n":         "3:1: a: the key stands twice, first in line 1",
		"a: [1\nb: 2\n":              ": did not find expected",
		"a: \xff\n":                  "1:4: byte 0xff is not UTF-8",
		"a: &x [*x]\n":               ": ",
		"a: {b: c\n":                 ": did not find",
		"\tx: 1\n":                   "1:",
		"{{ .Values.x }}: y\n- z\n":  ":",
		strings.Repeat("[", 10_000):  ": ",
		strings.Repeat("- ", 10_000): "deeper than",
	} {
		_, err := document.Read("x", []byte(text))
		var p parse.Problems
		if !errors.As(err, &p) || !strings.Contains(err.Error(), want) || p[0].Pos.Line < 1 || p[0].Pos.Col < 1 {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

// TestLarge: 10 MB of JSON with 10,000 containers take about a second of an idle machine; here the bound only catches what grows by the square.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	container := `{"name": "c%d", "image": "x", "essential": true, "environment": [` + strings.TrimSuffix(strings.Repeat(`{"name": "SOME_VARIABLE", "value": "some value of it"}, `, 17), ", ") + `]}`
	var b strings.Builder
	b.WriteString(`{"family": "x", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [`)
	for i := range 10_000 {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, container, i)
	}
	b.WriteString("]}")
	start := time.Now()
	f, err := document.Read("x", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	read := time.Since(start)
	verdicts, err := check.RunDocuments([]*document.File{f}, nil)
	took := time.Since(start)
	if err != nil || len(verdicts) != 1 || len(verdicts[0].Findings) != 1 || verdicts[0].Findings[0].Rule != "fargate.max-containers" {
		t.Fatalf("%v %+v", err, verdicts)
	}
	t.Logf("%d bytes: read %v, judged %v", b.Len(), read, took-read)
	if took > 30*time.Second {
		t.Errorf("%d bytes took %v", b.Len(), took)
	}
}

// FuzzRead: any bytes give subjects or an error with a place, rules judge what was read, twice the same.
func FuzzRead(f *testing.F) {
	bases, err := filepath.Glob(filepath.Join("..", "..", "testdata", "verdicts", "*", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range bases {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("Resources: {T: {Type: AWS::ECS::TaskDefinition, Properties: {Cpu: !If [C, !Ref A, !Ref AWS::NoValue], ContainerDefinitions: [!If [C, {Name: a}, {Name: b}]]}}}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := document.Read("x", data)
		if err != nil {
			if p, ok := errors.AsType[parse.Problems](err); !ok || len(p) == 0 || p[0].Pos.Line < 1 || p[0].Pos.Col < 1 {
				t.Errorf("no place in %v", err)
			}
			return
		}
		if len(file.Subjects)+len(file.Notes) == 0 {
			t.Errorf("nothing is said")
		}
		first, err := check.RunDocuments([]*document.File{file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range first {
			for _, finding := range v.Findings {
				if strings.ContainsFunc(finding.Message+v.Subject, func(r rune) bool { return r < ' ' || r == 0x7f }) {
					t.Errorf("a control character in %q", finding.Message)
				}
			}
		}
		again, _ := document.Read("x", data)
		second, _ := check.RunDocuments([]*document.File{again}, nil)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("two runs differ:\n%s", diff)
		}
	})
}
