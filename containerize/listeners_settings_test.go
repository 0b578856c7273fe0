package containerize

import (
	"strings"
	"testing"

	"a2c/containerize/layer"
	"a2c/model"
)

// TestOpenFiles changes one line of a server's file, and says what it was.
func TestOpenFiles(t *testing.T) {
	for name, c := range map[string]struct {
		binding      model.Binding
		file         string
		purpose      string
		before, line string // of the image's copy; "": it stays as it was
	}{
		"jetty_ini": {
			binding: model.Binding{Mechanism: "jetty-property", Key: "jetty.http.host", Value: "127.0.0.1", Line: 2}, file: "/srv/base/start.d/http.ini", purpose: "http",
			before: "--module=http\njetty.http.host=127.0.0.1\njetty.http.port=8080\n", line: "jetty.http.host=0.0.0.0",
		},
		"jetty_xml": {
			binding: model.Binding{Mechanism: "jetty-connector", Key: "host", Value: "localhost", Line: 2}, file: "/srv/base/etc/own.xml", purpose: "http",
			before: "<Configure>\n<Set name=\"host\">localhost</Set>\n</Configure>\n", line: `<Set name="host">0.0.0.0</Set>`,
		},
		"liberty_default": {
			binding: model.Binding{Mechanism: "liberty-endpoint", Key: "httpEndpoint[@id=defaultHttpEndpoint]/@host", Line: 2}, file: "/srv/server.xml", purpose: "http",
			before: "<server>\n<httpEndpoint id=\"defaultHttpEndpoint\" httpPort=\"9080\"/>\n</server>\n", line: `<httpEndpoint host="*" id="defaultHttpEndpoint" httpPort="9080"/>`,
		},
		"liberty_fixed": {
			binding: model.Binding{Mechanism: "liberty-endpoint", Key: "httpEndpoint[@id=x]/@host", Value: "10.0.0.7", Line: 3}, file: "/srv/server.xml", purpose: "http",
			before: "<server>\n<httpEndpoint id=\"x\"\n host=\"10.0.0.7\" httpPort=\"9080\"/>\n</server>\n", line: ` host="0.0.0.0" httpPort="9080"/>`,
		},
		"jboss_expression": {
			binding: model.Binding{Mechanism: "jboss-interface", Key: "public", Value: "${jboss.bind.address:127.0.0.1}", Line: 2}, file: "/srv/standalone.xml", purpose: "http",
			before: "<interface name=\"public\">\n<inet-address value=\"${jboss.bind.address:127.0.0.1}\"/>\n</interface>\n", line: `<inet-address value="${jboss.bind.address:0.0.0.0}"/>`,
		},
		"jboss_console_stays": {
			binding: model.Binding{Mechanism: "jboss-interface", Key: "management", Value: "${jboss.bind.address.management:127.0.0.1}", Line: 1}, file: "/srv/standalone.xml", purpose: "management",
			before: "<inet-address value=\"${jboss.bind.address.management:127.0.0.1}\"/>\n", line: "",
		},
		"other_expression_stays": {
			binding: model.Binding{Mechanism: "jboss-interface", Key: "public", Value: "${env.HOST}", Line: 1}, file: "/srv/standalone.xml", purpose: "http",
			before: "<inet-address value=\"${env.HOST}\"/>\n", line: "",
		},
		"karaf": {
			binding: model.Binding{Mechanism: "karaf-config", Key: "org.ops4j.pax.web:org.ops4j.pax.web.listening.addresses", Value: "127.0.0.1", Line: 1}, file: "/srv/etc/org.ops4j.pax.web.cfg", purpose: "http",
			before: "org.ops4j.pax.web.listening.addresses = 127.0.0.1\n", line: "org.ops4j.pax.web.listening.addresses = 0.0.0.0",
		},
		"karaf_shell_stays": {
			binding: model.Binding{Mechanism: "karaf-config", Key: "org.apache.karaf.shell:sshHost", Value: "127.0.0.1", Line: 1}, file: "/srv/etc/org.apache.karaf.shell.cfg", purpose: "ssh",
			before: "sshHost = 127.0.0.1\n", line: "",
		},
		"helidon_on_disk": {
			binding: model.Binding{Mechanism: "helidon-property", Key: "server.sockets[0].host", Value: "127.0.0.1", Line: 4}, file: "/srv/work/application.yaml", purpose: "http",
			before: "server:\n  sockets:\n    - name: admin\n      host: 127.0.0.1\n", line: "      host: 0.0.0.0",
		},
		"twice_in_a_line_stays": {
			binding: model.Binding{Mechanism: "glassfish-listener", Key: "x", Value: "127.0.0.1", Line: 1}, file: "/srv/domain.xml", purpose: "http",
			before: "<a address=\"127.0.0.1\" b=\"127.0.0.1\"/>\n", line: "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := bare(t, "/bin/app")
			if err := p.put(layer.Entry{Path: model.Path(c.file), Mode: 0o644}, model.GroupServer, []byte(c.before)); err != nil {
				t.Fatal(err)
			}
			s := &start{plan: p, env: map[string]string{}, info: model.AnalysisInfo{ApplicationType: "java-generic"}}
			c.binding.File = model.Path(c.file)
			l := model.Listener{Address: "127.0.0.1", Port: 8080, Protocol: "tcp", Purpose: c.purpose, Binding: &c.binding}
			for range 2 { // a second listener has the same setting
				if ok, err := s.openOne(l); err != nil || ok != (c.line != "") {
					t.Fatalf("opened %v (%v)", ok, err)
				}
			}
			after := string(p.items[model.Path(c.file)].content)
			if c.line == "" {
				if after != c.before || len(s.changes) > 0 {
					t.Errorf("changed to %q, %+v", after, s.changes)
				}
				return
			}
			if !strings.Contains(after, c.line+"\n") || strings.Count(after, "\n") != strings.Count(c.before, "\n") {
				t.Errorf("got %q, want the line %q", after, c.line)
			}
			if len(s.changes) != 1 || s.changes[0].Kind != "listener" || !strings.Contains(s.changes[0].Diff, "+"+c.line) {
				t.Errorf("said %+v", s.changes)
			}
		})
	}
}
