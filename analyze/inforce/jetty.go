package inforce

import (
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/parse"
)

// jettyXML is the class that reads Jetty's XML: start.jar runs it, or a command line that start.jar printed.
const jettyXML = "org.eclipse.jetty.xml.XmlConfiguration"

// Scopes of Jetty's values. Properties of an environment of its own ("ee10") have its name behind theirs.
const (
	moduleScope = "module"
	optionScope = "option"
	systemScope = "SystemProperty"
	staleScope  = "not on the command line"
)

// Ranks of Jetty's values: those of start.jar are counted from 0.
const (
	jvmRank     = 100 // -D of the command line, which any file counts more than
	unusedRank  = 200 // "name?=value" where -D has the name
	defaultRank = 300
)

// jetty is what start.jar makes of its command line, start.ini, start.d and its modules, and the defaults of the XML files that these name (jetty.org:
// "Start Mechanism", "XML Configuration"; the last file counts, not the JVM's -D).
func (r *reader) jetty() rules {
	j := &jetty{reader: r, layers: map[string]*layer{}, aliased: map[string]bool{}}
	place := parse.JettyPlace{Home: string(r.s.App.Platform.Home), Base: string(r.s.App.Base), Java: r.s.App.Runtime.Version}
	command := r.c.Java
	j.printed = command.Main.Value == jettyXML
	if j.printed { // start.jar and its arguments are gone
		j.start = parse.ReadJettyStart(jettyHost{libertyHost{r}}, place, &parse.JavaCommand{}, nil)
		j.start.Server = command
	} else {
		j.start = parse.ReadJettyStart(jettyHost{libertyHost{r}}, place, command, command.Program)
	}
	files, later := j.start.Files, j.start.Later
	if j.printed {
		files, later = j.arguments()
	}
	j.properties()
	j.later(later)
	j.jvm()
	j.own()
	for _, f := range files {
		j.defaults(f)
	}
	j.modules()
	out := rules{name: "Jetty", decides: jettyName, layers: j.ordered()}
	for _, v := range r.environment() {
		v.scope = "environment"
		j.add("environment", v)
	}
	if l := j.layers["environment\x00"]; l != nil {
		out.layers = append(out.layers, *l)
	}
	out.layers = append(out.layers, documents(r.c.Settings, func(s config.Setting) bool { return !j.read(s.File) })...)
	out.expand = j.expand
	out.problem = func(v value, _ parse.Expansion) string {
		switch {
		case strings.HasPrefix(v.scope, staleScope):
			return "the process was started without it"
		case v.scope == optionScope && !j.start.Forks && !j.printed:
			return "start.jar forks no JVM that takes it"
		case v.rank == defaultRank && !strings.Contains(v.scope, "\x00default\x00"):
			return "something sets it that a2c does not know"
		}
		return ""
	}
	return out
}

type jetty struct {
	*reader
	start   *parse.JettyStart
	printed bool              // the command line is one that start.jar printed
	given   map[string]string // what is on it, by key
	layers  map[string]*layer
	order   []string
	xml     []string        // files whose defaults were read
	aliased map[string]bool // properties that an older name sets
}

func jettyName(key string) string {
	_, name, ok := strings.Cut(key, "]")
	if env := strings.HasPrefix(key, "env["); ok && env {
		return strings.TrimPrefix(name, "/")
	}
	return documentName(key)
}

// key is a property's key: those of an environment of its own are told apart.
func (j *jetty) key(env, name string) string {
	if env == "" {
		return name
	}
	return "env[" + env + "]/" + name
}

func propertyScopeOf(env string) string { return propertyScope + "\x00" + env }

// expand replaces ${…}: start.jar does it in its own properties, not in those of an environment.
func (j *jetty) expand(v value) parse.Expansion {
	if v.scope != propertyScopeOf("") && v.scope != optionScope || v.rank < 0 || v.rank >= jvmRank || v.kind == "start.jar" {
		return parse.Expansion{Text: v.text}
	}
	return j.start.Expansion(v.text)
}

// add puts a value to those of its kind and file.
func (j *jetty) add(kind string, v value) {
	v.kind = kind
	at := kind + "\x00" + string(v.place.Path)
	if v.place.Kind != "file" {
		at = kind + "\x00"
	}
	l := j.layers[at]
	if l == nil {
		l = &layer{kind: kind}
		if v.place.Kind == "file" {
			l.path = string(v.place.Path)
		}
		j.layers[at], j.order = l, append(j.order, at)
	}
	l.values = append(l.values, v)
}

// ordered are the layers from what counts most.
func (j *jetty) ordered() []layer {
	inis := j.start.Inis()
	weigh := func(at string) int {
		l := j.layers[at]
		kinds := []string{"property file", "argument", "file", "module", "start.jar", "system property", "default"}
		n := slices.Index(kinds, l.kind) * (len(inis) + 1)
		if l.kind == "file" {
			n += max(slices.Index(inis, l.path), 0)
		}
		return n
	}
	order := slices.Clone(j.order)
	slices.SortStableFunc(order, func(a, b string) int { return weigh(a) - weigh(b) })
	var list []layer
	for _, at := range order {
		list = append(list, *j.layers[at])
	}
	return list
}

// read reports a document whose values are listed as what start.jar or the XML reader makes of them.
func (j *jetty) read(name string) bool {
	return slices.Contains(j.xml, name) || slices.ContainsFunc(j.order, func(at string) bool { return j.layers[at].path == name && name != "" })
}

// valueAt is a value with the place that sets it.
func (j *jetty) valueAt(key, text string, from []parse.JettyOrigin) value {
	at := from[len(from)-1]
	if at.File == "" {
		return j.javaArgument("", key, text, at.Arg)
	}
	return fileValue("", key, text, at.File, at.Line)
}

// kind is where something stands: an argument, a file, or a module.
func (j *jetty) kind(module string, from []parse.JettyOrigin) string {
	switch {
	case module != "":
		return "module"
	case from[len(from)-1].File == "":
		return "argument"
	}
	return "file"
}

// properties are those that start.jar gives to the server.
func (j *jetty) properties() {
	for _, env := range slices.Sorted(maps.Keys(j.start.Properties)) {
		props := j.start.Properties[env]
		for _, lower := range slices.Sorted(maps.Keys(props)) {
			p := props[lower]
			for rank, each := range append([]parse.JettyProperty{p}, p.Over...) {
				j.property(env, p.Name, rank, each)
			}
		}
	}
	for _, u := range j.start.Unused {
		j.property(u.Env, u.Name, unusedRank, u.JettyProperty)
	}
}

func (j *jetty) property(env, name string, rank int, p parse.JettyProperty) {
	v := j.valueAt(j.key(env, name), p.Text, p.From)
	v.place.Key, v.scope, v.rank = p.Name, propertyScopeOf(env), rank
	if j.printed {
		if _, ok := j.given[v.key]; !ok {
			v.scope = staleScope + env
		}
	}
	j.add(j.kind(p.Module, p.From), v)
}

// jvm are the properties of the JVM that was started: <Property> finds them where start.jar has none of that name, unless start.jar forked another JVM.
func (j *jetty) jvm() {
	for _, v := range j.reader.properties().values {
		v.scope, v.rank = propertyScopeOf(""), jvmRank
		if j.start.Forks && !j.printed {
			v.scope = "launcher"
		}
		j.add("system property", v)
	}
}

// own are the folders as start.jar gives them to the server: it lets nothing else set their URIs.
func (j *jetty) own() {
	jar := path.Join(j.start.Home, "start.jar")
	for _, name := range []string{"jetty.home", "jetty.base"} {
		text, _ := j.start.Lookup(name)
		v := fileValue("", name, text, jar, 0)
		v.scope, v.rank = propertyScopeOf(""), jvmRank-1
		if given, ok := j.c.Java.Property(name); ok && given.Value == text {
			v.rank = jvmRank + 1
		}
		j.add("start.jar", v)
		v.key, v.text, v.rank = name+".uri", "file://"+text, -1000
		v.place.Key = v.key
		j.add("start.jar", v)
	}
}

// modules are those that are enabled, and options for a JVM that start.jar forks.
func (j *jetty) modules() {
	for _, m := range j.start.Modules {
		v := j.valueAt("module["+m.Name+"]", "enabled", m.From)
		v.place.Key, v.scope = "--module", moduleScope
		module := ""
		if strings.HasSuffix(string(v.place.Path), ".mod") {
			module = m.Name
		}
		j.add(j.kind(module, m.From), v)
	}
	for _, o := range j.start.Options {
		key, text := jettyOption(o.Text)
		v := j.valueAt(key, text, o.From)
		v.scope = optionScope
		if name, ok := strings.CutPrefix(key, "-D"); ok {
			v.key, v.place.Key, v.scope, v.rank = name, name, propertyScopeOf(""), jvmRank-2
		}
		module := ""
		if strings.HasSuffix(string(v.place.Path), ".mod") {
			module = "its"
		}
		j.add(j.kind(module, o.From), v)
	}
}

// jettyOption divides an option of the JVM: "-Dname=value", "-Xmx64m".
func jettyOption(text string) (key, value string) {
	for _, prefix := range []string{"-Xmx", "-Xms", "-Xmn", "-Xss"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return prefix, rest
		}
	}
	key, value, _ = strings.Cut(text, "=")
	return key, value
}

// defaults are what an XML file takes where nothing sets a property. Where an older name of it is set, that counts.
func (j *jetty) defaults(f parse.JettyStartFile) {
	if slices.Contains(j.xml, f.Name+"\x00"+f.Env) {
		return
	}
	j.xml = append(j.xml, f.Name, f.Name+"\x00"+f.Env)
	data, ok := j.reader.read(f.Name)
	if !ok {
		if there, err := host.Exists(j.s.Root, f.Name); !there && err == nil {
			j.skip(f.Name, "not found")
		}
		return
	}
	property := func(name string) (string, bool) { return j.start.Property(f.Env, name) }
	list, err := parse.ReadJettyDefaults(data, parse.JettySources{Property: property, System: j.start.SystemProperty, Env: j.s.Main.Getenv})
	if err != nil {
		j.unread(f.Name, err)
	}
	for _, d := range list {
		if len(d.Names) == 0 {
			continue
		}
		switch d.Kind {
		case "Property":
			j.asked(f, d, property, propertyScopeOf(""))
		case "SystemProperty":
			j.asked(f, d, j.start.SystemProperty, systemScope)
		default:
			j.asked(f, d, j.s.Main.Getenv, "environment")
		}
	}
}

// asked files one property that a file asks: its default under what sets it, or alone. Different defaults of one name are each in force in their file.
func (j *jetty) asked(f parse.JettyStartFile, d parse.JettyDefault, lookup parse.Lookup, scope string) {
	name := d.Names[0]
	_, set := lookup(name)
	for _, older := range d.Names[1:] {
		if _, ok := lookup(older); ok && !set {
			set = true
			j.older(f.Env, name, older)
		}
	}
	if !d.Set || ofJVM(name) {
		return
	}
	v := fileValue("", name, d.Default, f.Name, d.Line)
	v.scope, v.rank = scope, defaultRank
	if scope == systemScope && set {
		v.scope = propertyScopeOf("")
	}
	if f.Env != "" && d.Kind == "Property" {
		if p, ok := j.start.Properties[f.Env][strings.ToLower(name)]; ok && p.Name == name {
			v.key, v.scope = j.key(f.Env, name), propertyScopeOf(f.Env)
		}
	}
	if !set {
		v.scope += "\x00default\x00" + d.Default
	}
	j.add("default", v)
}

// ofJVM reports a property that every JVM has.
func ofJVM(name string) bool {
	return slices.ContainsFunc([]string{"java.", "user.", "os.", "jdk.", "sun.", "native."}, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) ||
		slices.Contains([]string{"file.separator", "path.separator", "line.separator", "file.encoding"}, name)
}

// older is a property that is set under an older name.
func (j *jetty) older(env, name, older string) {
	if j.aliased[env+"\x00"+name] {
		return
	}
	j.aliased[env+"\x00"+name] = true
	for _, e := range []string{env, ""} {
		if p, ok := j.start.Properties[e][strings.ToLower(older)]; ok {
			v := j.valueAt(name, p.Text, p.From)
			v.place.Key, v.scope = older, propertyScopeOf("")
			j.add(j.kind(p.Module, p.From), v)
			return
		}
	}
	if p, ok := j.c.Java.Property(older); ok {
		v := j.javaArgument("", name, p.Value, p.From)
		v.scope, v.rank = propertyScopeOf(""), jvmRank
		j.add("system property", v)
	}
}

// arguments reads a command line that start.jar printed: files, properties, and "--env NAME", behind which both are that environment's. A property that
// start.jar would make of the files as they are now has its line as its place.
func (j *jetty) arguments() (files, later []parse.JettyStartFile) {
	j.given = map[string]string{}
	env, program := "", j.c.Java.Program
	for i, a := range program {
		from := []parse.JettyOrigin{{Arg: a}}
		lower := strings.ToLower(a.Value)
		name, text, assigns := strings.Cut(a.Value, "=")
		switch {
		case i > 0 && program[i-1].Value == "--env":
			env = a.Value
		case i > 0 && (program[i-1].Value == "-cp" || program[i-1].Value == "-classpath"), strings.HasPrefix(a.Value, "-"):
		case assigns:
			j.given[j.key(env, name)] = text
			j.start.Give(env, name, text, from)
		case strings.HasSuffix(lower, ".xml"):
			files = append(files, parse.JettyStartFile{Name: j.s.Main.Abs(a.Value), Env: env, From: from})
		case strings.HasSuffix(lower, ".properties"):
			later = append(later, parse.JettyStartFile{Name: j.s.Main.Abs(a.Value), Env: env, From: from})
		}
	}
	return files, later
}

// later are files of properties on the command line, which count more than start.jar's own: the last one most.
func (j *jetty) later(files []parse.JettyStartFile) {
	for i, f := range files {
		data, ok := j.reader.read(f.Name)
		if !ok {
			continue
		}
		settings, err := parse.ReadProperties(data)
		if err != nil {
			j.unread(f.Name, err)
			continue
		}
		for _, s := range settings {
			v := fileValue("", s.Key, s.Value, path.Clean(f.Name), s.Line)
			v.scope, v.rank = propertyScopeOf(""), -2-i
			j.add("property file", v)
		}
	}
}

// jettyHost reads for parse.ReadJettyStart.
type jettyHost struct{ libertyHost }

var _ parse.JettyHost = jettyHost{}

func (h jettyHost) Exists(name string) bool {
	ok, err := host.Exists(h.r.s.Root, name)
	return ok && err == nil
}
