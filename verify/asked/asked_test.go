package asked

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory/host"
	"a2c/model"
)

func paths(list []Path) (out []string) {
	for _, p := range list {
		out = append(out, p.Host+p.Path)
	}
	return out
}

func TestHarmless(t *testing.T) {
	for _, c := range []struct {
		in     string
		values bool
		want   string // "": dropped
	}{
		{in: "/shop/", want: "/shop/"},
		{in: "/a/app.3f2a9c1d8e.js", want: "/a/app.3f2a9c1d8e.js"},
		{in: "/search?q=tea&page=2", want: "/search?q=&page="},
		{in: "/search?q=tea&page=2", values: true, want: "/search?q=tea&page=2"},
		{in: "/search?password=tea", values: true, want: "/search?password="},
		{in: "/search?op=delete", want: "/search?op="},
		{in: "/search?op=delete", values: true, want: "/search?op="},
		{in: "/item?delete=1"},
		{in: "/items/deleteAll"},
		{in: "/user/delete_account"},
		{in: "/logout"},
		{in: "/LogOut.do"},
		{in: "/actuator/heapdump"},
		{in: "/manager/html"},
		{in: "/mail/unsubscribe;x=1"},
		{in: "/reset/3f2a9c1d8e7b6a5f4c3d2e1f"},
		{in: "/a;jsessionid=1A2B3C"},
		{in: "/people/jane@example.com"},
		{in: "/a/../b"},
		{in: "/a%2e%2e/b"},
		{in: "/a%0d%0ab"},
		{in: "http://other/x"},
		{in: "relative"},
		{in: "/%zz"},
	} {
		kept, dropped := Harmless([]Path{{Path: c.in}}, c.values)
		got := ""
		if len(kept) > 0 {
			got = kept[0].Path
		}
		if got != c.want || (c.want == "") != (dropped == 1) {
			t.Errorf("%s (values %t): %q, want %q", c.in, c.values, got, c.want)
		}
	}
	twice, _ := Harmless([]Path{{Path: "/a?x=1"}, {Path: "/a?x=2"}, {Path: "/a?x=2", Host: "h"}}, false)
	if len(twice) != 2 {
		t.Errorf("%v", twice)
	}
}

func TestRefuse(t *testing.T) {
	for path, refused := range map[string]bool{"/shop/stop": true, "/shop/STOP": true, "/a/shutdown;x": true, "/stopwatch": false, "/": false} {
		if err := Refuse(path); (err != nil) != refused {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPage(t *testing.T) {
	base, err := url.Parse("http://127.0.0.1:8080/shop/")
	if err != nil {
		t.Fatal(err)
	}
	static, links := Page([]byte(`<html><head><link rel="Stylesheet" href="a.css?v=1"><link rel=canonical href=/no><script src="/js/a.js"></script>
<script src="https://cdn.example/x.js"></script></head><body><img src='i.png'/><a href="list">x</a><a href="list#top">x</a><a href="#top">x</a>
<a href="mailto:a@b">x</a><a href="//other/x">x</a><form action=/search></form><form method=post action=/buy></form><a href="javascript:alert(1)">`), base)
	if diff := cmp.Diff([]string{"/shop/a.css?v=1", "/js/a.js", "/shop/i.png"}, static); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/shop/list", "/search"}, links); diff != "" {
		t.Error(diff)
	}
	static, _ = Page([]byte(`<base href="/x/"><img src=a.png><img src=a.png>`), base)
	if diff := cmp.Diff([]string{"/x/a.png"}, static); diff != "" {
		t.Error(diff)
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`<a href="x"><base href="//h"><img src="%zz">`))
	f.Fuzz(func(t *testing.T, body []byte) {
		base := &url.URL{Scheme: "http", Host: "h", Path: "/"}
		static, links := Page(body, base)
		for _, p := range append(static, links...) {
			if p == "" || p[0] != '/' {
				t.Errorf("%q", p)
			}
		}
	})
}

func archive(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const webXML = `<web-app xmlns:j="x"><servlet-mapping><url-pattern>/list</url-pattern><url-pattern>/rest/*</url-pattern><url-pattern>*.do</url-pattern></servlet-mapping>
<j:servlet-mapping><j:url-pattern>/</j:url-pattern></j:servlet-mapping></web-app>`

func TestFiles(t *testing.T) {
	tree := textTree(t, map[string]string{
		"/logs/localhost_access_log.txt": "- \"GET /shop/a?q=1 HTTP/1.1\" 200 1\n- \"GET /shop/b HTTP/1.1\" 200 1\n- \"GET /shop/b HTTP/1.1\" 304 -\n" +
			"- \"GET /shop/gone HTTP/1.1\" 404 1\n- \"POST /shop/c HTTP/1.1\" 200 1\n- \"GET http://proxy/x HTTP/1.1\" 200 1\n",
		"/base/conf/server.xml":      `<Server><Service><Engine><Host name="localhost"/><Host name="shop.example"><Alias>www.shop.example</Alias><Alias>*.x</Alias></Host></Engine></Service></Server>`,
		"/base/webapps/shop.war":     archive(t, map[string]string{"WEB-INF/web.xml": webXML, "index.html": "", "css/a.css": "", "WEB-INF/x.html": "", "META-INF/openapi.yaml": "paths:\n  /items:\n    get: {}\n  /items/{id}:\n    get: {}\n  /new:\n    post: {}\n"}),
		"/base/webapps/x/a b.html":   "",
		"/base/webapps/x/no.class":   "",
		"/base/webapps/x/WEB-INF/pw": "",
	})
	app := App{Tree: tree, Analysis: model.AnalysisInfo{
		ApplicationType: "java-tomcat", Logs: []model.LogFile{{Path: "/logs/localhost_access_log.txt"}, {Path: "/logs/catalina.out"}, {Path: "/logs/gone_access_log.txt"}},
		App: model.App{
			Base: "/base", WebApps: []model.WebApp{{Name: "shop", Context: "/shop", Path: "/base/webapps/shop.war"}, {Name: "x", Context: "/x", Path: "/base/webapps/x"}},
			Proxies: []model.Proxy{{Product: "nginx", ServerNames: []string{"shop.example", "*.example", "_"}, Port: 8080}},
		},
	}}
	list, skips := Files(t.Context(), app)
	want := []string{
		"/shop/b", "/shop/a?q=1", "shop.example/", "shop.example/", "www.shop.example/", "/shop/items", "/shop/list", "/shop/rest/", "/shop/index.html", "/shop/css/a.css", "/x/a%20b.html",
	}
	if diff := cmp.Diff(want, paths(list)); diff != "" {
		t.Error(diff)
	}
	if len(skips) != 1 || skips[0].Path != "/logs/gone_access_log.txt" {
		t.Errorf("%+v", skips)
	}
}

func textTree(t *testing.T, files map[string]string) host.Tree {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, files)
	tree, err := host.Machine(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestActuator(t *testing.T) {
	got := Actuator([]byte(`{"_links":{"self":{"href":"http://h:1/actuator"},"one":{"href":"http://h:1/actuator/x/{y}","templated":true},"info":{"href":"http://h:1/actuator/info"},"env":{"href":"http://h:1/actuator/env"}}}`))
	if diff := cmp.Diff([]string{"/actuator", "/actuator/info"}, paths(got)); diff != "" {
		t.Error(diff)
	}
	if got := Actuator([]byte("no")); got != nil {
		t.Error(got)
	}
}

// TestConsole: nobody asks for a console unless a person names it.
func TestConsole(t *testing.T) {
	if kept, dropped := Harmless([]Path{{Path: "/console"}, {Path: "/h2-console"}, {Path: "/consoles"}}, false); len(kept) != 1 || dropped != 2 || Refuse("/console") != nil {
		t.Errorf("%v, %d dropped", kept, dropped)
	}
}

func TestOpenAPI(t *testing.T) {
	doc := `{"servers":[{"url":"http://h/api"}],"paths":{"/b":{"get":{"parameters":[{"in":"query","required":true}]}},"/a":{"get":{}},"/c":{"parameters":[{"in":"path","required":true}],"get":{}}}}`
	if diff := cmp.Diff([]string{"/api/a"}, paths(OpenAPI([]byte(doc), "/", ""))); diff != "" {
		t.Error(diff)
	}
}

func FuzzOpenAPI(f *testing.F) {
	f.Add([]byte("paths: {/a: {get: {}}}"))
	f.Fuzz(func(_ *testing.T, data []byte) { OpenAPI(data, "/", "") })
}

func TestHAR(t *testing.T) {
	list, left, err := HAR([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"https://shop.example/a?x=1","headers":[{"name":"cookie","value":"s=1"},{"name":"Sec-Fetch","value":"x"}]}},
{"request":{"method":"GET","url":"https://shop.example/a?x=1"}},{"request":{"method":"POST","url":"https://shop.example/a"}},{"request":{"method":"GET","url":"https://cdn.example/a"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Collected{{Path: Path{Host: "shop.example", Path: "/a?x=1", From: "HAR"}, Method: "GET", Header: http.Header{"Cookie": {"s=1"}}}}
	if diff := cmp.Diff(want, list); diff != "" || left != 2 {
		t.Error(left, diff)
	}
	if _, _, err := HAR([]byte(`{}`)); err == nil {
		t.Error("an empty HAR was taken")
	}
}

func FuzzHAR(f *testing.F) {
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"http://h/"}}]}}`))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _, _ = HAR(data) })
}

func TestURLs(t *testing.T) {
	list, err := URLs([]byte("# x\n/a\n8081/b\r\nhttp://127.0.0.1:8080/c?x=1\nhttps://shop.example/\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Path{{Path: "/a"}, {Port: 8081, Path: "/b"}, {Port: 8080, Path: "/c?x=1"}, {Host: "shop.example", Path: "/"}}
	var got []Path
	for _, c := range list {
		got = append(got, c.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "x", "ftp://h/x", "99999/x"} {
		if _, err := URLs([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestHealth(t *testing.T) {
	if got := Health(model.AnalysisInfo{ApplicationType: "java-springboot"}, true); len(got) != 1 || got[0] != "/actuator/health" {
		t.Error(got)
	}
	server := model.AnalysisInfo{ApplicationType: "java-payara"}
	if got := Health(server, true); got != nil {
		t.Errorf("the console of Payara is asked for %q", got)
	}
	if got := Health(server, false); len(got) != 1 {
		t.Errorf("Payara: %q", got)
	}
	if !IsHealth("/q/health/live?x") || IsHealth("/healthy") {
		t.Error("paths of health")
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
