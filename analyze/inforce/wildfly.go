package inforce

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/parse"
)

// wildFly is WildFly's and JBoss EAP's configuration: the document that the server was started with, its expressions resolved by system properties,
// which the document overrides those of the command line with, and by the environment (docs.wildfly.org: "Admin Guide", "Expressions").
func (r *reader) wildFly() rules {
	w := &wildFly{reader: r, command: parse.ReadJBossCommand(r.c.Java.Program), props: map[string]string{}, brought: map[string][]parse.Used{}}
	w.given()
	w.folders()
	own, documents := w.documents()
	variables := layer{kind: "environment", values: r.environment()}
	for i := range variables.values {
		variables.values[i].scope = "environment"
	}
	out := rules{name: "WildFly", decides: documentName}
	if w.atHost != nil {
		out.name = "WildFly domain"
	}
	out.layers = slices.Concat(own, w.layers, []layer{variables}, documents)
	out.expand = func(v value) parse.Expansion {
		if v.scope == "environment" || v.scope == w.others || v.kind != "file" && v.scope == propertyScope {
			return parse.Expansion{Text: v.text}
		}
		return w.expand(v)
	}
	return out
}

// expand replaces the expressions of a value.
func (w *wildFly) expand(v value) parse.Expansion {
	lookup := w.lookup
	if v.before {
		lookup = func(name string) (string, bool) { return w.lookupIn(w.atHost, name) }
	}
	x := parse.Placeholders{Lookup: lookup, Separator: ":", Others: ","}.Expand(v.text)
	for _, u := range x.Used {
		x.Used = append(x.Used, w.brought[u.Name]...)
	}
	return x
}

// propertyScope is that of system properties: the document's and the command line's override each other.
const propertyScope = "system properties"

type wildFly struct {
	*reader
	command    parse.JBossCommand
	props      map[string]string
	configured layer   // the document's system-properties
	layers     []layer // those of the command line
	home, base string
	atHost     map[string]string       // of a server in a domain: the properties of its host controller
	others     string                  // of a host controller: the document whose expressions are its servers' to resolve
	brought    map[string][]parse.Used // what stands in properties that another process has resolved
}

// given are the properties of the command line: of the JVM, then of the server's own arguments and of the files that -P names.
func (w *wildFly) given() {
	own := layer{kind: "argument"}
	for _, p := range w.command.Properties {
		if p.File == "" {
			own.values = append(own.values, w.javaArgument("argument", p.Name, p.Value, p.From))
			continue
		}
		name := w.s.Main.Abs(parse.FileURI(p.File))
		data, ok := w.read(name)
		if !ok {
			continue
		}
		settings, err := parse.ReadProperties(data)
		if err != nil {
			w.unread(name, err)
			continue
		}
		for _, s := range settings {
			own.values = append(own.values, fileValue("properties file", s.Key, s.Value, name, s.Line))
		}
	}
	w.layers = []layer{own, w.properties()}
	for _, l := range slices.Backward(w.layers) {
		for i := range l.values {
			l.values[i].scope = propertyScope
			w.props[l.values[i].key] = l.values[i].text
		}
	}
}

// folders sets the properties that the server sets itself.
func (w *wildFly) folders() {
	set := func(name, otherwise string) string {
		if w.props[name] == "" {
			w.props[name] = otherwise
		} else {
			w.props[name] = w.s.Main.Abs(w.props[name])
		}
		return w.props[name]
	}
	home := string(w.s.App.Platform.Home)
	if at, ok := w.command.Options["jboss-home"]; ok {
		home = w.s.Main.Abs(at.Value)
	}
	if home == "" && w.c.Java.Mode == parse.JavaJar {
		home = path.Dir(w.s.Main.Abs(w.c.Java.Main.Value))
	}
	w.home = set("jboss.home.dir", home)
	base := path.Join(w.home, "standalone")
	if w.command.Module.Value != parse.JBossStandalone {
		domain := set("jboss.domain.base.dir", path.Join(w.home, "domain"))
		set("jboss.domain.config.dir", path.Join(domain, "configuration"))
		if w.command.Module.Value != parse.JBossServerMain {
			return
		}
		base = path.Join(set("jboss.domain.servers.dir", path.Join(domain, "servers")), w.managedName())
	}
	w.base = set("jboss.server.base.dir", base)
	set("jboss.server.config.dir", path.Join(w.base, "configuration"))
	set("jboss.server.data.dir", path.Join(w.base, "data"))
	set("jboss.server.log.dir", path.Join(w.base, "log"))
	set("jboss.server.temp.dir", path.Join(w.base, "tmp"))
}

// documents are what is in force of standalone.xml, or of a domain's two files: what counts more than the command line, and what stands beside it.
func (w *wildFly) documents() (own, documents []layer) {
	if w.command.Module.Value == parse.JBossServerMain {
		return w.managed(), nil
	}
	add := func(file string, applies bool) {
		if l, ok := w.document(file, applies); ok {
			documents = append(documents, l)
		}
	}
	if d, ok := config.JBossDomainOf(w.s, w.c.Java); ok {
		w.others = d.DomainFile(len(within(w.domainRoot(d.HostFile()), "domain-controller", "remote")) > 0)
		add(d.HostFile(), true)
		add(w.others, false)
		return []layer{w.configured}, documents
	}
	name := "standalone.xml"
	if at, ok := w.command.Options["server-config"]; ok && at.Value != "" {
		name = at.Value
	}
	if !path.IsAbs(name) {
		name = path.Join(w.props["jboss.server.config.dir"], name)
	}
	add(path.Clean(name), true)
	return []layer{w.configured}, documents
}

// document reads one file; its system properties, when they apply to the process, count more than those of the command line.
func (w *wildFly) document(file string, applies bool) (layer, bool) {
	doc := w.parsed(file)
	if doc == nil {
		return layer{}, false
	}
	l := layer{kind: "file", path: file}
	f := jbossFlattener{file: file, count: map[string]int{}, inert: !applies}
	f.attributes(doc.Root, "")
	for _, e := range doc.Root.Children { // of server, domain or host
		f.element(e, "", false)
	}
	l.values = f.values
	if applies {
		w.configured.kind, w.configured.path = "file", file
	}
	for _, p := range f.properties {
		p.scope = propertyScope
		w.configured.values = append(w.configured.values, p)
		w.props[p.key] = p.text
	}
	return l, true
}

// parsed is a document that must be there, nil when it is not or cannot be read.
func (w *wildFly) parsed(file string) *parse.XMLDocument {
	data, ok := w.read(file)
	if !ok {
		w.skip(file, "not found: what the server was started with is not known")
		return nil
	}
	doc, err := parse.ReadXML(data)
	if err != nil {
		w.unread(file, err)
		return nil
	}
	for _, e := range doc.Unknown {
		w.skip(file, "external entities are not read: &"+e.Name+";")
	}
	return doc
}

// lookup resolves a name as org.jboss.dmr.ValueExpressionResolver does: a system property, the variable that stands for it, or env.NAME.
func (w *wildFly) lookup(name string) (string, bool) { return w.lookupIn(w.props, name) }

func (w *wildFly) lookupIn(props map[string]string, name string) (string, bool) {
	if v, ok := props[name]; ok {
		return v, true
	}
	if v, ok := w.s.Main.Getenv(parse.JBossVariable(name)); ok {
		return v, true
	}
	if variable, ok := strings.CutPrefix(name, "env."); ok {
		return w.s.Main.Getenv(variable)
	}
	return "", false
}

// jbossFlattener makes values of a document: "profile/subsystem[undertow]/server[default-server]/http-listener[default]@socket-binding".
type jbossFlattener struct {
	file       string
	values     []value
	properties []value
	count      map[string]int
	inert      bool // system-properties are not the process's own
}

func (f *jbossFlattener) element(e *parse.XMLElement, at string, inProperties bool) {
	if e == nil {
		return
	}
	key := e.Name
	if _, local, ok := strings.Cut(key, ":"); ok {
		key = local
	}
	name, _ := e.Attr("name")
	if inProperties && key == "property" && name.Value != "" {
		v, _ := e.Attr("value")
		p := fileValue("file", name.Value, v.Value, f.file, max(v.Line, e.Line))
		f.properties = append(f.properties, p)
		return
	}
	if l := jbossLabel(e, key); l != "" {
		key += "[" + l + "]"
	}
	key = strings.TrimPrefix(at+"/"+key, "/")
	if f.count[key]++; f.count[key] > 1 {
		key += "[" + strconv.Itoa(f.count[key]) + "]"
	}
	f.attributes(e, key)
	if text := strings.TrimSpace(e.Text); text != "" {
		f.add(key, text, e.Line)
	}
	for _, kid := range e.Children {
		f.element(kid, key, key == "system-properties" && !f.inert)
	}
}

// attributes are those that are no label.
func (f *jbossFlattener) attributes(e *parse.XMLElement, key string) {
	for _, a := range e.Attrs {
		if a.Name != "name" && a.Name != "xmlns" && !strings.HasPrefix(a.Name, "xmlns:") {
			f.add(key+"@"+a.Name, a.Value, a.Line)
		}
	}
}

func (f *jbossFlattener) add(key, text string, line int) {
	v := fileValue("file", key, text, f.file, line)
	v.scope = f.file
	f.values = append(f.values, v)
}

// jbossLabel tells an element from its brothers: by its name, of a subsystem by its namespace, of a data source by its pool's name.
func jbossLabel(e *parse.XMLElement, kind string) string {
	if kind == "subsystem" {
		a, _ := e.Attr("xmlns")
		return parse.JBossSubsystem(a.Value)
	}
	for _, name := range []string{"name", "pool-name", "id", "category", "module-name"} {
		if a, ok := e.Attr(name); ok && a.Value != "" {
			return a.Value
		}
	}
	return ""
}
