package proof

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/internal/term"
	"a2c/model"
	"a2c/proof/apps"
	"a2c/proof/servers"
	"a2c/verify"
)

// Images shows the way from a process to an image, without an edit by hand, on layouts of every kind: the image that a container engine runs answers as the
// live application does. Secrets of configuration files that variables can give are not in it, and it works with these variables.
func Images() Proof {
	var list []imageSubject // Install, which runs first, chooses them
	return Proof{
		Name: "images", Needs: []Need{Root, AMD64, Packages}, Budget: 45 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			list = b.imageSubjects(t)
			var layouts []servers.Server
			for _, s := range list {
				layouts = append(layouts, s.server)
			}
			b.installServers(t, layouts)
			if err := apps.Ensure(t.Context(), b.Log, append([]apps.Tool{apps.Docker()}, apps.ImageTools()...)); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			host := "DOCKER_HOST=" + b.Engine(t)
			for _, s := range list {
				t.Run(s.server.Name, func(t *testing.T) { s.prove(t, b, b.Command(b.Scratch(t, "images-"+s.server.Name), host)) })
			}
		},
	}
}

// imageSubject is a layout with what its application is asked, and the variables that stand for secrets of its files.
type imageSubject struct {
	server  servers.Server
	asks    []string
	secrets []string
	entry   bool     // its command line is looked at, too
	parent  bool     // it has child processes, and the image's init stays as their parent
	health  bool     // its image turns unhealthy when it does not answer
	logs    []string // log files of the live server, whose lines the container's log holds
	links   int      // of them are links in the image, because no configuration can send them to a console
	tls     int      // a port whose certificate the image has, too
	varies  bool     // it has nothing but a page that is not there, with the name of an object: what is opened is compared
	opened  bool     // what is asked is on loopback in the live server, and answers from outside of the container
	first   int      // a port with TLS that is asked before it is analyzed, because the server makes a key then; 0: none
}

// imageSubjects are two, chosen by the commit, or all; SERVERS is a regular expression that chooses by name.
func (b *Bench) imageSubjects(t *testing.T) []imageSubject {
	t.Helper()
	list := append(openedSubjects(), []imageSubject{
		{server: servers.ConfiguredSpring(), asks: []string{"/orders", "/actuator/env/app.partner.password"}, secrets: []string{"SECRET_APP_PARTNER_PASSWORD"}}, // the actuator shows the value that is in force
		{server: servers.ConfiguredWildFly(), asks: []string{"/"}, first: 19621, secrets: []string{"DATASOURCE_SECURITY_PASSWORD", "KEY_STORE_APPLICATIONKS_CREDENTIAL_REFERENCE_CLEAR_TEXT"}},
		{server: servers.ConfiguredQuarkus(), asks: counted()},
		{server: servers.ConfiguredMicronaut(), asks: counted()},
		{server: servers.ConfiguredLiberty(), asks: []string{"/"}},
	}...)
	list = append(list, imageSubject{server: secretCommand(), asks: counted(), secrets: []string{"PARTNER_PASSWORD", "PARTNER_API_PASSWORD"}, entry: true})
	list = append(list, imageSubject{server: withChildren(), asks: counted(), parent: true}, imageSubject{server: asked(), asks: []string{"/orders"}, health: true})
	for _, s := range closureLayouts() {
		if s.server != nil && s.front == nil {
			list = append(list, imageSubject{server: *s.server, asks: s.asks, first: s.first, logs: logsOf(s.server.Name), opened: s.server.Kind == "java-karaf"})
		}
	}
	list = append(list, imageSubject{
		server: jettySecrets(), asks: []string{"/shop/", "/"}, tls: 18402, secrets: []string{"SECRET_FILE_KEYSTORE_P12", "SECRET_PROPERTY_PARTNER_PASSWORD_DEFAULT"},
	})
	list = append(list,
		imageSubject{server: servers.LogbackFile(), asks: counted(), logs: []string{"logs/counter.log", "logs/gc.log"}},
		imageSubject{server: servers.LogbackLink(), asks: counted(), logs: []string{"logs/counter.log"}, links: 1},
		imageSubject{server: servers.Log4jFile(), asks: counted(), logs: []string{"logs/counter.log"}},
		imageSubject{server: servers.JettyRequests(), asks: []string{"/shop/"}, logs: []string{"base/logs/*.request.log"}},
		imageSubject{server: servers.JettyRequestsOld(), asks: []string{"/api/v1/"}, logs: []string{"base/logs/*.jetty.log", "base/logs/*.request.log"}},
	)
	list = append(list, imageSubject{server: servers.TomcatHome(), asks: []string{"/shop/"}, logs: []string{"tomcat/logs/catalina.*.log", "tomcat/logs/localhost_access_log.*.txt"}})
	name := func(s imageSubject) string { return s.server.Name }
	if list, ok := selected(t, list, name); ok {
		return list
	}
	var names []string
	for _, s := range list {
		names = append(names, name(s))
	}
	chosen := b.Choose("images", names, 2)
	return slices.DeleteFunc(list, func(s imageSubject) bool { return !slices.Contains(chosen, name(s)) })
}

// logsOf are the log files of layouts of another proof.
func logsOf(server string) []string {
	if server == servers.WildFlyBase().Name {
		return []string{"base/log/server.log"}
	}
	return nil
}

func (s imageSubject) prove(t *testing.T, b *Bench, c Command) {
	t.Helper()
	list := []servers.Server{s.server}
	needPorts(t, list)
	y := &yard{b: b}
	y.configure(t, list)
	y.start(t, list, nil)
	if s.first != 0 {
		askAnyKey(t, s.first)
	}
	j := Job{ID: y.running[0].application(t, takeInventory(t, c))}
	j.Analyze(t, c)
	if s.entry || s.parent || s.health || s.tls > 0 || s.opened || len(s.logs) > 0 {
		j.Tar = filepath.Join(c.Workspace, "image.tar")
	}
	j.Containerize(t, c)
	s.verify(t, b, c, &j)
	if s.entry {
		s.proveEntry(t, c, j)
	}
	if s.parent {
		s.proveParent(t, c, j)
	}
	if s.health {
		s.proveHealth(t, b, c, j)
	}
	if s.tls > 0 {
		s.proveTLS(t, b, c, j)
	}
	if len(s.logs) > 0 {
		s.proveLogs(t, b, c, j)
	}
	if s.opened {
		t.Run("opened", func(t *testing.T) { s.proveOpened(t, b, c, j) })
	}
	given, logs := 0, 0
	for _, change := range j.Image.Changes {
		if change.Kind == "log" {
			logs++
		}
	}
	for _, k := range j.Image.Needs.Secrets {
		if k.Place.Kind == "file" {
			given++
		}
	}
	for _, want := range s.secrets {
		if !slices.ContainsFunc(j.Image.Needs.Secrets, func(k model.Secret) bool { return k.Name == want }) {
			t.Errorf("no variable %s stands for a secret of a file: %v", want, j.Image.Needs.Secrets)
		}
	}
	fmt.Fprintf(b.Log, "%s: %s, %s compressed, %d answers the same, %d secrets of files by variables, %d stay inside, %d changes send logs to the console\n",
		s.server.Name, term.Size(j.Image.Uncompressed), term.Size(j.Image.Size), len(j.Verification.Comparisons), given, len(j.Image.SecretsInside), logs)
	y.stop(t)
}

// verify has a2c compare the image with the live application, in a container and in its sandbox.
func (s imageSubject) verify(t *testing.T, b *Bench, c Command, j *Job) {
	t.Helper()
	for _, runtime := range []string{verify.RuntimeSandbox, verify.RuntimeDocker} {
		args := []string{"verify", "--application-id", j.ID, "--runtime", runtime, "--ask-live"}
		for _, ask := range s.asks {
			args = append(args, "--path", ask)
		}
		c.Run(t, []int{exitDone, exitAnswerNo, exitNotAllSeen}, args...)
		readJSON(t, filepath.Join(c.Workspace, j.ID, "verify.json"), &j.Verification)
		v := j.Verification
		fmt.Fprintf(b.Log, "%s, %s: %s, ready after %.1f s. %s\n", s.server.Name, runtime, v.Verdict, v.ReadySeconds, v.Why)
		if s.holds(v) {
			continue
		}
		for _, x := range v.Comparisons {
			if x.Verdict != model.VerifyEqual {
				t.Logf("%d %s: %s %s %v", x.Port, x.Path, x.Verdict, x.ProofWhy, x.Differences)
			}
		}
		t.Errorf("%s: the image does not do what the application does: %s\n%s", runtime, v.Why, strings.Join(v.Log, "\n"))
	}
}

// holds reports whether a verdict is what it has to be: equal, but for what has nothing that shows more than that it answers.
func (s imageSubject) holds(v model.Verification) bool {
	return v.Verified || v.Verdict == model.VerifyNotComparable && s.varies
}

// application is the ID of a server's application.
func (r *running) application(t *testing.T, found model.Inventory) string {
	t.Helper()
	members := family(t, r.cmd.Process.Pid)
	for id, app := range found {
		if _, ours := members[app.ProcessID]; ours && !slices.Contains(r.place.Server.Others, app.Name) {
			return id
		}
	}
	t.Fatalf("%s: not in the inventory", r.place.Server.Name)
	return ""
}
