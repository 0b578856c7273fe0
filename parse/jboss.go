package parse

import "strings"

// JBossConfig is a configuration of WildFly or JBoss EAP: standalone.xml, domain.xml or host.xml (docs.wildfly.org, "Admin Guide"; schemas
// wildfly-config_*.xsd). Values are as written; ExpandJBoss resolves their expressions.
type JBossConfig struct {
	Root         string  // "server", "domain" or "host"
	Name         XMLAttr // of the server or host; not set: the machine's name
	Properties   []JBossProperty
	Paths        []JBossPath
	Interfaces   []JBossInterface
	Groups       []JBossSocketGroup
	Profiles     []JBossProfile // the one of a standalone server has no name
	Management   []JBossSocket
	Deployments  []JBossDeployment
	ServerGroups []JBossServerGroup // of a domain
	Servers      []JBossServer      // of a host
	Remote       bool               // of a host: its domain controller is another one
}

// JBossProperty is one of system-properties.
type JBossProperty struct{ Name, Value XMLAttr }

// JBossPath is a named path.
type JBossPath struct{ Name, Path, RelativeTo string }

// JBossInterface names addresses. Kind is the criterion's element, "" when the interface has none here (a host gives it).
type JBossInterface struct {
	Name, Kind string  // "inet-address", "any-address", "loopback", "loopback-address", "nic", …
	Value      XMLAttr // of inet-address and loopback-address
	Line       int     // of the criterion, or the interface
}

// JBossSocketGroup is one socket-binding-group.
type JBossSocketGroup struct {
	Name             string
	DefaultInterface XMLAttr
	PortOffset       XMLAttr
	Include          []string // further groups whose bindings it has
	Bindings         []JBossBinding
	Line             int
}

// JBossBinding is one socket-binding; one with a multicast address listens on UDP.
type JBossBinding struct {
	Name, Interface string
	Port            XMLAttr
	Fixed           bool // without the group's offset
	Multicast       bool
	Line            int
}

// JBossProfile is what a server runs. Include names other profiles of a domain.
type JBossProfile struct {
	Name     string
	Include  []string
	Uses     []JBossUse
	Scanners []JBossScanner
	Default  []XMLAttr // deployments that answer at "/": default-web-module
}

// JBossUse is a socket binding that a subsystem opens.
type JBossUse struct {
	Binding string
	Purpose string // as model.Listener.Purpose; "" unknown
	Line    int
}

// JBossSocket is a management interface: either a socket binding, or a port of its own (host.xml, and JBoss AS 7.0).
type JBossSocket struct {
	Binding   string
	Interface string
	Port      XMLAttr
	Line      int
}

// JBossScanner is one deployment-scanner.
type JBossScanner struct {
	Path, RelativeTo XMLAttr
	Enabled          bool
	Line             int
}

// JBossDeployment is one managed deployment, or one of a server group (which has no content of its own).
type JBossDeployment struct {
	Name, RuntimeName string
	Enabled           bool
	SHA1              string // of the content in data/content
	Archive           XMLAttr
	RelativeTo        string // of Archive, which lies outside of the server
	Line              int
}

// JBossServerGroup is one server-group of a domain.
type JBossServerGroup struct {
	Name, Profile string
	SocketGroup   string
	PortOffset    XMLAttr
	Properties    []JBossProperty
	Deployments   []JBossDeployment
	Line          int
}

// JBossServer is one server of a host.
type JBossServer struct {
	Name, Group string
	SocketGroup string // "": its group's
	PortOffset  XMLAttr
	Interfaces  []JBossInterface
	Properties  []JBossProperty
	Line        int
}

// ReadJBoss reads standalone.xml, domain.xml or host.xml of any version since JBoss AS 7.
func ReadJBoss(data []byte) (*JBossConfig, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	root := doc.Root
	c := &JBossConfig{Root: localName(root.Name), Name: attrOf(root, "name")}
	if c.Root != "server" && c.Root != "domain" && c.Root != "host" {
		return nil, syntaxf(root.Line, "the root element is <%s>, not <server>, <domain> or <host>", excerpt(root.Name))
	}
	c.Properties, c.Interfaces = jbossProperties(root), jbossInterfaces(root)
	c.Deployments = jbossDeployments(root)
	for _, e := range within(root, "paths", "path") {
		c.Paths = append(c.Paths, JBossPath{Name: attrOf(e, "name").Value, Path: attrOf(e, "path").Value, RelativeTo: attrOf(e, "relative-to").Value})
	}
	for _, e := range append(children(root, "socket-binding-group"), within(root, "socket-binding-groups", "socket-binding-group")...) {
		c.Groups = append(c.Groups, jbossSocketGroup(e))
	}
	for _, e := range append(children(root, "profile"), within(root, "profiles", "profile")...) {
		c.Profiles = append(c.Profiles, jbossProfile(e))
	}
	for _, m := range within(root, "management", "management-interfaces") {
		for _, e := range m.Children {
			c.Management = append(c.Management, jbossManagement(e)...)
		}
	}
	for _, e := range within(root, "server-groups", "server-group") {
		g := JBossServerGroup{Name: attrOf(e, "name").Value, Profile: attrOf(e, "profile").Value, Line: e.Line, Properties: jbossProperties(e), Deployments: jbossDeployments(e)}
		for _, s := range children(e, "socket-binding-group") {
			g.SocketGroup, g.PortOffset = attrOf(s, "ref").Value, attrOf(s, "port-offset")
		}
		c.ServerGroups = append(c.ServerGroups, g)
	}
	for _, e := range within(root, "servers", "server") {
		c.Servers = append(c.Servers, jbossServer(e))
	}
	for _, e := range children(root, "domain-controller") {
		c.Remote = len(children(e, "remote")) > 0
	}
	return c, nil
}

func jbossServer(e *XMLElement) JBossServer {
	s := JBossServer{Name: attrOf(e, "name").Value, Group: attrOf(e, "group").Value, Line: e.Line, Properties: jbossProperties(e), Interfaces: jbossInterfaces(e)}
	for _, b := range append(children(e, "socket-bindings"), children(e, "socket-binding-group")...) {
		s.PortOffset = attrOf(b, "port-offset")
		if s.SocketGroup = attrOf(b, "socket-binding-group").Value; s.SocketGroup == "" {
			s.SocketGroup = attrOf(b, "ref").Value
		}
	}
	return s
}

// within are the children of that name of each child named list.
func within(e *XMLElement, list, name string) []*XMLElement {
	var out []*XMLElement
	for _, l := range children(e, list) {
		out = append(out, children(l, name)...)
	}
	return out
}

func jbossProperties(e *XMLElement) []JBossProperty {
	var out []JBossProperty
	for _, p := range within(e, "system-properties", "property") {
		out = append(out, JBossProperty{Name: attrOf(p, "name"), Value: attrOf(p, "value")})
	}
	return out
}

func jbossInterfaces(e *XMLElement) []JBossInterface {
	var out []JBossInterface
	for _, i := range within(e, "interfaces", "interface") {
		n := JBossInterface{Name: attrOf(i, "name").Value, Line: i.Line}
		for _, c := range i.Children {
			if kind := localName(c.Name); n.Kind == "" || kind == "inet-address" {
				n.Kind, n.Value, n.Line = kind, attrOf(c, "value"), c.Line
			}
		}
		out = append(out, n)
	}
	return out
}

func jbossSocketGroup(e *XMLElement) JBossSocketGroup {
	g := JBossSocketGroup{Name: attrOf(e, "name").Value, DefaultInterface: attrOf(e, "default-interface"), PortOffset: attrOf(e, "port-offset"), Line: e.Line}
	g.Include = includes(e)
	for _, i := range children(e, "include") { // JBoss AS 7
		g.Include = append(g.Include, attrOf(i, "socket-binding-group").Value)
	}
	for _, b := range children(e, "socket-binding") {
		_, multicast := b.Attr("multicast-address")
		g.Bindings = append(g.Bindings, JBossBinding{
			Name: attrOf(b, "name").Value, Interface: attrOf(b, "interface").Value, Port: attrOf(b, "port"), Multicast: multicast, Line: b.Line,
			Fixed: strings.EqualFold(attrOf(b, "fixed-port").Value, "true"),
		})
	}
	return g
}

func jbossDeployments(e *XMLElement) []JBossDeployment {
	var out []JBossDeployment
	for _, d := range within(e, "deployments", "deployment") {
		n := JBossDeployment{Name: attrOf(d, "name").Value, RuntimeName: attrOf(d, "runtime-name").Value, Enabled: notFalse(d, "enabled"), Line: d.Line}
		if n.RuntimeName == "" {
			n.RuntimeName = n.Name
		}
		for _, c := range d.Children {
			switch localName(c.Name) {
			case "content":
				n.SHA1 = attrOf(c, "sha1").Value
			case "fs-archive", "fs-exploded":
				n.Archive, n.RelativeTo = attrOf(c, "path"), attrOf(c, "relative-to").Value
			}
		}
		out = append(out, n)
	}
	return out
}
