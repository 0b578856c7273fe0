package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadJettyIni(t *testing.T) {
	got, err := ReadJettyIni([]byte("# comment\n\n --module=http \r\njetty.http.port=8080 # no comment\n"))
	want := []JettyLine{{"--module=http", 3}, {"jetty.http.port=8080 # no comment", 4}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestReadJettyModule(t *testing.T) {
	got, err := ReadJettyModule([]byte("[description]\nX\n[depend]\nserver\nlog|default\n[xml]\netc/a.xml\n[ini]\na?=b\n[exec]\n-Xmx1g\n[environment]\nee10\n[lib]\nlib/a.jar\n"))
	want := JettyModule{
		Depend: []JettyLine{{"server", 4}, {"log|default", 5}}, XML: []JettyLine{{"etc/a.xml", 7}}, Ini: []JettyLine{{"a?=b", 9}},
		Exec: []JettyLine{{"-Xmx1g", 11}}, Environment: "ee10",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

const jettyXML = `<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <New id="c" class="org.eclipse.jetty.server.ServerConnector">
    <Set name="host" property="http.host"/>
    <Set name="port"><Property name="http.port" deprecated="old.port" default="8080"/></Set>
  </New>
  <New id="sslConnector" class="org.eclipse.jetty.server.ServerConnector"><Set name="port">8443</Set></New>
  <New class="org.eclipse.jetty.jmx.ConnectorServer"><Arg><New class="javax.management.remote.JMXServiceURL">
    <Arg>rmi</Arg><Arg>localhost</Arg><Arg><Property name="jmx" default="1099"/></Arg>
    <Arg>/jndi/rmi://localhost:<Property name="registry" default="1100"/>/jmxrmi</Arg>
  </New></Arg></New>
  <New class="org.eclipse.jetty.deploy.providers.WebAppProvider">
    <Set name="monitoredDirName"><Property><Name>path</Name><Default> <Property name="base"/>/<Property name="dir" default="webapps"/> </Default></Property></Set>
  </New>
</Configure>`

func TestReadJettyXML(t *testing.T) {
	x, err := ReadJettyXML([]byte(jettyXML), JettySources{Property: testLookup("old.port", "8081", "base", "/srv/b")})
	if err != nil {
		t.Fatal(err)
	}
	want := &JettyXML{
		Connectors: []JettyConnector{
			{
				Class: "org.eclipse.jetty.server.ServerConnector", Line: 2, Host: JettyValue{Keys: []string{"http.host"}, Line: 3},
				Port: JettyValue{Set: true, Value: "8081", Key: "old.port", Keys: []string{"http.port", "old.port"}, Line: 4},
			},
			{Class: "org.eclipse.jetty.server.ServerConnector", Line: 6, Port: JettyValue{Set: true, Value: "8443", Line: 6}, Secure: true},
			{
				Class: "org.eclipse.jetty.jmx.ConnectorServer", Line: 7, JMX: true, Host: JettyValue{Set: true, Value: "localhost", Line: 8},
				Port: JettyValue{Set: true, Value: "1099", Keys: []string{"jmx"}, Line: 8},
			},
			{
				Class: "org.eclipse.jetty.jmx.ConnectorServer", Line: 7, JMX: true, Host: JettyValue{Set: true, Value: "localhost", Line: 9},
				Port: JettyValue{Set: true, Value: "1100", Keys: []string{"registry"}, Line: 9},
			},
		},
		Deploy: []JettyValue{{Set: true, Value: "/srv/b/webapps", Key: "base", Keys: []string{"path", "base", "dir"}, Line: 12}},
	}
	if diff := cmp.Diff(want, x); diff != "" {
		t.Error(diff)
	}
}

func TestReadJettyContext(t *testing.T) {
	x, err := ReadJettyXML([]byte(`<Configure class="org.eclipse.jetty.ee10.webapp.WebAppContext">
  <Set name="contextPath">/a</Set>
  <Set name="war"><Env name="HOME" default="/srv"/>/a.war</Set>
</Configure>`), JettySources{})
	if err != nil {
		t.Fatal(err)
	}
	want := &JettyContext{Path: JettyValue{Set: true, Value: "/a", Line: 2}, War: JettyValue{Set: true, Value: "/srv/a.war", Keys: []string{"HOME"}, Line: 3}, Line: 1}
	if diff := cmp.Diff(want, x.Context); diff != "" {
		t.Error(diff)
	}
}

func FuzzJetty(f *testing.F) {
	f.Add([]byte(jettyXML))
	f.Add([]byte("[depend]\nserver\n[ini]\na=b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = ReadJettyIni(data)
		_, _ = ReadJettyModule(data)
		_, _ = ReadJettyXML(data, JettySources{Property: testLookup("base", "/srv/b")})
		list, _ := ReadJettyDefaults(data, JettySources{Property: testLookup("base", "/srv/b")})
		for _, d := range list {
			if d.Line < 1 || d.Kind == "" {
				t.Errorf("%+v", d)
			}
		}
	})
}
