package parse

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExpandJBoss(t *testing.T) {
	lookup := testLookup("a", "1", "b.c", "two", "self", "${self}", "both", "${a}${b.c}", "name", "a")
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"plain", "plain"},
		{"${a}", "1"},
		{"x${a}y${b.c}z", "x1ytwoz"},
		{"${a:9}", "1"},
		{"${unset:9}", "9"},
		{"${unset:}", ""},
		{"${unset:a:b}", "a:b"},
		{"${unset}", "${unset}"},
		{"${unset,a:9}", "1"},
		{"${unset,other:9}", "9"},
		{"${unset:${a}}", "1"},
		{"${unset:${other:${b.c}}}", "two"},
		{"${both}", "1two"},
		{"${${name}}", "1"},
		{"${a", "${a"},
		{"a}${", "a}${"},
		{"${}", "${}"},
		{"$a{a}", "$a{a}"},
	} {
		if got := ExpandJBoss(tc.in, lookup); got != tc.want {
			t.Errorf("%q: %q, want %q", tc.in, got, tc.want)
		}
	}
}

// TestExpandJBossEnds holds circles and growth within bounds.
func TestExpandJBossEnds(t *testing.T) {
	start := time.Now()
	grow := func(name string) (string, bool) { return strings.Repeat("${"+name+"x}", 50), true }
	for _, in := range []string{"${self}", strings.Repeat("${", 1<<15), strings.Repeat("${a}", 1<<15), strings.Repeat("${a:", 1<<13) + strings.Repeat("}", 1<<13)} {
		ExpandJBoss(in, testLookup("self", "${self}"))
		ExpandJBoss(in, grow)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

const standaloneXML = `<server name="n" xmlns="urn:jboss:domain:20.0">
  <management><management-interfaces><http-interface><socket-binding http="mh"/></http-interface></management-interfaces></management>
  <profile>
    <subsystem xmlns="urn:jboss:domain:undertow:14.0"><server><http-listener socket-binding="http"/><host default-web-module="a.war"/></server></subsystem>
    <subsystem xmlns="urn:jboss:domain:mail:4.0"><smtp-server outbound-socket-binding-ref="smtp"/></subsystem>
  </profile>
  <interfaces><interface name="i"><inet-address value="10.0.0.1"/></interface></interfaces>
  <socket-binding-group name="g" default-interface="i" port-offset="1"><socket-binding name="http" port="80"/></socket-binding-group>
  <deployments><deployment name="a" runtime-name="a.war" enabled="FALSE"><fs-exploded path="p" relative-to="r"/></deployment></deployments>
</server>`

func TestReadJBoss(t *testing.T) {
	got, err := ReadJBoss([]byte(standaloneXML))
	if err != nil {
		t.Fatal(err)
	}
	at := func(name, value string, line int) XMLAttr { return XMLAttr{Name: name, Value: value, Line: line} }
	want := &JBossConfig{
		Root: "server", Name: at("name", "n", 1),
		Interfaces: []JBossInterface{{Name: "i", Kind: "inet-address", Value: at("value", "10.0.0.1", 7), Line: 7}},
		Groups: []JBossSocketGroup{{
			Name: "g", DefaultInterface: at("default-interface", "i", 8), PortOffset: at("port-offset", "1", 8), Line: 8,
			Bindings: []JBossBinding{{Name: "http", Port: at("port", "80", 8), Line: 8}},
		}},
		Profiles:    []JBossProfile{{Uses: []JBossUse{{Binding: "http", Purpose: "http", Line: 4}}, Default: []XMLAttr{at("default-web-module", "a.war", 4)}}},
		Management:  []JBossSocket{{Binding: "mh", Line: 2}},
		Deployments: []JBossDeployment{{Name: "a", RuntimeName: "a.war", Archive: at("path", "p", 9), RelativeTo: "r", Line: 9}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(x, y XMLAttr) bool { return x.Name == y.Name && x.Value == y.Value && x.Line == y.Line })); diff != "" {
		t.Error(diff)
	}
}

// TestWrongRoot shows that each reader refuses a document that is none of its own.
func TestWrongRoot(t *testing.T) {
	for name, read := range map[string]func([]byte) error{
		"jboss":     func(b []byte) error { _, err := ReadJBoss(b); return err },
		"glassfish": func(b []byte) error { _, err := ReadGlassFish(b); return err },
		"tomee":     func(b []byte) error { _, err := ReadTomEE(b); return err },
		"ear":       func(b []byte) error { _, err := ReadApplicationXML(b); return err },
	} {
		if err := read([]byte("<other/>")); err == nil || !strings.Contains(err.Error(), "the root element is <other>") {
			t.Errorf("%s: %v", name, err)
		}
		if err := read([]byte("<domain>")); err == nil {
			t.Errorf("%s takes what is never closed", name)
		}
	}
}

func TestReadContextRoot(t *testing.T) {
	for _, tc := range []struct {
		in, want string
		ok       bool
	}{
		{"<jboss-web><context-root> /shop </context-root></jboss-web>", "/shop", true},
		{"<j:jboss-web xmlns:j='x'><j:context-root/></j:jboss-web>", "", true},
		{"<web-ext><context-root uri='a'/></web-ext>", "a", true},
		{"<jboss-web><a><context-root>x</context-root></a></jboss-web>", "", false},
	} {
		got, _, ok, err := ReadContextRoot([]byte(tc.in))
		if got != tc.want || ok != tc.ok || err != nil {
			t.Errorf("%q: %q, %v, %v", tc.in, got, ok, err)
		}
	}
}

func TestFileURI(t *testing.T) {
	for in, want := range map[string]string{
		"file:/srv/a%20b/": "/srv/a b/", "file:///srv/x": "/srv/x", "/srv/x": "/srv/x", "file:x/y": "x/y", "http://h/x": "http://h/x", "file:/%zz": "/%zz", "": "",
	} {
		if got := FileURI(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzReadJBoss(f *testing.F) {
	f.Add([]byte(standaloneXML))
	f.Add([]byte("<host><servers><server name='a'><socket-bindings port-offset='${x:1}'/></server></servers></host>"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		c, err := ReadJBoss(data)
		if err != nil {
			return
		}
		for _, g := range c.Groups {
			ExpandJBoss(g.PortOffset.Value, testLookup("x", "${x}"))
		}
	})
}

func FuzzReadGlassFish(f *testing.F) {
	f.Add([]byte("<domain><configs><config name='c'><network-config><network-listeners><network-listener name='n' port='${p}'/></network-listeners></network-config></config></configs></domain>"))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = ReadGlassFish(data) })
}

func FuzzEnterpriseDescriptors(f *testing.F) {
	f.Add([]byte("<application><module><web><web-uri>a.war</web-uri></web></module></application>"))
	f.Add([]byte("<tomee><Deployments dir='apps'/></tomee>"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = ReadApplicationXML(data)
		_, _ = ReadTomEE(data)
		_, _, _, _ = ReadContextRoot(data)
		FileURI(string(data))
	})
}
