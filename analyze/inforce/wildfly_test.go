package inforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

// TestJBossKeys tells elements apart by their names, subsystems by their namespaces, and the rest by number.
func TestJBossKeys(t *testing.T) {
	doc, err := parse.ReadXML([]byte(`<server name="s" xmlns="urn:jboss:domain:20.0"><system-properties><property name="a" value="1"/></system-properties>
<profile><subsystem xmlns="urn:jboss:domain:io:3.0"><worker name="default" io-threads="4"/><pool size="1"/><pool size="2"/></subsystem>
<subsystem xmlns="urn:jboss:domain:datasources:7.0"><datasource pool-name="DS"><connection-url> jdbc:x </connection-url></datasource></subsystem></profile></server>`))
	if err != nil {
		t.Fatal(err)
	}
	f := jbossFlattener{file: "x", count: map[string]int{}}
	for _, e := range doc.Root.Children {
		f.element(e, "", false)
	}
	var got []string
	for _, v := range append(f.properties, f.values...) {
		got = append(got, v.key+"="+v.text)
	}
	want := []string{
		"a=1", "profile/subsystem[io]/worker[default]@io-threads=4", "profile/subsystem[io]/pool@size=1", "profile/subsystem[io]/pool[2]@size=2",
		"profile/subsystem[datasources]/datasource[DS]@pool-name=DS", "profile/subsystem[datasources]/datasource[DS]/connection-url=jdbc:x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
