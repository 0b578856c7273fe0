package inforce

import (
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/model"
	"a2c/parse"
)

// tomcat is Tomcat's configuration: catalina.properties, which overrides system properties, ${…} from both, and of each application what its own
// context.xml, that of its Host, conf/context.xml and both web.xml make together (tomcat.apache.org: "The Context Container", org.apache.catalina.startup.ContextConfig).
func (r *reader) tomcat() rules {
	t := &tomcat{reader: r, numbers: numberer{}}
	for _, s := range r.c.Settings {
		if path.Base(s.File) == "catalina.properties" && path.Dir(s.File) == path.Join(t.base(), "conf") {
			t.catalina.kind, t.catalina.path = "file", s.File
			t.catalina.values = append(t.catalina.values, fileValue("file", s.Key, s.Value, s.File, s.Line))
		}
	}
	given := r.properties()
	for _, l := range []layer{t.catalina, given} {
		for i := range l.values {
			l.values[i].scope = propertyScope
		}
	}
	t.applications()
	out := rules{name: "Tomcat", decides: documentName}
	args := r.standing(func(config.Setting) bool { return false })
	out.layers = append([]layer{args[0], t.catalina, given, args[2]}, t.layers...)
	read := map[string]bool{t.catalina.path: true}
	for _, l := range t.layers {
		read[l.path] = l.path != path.Join(t.base(), "conf/web.xml") && l.path != t.serverFile // they stand for themselves, too
	}
	out.layers = append(out.layers, r.asWritten(documents(r.c.Settings, func(s config.Setting) bool { return !read[s.File] }))...)
	lookup := r.tomcatLookup()
	out.expand = func(v value) parse.Expansion {
		if v.kind == "environment" || v.kind == "argument" || v.scope == propertyScope || !strings.HasSuffix(string(v.place.Path), ".xml") && !strings.HasSuffix(string(v.place.Path), ".default") {
			return parse.Expansion{Text: v.text}
		}
		return parse.Placeholders{Lookup: lookup, Separator: ":-", Whole: true}.Expand(v.text)
	}
	return out
}

// tomcatLookup resolves ${…} as Tomcat's digester does.
func (r *reader) tomcatLookup() parse.Lookup {
	base, property := r.c.Dirs["base"], func(name string) (string, bool) {
		p, ok := r.c.Java.Property(name)
		return p.Value, ok
	}
	file := map[string]string{}
	for _, s := range r.c.Settings {
		if s.File == path.Join(base, "conf/catalina.properties") {
			file[s.Key] = s.Value
		}
	}
	return parse.TomcatLookup(file, property, r.s.Main.Getenv, string(r.s.App.Platform.Home), base)
}

// asWritten reads again what the documents of Tomcat say, since the configuration has their placeholders replaced.
func (r *reader) asWritten(layers []layer) []layer {
	for i, l := range layers {
		if !strings.HasSuffix(l.path, ".xml") || strings.Contains(l.path, "!/") {
			continue
		}
		if root := r.xmlRoot(l.path); root != nil {
			layers[i].values = xmlValues(numberer{}, l.path, root, "")
			for k := range layers[i].values {
				layers[i].values[k].scope = l.path
			}
		}
	}
	return layers
}

type tomcat struct {
	*reader
	numbers  numberer
	catalina layer
	layers   []layer
	// server is the root of server.xml, and serverFile its name.
	server     *parse.XMLElement
	serverFile string
}

func (t *tomcat) base() string { return t.c.Dirs["base"] }

// applications reads what is in force for each of them.
func (t *tomcat) applications() {
	hosts := t.hosts()
	for _, w := range t.s.App.WebApps {
		h := tomcatFolder{appBase: path.Join(t.base(), "webapps"), xmlBase: path.Join(t.base(), "conf/Catalina/localhost")}
		for _, each := range slices.Backward(hosts) {
			if each.context(w) != nil || path.Dir(string(w.Descriptor)) == each.xmlBase || path.Dir(string(w.Path)) == each.appBase || len(hosts) == 1 {
				h = each
			}
		}
		label := w.Context
		if len(hosts) > 1 {
			label = h.name + w.Context
		}
		t.application(w, h, "["+label+"]")
	}
}

// tomcatFolder is where a Host has its applications and their descriptors, and the contexts that server.xml has in it.
type tomcatFolder struct {
	name, appBase, xmlBase string
	contexts               []parse.TomcatContext
}

// context is that of an application in server.xml, nil when it has none there.
func (h tomcatFolder) context(w model.WebApp) *parse.XMLElement {
	for _, c := range h.contexts {
		at := c.Path.Value
		if at == "" || at == "/ROOT" {
			at = "/"
		}
		if w.Descriptor == "" && (c.Path.Set && at == w.Context || !c.Path.Set && c.DocBase.Set && tomcatBelow(h.appBase, c.DocBase.Value) == string(w.Path)) {
			return c.Element
		}
	}
	return nil
}

func (t *tomcat) hosts() []tomcatFolder {
	name := path.Join(t.base(), "conf/server.xml")
	for i, a := range t.c.Java.Program {
		if a.Value == "-config" && i+1 < len(t.c.Java.Program) {
			name = tomcatBelow(t.base(), t.c.Java.Program[i+1].Value)
		}
	}
	data, _ := t.read(name)
	server, err := parse.ReadTomcatServer(data, t.tomcatLookup())
	if err != nil {
		return nil // which is said of server.xml
	}
	t.server, t.serverFile = server.Doc.Root, name
	var list []tomcatFolder
	for _, h := range server.Hosts {
		f := tomcatFolder{h.Name, path.Join(t.base(), "webapps"), path.Join(t.base(), "conf", h.Engine, h.Name), h.Contexts}
		if h.AppBase.Set {
			f.appBase = tomcatBelow(t.base(), h.AppBase.Value)
		}
		if h.XMLBase.Set {
			f.xmlBase = tomcatBelow(t.base(), h.XMLBase.Value)
		}
		list = append(list, f)
	}
	return list
}

func tomcatBelow(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

// contextFile is one of the files that make an application's context, in the order in which Tomcat reads them.
type contextFile struct {
	name string
	root *parse.XMLElement
}

// application makes values of an application's contexts and descriptors.
func (t *tomcat) application(w model.WebApp, h tomcatFolder, label string) {
	classes := &classPath{r: t.reader}
	defer classes.close()
	classes.add(string(w.Path), "")
	own := contextFile{name: string(w.Descriptor)}
	inServer := false
	if e := h.context(w); e != nil { // META-INF/context.xml is not asked then
		own, inServer = contextFile{t.serverFile, e}, true
	} else if own.name != "" {
		own.root = t.xmlRoot(own.name)
	} else if data, full, ok := classes.resource("META-INF/context.xml"); ok {
		own = contextFile{full, t.xmlOf(full, data)}
	}
	files := []contextFile{own}
	if own.root == nil || !overrides(own.root, false) {
		general, ofHost := path.Join(t.base(), "conf/context.xml"), path.Join(h.xmlBase, "context.xml.default")
		files = []contextFile{{general, t.xmlRoot(general)}, {ofHost, t.xmlRoot(ofHost)}, own}
		if inServer { // it is read with the server, before the general ones
			files = []contextFile{own, files[0], files[1]}
		}
	}
	c := &tomcatContext{tomcat: t, label: label, at: map[string][]*parse.XMLElement{}}
	for i, f := range files {
		if f.root != nil && f.root.Name == "Context" {
			c.context(f, len(files)-i)
		}
	}
	var web *parse.XMLElement
	if data, full, ok := classes.resource("WEB-INF/web.xml"); ok {
		web = t.xmlOf(full, data)
		c.descriptor(full, web, webAppRank, nil)
	}
	c.fragments(classes, web)
	general := path.Join(t.base(), "conf/web.xml")
	c.descriptor(general, t.xmlRoot(general), defaultsRank, c.keys())
}

// xmlRoot is the root of a document, nil for one that is not there or broken. It is read once: those of the server count for each of its applications.
func (r *reader) xmlRoot(name string) *parse.XMLElement {
	if root, known := r.roots[name]; known || name == "" {
		return root
	}
	var root *parse.XMLElement
	if data, ok := r.read(name); ok {
		root = r.xmlOf(name, data)
	}
	r.roots[name] = root
	return root
}

func (r *reader) xmlOf(name string, data []byte) *parse.XMLElement {
	doc, err := parse.ReadXML(data)
	if err != nil {
		r.unread(name, err)
		return nil
	}
	return doc.Root
}

// overrides is the attribute override.
func overrides(e *parse.XMLElement, otherwise bool) bool {
	if a, ok := e.Attr("override"); ok {
		return strings.EqualFold(a.Value, "true")
	}
	return otherwise
}

// Ranks of what both a context and a web.xml may set: override="false" of a Parameter or Environment makes it count more than web.xml.
const (
	firmRank     = -100
	webAppRank   = -50
	fragmentRank = -45
	defaultsRank = -40
)

// tomcatContext collects the values of one application.
type tomcatContext struct {
	*tomcat
	label string
	at    map[string][]*parse.XMLElement // named elements of the contexts by kind and name, as they come
}

// context makes values of one context file. Of attributes the last file's count, of Resources and the like, and of Parameters the first one's, of
// Environments the last one's unless one before says override="false".
func (c *tomcatContext) context(f contextFile, rank int) {
	l := layer{kind: kindOf(f.name), path: f.name}
	for _, v := range xmlValues(c.numbers, f.name, f.root, "Context"+c.label) {
		v.rank = rank
		if v.key == "Context"+c.label+"@sessionTimeout" {
			v.key = "web-app" + c.label + "/session-config/session-timeout" // which any web.xml sets over this
		}
		if !mergesInContext(strings.TrimPrefix(v.key, "Context"+c.label)) {
			v.scope = f.name
		}
		l.values = append(l.values, v)
	}
	for _, e := range f.root.Children {
		if name, _ := e.Attr("name"); name.Value != "" {
			c.named(l.values, e, name.Value, rank)
		}
	}
	c.add(l)
}

// named ranks the values of an element with a name.
func (c *tomcatContext) named(values []value, e *parse.XMLElement, name string, rank int) {
	if v, ok := c.linked(e, name); ok {
		c.add(layer{kind: "file", path: string(v.place.Path), values: []value{v}})
	}
	kind := "/" + e.Name + "[" + name + "]"
	before := c.at[kind]
	c.at[kind] = append(before, e)
	last := e.Name == "Environment" // counts
	first := -rank
	if last {
		first = rank
		if slices.ContainsFunc(before, func(b *parse.XMLElement) bool { return !overrides(b, true) }) {
			first = 10 + rank
		}
	}
	firm := !overrides(e, true) && (last && first == rank || !last && len(before) == 0)
	for i, v := range values {
		if !strings.HasPrefix(v.key, "Context"+c.label+kind+"@") {
			continue
		}
		values[i].rank = first
		if key := c.descriptorKey(e.Name, name); key != "" && strings.HasSuffix(v.key, "@value") {
			values[i].key = key
			if firm {
				values[i].rank = firmRank + first
			}
		}
	}
}

// linked is the value of the Environment of the whole server that a ResourceLink names.
func (c *tomcatContext) linked(e *parse.XMLElement, name string) (value, bool) {
	global, _ := e.Attr("global")
	if e.Name != "ResourceLink" || c.server == nil {
		return value{}, false
	}
	for _, g := range c.server.All("GlobalNamingResources") {
		for _, x := range g.All("Environment") {
			if n, _ := x.Attr("name"); n.Value == global.Value {
				v, ok := x.Attr("value")
				is := fileValue("file", c.descriptorKey("Environment", name), v.Value, c.serverFile, v.Line)
				return is, ok
			}
		}
	}
	return value{}, false
}

// mergesInContext reports a part of a context that takes the place of that of another file: attributes, elements with a name, and those of which there is
// one; others, such as valves, are all in force.
func mergesInContext(key string) bool {
	element, _, _ := strings.Cut(strings.TrimPrefix(key, "/"), "/")
	element, attr, isAttr := strings.Cut(element, "@")
	kind, _, named := strings.Cut(element, "[")
	return isAttr && (element == "" || attr == "") || named && slices.Contains([]string{"Resource", "ResourceLink", "ResourceEnvRef", "Environment", "Parameter", "Ejb", "Transaction"}, kind) ||
		slices.Contains([]string{"Manager", "Loader", "CookieProcessor", "JarScanner", "Resources"}, kind)
}

// descriptorKey is where a web.xml says what a Parameter or an Environment says.
func (c *tomcatContext) descriptorKey(kind, name string) string {
	switch kind {
	case "Parameter":
		return "web-app" + c.label + "/context-param[" + name + "]/param-value"
	case "Environment":
		return "web-app" + c.label + "/env-entry[" + name + "]/env-entry-value"
	}
	return ""
}

// descriptor makes values of a web.xml; of the general one only those that the application has, too, and those of the whole application.
func (c *tomcatContext) descriptor(name string, root *parse.XMLElement, rank int, have map[string]bool) {
	l := layer{kind: kindOf(name), path: name}
	for _, v := range xmlValues(c.numbers, name, root, "web-app"+c.label) {
		if have != nil && !have[v.key] && !strings.Contains(v.key, "/context-param[") && !strings.Contains(v.key, "/session-config/") {
			continue
		}
		if v.rank = rank; rank == fragmentRank && addsUp(v.key[len("web-app"+c.label):]) {
			v.scope = name
		}
		l.values = append(l.values, v)
	}
	c.add(l)
}

// addsUp reports a part of a web.xml that is in force beside those of others: what has no name, but for the settings of sessions.
func addsUp(key string) bool {
	element, _, _ := strings.Cut(strings.TrimPrefix(key, "/"), "/")
	return !strings.Contains(element, "[") && element != "session-config"
}

// add puts the values to those of the same file.
func (c *tomcatContext) add(l layer) {
	for i := range c.layers {
		if c.layers[i].path == l.path {
			c.layers[i].values = append(c.layers[i].values, l.values...)
			return
		}
	}
	c.layers = append(c.layers, l)
}

func (c *tomcatContext) keys() map[string]bool {
	out := map[string]bool{}
	for _, l := range c.layers {
		for _, v := range l.values {
			out[v.key] = true
		}
	}
	return out
}

// xmlValues makes values of a document as it is written, its root element under another name unless that is "".
func xmlValues(n numberer, file string, root *parse.XMLElement, as string) []value {
	if root == nil {
		return nil
	}
	var list []value
	for _, s := range parse.XMLSettings(root) {
		if as != "" {
			s.Key = as + s.Key[len(root.Name):]
		}
		if strings.HasSuffix(s.Key, "@xmlns") || strings.Contains(s.Key, "@xmlns:") || strings.Contains(s.Key, "@xsi:") {
			continue
		}
		key := n.key(config.Setting{Key: s.Key, File: file, Part: s.Document})
		v := fileValue(kindOf(file), key, s.Value, file, s.Line)
		v.place.Key = s.Key
		list = append(list, v)
	}
	return list
}
