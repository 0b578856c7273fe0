package detect

import (
	"path"
	"strings"

	"a2c/model"
)

// keycloak makes Keycloak of a Quarkus application: bin/kc.sh names its folder in kc.home.dir. False for all others.
func (q *quarkus) keycloak(s *server) bool {
	home, ok := q.cmd.Property("kc.home.dir")
	if !ok {
		return false
	}
	from := q.from(home.From)
	s.name, s.base, s.from = "keycloak", q.abs(home.Value), append(from, s.from...)
	s.platform = model.Platform{Name: "Keycloak"}
	s.platform.Evidence.Add("name", from...)
	dir := path.Join(q.base, "lib/main")
	for _, e := range q.list("libraries", dir) {
		if v, ok := versioned(e.Name, "org.keycloak.keycloak-core"); ok {
			setField(&s.platform.Version, &s.platform.Evidence, "version", v, model.FromFile(model.Path(path.Join(dir, e.Name)), 0))
		}
	}
	s.ports = q.keycloakPorts(s.base)
	return true
}

// keycloakPorts asks in Keycloak's order (keycloak.org: "Configuring Keycloak"): arguments, KC_ variables, conf/keycloak.conf.
func (q *quarkus) keycloakPorts(home string) []port {
	file := path.Join(home, "conf/keycloak.conf")
	c := &frameConfig{classPath: &q.classPath, mechanism: "product-file"}
	c.sources = []valueSource{c.arguments, c.keycloakEnvironment}
	if c.exists(file) {
		c.sources = append(c.sources, c.propertiesFile(file))
	}
	development := len(c.cmd.Program) > 0 && c.cmd.Program[0].Value == "start-dev"
	var ports []port
	if development || c.value("http-enabled") == "true" {
		ports = append(ports, c.port("http", "http-port", "http-host", "8080"))
	}
	secure := c.first("https-certificate-file", "https-key-store-file") != ""
	if secure {
		ports = append(ports, c.port("https", "https-port", "http-host", "8443"))
	}
	if c.value("health-enabled") == "true" || c.value("metrics-enabled") == "true" {
		p := c.port("management", "http-management-port", "http-management-host", "9000")
		if p.address == "" {
			p.address = c.value("http-host")
		}
		ports = append(ports, p)
	}
	return ports
}

// keycloakEnvironment is KC_HTTP_PORT for http-port.
func (c *frameConfig) keycloakEnvironment(key string) (springValue, bool) {
	name := "KC_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
	v, ok := c.env.Get(name)
	return springValue{key: key, value: v, from: []model.Source{model.FromEnv(c.PID, name)}}, ok
}
