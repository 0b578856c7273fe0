package templates

import (
	"bytes"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
)

type view struct {
	Name, Empty string
	N           int
	List        []item
	Words       []string
	Sub         *item
	Map         map[string]string
}

type item struct {
	Name string
	Tags []string
}

func example() view {
	return view{
		Name: "a<b>", N: 3, List: []item{{"x", nil}, {"y", []string{"1", "2"}}}, Words: []string{"one"}, Sub: &item{Name: "s"}, Map: map[string]string{"k": "v"},
	}
}

// What is supported means the same as in text/template.
func TestLikeTextTemplate(t *testing.T) {
	funcs := Funcs{"up": strings.ToUpper}
	for _, source := range []string{
		"", "plain", "{{.Name}} {{.N}}", "{{up .Name}} {{.Name | up}}", "{{/* nothing */}}x",
		"{{if .Name}}yes{{else}}no{{end}} {{if .Empty}}yes{{else if .N}}three{{end}}",
		"{{range .List}}{{.Name}}: {{range .Tags}}{{.}},{{else}}none{{end}}\n{{end}}",
		"{{range $i, $v := .List}}{{if $i}}, {{end}}{{$v.Name}}{{$.Name}}{{end}}", "{{range $v := .Words}}{{$v}}{{end}}",
		"{{with .Sub}}{{.Name}}{{end}}{{with .Empty}}never{{end}}", "{{.Sub.Name}} {{.Map.k}}",
		"a\n{{- if .Words}}\n b\n{{- end}}\n", "{{if eq (len .List) 2}}two{{end}}{{if gt (len .Words) 1}}many{{end}}{{if eq .Name \"a<b>\"}}same{{end}}",
	} {
		got, err := render("t", source, example(), funcs)
		if err != nil {
			t.Errorf("%q: %v", source, err)
			continue
		}
		var want bytes.Buffer
		if err := template.Must(template.New("t").Funcs(template.FuncMap{"up": strings.ToUpper}).Parse(source)).Execute(&want, example()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.String(), string(got)); d != "" {
			t.Errorf("%q (-text/template +ours):\n%s", source, d)
		}
	}
}

func TestRenderErrors(t *testing.T) {
	for source, want := range map[string]string{
		"a\n{{.Nothing}}":     "t:2:2: .Nothing: templates.view has no field Nothing",
		"{{.Name.More}}":      "has no fields",
		"{{.Map.other}}":      `no key "other"`,
		"{{range .N}}{{end}}": "range over int",
		"{{up .N}}":           "does not take",
		"{{if}}":              "missing value",
		"{{.Name .N}}":        "no function",
		"{{template \"x\"}}":  "not supported",
	} {
		if out, err := render("t", source, example(), Funcs{"up": strings.ToUpper}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v, want %q", source, out, err, want)
		}
	}
	if _, err := Render("no/such", nil, nil); err == nil {
		t.Error("a template that does not exist")
	}
}
