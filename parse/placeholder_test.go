package parse_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

func known(name string) (string, bool) {
	v, ok := map[string]string{
		"a": "1", "b": "${a}", "self": "${self}", "x": "${y}", "y": "z${x}", "a:2": "whole", "name": "a", "double": "${d2}${d2}", "d2": "${d3}${d3}", "d3": "y", "empty": "",
		"bomb0": "boom", "bomb1": strings.Repeat("${bomb0}", 100), "bomb2": strings.Repeat("${bomb1}", 100), "bomb3": strings.Repeat("${bomb2}", 100),
	}[name]
	return v, ok
}

func TestPlaceholders(t *testing.T) {
	spring := parse.Placeholders{Lookup: known, Separator: ":", Whole: true}
	jboss := parse.Placeholders{Lookup: known, Separator: ":", Others: ","}
	smallRye := parse.Placeholders{Lookup: known, Separator: ":", Escape: true}
	for _, c := range []struct {
		name, in, want string
		p              parse.Placeholders
		missing        []string
		cyclic         []string
	}{
		{name: "plain", p: spring, in: "a$b{c}", want: "a$b{c}"},
		{name: "one", p: spring, in: "<${a}>", want: "<1>"},
		{name: "two_steps", p: spring, in: "${b}${b}", want: "11"},
		{name: "default", p: spring, in: "${none:http://x:1}", want: "http://x:1"},
		{name: "empty_value", p: spring, in: "<${empty:9}>", want: "<>"},
		{name: "empty_default", p: spring, in: "<${none:}>", want: "<>"},
		{name: "nested_name", p: spring, in: "${${name}}", want: "1"},
		{name: "nested_default", p: spring, in: "${none:${other:${a}}}", want: "1"},
		{name: "braces", p: spring, in: "${none:{x}}", want: "{x}"},
		{name: "whole_first", p: spring, in: "${a:2}", want: "whole"},
		{name: "missing", p: spring, in: "${none}${a}${none}", want: "${none}1${none}", missing: []string{"none"}},
		{name: "unclosed", p: spring, in: "${a}${a", want: "1${a"},
		{name: "itself", p: spring, in: "${self}", want: "${self}", cyclic: []string{"self", "self"}},
		{name: "circle", p: spring, in: "${x}", want: "z${x}", cyclic: []string{"x", "y", "x"}},
		{name: "doubles", p: spring, in: "${double}", want: "yyyy"},
		{name: "first_known", p: jboss, in: "${none,a:5}", want: "1"},
		{name: "default_not_needed", p: spring, in: "${a:${none}}${a:${x}}", want: "11"},
		{name: "no_escape", p: spring, in: "$${a}", want: "$1"},
		{name: "dollars", p: smallRye, in: `$${a} \${a} ${a} \\$$`, want: `${a} ${a} 1 \$$`},
		{name: "none_known", p: jboss, in: "${none,other:5}", want: "5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.p.Expand(c.in)
			if got.Text != c.want || got.Cut {
				t.Errorf("got %q, want %q (cut: %v)", got.Text, c.want, got.Cut)
			}
			if diff := cmp.Diff(c.missing, got.Missing); diff != "" {
				t.Errorf("missing: %s", diff)
			}
			if diff := cmp.Diff(c.cyclic, got.Cyclic); diff != "" {
				t.Errorf("cyclic: %s", diff)
			}
		})
	}
	if x := spring.Expand("${bomb3}"); !x.Cut || len(x.Text) > 1<<20 {
		t.Errorf("a million placeholders: %d bytes, cut %v", len(x.Text), x.Cut)
	}
}

func FuzzPlaceholders(f *testing.F) {
	f.Add("${a:${b}}", "${x}", "${y}${y}")
	f.Fuzz(func(t *testing.T, in, x, y string) {
		values := map[string]string{"x": x, "y": y, "a": in}
		p := parse.Placeholders{Separator: ":", Whole: true, Others: ",", Lookup: func(n string) (string, bool) { v, ok := values[n]; return v, ok }}
		if got := p.Expand(in); len(got.Text) > 1<<20+len(in)+4*(len(x)+len(y)) {
			t.Errorf("%d bytes", len(got.Text))
		}
	})
}
