package term

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"plain ünï 日本":      "plain ünï 日本",
		"a\nb\tc":           `a\nb\tc`,
		"\x1b[2J\x07":       `\x1b[2J\a`,
		"a\u202eb\u2066c":   `a\u202eb\u2066c`,
		"\u009b31m":         `\u009b31m`,
		"zero\u200bwidth":   `zero\u200bwidth`,
		"\xff\xfe":          `\xff\xfe`,
		"real \uFFFD stays": "real \uFFFD stays",
		`back\slash`:        `back\slash`,
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Lines("a\x1b\n\tb"); got != "a\\x1b\n\tb" {
		t.Errorf("Lines: %q", got)
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("\x1b[2J")
	f.Add("\xe2\x80")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Safe(s) {
			if !strconv.IsPrint(r) {
				t.Fatalf("Safe(%q) holds %U", s, r)
			}
		}
	})
}

func FuzzOutput(f *testing.F) {
	f.Add("key", "a: b\n- c")
	f.Add("yes", "\u202e0x1")
	f.Add("- ", "😀\U000e0001")
	f.Add(strings.Repeat("k", 1100), strings.Repeat("a b ", 500))
	f.Fuzz(func(t *testing.T, k, v string) {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			t.Skip()
		}
		want := map[string]any{k: []any{v, map[string]any{v: k, "z": []any{[]any{v}, map[string]any{}}}, nil, true}, "x": map[string]any{k: v}}
		for format, read := range map[Format]func([]byte, any) error{JSON: json.Unmarshal, YAML: func(b []byte, v any) error { return yaml.Unmarshal(b, v) }} {
			var b bytes.Buffer
			if err := (&Streams{Out: &b}).Print(format, want, nil); err != nil {
				t.Fatal(err)
			}
			for _, r := range b.String() {
				if r != '\n' && !strconv.IsPrint(r) {
					t.Fatalf("%s holds %U", format, r)
				}
			}
			var got map[string]any
			if err := read(b.Bytes(), &got); err != nil {
				t.Fatalf("%v\n%s", err, b.String())
			}
			if !reflect.DeepEqual(want, got) {
				t.Fatalf("%s (-want +got)\n%s", b.String(), cmp.Diff(want, got))
			}
		}
	})
}

func TestYAML(t *testing.T) {
	type item struct {
		Name  string   `json:"name"`
		Ports []int    `json:"ports"`
		Sub   *item    `json:"sub"`
		Tags  []string `json:"tags"`
	}
	var b bytes.Buffer
	s := &Streams{Out: &b}
	v := map[string]any{"app": item{"no", []int{80, 443}, &item{Name: "a b\x1b"}, []string{}}, "list": []item{{Name: "/opt/x"}, {}}, "rows": [][]int{{1, 2}, {}}}
	if err := s.Print(YAML, v, nil); err != nil {
		t.Fatal(err)
	}
	want := `app:
  name: "no"
  ports:
    - 80
    - 443
  sub:
    name: "a b\u001b"
    ports: []
    sub: null
    tags: []
  tags: []
list:
  - name: /opt/x
    ports: []
    sub: null
    tags: []
  - name: ""
    ports: []
    sub: null
    tags: []
rows:
  -
    - 1
    - 2
  - []
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestTable(t *testing.T) {
	r := Rows{Head: []string{"ID", "WHAT"}}
	r.Add("ü", "x\x1b[31m")
	r.Body = append(r.Body, []Cell{{"long", Red}, {"", Plain}})
	for name, c := range map[string]struct {
		color bool
		want  string
	}{
		"plain": {false, "ID    WHAT\nü     x\\x1b[31m\nlong\n"},
		"color": {true, "\x1b[1mID\x1b[0m    \x1b[1mWHAT\x1b[0m\nü     x\\x1b[31m\n\x1b[31mlong\x1b[0m\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			s := &Streams{Color: c.color}
			if err := s.Write(&b, r); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, b.String()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestParseFormat(t *testing.T) {
	for in, want := range map[string]Format{"": JSON, "table": Table, "yaml": YAML, "xml": ""} {
		got, err := (&Streams{}).ParseFormat(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	if got, _ := (&Streams{OutTerminal: true}).ParseFormat(""); got != Table {
		t.Errorf("on a terminal: got %q", got)
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	s := &Streams{Out: io.Discard, Err: &b, ErrTerminal: true}
	p := s.Progress()
	p.Show("%s", "read \x1b "+strings.Repeat("x", 100))
	p.Show("too soon")
	p.Done()
	if want := "\rread \\x1b " + strings.Repeat("x", 67) + "…\x1b[K\r\x1b[K"; b.String() != want {
		t.Errorf("got %q\nwant %q", b.String(), want)
	}
	b.Reset()
	s.ErrTerminal = false
	p = s.Progress()
	p.Show("x")
	p.Done()
	s.Quiet = true
	s.Note("x")
	if b.Len() > 0 {
		t.Errorf("got %q", b.String())
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1536: "1.5 kB", 230e6: "230.0 MB", 3e12: "3.0 TB", 5e18: "5000000.0 TB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}
