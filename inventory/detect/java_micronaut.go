package detect

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaMicronaut is a Micronaut application: its libraries beside it or on the class path, or all in one archive.
type javaMicronaut struct{ onJVM }

var _ Detector = javaMicronaut{}

// Name is ours: App2Container called these java-generic.
func (javaMicronaut) Name() string { return "java-micronaut" }

// Detect wants Micronaut's application context among the libraries.
func (d javaMicronaut) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	f := j.framework(frameworkSign{[]string{"micronaut-context", "micronaut-runtime"}, "io/micronaut/runtime/Micronaut.class"})
	if f == nil {
		return nil, ErrNotMine
	}
	m := micronaut{f}
	defer m.close()
	if m.version.text == "" {
		m.version = m.unionVersion()
	}
	s := server{jvm: j, name: m.name, artifact: m.artifact, base: m.base, from: m.from, platform: m.platform("Micronaut"), ports: m.ports()}
	return []model.App{s.app(d.Name(), g, m.from...)}, nil
}

type micronaut struct{ *framework }

// unionVersion reads what micronaut-core leaves in an archive that holds everything.
func (m micronaut) unionVersion() known {
	const entry = "micronaut-version.properties"
	data := m.inside(m.artifact, entry)
	if data == nil {
		return known{}
	}
	settings, err := parse.ReadProperties(data)
	m.unread("Micronaut's version", m.artifact+"!/"+entry, err)
	for _, s := range settings {
		if s.Key == "micronaut.version" {
			return known{s.Value, []model.Source{model.FromFile(model.Path(m.artifact+"!/"+entry), s.Line)}}
		}
	}
	return known{}
}

// ports are those of the HTTP server and of the management endpoints when they have their own (docs.micronaut.io: HttpServerConfiguration,
// SslConfiguration, EndpointDefaultConfiguration).
func (m micronaut) ports() []port {
	if !m.carries(frameworkSign{[]string{"micronaut-http-server-netty", "micronaut-http-server"}, "io/micronaut/http/server/HttpServerConfiguration.class"}) {
		return nil
	}
	c := m.configuration()
	var ports []port
	secure := c.value("micronaut.server.ssl.enabled") == "true" || c.value("micronaut.ssl.enabled") == "true"
	if !secure || c.value("micronaut.server.dual-protocol") == "true" {
		ports = append(ports, c.port("http", "micronaut.server.port", "micronaut.server.host", "8080"))
	}
	if secure {
		key := "micronaut.server.ssl.port"
		if c.value(key) == "" {
			key = "micronaut.ssl.port"
		}
		ports = append(ports, c.port("https", key, "micronaut.server.host", "8443"))
	}
	if number(c.value("endpoints.all.port")) > 0 {
		ports = append(ports, c.port("management", "endpoints.all.port", "micronaut.server.host", ""))
	}
	return ports
}

// configuration asks in Micronaut's order (docs.micronaut.io: "Externalized Configuration with PropertySources"): arguments, JSON of the
// environment, system properties, environment, named files, then application-ENVIRONMENT and application, packaged or in config/ of the working folder.
func (m micronaut) configuration() *frameConfig {
	c := &frameConfig{classPath: &m.classPath, mechanism: "micronaut-property"}
	c.sources = []valueSource{c.arguments}
	if text, ok := c.env.Get("MICRONAUT_APPLICATION_JSON"); ok {
		from := []model.Source{model.FromEnv(c.PID, "MICRONAUT_APPLICATION_JSON")}
		c.sources = append(c.sources, c.text("MICRONAUT_APPLICATION_JSON", text, from))
	}
	c.sources = append(c.sources, c.system, c.relaxedEnvironment)
	files := firsts(parse.SplitList(c.value("micronaut.config.files")), maxSpringPlaces)
	for _, name := range slices.Backward(files) { // the last counts most
		if packaged, ok := strings.CutPrefix(name, "classpath:"); ok {
			c.sources = append(c.sources, c.packaged(strings.TrimPrefix(packaged, "/")))
			continue
		}
		c.sources = append(c.sources, c.onDisk(c.abs(strings.TrimPrefix(name, "file:"))))
	}
	names := []string{"application"}
	for _, e := range firsts(parse.SplitList(c.value("micronaut.environments")), maxSpringProfiles) {
		names = append([]string{"application-" + e}, names...) // of several the last counts most
	}
	for _, name := range names {
		for _, open := range []func(string) valueSource{c.packaged, func(name string) valueSource { return c.onDisk(path.Join(c.cwd, "config", name)) }} {
			for _, ext := range []string{".json", ".yml", ".properties", ".yaml"} {
				c.sources = append(c.sources, open(name+ext))
			}
		}
	}
	return c
}

// text is a source that stands in a variable.
func (c *frameConfig) text(what, text string, from []model.Source) valueSource {
	list, err := parse.ReadSpringYAML([]byte(text)) // JSON is YAML
	c.unread(what, "", err)
	var values []springValue
	for _, s := range list {
		values = append(values, springValue{key: s.Key, value: s.Value, from: from})
	}
	source := newSource(values)
	return func(key string) (springValue, bool) {
		return source.find(key)
	}
}

// relaxedEnvironment are the variables that stand for a key: MICRONAUT_SERVER_PORT.
func (c *frameConfig) relaxedEnvironment(key string) (springValue, bool) {
	for _, name := range parse.SpringVariables(key) {
		if v, ok := c.env.Get(name); ok {
			return springValue{key: key, value: v, from: []model.Source{model.FromEnv(c.PID, name)}}, true
		}
	}
	return springValue{}, false
}
