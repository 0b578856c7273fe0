package inforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

// TestLibertyFlattener has a data source whose nested elements two files name: those without an ID are one by their order, a list has all.
func TestLibertyFlattener(t *testing.T) {
	attr := func(name, text string) []parse.XMLAttr { return []parse.XMLAttr{{Name: name, Value: text, Line: 2}} }
	e := parse.LibertyPart{
		Kind: "dataSource", ID: "a", Attrs: map[string]parse.LibertyValue{
			"jndiname": {Name: "jndiName", Text: "b", File: "/2", Line: 1, Over: []parse.LibertyValue{{Text: "a", File: "/1", Line: 1}}},
		},
		Children: []parse.LibertyElement{ // the last one first
			{Name: "pool", Attrs: attr("max", "2"), File: "/2"},
			{Name: "pool", ID: "default-1", Attrs: attr("max", "9"), File: "/1"},
			{Name: "pool", Attrs: attr("max", "1"), File: "/1"},
			{Name: "feature", Text: "y", File: "/2", Line: 4},
			{Name: "feature", Text: "x", File: "/1", Line: 3},
		},
	}
	f := libertyFlattener{list: []layer{{path: "/2"}, {path: "/1"}}, count: map[string]int{}}
	f.part(f.key("", e.Kind, e.ID), e.Attrs, e.Children)
	var got []string
	for _, v := range resolve(rules{layers: f.list}).Values {
		line := v.Key + "=" + v.Value + " " + string(v.Place.Path)
		for _, o := range v.Overrides {
			line += " < " + o.Value + " " + string(o.Place.Path)
		}
		got = append(got, line)
	}
	want := []string{
		"dataSource[a]/feature=x /1", "dataSource[a]/feature[2]=y /2", "dataSource[a]/pool@max=2 /2 < 1 /1", "dataSource[a]/pool[default-1]@max=9 /1", "dataSource[a]@jndiName=b /2 < a /1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
