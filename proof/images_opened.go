package proof

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/apps"
	"a2c/proof/servers"
	"a2c/verify"
)

// openedSubjects are servers whose listeners stand on loopback by a setting that only their kind has.
func openedSubjects() []imageSubject {
	return []imageSubject{
		{server: servers.GlassFishDomain(), asks: []string{"/shop/"}, opened: true},
		{server: servers.PayaraServer(), asks: []string{"/store/"}, opened: true}, // by a property of the JVM
		{server: jettyXML(), asks: []string{"/shop/"}, opened: true},
		{server: jettyOldXML(), asks: []string{"/shop/", "/api/v1/"}, opened: true},
		{server: servers.OSGiFelix(), asks: []string{"/"}, opened: true, varies: true},
		{server: servers.OSGiEquinox(), asks: []string{"/"}, opened: true, varies: true},
		{server: servers.MonoListener(), asks: []string{"/shop/"}, opened: true}, // a prefix of one host answers all of them
		{server: servers.HelidonSE(), asks: append(counted(), "18841/"), opened: true},
		{server: servers.HelidonMP(), asks: counted(), opened: true}, // its file is packaged
		{server: helidonOwn(), asks: []string{"/"}, opened: true},
	}
}

// jettyXML has the address in the base's own jetty-http.xml, which is read in place of the home's.
func jettyXML() servers.Server {
	s := servers.JettyBase()
	s.Name, s.Ports, s.Ready = "jetty-xml", 20080, []int{20080}
	s.Configure = func(_ context.Context, p servers.Place) error {
		text, err := os.ReadFile(p.Program("jetty-home-12.0.16/etc/jetty-http.xml"))
		return firstOf(err,
			os.Symlink(p.Program("jetty-home-12.0.16"), p.Path("current")),
			p.Write("base/start.d/server.ini", fmt.Sprintf("--module=http\njetty.http.port=%d\n--module=ee10-deploy\n", p.Port(0))),
			p.Write("base/etc/jetty-http.xml", string(text)),
			p.Edit("base/etc/jetty-http.xml", `<Set name="host" property="jetty.http.host" />`, `<Set name="host">127.0.0.1</Set>`),
			p.War("base/webapps/shop.war", "shop"),
			p.Give("base"))
	}
	return s
}

// jettyOldXML is a Jetty 9.4 with a connector in an XML document of its own.
func jettyOldXML() servers.Server {
	s := servers.JettyHome()
	s.Name, s.Ports, s.Ready = "jetty-own-xml", 20100, []int{20100}
	configure := s.Configure
	s.Configure = func(ctx context.Context, p servers.Place) error {
		return firstOf(
			configure(ctx, p),
			p.Write("base/start.ini", "--module=server,deploy\netc/connector.xml\n"),
			p.Write("base/etc/connector.xml", fmt.Sprintf(`<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://www.eclipse.org/jetty/configure_9_3.dtd">
<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Call name="addConnector">
    <Arg>
      <New class="org.eclipse.jetty.server.ServerConnector">
        <Arg name="server"><Ref refid="Server"/></Arg>
        <Set name="host">localhost</Set>
        <Set name="port">%d</Set>
      </New>
    </Arg>
  </Call>
</Configure>
`, p.Port(0))),
			p.Give("base"))
	}
	s.Command = func(p servers.Place) apps.Command {
		return apps.Command{Dir: p.Path("base"), Env: p.Env(), Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-jar", p.Program("jetty-home-9.4.57.v20241219", "start.jar")}}
	}
	return s
}

// helidonOwn has a Helidon whose configuration has no source but a file: it heeds no variable and no system property.
func helidonOwn() servers.Server {
	s := servers.HelidonSE()
	s.Name, s.Ports, s.Ready = "helidon-own", 20120, []int{20120}
	s.Configure = func(_ context.Context, p servers.Place) error {
		return p.Write("work/application.yaml", fmt.Sprintf("server:\n  port: %d\n  host: 127.0.0.1\n", p.Port(0)))
	}
	s.Command = func(p servers.Place) apps.Command {
		return apps.Command{Dir: p.Path("work"), Env: p.Env(), Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-cp", p.Program("helidon-se/counter-1.0.3.jar"), "counter.Own"}}
	}
	return s
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// proveOpened has the engine give the image's container a network as users do, and asks it from outside. The live server, which is on loopback alone, answers the same but for numbers: some count.
func (s imageSubject) proveOpened(t *testing.T, b *Bench, c Command, j Job) {
	t.Helper()
	d := docker{env: c.Env}
	options, values := given(t, j)
	states := b.Scratch(t, "images-state")
	for i, m := range j.Image.Needs.State { // a Karaf has in its cache what it has installed
		volume := filepath.Join(states, fmt.Sprint(i))
		d.command(t, nil, "cp", "-a", string(m.Path), volume)
		options = append(options, "-v", volume+":"+string(m.Path))
	}
	reference := d.load(t, j.Tar)
	d.run(t, values, slices.Concat([]string{"run", "-d", "--name", entryName}, options, withoutRoot(j), []string{reference})...)
	t.Cleanup(func() { d.run(t, nil, "rmi", reference) })
	t.Cleanup(func() { d.run(t, nil, "rm", "-f", entryName) })
	address := strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", entryName))
	pid, err := os.ReadFile(filepath.Join(b.Dir, "engine", "docker.pid"))
	if err != nil {
		t.Fatal(err)
	}
	outside := inside("/proc/" + strings.TrimSpace(string(pid)) + "/ns/net") // of the engine, where the container's bridge is
	for _, ask := range s.asks {
		q, err := verify.ParseRequest(ask)
		if err != nil {
			t.Fatal(err)
		}
		if q.Port == 0 {
			q.Port = s.server.Ready[0]
		}
		s.wasOpened(t, j, q.Port)
		live, err := answerOf(http.DefaultClient, "127.0.0.1", q)
		if err != nil {
			t.Fatal(err)
		}
		from, err := answerOf(outside, address, q)
		for begin := time.Now(); (err != nil || cmp.Diff(live, from) != "") && time.Since(begin) < 2*time.Minute; from, err = answerOf(outside, address, q) {
			time.Sleep(200 * time.Millisecond) // it is starting
		}
		if diff := cmp.Diff(live, from); err != nil || diff != "" {
			t.Fatalf("asked from outside of the container, %s:%d%s answers otherwise: %v (-live +container)\n%s\n%s", address, q.Port, q.Path, err, diff, d.both(t, "logs", "--tail", "30", entryName))
		}
		fmt.Fprintf(b.Log, "%s: %s:%d%s from outside of the container: %s, as on loopback of the machine\n", s.server.Name, address, q.Port, q.Path, strings.SplitN(from, "\n", 2)[0])
	}
}

// wasOpened demands that the port was on loopback, and that image.json says that it is not any more.
func (s imageSubject) wasOpened(t *testing.T, j Job, port int) {
	t.Helper()
	shut := func(l model.Listener) bool { return l.Port == port && l.Loopback() }
	if !slices.ContainsFunc(j.Analysis.AnalysisInfo.App.Listeners, shut) {
		t.Errorf("port %d of the live server is not on loopback, and nothing is there to open: %v", port, j.Analysis.AnalysisInfo.App.Listeners)
	}
	if slices.ContainsFunc(j.Image.Needs.Ports, shut) {
		t.Errorf("port %d stays on loopback in the image: %v", port, j.Image.Skips)
	}
}

// objects are names of objects, which an error page of Felix holds: org.apache.felix.http.base.internal.dispatch.DispatcherServlet-5b1669c0.
var objects = regexp.MustCompile(`-[0-9a-f]{5,8}\b`)

// answerOf is the status, the type and the body of an answer, whose numbers may count.
func answerOf(client *http.Client, address string, q verify.Request) (string, error) {
	answer, err := client.Get(fmt.Sprintf("http://%s:%d%s", address, q.Port, q.Path)) //nolint:noctx // ends with the container
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	plain := objects.ReplaceAllString(strings.ReplaceAll(string(body), address, "127.0.0.1"), "-0")
	return answer.Status + " " + answer.Header.Get("Content-Type") + "\n" + numbers.ReplaceAllString(plain, "0"), err
}
