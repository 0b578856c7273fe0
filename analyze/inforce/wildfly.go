package inforce

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/parse"
)

// wildFly is WildFly's and JBoss EAP's configuration: the document that the server was started with, its expressions resolved by system properties,
// which the document overrides those of the command line with, and by the environment (docs.wildfly.org: "Admin Guide", "Expressions").
func (r *reader) wildFly() rules {
	w := &wildFly{reader: r, command: parse.ReadJBossCommand(r.c.Java.Program), props: map[string]string{}}
	w.given()
	w.folders()
	var documents []layer
	for _, file := range w.documents() {
		if l, ok := w.document(file); ok {
			documents = append(documents, l)
		}
	}
	variables := layer{kind: "environment", values: r.environment()}
	for i := range variables.values {
		variables.values[i].scope = "environment"
	}
	out := rules{name: "WildFly", decides: documentName}
	out.layers = append([]layer{w.configured}, w.layers...)
	out.layers = append(out.layers, variables)
	out.layers = append(out.layers, documents...)
	out.expand = func(v value) parse.Expansion {
		if v.scope == "environment" || v.kind != "file" && v.scope == propertyScope {
			return parse.Expansion{Text: v.text}
		}
		return parse.Placeholders{Lookup: w.lookup, Separator: ":", Others: ","}.Expand(v.text)
	}
	return out
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
	if w.command.Module.Value != parse.JBossStandalone {
		w.base = set("jboss.domain.base.dir", path.Join(w.home, "domain"))
		set("jboss.domain.config.dir", path.Join(w.base, "configuration"))
		return
	}
	w.base = set("jboss.server.base.dir", path.Join(w.home, "standalone"))
	set("jboss.server.config.dir", path.Join(w.base, "configuration"))
	set("jboss.server.data.dir", path.Join(w.base, "data"))
	set("jboss.server.log.dir", path.Join(w.base, "log"))
	set("jboss.server.temp.dir", path.Join(w.base, "tmp"))
}

// documents are the files in force: standalone.xml, or of a domain domain.xml and host.xml.
func (w *wildFly) documents() []string {
	name := func(option, otherwise string) string {
		if at, ok := w.command.Options[option]; ok && at.Value != "" {
			otherwise = at.Value
		}
		return otherwise
	}
	below := func(dir, name string) string {
		if strings.HasPrefix(name, "/") {
			return path.Clean(name)
		}
		return path.Join(dir, name)
	}
	if w.command.Module.Value == parse.JBossStandalone {
		return []string{below(w.props["jboss.server.config.dir"], name("server-config", "standalone.xml"))}
	}
	dir := w.props["jboss.domain.config.dir"]
	return []string{below(dir, name("domain-config", "domain.xml")), below(dir, name("host-config", "host.xml"))}
}

// document reads one file; its system properties count more than those of the command line.
func (w *wildFly) document(file string) (layer, bool) {
	data, ok := w.read(file)
	if !ok {
		w.skip(file, "not found: what the server was started with is not known")
		return layer{}, false
	}
	doc, err := parse.ReadXML(data)
	if err != nil {
		w.unread(file, err)
		return layer{}, false
	}
	for _, e := range doc.Unknown {
		w.skip(file, "external entities are not read: &"+e.Name+";")
	}
	l := layer{kind: "file", path: file}
	f := jbossFlattener{file: file, count: map[string]int{}}
	f.attributes(doc.Root, "")
	for _, e := range doc.Root.Children { // of server, domain or host
		f.element(e, "", false)
	}
	l.values = f.values
	w.configured.kind, w.configured.path = "file", file
	for _, p := range f.properties {
		p.scope = propertyScope
		w.configured.values = append(w.configured.values, p)
		w.props[p.key] = p.text
	}
	return l, true
}

// lookup resolves a name as org.jboss.dmr.ValueExpressionResolver does: a system property, the variable that stands for it, or env.NAME.
func (w *wildFly) lookup(name string) (string, bool) {
	if v, ok := w.props[name]; ok {
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
		f.element(kid, key, strings.HasSuffix(key, "system-properties"))
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
