package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/parse"
)

func TestPathsIn(t *testing.T) {
	for value, want := range map[string][]string{
		"/etc/app/key.pem":                   {"/etc/app/key.pem"},
		"file:/opt/x, file:./y":              {"/opt/x", "y"},
		"optional:file:/c/":                  {"/c"},
		"file:///srv/a%20b":                  {"/srv/a b"},
		"jdbc:h2:file:/d/db;MODE=x":          {"/d/db"},
		"classpath:/static/,file:/srv/www/*": {"/srv/www"},
		"file://host/share":                  nil,
		"//host/share":                       nil,
		"http://x/y":                         nil,
		"profile:x":                          nil,
		"a/b":                                nil,
		"":                                   nil,
		"\"/quoted/path\"":                   {"/quoted/path"},
		"/" + strings.Repeat("x", 5000):      nil,
	} {
		if diff := cmp.Diff(want, PathsIn(value)); diff != "" {
			t.Errorf("PathsIn(%.40q): %s", value, diff)
		}
	}
}

func settings(pairs ...string) *Config {
	c := &Config{}
	for i := 0; i < len(pairs); i += 2 {
		kind := "file"
		if strings.ToUpper(pairs[i]) == pairs[i] {
			kind = "env"
		}
		c.Settings = append(c.Settings, Setting{Key: pairs[i], Value: pairs[i+1], Place: model.Place{Kind: kind}})
	}
	return c
}

func TestExpand(t *testing.T) {
	c := settings("data.dir", "/srv", "DATA_DIR", "/env", "loop", "${loop}", "a", "${b}", "b", "${a}x", "double", "${d2}${d2}", "d2", "${d3}${d3}", "d3", "y")
	for in, want := range map[string]string{
		"plain":          "plain",
		"${data.dir}/db": "/env/db", // the environment comes before documents
		"${none}/db":     "${none}/db",
		"${none:/d}/db":  "/d/db",
		"${none:-/d}":    "/d",
		"${none:${d3}}":  "y",
		"${none}${d3}":   "${none}y",
		"${double}":      "yyyy",
		"${unclosed":     "${unclosed",
	} {
		if got := c.Expand(in); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{"${loop}", "${a}"} {
		if got := c.Expand(in); len(got) > 100 {
			t.Errorf("Expand(%q) grows to %d bytes", in, len(got))
		}
	}
}

func TestFlattenXML(t *testing.T) {
	doc, err := parse.ReadXML([]byte(`<web-app><context-param><param-name>db.password</param-name><param-value> x </param-value></context-param><a id="1" b="c"/></web-app>`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range parse.XMLSettings(doc.Root) {
		got = append(got, s.Key+"="+s.Value)
	}
	want := []string{
		"web-app/context-param[db.password]/param-name=db.password", "web-app/context-param[db.password]/param-value=x", "web-app/a[1]@id=1", "web-app/a[1]@b=c",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzValues(f *testing.F) {
	f.Add("jdbc:h2:file:${x:/d}", "${x}")
	f.Fuzz(func(t *testing.T, a, b string) {
		PathsIn(a)
		c := settings("x", a, "y", b)
		if got := c.Expand(b); len(got) > maxExpandSize*2+len(a)+len(b) {
			t.Errorf("Expand makes %d bytes", len(got))
		}
	})
}
