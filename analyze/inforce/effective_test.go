package inforce

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/parse"
)

// file is a value on a line of a document.
func file(key, text string, line int) value {
	return fileValue("file", key, text, "/etc/app.yml", line)
}

func resolve(w rules) model.Configuration {
	m := merger{rules: w, secrets: map[string]bool{}}
	return m.configuration()
}

func spring(layers ...layer) rules {
	w := rules{name: "Spring Boot", same: parse.SpringKey, layers: layers}
	lookup := func(name string) (string, bool) {
		for _, l := range layers {
			for _, v := range l.values {
				if parse.SpringKey(v.key) == parse.SpringKey(name) {
					return v.text, true
				}
			}
		}
		return "", false
	}
	w.expand = func(v value) parse.Expansion {
		return parse.Placeholders{Lookup: lookup, Separator: ":", Whole: true}.Expand(v.text)
	}
	return w
}

func TestMerge(t *testing.T) {
	env := value{key: "server.port", text: "1", kind: "environment", place: model.Place{Kind: "env", Key: "SERVER_PORT"}, source: "env SERVER_PORT of 1"}
	c := resolve(spring(layer{kind: "environment", values: []value{env}}, layer{kind: "file", values: []value{file("server.port", "2", 3), file("a", "${server.port}", 4), file("server.port", "3", 5)}}))
	want := []model.ConfigValue{
		{Key: "a", Value: "1", Written: "${server.port}", Kind: "file", Place: model.Place{Kind: "file", Key: "a", Path: "/etc/app.yml", Line: 4}},
		{Key: "server.port", Value: "1", Kind: "environment", Place: model.Place{Kind: "env", Key: "SERVER_PORT"}, Overrides: []model.ConfigOverridden{
			{Value: "3", Kind: "file", Place: model.Place{Kind: "file", Key: "server.port", Path: "/etc/app.yml", Line: 5}},
			{Value: "2", Kind: "file", Place: model.Place{Kind: "file", Key: "server.port", Path: "/etc/app.yml", Line: 3}},
		}},
	}
	for i := range c.Values {
		c.Values[i].Evidence = nil
	}
	if diff := cmp.Diff(want, c.Values); diff != "" {
		t.Error(diff)
	}
}

// TestRedaction plants a secret where it enters by its key, by a placeholder, as a default, within a key, and again under a key that says nothing.
func TestRedaction(t *testing.T) {
	const planted = "pl4nted-hunter2"
	c := resolve(spring(layer{kind: "file", values: []value{
		file("db.password", planted, 1), file("greeting", "${db.password}", 2), file("url", "jdbc:x://u:${db.password}@h/d", 3), file("plain", planted, 4),
		file("defaulted", "<${my.password:"+planted+"}>", 5), file("https://u:"+planted+"@h/", "x", 6), file("missing", "${https://u:"+planted+"@h/}", 7),
	}}, layer{kind: "file", values: []value{file("greeting", planted, 8)}}))
	if len(c.Values) != 7 {
		t.Errorf("%d values", len(c.Values))
	}
	for _, v := range c.Values {
		for _, text := range []string{v.Key, v.Value, v.Written, v.Problem, v.Place.Key} {
			if strings.Contains(text, planted) {
				t.Errorf("%s: %q shows the secret", v.Key, text)
			}
		}
		for _, o := range v.Overrides {
			if strings.Contains(o.Value+o.Place.Key, planted) {
				t.Errorf("%s: overridden %q shows the secret", v.Key, o.Value)
			}
		}
	}
}

// TestBounds has 30,000 values, and one of a megabyte.
func TestBounds(t *testing.T) {
	l := layer{kind: "file", values: []value{file("big", strings.Repeat("x y ", 1<<18), 1)}}
	for i := range 30_000 {
		l.values = append(l.values, file("datasource."+strconv.Itoa(i), "jdbc:h2:mem:"+strconv.Itoa(i), i+2))
	}
	c := resolve(spring(l))
	if len(c.Values) != maxValues || len(c.Skips) != 1 || c.Skips[0].Count != 30_001-maxValues || !c.Skips[0].Incomplete {
		t.Errorf("%d values, skips %+v", len(c.Values), c.Skips)
	}
	if n := len(c.Values[0].Value); c.Values[0].Key != "big" || n > 2*maxShown {
		t.Errorf("%s has %d bytes", c.Values[0].Key, n)
	}
}

func TestCircle(t *testing.T) {
	c := resolve(spring(layer{kind: "file", values: []value{file("a", "${b}", 1), file("b", "${a}", 2), file("r", "${random.int}", 3), file("n", "${none}", 4)}}))
	got := map[string]string{}
	for _, v := range c.Values {
		got[v.Key] = v.Value + " " + v.Problem
	}
	want := map[string]string{
		"a": "${b} leads back to itself: b → a → b", "b": "${a} leads back to itself: a → b → a", "n": "${none} nothing sets none", "r": "${random.int} random.int is another one at each start",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
