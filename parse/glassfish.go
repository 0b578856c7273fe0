package parse

import (
	"slices"
	"strings"
)

// GlassFishDomain is config/domain.xml of GlassFish or Payara (GlassFish Administration Guide; the server keeps it up to date itself). Values are as
// written: tokens ${name} stand for system properties.
type GlassFishDomain struct {
	Properties   []GlassFishProperty
	Applications []GlassFishApplication // without the system's own
	Servers      []GlassFishServer
	Clusters     []GlassFishServer // and Payara's deployment groups: what they have counts for each member
	Configs      []GlassFishConfig
	DataGrid     GlassFishDataGrid
}

// GlassFishProperty is one system-property.
type GlassFishProperty struct{ Name, Value XMLAttr }

// GlassFishApplication is one deployed application.
type GlassFishApplication struct {
	Name, Context string
	Location      string // URI of the folder or archive
	Enabled       bool
	Web           []string // modules with a web container
	Line          int
}

// GlassFishServer is a server instance, or a cluster of them.
type GlassFishServer struct {
	Name, Config string
	Members      []string // of a cluster
	Refs         []GlassFishRef
	Properties   []GlassFishProperty
}

// GlassFishRef says that an application runs on a server.
type GlassFishRef struct {
	Name    string
	Enabled bool
}

// GlassFishConfig is the configuration of one or more servers.
type GlassFishConfig struct {
	Name       string
	Properties []GlassFishProperty
	Listeners  []GlassFishListener
	DataGrid   bool // Payara: Hazelcast is on
	GridPort   XMLAttr
}

// GlassFishListener is a port that a configuration opens.
type GlassFishListener struct {
	Element string // "network-listener", "iiop-listener", "jmx-connector", "jms-host", "http-listener" (before GlassFish 3)
	Name    string
	Purpose string // as model.Listener.Purpose
	Port    XMLAttr
	Address XMLAttr // not set: all addresses
	Line    int
}

// GlassFishDataGrid is Payara's hazelcast-runtime-configuration: ports of the administration server and of instances. Line is 0 when there is none.
type GlassFishDataGrid struct {
	Port, AdminPort XMLAttr
	Line            int
}

// ReadGlassFish reads domain.xml.
func ReadGlassFish(data []byte) (*GlassFishDomain, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	root := doc.Root
	if localName(root.Name) != "domain" {
		return nil, syntaxf(root.Line, "the root element is <%s>, not <domain>", excerpt(root.Name))
	}
	d := &GlassFishDomain{Properties: glassFishProperties(root)}
	for _, e := range within(root, "applications", "application") {
		d.Applications = append(d.Applications, glassFishApplication(e))
	}
	for _, e := range within(root, "servers", "server") {
		d.Servers = append(d.Servers, glassFishServer(e))
	}
	for _, e := range append(within(root, "clusters", "cluster"), within(root, "deployment-groups", "deployment-group")...) {
		d.Clusters = append(d.Clusters, glassFishServer(e))
	}
	for _, e := range within(root, "configs", "config") {
		d.Configs = append(d.Configs, glassFishConfig(e))
	}
	for _, e := range children(root, "hazelcast-runtime-configuration") {
		d.DataGrid = GlassFishDataGrid{Port: attrOf(e, "start-port"), AdminPort: attrOf(e, "das-port"), Line: e.Line}
	}
	return d, nil
}

func glassFishProperties(e *XMLElement) []GlassFishProperty {
	var out []GlassFishProperty
	for _, p := range children(e, "system-property") {
		out = append(out, GlassFishProperty{Name: attrOf(p, "name"), Value: attrOf(p, "value")})
	}
	return out
}

func glassFishApplication(e *XMLElement) GlassFishApplication {
	a := GlassFishApplication{
		Name: attrOf(e, "name").Value, Context: attrOf(e, "context-root").Value, Location: attrOf(e, "location").Value, Enabled: notFalse(e, "enabled"), Line: e.Line,
	}
	for _, m := range children(e, "module") {
		if slices.ContainsFunc(children(m, "engine"), func(g *XMLElement) bool { return attrOf(g, "sniffer").Value == "web" }) {
			a.Web = append(a.Web, attrOf(m, "name").Value)
		}
	}
	return a
}

func glassFishServer(e *XMLElement) GlassFishServer {
	s := GlassFishServer{Name: attrOf(e, "name").Value, Config: attrOf(e, "config-ref").Value, Properties: glassFishProperties(e)}
	for _, r := range children(e, "application-ref") {
		s.Refs = append(s.Refs, GlassFishRef{Name: attrOf(r, "ref").Value, Enabled: notFalse(r, "enabled")})
	}
	for _, r := range append(children(e, "server-ref"), children(e, "dg-server-ref")...) {
		s.Members = append(s.Members, attrOf(r, "ref").Value)
	}
	return s
}

func glassFishConfig(e *XMLElement) GlassFishConfig {
	c := GlassFishConfig{Name: attrOf(e, "name").Value, Properties: glassFishProperties(e), DataGrid: true}
	admin := []string{"admin-listener"}
	for _, v := range within(e, "http-service", "virtual-server") {
		if attrOf(v, "id").Value == "__asadmin" {
			admin = append(admin, splitNames(attrOf(v, "network-listeners").Value+","+attrOf(v, "http-listeners").Value)...)
		}
	}
	secure := map[string]bool{}
	for _, n := range children(e, "network-config") {
		for _, p := range within(n, "protocols", "protocol") {
			secure[attrOf(p, "name").Value] = isTrue(p, "security-enabled")
		}
	}
	for _, n := range children(e, "network-config") {
		for _, l := range within(n, "network-listeners", "network-listener") {
			c.listener(l, "name", glassFishHTTP(l, attrOf(l, "name").Value, admin, secure[attrOf(l, "protocol").Value]))
		}
	}
	for _, l := range within(e, "http-service", "http-listener") {
		c.listener(l, "id", glassFishHTTP(l, attrOf(l, "id").Value, admin, isTrue(l, "security-enabled")))
	}
	for _, l := range within(e, "iiop-service", "iiop-listener") {
		c.listener(l, "id", "iiop")
	}
	for _, l := range within(e, "admin-service", "jmx-connector") {
		c.listener(l, "name", "jmx")
	}
	for _, s := range children(e, "jms-service") {
		if strings.EqualFold(attrOf(s, "type").Value, "REMOTE") {
			continue // a broker elsewhere
		}
		for _, l := range children(s, "jms-host") {
			c.listener(l, "name", "messaging")
		}
	}
	for _, h := range children(e, "hazelcast-config-specific-configuration") {
		c.DataGrid, c.GridPort = notFalse(h, "enabled"), attrOf(h, "config-specific-data-grid-start-port")
	}
	return c
}

func (c *GlassFishConfig) listener(e *XMLElement, id, purpose string) {
	if !notFalse(e, "enabled") {
		return
	}
	l := GlassFishListener{Element: localName(e.Name), Name: attrOf(e, id).Value, Purpose: purpose, Port: attrOf(e, "port"), Address: attrOf(e, "address"), Line: e.Line}
	c.Listeners = append(c.Listeners, l)
}

func glassFishHTTP(e *XMLElement, name string, admin []string, secure bool) string {
	switch {
	case slices.Contains(admin, name):
		return "management"
	case isTrue(e, "jk-enabled"):
		return "ajp"
	case secure:
		return "https"
	}
	return "http"
}

func isTrue(e *XMLElement, name string) bool { return strings.EqualFold(attrOf(e, name).Value, "true") }

func splitNames(s string) []string {
	var out []string
	for n := range strings.SplitSeq(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}
