package proof

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
	"a2c/proof/servers"
	"a2c/verify"
)

// closureSubject is an application whose set of files is proved: a sample application, or a layout of the proof `servers`.
type closureSubject struct {
	app    *apps.App
	server *servers.Server
	debian bool     // the distribution's Tomcat, on a machine of its own
	asks   []string // of a layout, as for verify --path; none: the front asks
	front  func(servers.Place) *front
	first  int      // a layout's port with TLS that is asked before it is analyzed, because the server makes a key then; 0: none
	beside []string // files that lie below a layout's folder and are not the application's
}

func (s closureSubject) name() string {
	switch {
	case s.app != nil:
		return s.app.Name
	case s.debian:
		return debianTomcat
	}
	return s.server.Name
}

// closureSubjects is one application, chosen by the commit, or all; SERVERS is a regular expression that chooses by name.
func (b *Bench) closureSubjects(t *testing.T) []closureSubject {
	t.Helper()
	list := closureLayouts()
	for _, a := range slices.Backward(apps.All()) {
		list = slices.Insert(list, 0, closureSubject{app: &a})
	}
	if list, ok := selected(t, list, closureSubject.name); ok {
		return list
	}
	var names []string
	for _, s := range list {
		names = append(names, s.name())
	}
	chosen := b.Choose("closure", names, 1)
	return slices.DeleteFunc(list, func(s closureSubject) bool { return !slices.Contains(chosen, s.name()) })
}

// closureLayouts are layouts that differ in where the files of an application lie: base and home apart, a runtime beside the application or in the
// system, an application behind links, libraries that a folder, a manifest, a class path or a launcher names.
func closureLayouts() []closureSubject {
	return []closureSubject{
		{server: new(servers.JettyBase()), asks: []string{"/shop/", "/", "18402/shop/"}, beside: []string{"base-2023/webapps/shop.war", "base/logs/2023_11_24.request.log"}},
		{server: new(servers.QuarkusFast()), asks: append(counted(), "18761/q/health"), beside: []string{"work/counter.log", "work/counter-1.0.2.jar"}},
		{server: new(servers.WildFlyBase()), asks: []string{"/shop/", "/shop/index.html"}, first: 18461, beside: []string{"base/log/server.log.2023-11-24"}},
		{server: new(servers.DotnetFolder()), asks: []string{"/", "19081/"}, beside: []string{"publish-1.3/Portal.dll", "publish/obj/project.assets.json"}},
		{server: new(servers.MonoFastCGI()), front: nginxOfMono, beside: []string{"site/.git/config", "old/Default.aspx"}},
		{server: new(servers.HelidonScript()), asks: counted()},
		{debian: true, asks: []string{"/shop/", "/orders/orders.txt", "/"}},
		{server: new(servers.SpringBootLoader()), asks: []string{"/orders", "18721/actuator/health"}, beside: []string{"work/orders.log", "work/orders-1.4.1.jar", "old/application-site.yml"}},
		{server: new(servers.LibertyUser()), asks: []string{"/admin/tool/", "/"}, beside: []string{"usr/servers/shop/server.xml.bak"}},
		{server: new(servers.TomEEBase()), asks: []string{"/portal/", "/"}, beside: []string{"base/logs/catalina.2023-11-24.log"}},
		{server: new(servers.PayaraMicro()), asks: []string{"/shop/"}},
		{server: new(servers.KarafHome()), asks: []string{"/shop/"}, beside: []string{"karaf/etc/users.properties.orig"}},
		{server: new(servers.MicronautFat()), asks: counted(), beside: []string{"etc/counter.yml.bak"}},
	}
}

// counted are the paths of applications that count how often they are asked for the first, and answer alike to the others.
func counted() []string { return []string{"/", "/goods", "/goods/cup", "/goods/teapot"} }

func (s closureSubject) install(t *testing.T, b *Bench) {
	t.Helper()
	if s.app != nil {
		InstallApps(*s.app)(t, b)
		return
	}
	if s.debian {
		installDebian(t, b)
		return
	}
	b.installServers(t, []servers.Server{*s.server})
}

// start starts the application and makes its image.
func (s closureSubject) start(t *testing.T, b *Bench, c Command) closureCase {
	t.Helper()
	if s.app != nil {
		return s.startApp(t, b, c)
	}
	if s.debian {
		return s.ask(t, s.startDebian(t, c))
	}
	list := []servers.Server{*s.server}
	needPorts(t, list)
	y := &yard{b: b}
	y.configure(t, list)
	for _, name := range s.beside {
		p := b.place(t, *s.server)
		folder, _, _ := strings.Cut(name, "/")
		if err := errors.Join(p.Write(name, "not the application's\n"), p.Give(folder)); err != nil {
			t.Fatal(err)
		}
	}
	y.start(t, list, nil)
	if s.first != 0 {
		askAnyKey(t, s.first)
	}
	r := y.running[0]
	j := Job{ID: y.found(t, r, takeInventory(t, c))[s.server.Name]}
	one := s.image(t, c, &j)
	one.expand = r.place.Expand
	if s.front != nil {
		one.front = s.front(r.place)
	}
	return s.ask(t, one)
}

// ask adds the requests to a case.
func (s closureSubject) ask(t *testing.T, one closureCase) closureCase {
	t.Helper()
	for _, path := range s.asks {
		q, err := verify.ParseRequest(path)
		if err != nil {
			t.Fatal(err)
		}
		one.requests = append(one.requests, q)
	}
	return one
}

// askAnyKey asks a server on this machine once, whatever its certificate.
func askAnyKey(t *testing.T, port int) {
	t.Helper()
	waitFor(t, port)
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("https://127.0.0.1:%d/", port), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	trust := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} //nolint:gosec // it has made its key itself
	answer, err := (&http.Client{Transport: trust, Timeout: time.Minute}).Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
}

func (s closureSubject) startApp(t *testing.T, b *Bench, c Command) closureCase {
	t.Helper()
	java, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	site := b.Start(t, *s.app)
	jobs, _ := b.Inventory(t, c, site, []apps.App{*s.app})
	j := jobs[s.app.Name]
	one := s.image(t, c, &j)
	one.expand = strings.NewReplacer("${dir}", site.Dir, "${java}", java).Replace
	for _, k := range s.app.Asks {
		file, path := site.Request(k)
		q, err := verify.ParseRequest(path)
		if file != "" {
			q, err = verify.ReadRequest(file)
		}
		if err != nil {
			t.Fatal(err)
		}
		one.requests = append(one.requests, q)
	}
	return one
}

func (s closureSubject) image(t *testing.T, c Command, j *Job) closureCase {
	t.Helper()
	j.Analyze(t, c)
	j.Containerize(t, c)
	return closureCase{name: s.name(), dir: filepath.Join(c.Workspace, j.ID), analysis: j.Analysis, image: j.Image}
}
