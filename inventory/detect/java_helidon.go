package detect

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// javaHelidon is an application with Helidon's web server, SE or MP.
type javaHelidon struct{ onJVM }

var _ Detector = javaHelidon{}

// Name is ours: App2Container called these java-generic.
func (javaHelidon) Name() string { return "java-helidon" }

// Detect wants Helidon's web server among the libraries.
func (d javaHelidon) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	f := j.framework(frameworkSign{[]string{"helidon-microprofile-server", "helidon-webserver"}, "io/helidon/webserver/WebServer.class"})
	if f == nil {
		return nil, ErrNotMine
	}
	a := helidon{framework: f}
	defer a.close()
	a.profile = a.carries(frameworkSign{[]string{"helidon-microprofile-server"}, "io/helidon/microprofile/server/Server.class"})
	a.named()
	platform := a.platform("Helidon SE")
	if a.profile {
		platform.Name = "Helidon MP"
	}
	s := server{jvm: j, name: a.name, artifact: a.artifact, base: a.base, from: a.from, platform: platform, ports: a.ports()}
	return []model.App{s.app(d.Name(), g, a.from...)}, nil
}

type helidon struct {
	*framework
	profile bool // MicroProfile
}

// named looks for the application's own archive where Helidon's class starts it: the first archive on the class path that is no library of Helidon.
func (a *helidon) named() {
	main := a.cmd.Main.Value
	if main != "io.helidon.microprofile.cdi.Main" && main != "io.helidon.microprofile.server.Main" && main != "io.helidon.Main" {
		return
	}
	entries := a.expandClassPath(a.cmd.ClassPathEntries())
	if len(entries) == 0 {
		return
	}
	at := entries[0]
	a.identity = identity{name: stem(at), artifact: at, base: a.folder(at), from: append(a.jvm.from(a.cmd.Main), a.jvm.from(a.cmd.ClassPath)...)}
	a.classes = a.packages(at)
}

// ports are the default socket's and the named ones' (helidon.io: "WebServer Configuration", ListenerConfig). Without a port the kernel chooses.
func (a *helidon) ports() []port {
	c := a.configuration()
	purpose := func(prefix string) string {
		for _, key := range []string{"tls.private-key.keystore.resource.path", "tls.private-key.keystore.resource.resource-path", "tls.private-key.pem.key.resource.path", "tls.private-key.pem.key.resource.resource-path"} {
			if c.value(prefix+key) != "" && c.value(prefix+"tls.enabled") != "false" {
				return "https"
			}
		}
		return "http"
	}
	ports := []port{c.socket(purpose("server."), "server.", "0")}
	for i := range 10 {
		prefix := fmt.Sprintf("server.sockets[%d].", i)
		if c.value(prefix+"port") == "" {
			prefix = fmt.Sprintf("server.sockets.%d.", i)
		}
		name := c.value(prefix + "name")
		if number(c.value(prefix+"port")) == 0 {
			continue
		}
		p := c.socket(purpose(prefix), prefix, "")
		if slices.Contains([]string{"admin", "management", "observe", "health"}, name) {
			p.purpose = "management"
		}
		ports = append(ports, p)
	}
	if number(c.value("server.sockets.admin.port")) > 0 {
		ports = append(ports, c.socket("management", "server.sockets.admin.", ""))
	}
	return ports
}

// socket is a listener, whose bind-address counts more than its host (ListenerConfig.bindAddress).
func (c *frameConfig) socket(purpose, prefix, otherwise string) port {
	p := c.port(purpose, prefix+"port", prefix+"host", otherwise)
	if v, ok := c.get(prefix + "bind-address"); ok {
		p.address = v.value
		p.binding = newBinding(model.Binding{Mechanism: c.mechanism, Key: v.key, Value: v.value, File: model.Path(v.file), Line: v.line, Arg: v.arg}, v.from...)
	}
	return p
}

// configuration asks in Helidon's order. SE (io.helidon.config.Config.create, MetaConfigFinder): environment, system properties, the
// first of application.{yaml,json,properties} in the working folder, else on the class path. MP (MicroProfile Config): system properties,
// environment, application.yaml, META-INF/microprofile-config.properties.
func (a *helidon) configuration() *frameConfig {
	c := &frameConfig{classPath: &a.classPath, mechanism: "helidon-property"}
	if a.profile {
		c.sources = []valueSource{c.system, c.environment}
		profile := c.value("mp.config.profile")
		for _, name := range []string{"application.yaml", "META-INF/microprofile-config.properties"} {
			if profile != "" {
				ext := path.Ext(name)
				c.sources = append(c.sources, c.packaged(strings.TrimSuffix(name, ext)+"-"+profile+ext))
			}
			if name == "application.yaml" {
				c.sources = append(c.sources, c.onDisk(path.Join(c.cwd, name)))
			}
			c.sources = append(c.sources, c.packaged(name))
		}
		return c
	}
	c.sources = []valueSource{c.environment, c.system}
	suffixes := []string{"yaml", "json", "properties"}
	for _, suffix := range suffixes {
		if name := path.Join(c.cwd, "application."+suffix); c.exists(name) {
			c.sources = append(c.sources, c.onDisk(name))
			return c
		}
	}
	for _, suffix := range suffixes {
		if data, name, ok := c.resource("application." + suffix); ok {
			c.sources = append(c.sources, c.settings(name, data))
			return c
		}
	}
	return c
}
