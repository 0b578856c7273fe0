package analyze_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestConfigArgument has a Tomcat with its server.xml elsewhere, named by -config: it is read as server.xml, for all that one says.
func TestConfigArgument(t *testing.T) {
	m := machine(t, "java-tomcat", func(a *txtar.Archive) {
		replace(t, a, "proc/412/cmdline", "Bootstrap\nstart", "Bootstrap\n-config\n/etc/shop/server.xml\nstart")
		for i := range a.Files {
			if name, rest, _ := strings.Cut(a.Files[i].Name, " "); name == "srv/shop/conf/server.xml" {
				a.Files[i].Name = strings.TrimSpace("etc/shop/server.xml " + rest)
			}
		}
	})
	a, list := run(t, m, "java-tomcat", analyze.Options{})
	for _, s := range a.AnalysisInfo.Skips {
		if s.What == "server.xml" {
			t.Errorf("skip: %+v", s)
		}
	}
	found := false
	for _, f := range list {
		found = found || f.Path == "/srv/docs" && f.Decision == model.In
	}
	if !found {
		t.Error("the context that server.xml names outside of webapps is not in")
	}
}

// TestWorkingFolder has a program that lies elsewhere than what it runs: Jetty's start.jar, whose working folder is jetty.base.
func TestWorkingFolder(t *testing.T) {
	jetty := func(cwd string) []model.File {
		m := machine(t, "java-generic", func(a *txtar.Archive) {
			file(t, a, "proc/412/cmdline").Data = []byte("java\n-jar\n/opt/jetty/start.jar\njetty.http.port=8080\n")
			for i := range a.Files {
				if strings.HasPrefix(a.Files[i].Name, "proc/412/cwd") {
					a.Files[i].Name = "proc/412/cwd -> " + cwd
				}
			}
			for name, text := range map[string]string{
				"opt/jetty/start.jar!/META-INF/MANIFEST.MF": "Main-Class: org.eclipse.jetty.start.Main\n",
				"opt/jetty/lib/jetty-server.jar":            "",
				"srv/site/start.d/http.ini":                 "--modules=http",
				"srv/site/webapps/hello/index.jsp":          "",
				"srv/site/webapps/shop.war":                 "",
				"srv/site/old.zip":                          "",
				"home/joe/notes.txt":                        "",
			} {
				a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
			}
		})
		_, list := run(t, m, "java-jetty", analyze.Options{})
		return list
	}
	has := func(list []model.File, path model.Path) bool {
		for _, f := range list {
			if f.Path == path {
				return f.Decision == model.In
			}
		}
		return false
	}
	list := jetty("/srv/site")
	for _, path := range []model.Path{"/srv/site/start.d/http.ini", "/srv/site/webapps/hello/index.jsp", "/srv/site/webapps/shop.war", "/opt/jetty/lib/jetty-server.jar"} {
		if !has(list, path) {
			t.Errorf("%s is not in", path)
		}
	}
	if has(list, "/srv/site/old.zip") {
		t.Error("an archive that nothing names is in")
	}
	for _, cwd := range []string{"/home/joe", "/", "/opt"} {
		if list := jetty(cwd); has(list, "/home/joe/notes.txt") || has(list, "/opt/worker/classes/a.txt") {
			t.Errorf("working folder %s: a folder of everybody is taken", cwd)
		}
	}
}
