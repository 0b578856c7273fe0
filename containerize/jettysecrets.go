package containerize

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// jettyPlaceholder takes a secret out of a document of Jetty:
//   - a property of start.ini and start.d/*.ini becomes one of the command line, which wins over them ("Jetty Operations Guide", Jetty Start Mechanism); they
//     know no variables
//   - what is set in an XML document, or is the default of a property there, becomes <Env name="…"/> ("Jetty Operations Guide", Jetty XML Syntax)
func (s *start) jettyPlaceholder(e *configEdit, k model.Secret) (variable string, ok bool) {
	switch {
	case s.jettyArgument(k.Place):
		return s.jettyProperty(e, k)
	case path.Ext(e.base) == ".xml":
		return s.jettyVariable(e, k)
	}
	return "", false
}

// jettyArgument reports a place in a file of which each line is an argument of start.jar, which says the key by itself.
func (s *start) jettyArgument(at model.Place) bool {
	return s.info.ApplicationType == "java-jetty" && jettyIni.MatchString(string(at.Path))
}

var jettyAssignment = regexp.MustCompile(`^\s*((?:-D)?[\w.-]+)\??=`)

// jettyProperty comments the line out; start.jar is given the property.
func (s *start) jettyProperty(e *configEdit, k model.Secret) (string, bool) {
	jar := slices.IndexFunc(s.argv, func(a string) bool { return path.Base(a) == "start.jar" })
	lines := strings.Split(string(e.data), "\n")
	if jar <= 0 || s.argv[jar-1] != "-jar" || k.Place.Line > len(lines) {
		return "", false
	}
	m := jettyAssignment.FindStringSubmatch(lines[k.Place.Line-1])
	if m == nil || s.setTwice(m[1]) {
		return "", false
	}
	name := s.free(unbound + strings.TrimPrefix(m[1], "-D"))
	lines[k.Place.Line-1] = "# " + m[1] + "="
	e.note(k.Place.Line, []byte(strings.Join(lines, "\n")), true)
	at, argument, flag := jar+1, m[1]+"=${"+name+"}", "-secret"
	if len(s.info.App.Processes) == 1 { // a server that start.jar forks gets the properties of its command line only
		at, argument = jar-1, "-D"+strings.TrimPrefix(argument, "-D")
	}
	s.insert(at, argument)
	if s.fileOfArguments(at) {
		flag = "-option"
	}
	s.init = append(s.init, flag, name)
	s.changes = append(s.changes, model.Change{
		Kind: "argument", Target: "start.jar", After: argument, Reason: "Jetty's .ini files know no variables: the image's init puts the value in",
	})
	return name, true
}

// setTwice reports a key that several lines of .ini files set, or one that cannot be read: only one of them is in force.
func (s *start) setTwice(key string) bool {
	set := 0
	for _, it := range s.configFiles(jettyIni) {
		data, err := s.plan.current(it, maxConfigFile)
		if err != nil {
			return true
		}
		for line := range strings.Lines(string(data)) {
			if m := jettyAssignment.FindStringSubmatch(line); m != nil && strings.TrimPrefix(m[1], "-D") == strings.TrimPrefix(key, "-D") {
				set++
			}
		}
	}
	return set > 1
}

// insert adds an argument. Bindings that name a later one move with it.
func (s *start) insert(at int, argument string) {
	s.argv = slices.Insert(s.argv, at, argument)
	s.info.App.Listeners = slices.Clone(s.info.App.Listeners)
	for i, l := range s.info.App.Listeners {
		if l.Binding != nil && l.Binding.Arg >= at {
			b := *l.Binding
			b.Arg++
			s.info.App.Listeners[i].Binding = &b
		}
	}
}

// jettyVariable edits a document whose root is <Configure>.
func (s *start) jettyVariable(e *configEdit, k model.Secret) (string, bool) {
	doc, err := parse.ReadXML(e.data)
	if err != nil || doc.Root.Name != "Configure" || len(doc.Unknown) > 0 {
		return "", false
	}
	values := map[string]bool{}
	for _, v := range parse.XMLSettings(doc.Root) {
		if v.Line == k.Place.Line && v.Key == k.Place.Key && v.Value != "" {
			values[v.Value] = true
		}
	}
	name := s.free(unbound + xmlName(k.Place.Key))
	env := `<Env name="` + name + `"/>`
	var after []byte
	eachElement(doc.Root, nil, func(x *parse.XMLElement, _ []*parse.XMLElement) {
		standard, _ := x.Attr("default")
		switch {
		case after != nil:
		case values[strings.TrimSpace(x.Text)] && len(x.Children) == 0 && slices.Contains([]string{"Set", "Arg", "Put", "Item", "Default"}, x.Name):
			after = parse.FillXML(e.data, x, env)
		case values[standard.Value] && standard.Line == k.Place.Line && slices.Contains([]string{"Property", "SystemProperty", "Env"}, x.Name):
			if tag, ok := jettyAsking(x); ok {
				after = parse.ReplaceXML(e.data, x, "<"+tag+"><Default>"+env+"</Default></"+x.Name+">")
			}
		}
	})
	if again, err := parse.ReadXML(after); after == nil || err != nil || slices.ContainsFunc(parse.XMLSettings(again.Root), func(v parse.Setting) bool { return v.Line == k.Place.Line && values[v.Value] }) {
		return "", false
	}
	e.note(k.Place.Line, after, true)
	return name, true
}

var jettyName = regexp.MustCompile(`^[\w.,-]+$`)

// jettyAsking is the start tag of a property without its default; false where more stands there than names.
func jettyAsking(x *parse.XMLElement) (tag string, ok bool) {
	tag = x.Name
	for _, a := range x.Attrs {
		switch {
		case a.Name == "default":
		case (a.Name == "name" || a.Name == "deprecated") && jettyName.MatchString(a.Value):
			tag += " " + a.Name + `="` + a.Value + `"`
		default:
			return "", false
		}
	}
	return tag, len(x.Children) == 0
}
