package parse

import (
	"slices"
	"strings"
)

// JettySources resolve what a Jetty XML file refers to: <Property>, <SystemProperty>, <Env>.
type JettySources struct{ Property, System, Env Lookup }

// JettyValue is a value of a Jetty XML file as it works.
type JettyValue struct {
	Set   bool // something sets it: text, a property that is set, or a default
	Value string
	Key   string   // the property in force; "" when the value is written out, or a default
	Keys  []string // all properties that are asked, in their order
	Line  int
}

// JettyConnector is one <New> or <Configure> of a connector class, or a JMX connector of Jetty's.
type JettyConnector struct {
	Class  string // "org.eclipse.jetty.server.ServerConnector"
	Host   JettyValue
	Port   JettyValue
	Secure bool // TLS
	JMX    bool // Host and Port are those of the RMI registry
	Line   int
}

// JettyContext is what one file deploys: the root element is a context (jetty.org: "Jetty Context XML Files").
type JettyContext struct {
	Path JettyValue // contextPath
	War  JettyValue // war, or the folder that it serves
	Line int
}

// JettyXML is a file of Jetty's XML configuration (jetty.org: "Jetty XML Reference"): connectors, folders that are deployed from, a context.
type JettyXML struct {
	Connectors []JettyConnector
	Deploy     []JettyValue // monitored folders; not set: "webapps"
	Context    *JettyContext
}

// ReadJettyXML reads a file whose root element is <Configure>.
func ReadJettyXML(data []byte, from JettySources) (*JettyXML, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if doc.Root.Name != "Configure" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <Configure>", excerpt(doc.Root.Name))
	}
	r := jettyReader{from: from, xml: &JettyXML{}}
	r.walk(doc.Root)
	class := attrValue(doc.Root, "class")
	if isContextClass(class) {
		r.xml.Context = &JettyContext{Line: doc.Root.Line, Path: r.set(doc.Root, "contextPath"), War: r.set(doc.Root, jettyWarNames()...)}
	}
	return r.xml, nil
}

// Bounds of one value: properties in it may be long, and stand in it many times.
const (
	maxJettyValue = 64 << 10
	maxJettyKeys  = 100
)

// jettyWarNames are the setters that say what a context serves, in all versions.
func jettyWarNames() []string {
	return []string{"war", "warResource", "baseResource", "baseResourceAsString", "baseResourceAsPath", "resourceBase"}
}

func isContextClass(class string) bool {
	name := class[strings.LastIndexByte(class, '.')+1:]
	return strings.HasSuffix(name, "WebAppContext") || strings.HasSuffix(name, "ContextHandler")
}

type jettyReader struct {
	from JettySources
	xml  *JettyXML
}

func (r *jettyReader) walk(e *XMLElement) {
	if e.Name == "New" || e.Name == "Configure" {
		r.object(e, attrValue(e, "class"))
	}
	for _, c := range e.Children {
		r.walk(c)
	}
}

// object files one object by its class.
func (r *jettyReader) object(e *XMLElement, class string) {
	name := class[strings.LastIndexByte(class, '.')+1:]
	switch {
	case class == "org.eclipse.jetty.jmx.ConnectorServer":
		r.jmx(e, class)
	case strings.HasSuffix(name, "Connector") && !strings.Contains(name, "Quic") && !strings.Contains(name, "HTTP3"): // those are UDP
		c := JettyConnector{Class: class, Host: r.set(e, "host"), Port: r.set(e, "port"), Line: e.Line}
		id := strings.ToLower(attrValue(e, "id"))
		c.Secure = strings.Contains(id, "ssl") || strings.Contains(id, "https") || strings.Contains(name, "Ssl") || makesTLS(e)
		if c.Port.Set {
			r.xml.Connectors = append(r.xml.Connectors, c)
		}
	case name == "WebAppProvider" || name == "ContextProvider" || name == "DeploymentScanner" || name == "WebAppDeployer":
		r.xml.Deploy = append(r.xml.Deploy, r.set(e, "monitoredDirName", "monitoredDir", "monitoredDirectory", "webAppDir"))
	}
}

// makesTLS reports a connection factory of TLS below e.
func makesTLS(e *XMLElement) bool {
	return strings.HasSuffix(attrValue(e, "class"), ".SslConnectionFactory") || slices.ContainsFunc(e.Children, makesTLS)
}

// jmx reads the JMXServiceURL's arguments: protocol, host, port, "/jndi/rmi://HOST:PORT/jmxrmi".
func (r *jettyReader) jmx(e *XMLElement, class string) {
	for _, arg := range e.All("Arg") {
		for _, url := range arg.All("New") {
			args := url.All("Arg")
			if len(args) < 3 {
				continue
			}
			c := JettyConnector{Class: class, JMX: true, Line: e.Line, Host: r.value(args[1]), Port: r.value(args[2])}
			r.xml.Connectors = append(r.xml.Connectors, c)
			if len(args) > 3 {
				r.registry(c, r.value(args[3]))
			}
		}
	}
}

// registry is the port of the RMI registry that the URL's path names, when it is another one.
func (r *jettyReader) registry(c JettyConnector, path JettyValue) {
	_, rest, ok := strings.Cut(path.Value, "/jndi/rmi://")
	if !ok {
		return
	}
	address, _, _ := strings.Cut(rest, "/")
	host, port, ok := strings.Cut(address, ":")
	if !ok || port == c.Port.Value {
		return
	}
	c.Host = JettyValue{Set: host != "", Value: host, Line: path.Line}
	c.Port = JettyValue{Set: true, Value: port, Key: path.Key, Keys: path.Keys, Line: path.Line}
	r.xml.Connectors = append(r.xml.Connectors, c)
}

// set is the value of the last <Set> of one of the names directly in e: setters have no case in their first letter.
func (r *jettyReader) set(e *XMLElement, names ...string) JettyValue {
	var v JettyValue
	for _, s := range e.All("Set") {
		for _, name := range names {
			if strings.EqualFold(attrValue(s, "name"), name) {
				if found := r.value(s); found.Set || !v.Set {
					v = found
				}
			}
		}
	}
	return v
}

// value evaluates an element's content: text, properties and calls in their order; or the attribute property of a <Set>.
func (r *jettyReader) value(e *XMLElement) JettyValue {
	v := JettyValue{Line: e.Line}
	if key := attrValue(e, "property"); key != "" {
		r.ask(&v, r.from.Property, key)
		return v
	}
	var b strings.Builder
	at := 0
	for _, c := range e.Children {
		if b.Len() > maxJettyValue || len(v.Keys) > maxJettyKeys {
			break
		}
		b.WriteString(e.Text[at:c.Offset])
		at = c.Offset
		part := r.part(c)
		b.WriteString(part.Value)
		v.Set = v.Set || part.Set
		v.Keys = append(v.Keys, part.Keys...)
		if part.Key != "" {
			v.Key = part.Key
		}
	}
	b.WriteString(e.Text[at:])
	v.Value = strings.TrimSpace(b.String())
	v.Set = v.Set || v.Value != ""
	return v
}

// part evaluates one element inside a value.
func (r *jettyReader) part(e *XMLElement) JettyValue {
	switch e.Name {
	case "Property":
		return r.property(e, r.from.Property)
	case "SystemProperty":
		return r.property(e, r.from.System)
	case "Env":
		return r.property(e, r.from.Env)
	case "Call", "New", "Arg", "Item":
		args := e.All("Arg") // of a call that makes a file of names, the last one is the name
		if len(args) > 0 {
			return r.value(args[len(args)-1])
		}
	}
	return JettyValue{Line: e.Line}
}

// property is <Property name="jetty.http.port" deprecated="jetty.port" default="8080"/>, the three also as elements.
func (r *jettyReader) property(e *XMLElement, lookup Lookup) JettyValue {
	v := JettyValue{Line: e.Line}
	for _, key := range jettyNames(e) {
		if !v.Set {
			r.ask(&v, lookup, key)
		}
	}
	if v.Set {
		return v
	}
	if a, ok := e.Attr("default"); ok {
		v.Set, v.Value = true, a.Value
	}
	for _, d := range append(e.All("Default"), e.All("default")...) {
		inner := r.value(d)
		v.Set, v.Value, v.Key = true, inner.Value, inner.Key
		v.Keys = append(v.Keys, inner.Keys...)
	}
	return v
}

// jettyNames are the names that an element asks, in their order.
func jettyNames(e *XMLElement) []string {
	keys := append([]string{attrValue(e, "name")}, strings.Split(attrValue(e, "deprecated"), ",")...)
	for _, name := range []string{"Name", "name", "Deprecated", "deprecated"} {
		for _, c := range e.All(name) {
			keys = append(keys, c.Text)
		}
	}
	for i, key := range keys {
		keys[i] = strings.TrimSpace(key)
	}
	return slices.DeleteFunc(keys, func(key string) bool { return key == "" })
}

func (r *jettyReader) ask(v *JettyValue, lookup Lookup, key string) {
	v.Keys = append(v.Keys, key)
	if lookup == nil {
		return
	}
	if value, ok := lookup(key); ok {
		v.Set, v.Value, v.Key = true, value, key
	}
}

func attrValue(e *XMLElement, name string) string {
	a, _ := e.Attr(name)
	return a.Value
}

// JettyDefault is a <Property>, <SystemProperty> or <Env> of a file, with what it is where nothing sets it.
type JettyDefault struct {
	Kind    string   // the element's name
	Names   []string // its name, then the older ones that are asked behind it
	Default string
	Set     bool // it has a default, one that is text
	Line    int
}

// maxJettyDefaults bounds those of one file: Jetty's own have some 50.
const maxJettyDefaults = 5_000

// ReadJettyDefaults reads all properties that a file asks.
func ReadJettyDefaults(data []byte, from JettySources) ([]JettyDefault, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if doc.Root.Name != "Configure" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <Configure>", excerpt(doc.Root.Name))
	}
	r := jettyReader{from: from}
	var list []JettyDefault
	var walk func(e *XMLElement)
	walk = func(e *XMLElement) {
		if asksJetty(e) && len(list) <= maxJettyDefaults {
			asked := r.property(e, nil)
			d := JettyDefault{Kind: e.Name, Names: jettyNames(e), Default: asked.Value, Set: asked.Set, Line: e.Line}
			for _, x := range append(e.All("Default"), e.All("default")...) {
				d.Set = d.Set && !slices.ContainsFunc(x.Children, func(c *XMLElement) bool { return !asksJetty(c) })
			}
			list = append(list, d)
		}
		for _, c := range e.Children {
			walk(c)
		}
	}
	walk(doc.Root)
	if len(list) > maxJettyDefaults {
		return list[:maxJettyDefaults], syntaxf(list[maxJettyDefaults].Line, "more than %d properties", maxJettyDefaults)
	}
	return list, nil
}

func asksJetty(e *XMLElement) bool { return jettyAsks(e.Name) }

// jettyAsks reports an element that stands for a property or a variable, and may say what it is where nothing sets that.
func jettyAsks(element string) bool {
	return element == "Property" || element == "SystemProperty" || element == "Env"
}
