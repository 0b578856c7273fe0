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

// javaQuarkus is a Quarkus application on a JVM: a fast-jar (quarkus-app/quarkus-run.jar), an uber-jar or a legacy-jar.
type javaQuarkus struct{ onJVM }

var _ Detector = javaQuarkus{}

// Name is ours: App2Container called these java-generic.
func (javaQuarkus) Name() string { return "java-quarkus" }

// Detect wants the class that Quarkus starts by, in the manifest of the archive or on the command line.
func (d javaQuarkus) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	q := j.quarkus()
	if q == nil {
		return nil, ErrNotMine
	}
	defer q.close()
	s := server{jvm: j, name: q.name, artifact: q.artifact, base: q.base, from: q.why}
	if !q.keycloak(&s) {
		s.platform, s.ports = q.platform(), q.ports()
	}
	return []model.App{s.app(d.Name(), g, q.why...)}, nil
}

// The classes that Quarkus's build makes the main class (io.quarkus.deployment.pkg.steps.JarResultBuildStep).
const (
	quarkusFast  = "io.quarkus.bootstrap.runner.QuarkusEntryPoint"
	quarkusPlain = "io.quarkus.runner.GeneratedMain"
)

// quarkus is how the application is packaged.
type quarkus struct {
	classPath
	name, artifact, base string
	why                  []model.Source
	fast                 bool
}

// quarkus finds the archive that starts the application.
func (j *jvm) quarkus() *quarkus {
	var q *quarkus
	switch main := j.cmd.Main; j.cmd.Mode {
	case parse.JavaJar:
		file := j.abs(main.Value)
		m, ok := j.manifest(file)
		start, _ := m.Get("Main-Class")
		if !ok || start.Value != quarkusFast && start.Value != quarkusPlain {
			return nil
		}
		q = &quarkus{artifact: file, fast: start.Value == quarkusFast}
		q.why = append(j.from(main), model.FromFile(model.Path(file+"!/"+parse.ManifestName), start.Line))
	case parse.JavaClass:
		if main.Value != quarkusFast && main.Value != quarkusPlain {
			return nil
		}
		file, from := j.archiveOf(main.Value)
		q = &quarkus{artifact: file, fast: main.Value == quarkusFast, why: append(j.from(main), from...)}
		if dir, ok := strings.CutSuffix(path.Dir(file), "/lib/boot"); ok && q.fast { // the class lies in a library
			q.artifact = path.Join(dir, "quarkus-run.jar")
		}
	default:
		return nil
	}
	q.jvm = j
	q.base = path.Dir(q.artifact)
	q.name = strings.TrimSuffix(stem(q.artifact), "-runner")
	if m, _ := j.manifest(q.artifact); q.fast && m.Value("Implementation-Title") != "" { // quarkus-run says nothing
		title, _ := m.Get("Implementation-Title")
		q.name = title.Value
		q.why = append(q.why, model.FromFile(model.Path(q.artifact+"!/"+parse.ManifestName), title.Line))
	}
	q.classes = q.packaged()
	return q
}

// packaged are the archives that hold the application's own files: app/ and quarkus/ of a fast-jar, else the one that starts.
func (q *quarkus) packaged() []classDir {
	if !q.fast {
		return []classDir{{file: q.artifact, jar: true}}
	}
	var list []classDir
	for _, dir := range []string{"app", "quarkus"} {
		for _, e := range q.list("application's archives", path.Join(q.base, dir)) {
			if strings.HasSuffix(e.Name, ".jar") {
				list = append(list, classDir{file: path.Join(q.base, dir, e.Name), jar: true})
			}
		}
	}
	return list
}

// platform reads the version from the library quarkus-core, by its name beside the archive or by what it left in an uber-jar.
func (q *quarkus) platform() model.Platform {
	p := model.Platform{Name: "Quarkus"}
	p.Evidence.Add("name", q.why...)
	for _, dir := range []string{"lib/main", "lib", "lib/boot"} {
		for _, e := range q.list("libraries", path.Join(q.base, dir)) {
			for _, name := range []string{"io.quarkus.quarkus-core", "io.quarkus.quarkus-bootstrap-runner"} {
				if v, ok := versioned(e.Name, name); ok {
					setField(&p.Version, &p.Evidence, "version", v, model.FromFile(model.Path(path.Join(q.base, dir, e.Name)), 0))
					return p
				}
			}
		}
	}
	v, from := q.mavenVersion(q.artifact, "io.quarkus", "quarkus-core")
	setField(&p.Version, &p.Evidence, "version", v, from...)
	return p
}

// ports are those of the HTTP server, of the management interface when the application was built with one, and of gRPC's own server
// (quarkus.io: "All configuration options").
func (q *quarkus) ports() []port {
	if !q.serves() {
		return nil
	}
	c := q.configuration()
	var ports []port
	secure := slices.ContainsFunc([]string{
		"quarkus.http.ssl.certificate.files", "quarkus.http.ssl.certificate.key-store-file", "quarkus.http.ssl.certificate.file", "quarkus.http.tls-configuration-name",
		"quarkus.tls.key-store.pem.0.cert", "quarkus.tls.key-store.p12.path", "quarkus.tls.key-store.jks.path",
	}, func(key string) bool { return c.value(key) != "" })
	if c.value("quarkus.http.host-enabled") != "false" && (!secure || c.value("quarkus.http.insecure-requests") != "disabled") {
		ports = append(ports, c.port("http", "quarkus.http.port", "quarkus.http.host", "8080"))
	}
	if secure {
		ports = append(ports, c.port("https", "quarkus.http.ssl-port", "quarkus.http.host", "8443"))
	}
	if c.value("quarkus.management.enabled") == "true" {
		ports = append(ports, c.port("management", "quarkus.management.port", "quarkus.management.host", "9000"))
	}
	if v, ok := c.get("quarkus.grpc.server.port"); ok && c.value("quarkus.grpc.server.use-separate-server") != "false" && number(v.value) > 0 {
		ports = append(ports, c.port("grpc", "quarkus.grpc.server.port", "quarkus.grpc.server.host", "9000"))
	}
	return ports
}

// serves reports whether Quarkus's HTTP server is among the libraries: a job has none.
func (q *quarkus) serves() bool {
	for _, dir := range []string{"lib/main", "lib"} {
		for _, e := range q.list("libraries", path.Join(q.base, dir)) {
			if _, ok := versioned(e.Name, "io.quarkus.quarkus-vertx-http"); ok {
				return true
			}
		}
	}
	return q.holds(q.artifact, "io/quarkus/vertx/http/runtime/VertxHttpRecorder.class")
}

// configuration asks in Quarkus's order (quarkus.io: "Configuration Reference"): system properties, environment, .env and config/ in
// the working folder, what is packed into the application. In each, a key of the active profile counts before the plain one.
func (q *quarkus) configuration() *frameConfig {
	c := &frameConfig{classPath: &q.classPath, mechanism: "quarkus-property"}
	c.sources = []valueSource{c.system, c.environment}
	profile := "prod"
	if v := c.value("quarkus.profile"); v != "" {
		profile = v
	} else if v := c.value("smallrye.config.profile"); v != "" {
		profile = v
	}
	profiles := firsts(parse.SplitList(profile), maxSpringProfiles)
	slices.Reverse(profiles) // of several the last counts most
	files := []valueSource{c.dotenv()}
	for _, name := range firsts(parse.SplitList(c.value("quarkus.config.locations")), maxSpringPlaces) {
		files = append(files, c.onDisk(c.abs(strings.TrimPrefix(name, "file:"))))
	}
	for _, open := range []func(string) valueSource{func(name string) valueSource { return c.onDisk(path.Join(c.cwd, "config", name)) }, c.packaged} {
		for _, ext := range []string{".yaml", ".yml", ".properties"} {
			for _, p := range profiles {
				files = append(files, open("application-"+p+ext))
			}
			files = append(files, open("application"+ext))
		}
	}
	c.sources = append(c.sources, files...)
	c.sources = append(c.sources, c.packaged("META-INF/microprofile-config.properties"))
	for i, source := range c.sources {
		c.sources[i] = profiled(source, profiles)
	}
	return c
}

// profiled looks for %profile.key first.
func profiled(source valueSource, profiles []string) valueSource {
	return func(key string) (springValue, bool) {
		for _, p := range profiles {
			if v, ok := source("%" + p + "." + key); ok {
				return v, true
			}
		}
		return source(key)
	}
}

// dotenv is the file .env of the working folder, which holds variables.
func (c *frameConfig) dotenv() valueSource {
	name := path.Join(c.cwd, ".env")
	data, err := c.read(name)
	c.unread("configuration", name, err)
	if err != nil {
		return nothing
	}
	settings, err := parse.ReadProperties(data)
	c.unread("configuration", name, err)
	return func(key string) (springValue, bool) {
		names := append(parse.SpringVariables(key), key)
		for _, s := range slices.Backward(settings) {
			if slices.Contains(names, s.Key) {
				return springValue{key: key, value: s.Value, file: name, line: s.Line, from: []model.Source{model.FromFile(model.Path(name), s.Line)}}, true
			}
		}
		return springValue{}, false
	}
}
