package inforce

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/internal/golden"
	"a2c/inventory/host"
	"a2c/model"
)

// TestTomcatApplications has an application whose context stands in server.xml and takes the place of its own, and fragments of web.xml in libraries: of a
// folder, of an archive, left out by their names, and left out by a descriptor that is complete.
func TestTomcatApplications(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(`
-- proc/stat --
btime 1763971200
-- proc/412/cmdline ppid=1 start=100 threads=30 --
java
-Dcatalina.base=/srv
org.apache.catalina.startup.Bootstrap
-- proc/412/exe -> /usr/bin/java --
-- srv/conf/server.xml --
<Server><Service name="Catalina"><Engine name="Catalina"><Host name="localhost" appBase="apps">
  <Context path="/inline" docBase="inline" sessionCookieName="of server.xml" reloadable="false">
    <Parameter name="first" value="server.xml"/><Parameter name="over" value="server.xml"/>
    <Environment name="last" value="server.xml"/>
  </Context>
  <Context path="/alone" docBase="/opt/alone.war" override="true"><Parameter name="mine" value="server.xml"/></Context>
</Host></Engine></Service></Server>
-- srv/conf/context.xml --
<Context reloadable="true"><Parameter name="first" value="general"/><Environment name="last" value="general"/></Context>
-- srv/apps/inline/META-INF/context.xml --
<Context><Parameter name="never" value="x"/></Context>
-- srv/apps/inline/WEB-INF/web.xml --
<web-app><context-param><param-name>over</param-name><param-value>web.xml</param-value></context-param>
<listener><listener-class>Web</listener-class></listener></web-app>
-- srv/apps/inline/WEB-INF/lib/a.jar!/META-INF/web-fragment.xml --
<web-fragment><name>a</name><context-param><param-name>over</param-name><param-value>a</param-value></context-param>
<context-param><param-name>of.a</param-name><param-value>a</param-value></context-param>
<env-entry><env-entry-name>env/a</env-entry-name><env-entry-value>a</env-entry-value></env-entry>
<resource-ref><res-ref-name>jdbc/a</res-ref-name><res-type>javax.sql.DataSource</res-type></resource-ref>
<listener><listener-class>A</listener-class></listener></web-fragment>
-- srv/apps/inline/WEB-INF/lib/b.jar!/META-INF/web-fragment.xml --
<web-fragment><context-param><param-name>of.b</param-name><param-value>b</param-value></context-param></web-fragment>
-- srv/apps/inline/WEB-INF/lib/broken.jar!/META-INF/web-fragment.xml --
<web-fragment><context-param>
-- srv/apps/inline/WEB-INF/lib/plain.jar!/A.class --
-- opt/alone.war!/WEB-INF/web.xml --
<web-app><absolute-ordering><name>kept</name></absolute-ordering></web-app>
-- opt/alone.war!/WEB-INF/lib/kept.jar!/META-INF/web-fragment.xml --
<web-fragment><name>kept</name><context-param><param-name>kept</param-name><param-value>1</param-value></context-param></web-fragment>
-- opt/alone.war!/WEB-INF/lib/left.jar!/META-INF/web-fragment.xml --
<web-fragment><name>left</name><context-param><param-name>left</param-name><param-value>1</param-value></context-param></web-fragment>
-- srv/apps/complete/WEB-INF/web.xml --
<web-app metadata-complete="true"/>
-- srv/apps/complete/WEB-INF/lib/a.jar!/META-INF/web-fragment.xml --
<web-fragment><context-param><param-name>never</param-name><param-value>1</param-value></context-param></web-fragment>
`)))
	if err != nil {
		t.Fatal(err)
	}
	app := model.App{ProcessID: 412, Processes: []int{412}, ApplicationType: "java-tomcat", Base: "/srv", WebApps: []model.WebApp{
		{Name: "inline", Context: "/inline", Path: "/srv/apps/inline"}, {Name: "alone", Context: "/alone", Path: "/opt/alone.war"}, {Name: "complete", Context: "/complete", Path: "/srv/apps/complete"},
	}}
	s, err := subject.Load(t.Context(), tree, "x", app)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	c := Resolve(s, config.Resolve(s))
	for _, v := range c.Values {
		if !strings.HasPrefix(v.Key, "Context[") && !strings.HasPrefix(v.Key, "web-app[") {
			continue
		}
		fmt.Fprintf(&got, "%s = %s (%s:%d)", v.Key, v.Value, v.Place.Path, v.Place.Line)
		for _, o := range v.Overrides {
			fmt.Fprintf(&got, ", over %s (%s)", o.Value, o.Place.Path)
		}
		got.WriteString("\n")
	}
	for _, k := range c.Skips {
		fmt.Fprintf(&got, "skip %s: %s\n", k.Path, k.Reason)
	}
	golden.Equal(t, "testdata/tomcat-applications.txt", []byte(got.String()))
}
