package parse

import (
	"math"
	"strings"
)

// Lookup finds a property by name, for ${…} placeholders.
type Lookup func(name string) (string, bool)

// TomcatServer is conf/server.xml (tomcat.apache.org: "Server Configuration Reference").
type TomcatServer struct {
	Doc        *XMLDocument
	Shutdown   TomcatAttr // <Server port>: the shutdown port; "-1" means none
	Address    TomcatAttr // <Server address>: of the shutdown port, "localhost" unless set
	PortOffset TomcatAttr // <Server portOffset>: added to the shutdown port and to each connector's, when they are above 0
	Connectors []TomcatConnector
	Hosts      []TomcatHost
	Resources  []TomcatResource // of GlobalNamingResources
}

// TomcatAttr is an attribute as it works: placeholders replaced. Raw is as written (unescaped). When Set is false, the rest is zero.
type TomcatAttr struct {
	Set        bool
	Value, Raw string
	Line       int
	Start, End int // byte offsets of the raw value in the file
}

// TomcatConnector is one <Connector>, in any Service.
type TomcatConnector struct {
	Element      *XMLElement
	Service      string
	Port         TomcatAttr
	Address      TomcatAttr // not set: all addresses for HTTP, loopback for AJP since 8.5.51
	Protocol     TomcatAttr // "HTTP/1.1", "AJP/1.3" or a class name; not set: HTTP/1.1
	Scheme       TomcatAttr
	Secure       TomcatAttr
	SSLEnabled   TomcatAttr
	RedirectPort TomcatAttr
}

// Purpose is "https", "ajp" or "http". A class name tells by its package: org.apache.coyote.ajp.AjpNioProtocol.
func (c TomcatConnector) Purpose() string {
	p := strings.ToLower(c.Protocol.Value)
	switch {
	case strings.HasPrefix(p, "ajp") || strings.Contains(p, ".ajp."):
		return "ajp"
	case strings.EqualFold(c.SSLEnabled.Value, "true"):
		return "https"
	}
	return "http"
}

// TomcatHost is one <Host> of an <Engine>.
type TomcatHost struct {
	Engine   string
	Name     string
	AppBase  TomcatAttr // not set: "webapps"; relative to catalina.base
	XMLBase  TomcatAttr // not set: conf/<Engine>/<Host>
	Deploy   bool       // deployOnStartup or autoDeploy: folders and wars below AppBase are applications
	Contexts []TomcatContext
}

// TomcatContext is one <Context>: in a Host, in conf/Engine/Host/NAME.xml, or META-INF/context.xml.
type TomcatContext struct {
	Element   *XMLElement
	Path      TomcatAttr
	DocBase   TomcatAttr // relative to the Host's appBase
	Resources []TomcatResource
}

// TomcatResource is a JNDI <Resource>. Its attributes hold credentials: redact them where they enter the model.
type TomcatResource struct {
	Element *XMLElement
	Name    string // "jdbc/shop"
	Type    string // "javax.sql.DataSource"
	Attrs   map[string]TomcatAttr
}

// ReadTomcatServer reads server.xml. Placeholders are resolved by lookup, as Tomcat does it from the system properties, among which
// are those of conf/catalina.properties.
func ReadTomcatServer(data []byte, lookup Lookup) (*TomcatServer, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if doc.Root.Name != "Server" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <Server>", excerpt(doc.Root.Name))
	}
	t := tomcatReader{lookup}
	s := &TomcatServer{Doc: doc, Shutdown: t.attr(doc.Root, "port"), Address: t.attr(doc.Root, "address"), PortOffset: t.attr(doc.Root, "portOffset")}
	for _, g := range doc.Root.All("GlobalNamingResources") {
		s.Resources = append(s.Resources, t.resources(g)...)
	}
	for _, service := range doc.Root.All("Service") {
		for _, c := range service.All("Connector") {
			s.Connectors = append(s.Connectors, t.connector(service, c))
		}
		for _, engine := range service.All("Engine") {
			for _, h := range engine.All("Host") {
				s.Hosts = append(s.Hosts, t.host(engine, h))
			}
		}
	}
	return s, nil
}

// ReadTomcatContext reads a file whose root element is <Context>.
func ReadTomcatContext(data []byte, lookup Lookup) (*TomcatContext, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if doc.Root.Name != "Context" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <Context>", excerpt(doc.Root.Name))
	}
	c := tomcatReader{lookup}.context(doc.Root)
	return &c, nil
}

type tomcatReader struct{ lookup Lookup }

func (t tomcatReader) attr(e *XMLElement, name string) TomcatAttr {
	a, ok := e.Attr(name)
	if !ok {
		return TomcatAttr{}
	}
	return TomcatAttr{Set: true, Value: ExpandTomcat(a.Value, t.lookup), Raw: a.Value, Line: a.Line, Start: a.Start, End: a.End}
}

func (t tomcatReader) connector(service, e *XMLElement) TomcatConnector {
	c := TomcatConnector{
		Element: e, Port: t.attr(e, "port"), Address: t.attr(e, "address"),
		Protocol: t.attr(e, "protocol"), Scheme: t.attr(e, "scheme"), Secure: t.attr(e, "secure"),
		SSLEnabled: t.attr(e, "SSLEnabled"), RedirectPort: t.attr(e, "redirectPort"),
	}
	if name, ok := service.Attr("name"); ok {
		c.Service = name.Value
	}
	return c
}

func (t tomcatReader) host(engine, e *XMLElement) TomcatHost {
	h := TomcatHost{Engine: t.attr(engine, "name").Value, Name: t.attr(e, "name").Value, AppBase: t.attr(e, "appBase"), XMLBase: t.attr(e, "xmlBase")}
	h.Deploy = t.isTrue(e, "deployOnStartup") || t.isTrue(e, "autoDeploy")
	for _, c := range e.All("Context") {
		h.Contexts = append(h.Contexts, t.context(c))
	}
	return h
}

// isTrue reads a boolean attribute whose default is true.
func (t tomcatReader) isTrue(e *XMLElement, name string) bool {
	a := t.attr(e, name)
	return !a.Set || strings.EqualFold(a.Value, "true")
}

func (t tomcatReader) context(e *XMLElement) TomcatContext {
	return TomcatContext{Element: e, Path: t.attr(e, "path"), DocBase: t.attr(e, "docBase"), Resources: t.resources(e)}
}

func (t tomcatReader) resources(e *XMLElement) []TomcatResource {
	var out []TomcatResource
	for _, r := range e.All("Resource") {
		attrs := make(map[string]TomcatAttr, len(r.Attrs))
		for _, a := range r.Attrs {
			attrs[a.Name] = t.attr(r, a.Name)
		}
		out = append(out, TomcatResource{Element: r, Name: attrs["name"].Value, Type: attrs["type"].Value, Attrs: attrs})
	}
	return out
}

// ExpandTomcat replaces ${name} and ${name:-default} as org.apache.tomcat.util.IntrospectionUtils.replaceProperties does: a name that
// nobody knows and that has no default stays as written.
func ExpandTomcat(s string, lookup Lookup) string {
	if lookup == nil {
		return s
	}
	return replaceBraced(s, math.MaxInt, func(name string) string { return expandOne(name, lookup) })
}

// replaceBraced replaces each ${name} in s, once and from left to right; one that nothing closes stays as it is. Of a text that has grown beyond
// limit bytes the rest is left out.
func replaceBraced(s string, limit int, replace func(name string) string) string {
	var b strings.Builder
	for b.Len() <= limit {
		head, rest, ok := strings.Cut(s, "${")
		b.WriteString(head)
		if !ok {
			break
		}
		name, tail, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("${" + rest)
			break
		}
		b.WriteString(replace(name))
		s = tail
	}
	return b.String()
}

func expandOne(name string, lookup Lookup) string {
	if v, ok := lookup(name); ok {
		return v
	}
	if key, fallback, ok := strings.Cut(name, ":-"); ok {
		if v, ok := lookup(key); ok {
			return v
		}
		return fallback
	}
	return "${" + name + "}"
}
