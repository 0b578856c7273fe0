package inforce

import (
	"cmp"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/parse"
)

// jbossLevel is one of those that say something of a managed server: its own element and the rest of host.xml, its group and the rest of domain.xml. What
// stands on a level counts more than what stands on the next (org.jboss.as.host.controller.ManagedServerOperationsFactory, ManagedServerBootCmdFactory).
type jbossLevel struct {
	flat jbossFlattener
	rank int
	root *parse.XMLElement // nil when it is not there
}

// managedServer makes values of the domain for one of its servers, under the keys that a server of its own has.
type managedServer struct {
	*wildFly
	name                        string
	server, host, group, domain *jbossLevel
}

// managed reads the domain's documents. What they say of other servers, groups and profiles is not the server's.
func (w *wildFly) managed() []layer {
	d, _ := config.JBossDomainOf(w.s, w.c.Java)
	hostFile := d.HostFile()
	host := w.domainRoot(hostFile)
	domainFile := d.DomainFile(len(within(host, "domain-controller", "remote")) > 0)
	domain := w.domainRoot(domainFile)
	m := &managedServer{wildFly: w, name: w.managedName()}
	w.atHost = d.Properties
	m.host, m.domain = newJBossLevel(hostFile, -2, host), newJBossLevel(domainFile, 0, domain)
	m.server = newJBossLevel(hostFile, -3, labelled(within(host, "servers", "server"), m.name))
	if m.server.root == nil && host != nil {
		w.skip(hostFile, "has no server of the process's name: what is meant for it alone is not known")
	}
	group := attrOf(m.server.root, "group")
	m.group = newJBossLevel(domainFile, -1, labelled(within(domain, "server-groups", "server-group"), group))
	if m.group.root == nil && m.server.root != nil && domain != nil {
		w.skip(domainFile, "has no group of the server's: its profile is not known")
	}
	if w.props["jboss.server.name"] == "" {
		w.props["jboss.server.name"] = m.name
	}
	m.properties()
	m.elements()
	return []layer{m.layer(m.server, m.host), m.layer(m.group, m.domain)}
}

func newJBossLevel(file string, rank int, root *parse.XMLElement) *jbossLevel {
	return &jbossLevel{flat: jbossFlattener{file: file, count: map[string]int{}}, rank: rank, root: root}
}

// domainRoot is the root of a document of the domain.
func (w *wildFly) domainRoot(file string) *parse.XMLElement {
	doc := w.parsed(file)
	if doc == nil {
		return nil
	}
	return doc.Root
}

// managedName is the server's: its host controller sets a property "[Server:shop]".
func (w *wildFly) managedName() string {
	for name := range w.props {
		if s, ok := strings.CutPrefix(name, "[Server:"); ok {
			return strings.TrimSuffix(s, "]")
		}
	}
	return ""
}

func (m *managedServer) levels() []*jbossLevel {
	return []*jbossLevel{m.server, m.host, m.group, m.domain}
}

// layer is what two levels of one document say.
func (m *managedServer) layer(levels ...*jbossLevel) layer {
	l := layer{kind: "file", path: levels[0].flat.file}
	for _, level := range levels {
		for _, v := range slices.Concat(level.flat.properties, level.flat.values) {
			if v.rank = level.rank; level == m.host && strings.HasPrefix(v.key, "jvm[") {
				v.rank = m.domain.rank // the group's JVM counts more than the one of the host that it names
			}
			l.values = append(l.values, v)
		}
	}
	return l
}

// properties are the system properties of all levels. The host controller resolves those that are there when a server boots, by its own properties.
func (m *managedServer) properties() {
	for _, e := range within(m.host.root, "system-properties", "property") {
		m.atHost[attrOf(e, "name")] = attrOf(e, "value")
	}
	for _, level := range slices.Backward(m.levels()) {
		for _, e := range within(level.root, "system-properties", "property") {
			text, _ := e.Attr("value")
			p := fileValue("file", attrOf(e, "name"), text.Value, level.flat.file, max(text.Line, e.Line))
			p.scope = propertyScope
			m.props[p.key], m.brought[p.key] = p.text, nil
			if !strings.EqualFold(attrOf(e, "boot-time"), "false") {
				p.before = true
				x := m.expand(p)
				m.props[p.key], m.brought[p.key] = x.Text, x.Used
			}
			level.flat.properties = append(level.flat.properties, p)
		}
	}
}

// elements are all others.
func (m *managedServer) elements() {
	for _, e := range within(m.domain.root, "extensions") {
		m.domain.flat.element(e, "", false)
	}
	m.wholes("paths", "path")
	m.wholes("interfaces", "interface")
	m.management()
	m.profile(attrOf(m.group.root, "profile"))
	m.sockets()
	m.deployed("deployments", "deployment")
	m.deployed("deployment-overlays", "deployment-overlay")
	m.jvm()
	m.itself(m.server, "servers/server["+m.name+"]")
	m.itself(m.group, "server-groups/server-group["+attrOf(m.server.root, "group")+"]")
	for _, level := range m.levels() {
		for i, v := range level.flat.values {
			level.flat.values[i].before = level != m.domain
			if level.flat.values[i].scope = "domain"; strings.HasPrefix(v.key, "jvm[") && strings.Contains(v.key, "/jvm-options/") {
				level.flat.values[i].scope = level.flat.file + level.root.Name // the options of all levels are in force
			}
		}
	}
}

// wholes are elements which as a whole take the place of one of the same name on another level.
func (m *managedServer) wholes(list, kind string) {
	won := map[string][]value{}
	for _, level := range m.levels() {
		for _, e := range within(level.root, list, kind) {
			before := len(level.flat.values)
			level.flat.element(e, list, false)
			found := level.flat.values[before:]
			name := attrOf(e, "name")
			if first, ok := won[name]; ok {
				found = slices.DeleteFunc(found, func(v value) bool {
					return !slices.ContainsFunc(first, func(f value) bool { return f.key == v.key })
				})
				level.flat.values = level.flat.values[:before+len(found)]
			} else if len(found) > 0 { // domain.xml may leave it to the hosts what an interface is
				won[name] = slices.Clone(found)
			}
		}
	}
}

// management is what servers have of it: who may do what, and the audit log.
func (m *managedServer) management() {
	for _, e := range within(m.domain.root, "management") {
		m.domain.flat.element(e, "", false)
	}
	for _, e := range within(m.host.root, "management", "audit-log") {
		m.host.flat.element(e, "management", false)
	}
	m.host.flat.values = slices.DeleteFunc(m.host.flat.values, func(v value) bool { // of the host controller
		return strings.HasPrefix(v.key, "management/audit-log/logger")
	})
}

// profile is the server group's with all that it includes.
func (m *managedServer) profile(name string) {
	m.included(name, "profiles", "profile", func(e *parse.XMLElement) {
		for _, c := range e.Children {
			if localName(c) != "include" {
				m.domain.flat.element(c, "profile", false)
			}
		}
	})
}

// included takes the element of that name, and those that it includes: by an attribute, or by elements in documents of JBoss AS 7.
func (m *managedServer) included(name, list, kind string, take func(*parse.XMLElement)) {
	todo, seen := []string{name}, map[string]bool{}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		e := labelled(within(m.domain.root, list, kind), at)
		if e == nil || seen[at] {
			continue
		}
		seen[at] = true
		take(e)
		todo = append(todo, strings.Fields(attrOf(e, "includes"))...)
		for _, c := range within(e, "include") {
			todo = append(todo, attrOf(c, kind))
		}
	}
}

// sockets are the bindings that the server names, or its group; the offset and the interface of the bindings may be the server's own, or the group's.
func (m *managedServer) sockets() {
	uses := map[*jbossLevel]*parse.XMLElement{}
	for _, level := range []*jbossLevel{m.server, m.group} {
		for _, e := range append(within(level.root, "socket-bindings"), within(level.root, "socket-binding-group")...) {
			uses[level] = e
		}
	}
	name := cmp.Or(attrOf(uses[m.server], "socket-binding-group"), attrOf(uses[m.server], "ref"), attrOf(uses[m.group], "ref"))
	at := "socket-binding-group[" + name + "]"
	m.included(name, "socket-binding-groups", "socket-binding-group", func(e *parse.XMLElement) {
		if attrOf(e, "name") == name {
			m.domain.flat.attributes(e, at)
		}
		for _, c := range e.Children {
			if localName(c) != "include" {
				m.domain.flat.element(c, at, false)
			}
		}
	})
	for level, e := range uses {
		for _, a := range e.Attrs {
			if a.Name == "port-offset" || a.Name == "default-interface" {
				level.flat.add(at+"@"+a.Name, a.Value, a.Line)
			}
		}
	}
}

// deployed are the deployments of the server group, with what the domain says of them.
func (m *managedServer) deployed(list, kind string) {
	for _, e := range within(m.group.root, list, kind) {
		m.group.flat.element(e, list, false)
		if of := labelled(within(m.domain.root, list, kind), attrOf(e, "name")); of != nil {
			m.domain.flat.element(of, list, false)
		}
	}
}

// jvm is how the host controller starts the server's JVM: what the host says of the JVM that server or group name, then the group, then the server.
func (m *managedServer) jvm() {
	name, found := "", map[*jbossLevel]*parse.XMLElement{}
	for _, level := range []*jbossLevel{m.group, m.server} {
		for _, e := range within(level.root, "jvm") { // there is one
			name, found[level] = attrOf(e, "name"), e
		}
	}
	found[m.host] = labelled(within(m.host.root, "jvms", "jvm"), name)
	for level, e := range found {
		if e == nil {
			continue
		}
		level.flat.attributes(e, "jvm["+name+"]")
		for _, c := range e.Children {
			level.flat.element(c, "jvm["+name+"]", false)
		}
	}
}

// itself is the rest of the server's and the group's own elements.
func (m *managedServer) itself(level *jbossLevel, key string) {
	if level.root == nil {
		return
	}
	level.flat.attributes(level.root, key)
	for _, e := range level.root.Children {
		switch localName(e) {
		case "system-properties", "interfaces", "paths", "deployments", "deployment-overlays", "jvm":
		default:
			level.flat.element(e, key, false)
		}
	}
}

// within are the elements on a path below another one, whatever their prefixes.
func within(e *parse.XMLElement, path ...string) []*parse.XMLElement {
	if e == nil {
		return nil
	}
	at := []*parse.XMLElement{e}
	for _, name := range path {
		var next []*parse.XMLElement
		for _, e := range at {
			for _, c := range e.Children {
				if localName(c) == name {
					next = append(next, c)
				}
			}
		}
		at = next
	}
	return at
}

func localName(e *parse.XMLElement) string {
	if _, local, ok := strings.Cut(e.Name, ":"); ok {
		return local
	}
	return e.Name
}

// labelled is the element with that name, nil when there is none.
func labelled(list []*parse.XMLElement, name string) *parse.XMLElement {
	for _, e := range list {
		if attrOf(e, "name") == name {
			return e
		}
	}
	return nil
}

// attrOf is an attribute's value, "" when it is not there.
func attrOf(e *parse.XMLElement, name string) string {
	if e == nil {
		return ""
	}
	a, _ := e.Attr(name)
	return a.Value
}
