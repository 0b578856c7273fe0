package inforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

// TestTomcatContext has what the files of a context and both web.xml set over each other: attributes, Parameters, Environments, Resources, valves.
func TestTomcatContext(t *testing.T) {
	c := &tomcatContext{tomcat: &tomcat{numbers: numberer{}}, label: "[/a]", at: map[string][]*parse.XMLElement{}}
	root := func(text string) *parse.XMLElement {
		doc, err := parse.ReadXML([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return doc.Root
	}
	c.context(contextFile{"/all.xml", root(`<Context x="all"><Valve className="a"/><Parameter name="p" value="all"/><Environment name="e" value="all"/>` +
		`<Environment name="f" value="all" override="false"/><Resource name="r" url="all"/></Context>`)}, 2)
	c.context(contextFile{"/own.xml", root(`<Context x="own"><Valve className="b"/><Parameter name="p" value="own"/><Parameter name="q" value="own" override="false"/>` +
		`<Environment name="e" value="own"/><Environment name="f" value="own"/><Resource name="r" url="own"/></Context>`)}, 1)
	c.descriptor("/web.xml", root(`<web-app><context-param><param-name>p</param-name><param-value>web</param-value></context-param>`+
		`<context-param><param-name>q</param-name><param-value>web</param-value></context-param></web-app>`), webAppRank, nil)
	got := map[string]string{}
	for _, v := range resolve(rules{layers: c.layers}).Values {
		got[v.Key+" "+string(v.Place.Path)] = v.Value
	}
	want := map[string]string{
		"Context[/a]@x /own.xml": "own", "Context[/a]/Valve@className /all.xml": "a", "Context[/a]/Valve@className /own.xml": "b", "Context[/a]/Resource[r]@url /all.xml": "all",
		"web-app[/a]/context-param[p]/param-value /web.xml": "web", "web-app[/a]/context-param[q]/param-value /own.xml": "own",
		"web-app[/a]/env-entry[e]/env-entry-value /own.xml": "own", "web-app[/a]/env-entry[f]/env-entry-value /all.xml": "all",
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			delete(got, key) // names, types, overrides
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTomcatRound holds that a property which stands for itself is said to.
func TestTomcatRound(t *testing.T) {
	look := parse.TomcatLookup(map[string]string{"a": "${b}", "b": "${a}"}, func(string) (string, bool) { return "", false }, nil, "", "")
	if x := (parse.Placeholders{Lookup: look, Separator: ":-", Whole: true}).Expand("${a}"); len(x.Cyclic) == 0 {
		t.Errorf("%+v", x)
	}
}
