package parse_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/parse"

	"github.com/google/go-cmp/cmp"
)

const edited = `{
  "a2CTemplateVersion": "1.0",
  "containerParameters": {
    "imageTag": "ü", "applicationPort": 8080,
    "logLocations": ["/var/log/x", "/caf\\xe9"]
  }
}`

func TestJSONPositions(t *testing.T) {
	n, err := parse.JSON([]byte(edited))
	if err != nil {
		t.Fatal(err)
	}
	p := n.Get("containerParameters")
	got := map[string]parse.Pos{"root": n.Pos, "params": p.Pos, "port": p.Get("applicationPort").Pos, "log1": p.Get("logLocations").Items[1].Pos}
	for _, f := range p.Fields {
		got["key "+f.Name] = f.Pos
	}
	want := map[string]parse.Pos{
		"root": {1, 1}, "params": {3, 26}, "port": {4, 41}, "log1": {5, 36},
		"key imageTag": {4, 5}, "key applicationPort": {4, 22}, "key logLocations": {5, 5},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	var a model.Analysis
	if err := n.Decode(&a); err != nil {
		t.Fatal(err)
	}
	wantParams := model.ContainerParameters{ImageTag: "ü", ApplicationPort: 8080, LogLocations: []model.Path{"/var/log/x", "/caf\xe9"}}
	if d := cmp.Diff(wantParams, a.ContainerParameters); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"empty":              {"", "1:1: the document ends too early: a bracket, brace or quote is not closed"},
		"open_object":        {"{\n\"a\": 1", "2:7: the document ends too early: a bracket, brace or quote is not closed"},
		"trailing_comma":     {"{\n  \"a\": 1,\n}", "3:1: invalid character '}' looking for beginning of object key string (a comma too many before it?)"},
		"missing_comma":      {"{\n\"a\": 1\n\"b\": 2}", "3:1: invalid character '\"' after object key:value pair (a comma missing before it?)"},
		"comment":            {"{ // x\n}", "1:3: invalid character '/' looking for beginning of object key string (JSON knows no comments)"},
		"two_documents":      {"{}\n{}", "2:1: invalid character '{' after top-level value"},
		"not_utf8":           {"{\n \"a\": \"\xff\"}", "2:8: byte 0xff is not UTF-8"},
		"duplicate":          {"{\"createdTime\": \"x\",\n \"createdTime\": \"y\"}", "2:2: createdTime: the key stands twice, first in line 1"},
		"deep":               {strings.Repeat("[", 150) + strings.Repeat("]", 150), "1:102: nested deeper than 100 levels"},
		"root":               {"[]", "1:1: want an object, got an array"},
		"wrong_type":         {"{\"containerParameters\": {\n  \"applicationPort\": \"80\"}}", "2:22: containerParameters.applicationPort: want a number, got a string"},
		"fraction":           {"{\"containerParameters\": {\"applicationPort\": 80.5}}", "1:45: containerParameters.applicationPort: want a whole number of 64 bits, got 80.5"},
		"too_big":            {"{\"containerParameters\": {\"applicationPort\": 1" + strings.Repeat("0", 50) + "}}", "1:45: containerParameters.applicationPort: want a whole number of 64 bits, got 1" + strings.Repeat("0", 39) + "…"},
		"null":               {"{\"createdTime\": null}", "1:17: createdTime: want a string, got null"},
		"item":               {"{\"containerParameters\": {\"logLocations\": [\"/a\", 7]}}", "1:49: containerParameters.logLocations[1]: want a string, got a number"},
		"bad_path":           {"{\"containerParameters\": {\"logLocations\": [\"C:\\\\x\"]}}", "1:43: containerParameters.logLocations[0]: path \"C:\\\\x\": a backslash must begin \\xNN"},
		"unknown_near":       {"{\"containerParameters\": {\"aplicationPort\": 1}}", "1:26: containerParameters.aplicationPort: unknown key; did you mean \"applicationPort\"?"},
		"other_case":         {"{\"CreatedTime\": \"\"}", "1:2: CreatedTime: unknown key; did you mean \"createdTime\"?"},
		"unknown_far":        {"{\"\\u001b[2J\": 1}", "1:2: [\"\\x1b[2J\"]: unknown key; known here: a2CTemplateVersion, analysisInfo, containerParameters, createdTime"},
		"two_at_once":        {"{\"createdTime\": 1,\n\"x\": 2}", "1:17: createdTime: want a string, got a number\n2:1: x: unknown key; known here: a2CTemplateVersion, analysisInfo, containerParameters, createdTime"},
		"bad_bool_and_float": {"{\"analysisInfo\": {\"usage\": {\"cores\": \"1\"}}, \"containerParameters\": {\"enableDynamicLogging\": 1}}", "1:38: analysisInfo.usage.cores: want a number, got a string\n1:93: containerParameters.enableDynamicLogging: want true or false, got a number"},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := parse.JSON([]byte(c.in))
			if err == nil {
				var a model.Analysis
				err = n.Decode(&a)
			}
			if _, ok := errors.AsType[parse.Problems](err); !ok {
				t.Fatalf("got %v, want Problems", err)
			}
			if d := cmp.Diff(c.want, err.Error()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	if _, err := parse.JSON(bytes.Repeat([]byte(" "), parse.MaxJSON+1)); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("got %v", err)
	}
}

// every shape of field that the model uses comes back as encoding/json reads it.
func TestDecodeAsEncodingJSON(t *testing.T) {
	f := model.File{
		Path: "/a\\b", Mode: 0o4755, Size: 1 << 40, MTime: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		Xattrs: map[string][]byte{"user.x": {0, 1, 2}}, Decision: model.In, Reasons: []string{"layout: x"},
	}
	a := model.App{
		ProcessID: 4, Listeners: []model.Listener{{Port: 80, Binding: &model.Binding{Arg: 2}}},
		Evidence: model.Evidence{"processId": {"argv[0] of 4"}},
	}
	for _, v := range []any{&f, &a, &map[string]any{"a": []any{true, nil, "x"}}} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		n, err := parse.JSON(data)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		switch v.(type) {
		case *model.File:
			want, got = new(model.File), new(model.File)
		case *model.App:
			want, got = new(model.App), new(model.App)
		default:
			want, got = new(any), new(any)
		}
		if err := n.Decode(got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		limit int
		want  int
	}{{"", "", 3, 0}, {"abc", "abc", 0, 0}, {"abc", "acb", 3, 1}, {"abc", "abd", 3, 1}, {"kitten", "sitting", 3, 3}, {"a", "xyzxyz", 2, 3}, {"abcdef", "uvwxyz", 2, 3}} {
		if got := parse.Distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

// FuzzJSON: whatever encoding/json takes, JSON takes, unless it is too deep, repeats a key or is not UTF-8; and every place lies in the text.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(edited))
	f.Add([]byte(`{"a":[1,-2e9,null,true,"\ud800"],"":{}}`))
	f.Add([]byte("{\"a\": 1,}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := parse.JSON(data)
		var p parse.Problems
		switch {
		case err != nil && !errors.As(err, &p):
			t.Fatalf("%v is no Problems", err)
		case err == nil && !json.Valid(data):
			t.Fatal("took what encoding/json refuses")
		case err != nil && json.Valid(data) && !expected(p[0].Msg):
			t.Fatalf("refused what encoding/json takes: %v", err)
		case err != nil:
			inside(t, data, p[0].Pos)
			return
		}
		walk(t, data, n)
		var a model.Analysis
		if err := n.Decode(&a); err != nil && !errors.As(err, &p) {
			t.Fatalf("%v is no Problems", err)
		}
	})
}

func expected(msg string) bool {
	return strings.Contains(msg, "twice") || strings.Contains(msg, "deeper") || strings.Contains(msg, "UTF-8")
}

func walk(t *testing.T, data []byte, n *parse.Node) {
	inside(t, data, n.Pos)
	for _, f := range n.Fields {
		if line := bytes.Split(data, []byte("\n"))[f.Pos.Line-1]; []rune(string(line))[f.Pos.Col-1] != '"' {
			t.Fatalf("no key at %v", f.Pos)
		}
		walk(t, data, f.Value)
	}
	for _, i := range n.Items {
		walk(t, data, i)
	}
}

func inside(t *testing.T, data []byte, p parse.Pos) {
	lines := bytes.Split(data, []byte("\n"))
	if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > len(lines[p.Line-1])+1 {
		t.Fatalf("%v is not in the text", p)
	}
}
