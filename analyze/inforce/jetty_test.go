package inforce

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

const jettyMachine = `-- h/start.jar --
-- h/modules/http.mod --
[depend]
server
[xml]
etc/http.xml
[ini]
sum+=,http
-- h/modules/server.mod --
[xml]
etc/server.xml
[exec]
-Xss1m
-Dforked=module
-- h/etc/http.xml --
<Configure class="Server">
  <Set name="port"><Property name="port" deprecated="older.port" default="8080"/></Set>
  <Set name="a"><Property name="same" default="x"/></Set>
  <Set name="b"><Property name="differs" default="1"/></Set>
  <Set name="c"><Property name="jvm" default="never"/></Set>
  <Set name="d"><Property><Name>coded</Name><Default><Ref refid="x"/></Default></Property></Set>
  <Set name="e"><SystemProperty name="forked" default="never"/></Set>
  <Set name="f"><Env name="PLACE" default="never"/><Env name="NONE" default="no variable"/></Set>
</Configure>
-- h/etc/server.xml --
<Configure class="Server">
  <Set name="a"><Property name="same" default="x"/></Set>
  <Set name="b"><Property name="differs" default="2"/></Set>
</Configure>
-- b/start.ini --
--module=http
older.port=81
host=${name}
name=ini
changed=ini
gone=ini
`

// jettyValues words what is in force: "KEY = VALUE (place; problem) < overridden".
func jettyValues(t *testing.T, machine string, argv ...string) string {
	t.Helper()
	tree, err := host.Text(txtar.Parse([]byte(machine)))
	if err != nil {
		t.Fatal(err)
	}
	s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree, App: model.App{ApplicationType: "java-jetty", Base: "/b", Platform: model.Platform{Home: "/h"}}}
	s.Main = &subject.Proc{Process: &host.Process{PID: 412}, Cwd: "/b", Env: host.Environ{{Name: "PLACE", Value: "here"}}}
	c := Resolve(s, &config.Config{Java: parse.ReadJavaCommand(argv, parse.JavaSources{Getenv: s.Main.Getenv})})
	var b strings.Builder
	at := func(p model.Place) string {
		if p.Kind == "file" {
			return string(model.FromFile(p.Path, p.Line))
		}
		return p.Kind
	}
	for _, v := range c.Values {
		b.WriteString(v.Key + " = " + v.Value + " (" + at(v.Place))
		if v.Problem != "" {
			b.WriteString("; " + v.Problem)
		}
		b.WriteString(")")
		for _, o := range v.Overrides {
			b.WriteString(" < " + o.Value + " (" + at(o.Place) + ")")
		}
		b.WriteString("\n")
	}
	for _, k := range c.Skips {
		b.WriteString("skip " + string(k.Path) + ": " + k.Reason + "\n")
	}
	return b.String()
}

// TestJetty has a Jetty that forks, so that the JVM's own properties are not the server's; defaults of XML files, alone and under what sets them.
func TestJetty(t *testing.T) {
	want := `-Xss = 1m (/h/modules/server.mod:4)
NONE = no variable (/h/etc/http.xml:8)
PLACE = here (env) < never (/h/etc/http.xml:8)
changed = ini (/b/start.ini:5)
differs = 1 (/h/etc/http.xml:4)
differs = 2 (/h/etc/server.xml:3)
forked = module (/h/modules/server.mod:5) < never (/h/etc/http.xml:7)
gone = ini (/b/start.ini:6)
host = argument (/b/start.ini:3)
jetty.base = /b (/h/start.jar)
jetty.base.uri = file:///b (/h/start.jar)
jetty.home = /h (/h/start.jar)
jetty.home.uri = file:///h (/h/start.jar)
jvm = of the launcher (argv)
jvm = never (/h/etc/http.xml:5)
module[http] = enabled (/b/start.ini:1)
module[server] = enabled (/h/modules/http.mod:2)
name = argument (argv) < ini (/b/start.ini:4)
older.port = 81 (/b/start.ini:2)
port = 81 (/b/start.ini:2) < 8080 (/h/etc/http.xml:2)
same = x (/h/etc/server.xml:2) < x (/h/etc/http.xml:3)
sum = http (/h/modules/http.mod:6)
`
	if diff := cmp.Diff(want, jettyValues(t, jettyMachine, "java", "-Djvm=of the launcher", "-jar", "/h/start.jar", "name=argument")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestJettyPrinted has the command line that start.jar printed: a value that it would print again has its line as its place.
func TestJettyPrinted(t *testing.T) {
	got := jettyValues(t, jettyMachine+"-- b/x.xml --\n<Configure\n", "java", "-Djvm=of the JVM", jettyXML, "older.port=81", "name=ini", "host=ini", "changed=before", "dollar=${name} $$", "sum=http", "--env", "ee10", "own=1",
		"/h/etc/http.xml", "/b/x.xml", "/b/none.xml")
	for line := range strings.SplitSeq(`changed = before (argv) < ini (/b/start.ini:5)
dollar = ${name} $$ (argv)
env[ee10]/own = 1 (argv)
gone = ini (/b/start.ini:6; the process was started without it)
host = ini (/b/start.ini:3)
jvm = of the JVM (argv) < never (/h/etc/http.xml:5)
older.port = 81 (/b/start.ini:2)
port = 81 (/b/start.ini:2) < 8080 (/h/etc/http.xml:2)
skip /b/none.xml: not found`, "\n") {
		if !strings.Contains("\n"+got, "\n"+line+"\n") {
			t.Errorf("no %q in\n%s", line, got)
		}
	}
	if !strings.Contains(got, "skip /b/x.xml: ") {
		t.Errorf("broken XML is no skip: %s", got)
	}
}
