// Package inforce says which configuration is in force: one order of precedence per framework over what analyze/config and parse read, placeholders
// resolved as the framework does, each value with the place that it comes from and those that it takes the place of.
package inforce

import (
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/model"
	"a2c/parse"
)

// Bounds of the document. The largest real applications have some thousand values.
const (
	maxValues    = 20_000
	maxBytes     = 16 << 20
	maxShown     = 4 << 10 // bytes of one value
	maxOverrides = 20
	maxDocument  = 16 << 20
)

// value is one value as it is written: raw, it may be a secret.
type value struct {
	key, text string
	scope     string // values of one scope override each other
	kind      string
	place     model.Place
	source    model.Source
	rank      int          // of values of one scope and key the lowest counts; of equal ones that of the layer
	setBy     model.Source // of a variable: the line that sets it for the process
	before    bool         // its placeholders are resolved before it reaches the process
}

// layer is one source of values.
type layer struct {
	kind, path string
	values     []value // of equal keys the last one counts
}

// rules is how a framework weighs its sources.
type rules struct {
	name     string
	profiles []string
	from     map[string][]model.Source // of the profiles
	layers   []layer                   // what counts most first
	same     func(key string) string   // keys that are equal for the framework; nil: equal ones
	expand   func(v value) parse.Expansion
	decides  func(key string) string // the part of a key that tells what its value is; nil: all of it
	problem  func(v value, x parse.Expansion) string
}

// reader collects the sources of one application.
type reader struct {
	s     *subject.Subject
	c     *config.Config
	skips []model.Skip
	noted map[string]bool
	unit  map[string]assigned // variables by name
	roots map[string]*parse.XMLElement
}

// Resolve says what is in force. It reads the host again only where the order of precedence asks for it.
func Resolve(s *subject.Subject, c *config.Config) model.Configuration {
	r := &reader{s: s, c: c, noted: map[string]bool{}, roots: map[string]*parse.XMLElement{}}
	r.unit = r.unitVariables()
	w := r.rules()
	r.beside(&w)
	m := merger{rules: w, secrets: map[string]bool{}}
	out := m.configuration()
	out.Skips = append(r.skips, out.Skips...)
	return out
}

// rules chooses by the application's kind.
func (r *reader) rules() rules {
	switch {
	case r.s.Dotnet():
		return r.dotnet()
	case r.c.Java == nil:
	case r.s.Kind() == "java-springboot":
		return r.spring()
	case r.s.Kind() == "java-jboss":
		return r.wildFly()
	case r.s.Kind() == "java-quarkus" && r.s.App.Platform.Name == "Quarkus": // Keycloak adds sources of its own
		return r.quarkus()
	case r.s.Kind() == "java-tomcat":
		return r.tomcat()
	case r.s.Kind() == "java-jetty":
		return r.jetty()
	case r.s.Kind() == "java-karaf":
		return r.karaf()
	case r.s.Kind() == "java-liberty":
		return r.liberty()
	case r.s.Kind() == "java-micronaut":
		return r.micronaut()
	}
	return r.plain()
}

// skip notes what could not be read, once.
func (r *reader) skip(path, reason string) {
	if r.noted[path+"\x00"+reason] {
		return
	}
	r.noted[path+"\x00"+reason] = true
	k := model.Skip{What: "configuration", Path: model.Path(path), Reason: reason, Incomplete: true}
	r.skips = append(r.skips, k)
}

// environment are the variables of the main process.
func (r *reader) environment() []value {
	var out []value
	for _, v := range r.s.Main.Env {
		if !v.Bare {
			out = append(out, r.variable(v.Name, v.Name, v.Value))
		}
	}
	return out
}

// variable is one of the process; what the unit sets to the same value names the line of it.
func (r *reader) variable(key, name, text string) value {
	v := value{key: key, text: text, kind: "environment", place: model.Place{Kind: "env", Key: name}, source: model.FromEnv(r.s.Main.PID, name)}
	if a, ok := r.unit[name]; ok && a.text == text {
		v.place, v.setBy = a.place, a.source
	}
	return v
}

// javaArgument is a value from the command line of a JVM, or from a variable or file that adds to it.
func (r *reader) javaArgument(kind, key, text string, from parse.JavaArg) value {
	v := value{key: key, text: text, kind: kind}
	switch {
	case from.File != "":
		file := model.Path(r.s.Main.Abs(from.File))
		v.place, v.source = model.Place{Kind: "file", Key: key, Path: file}, model.FromFile(file, 0)
	case from.Env != "":
		v.place, v.source = model.Place{Kind: "env", Key: from.Env}, model.FromEnv(r.s.Main.PID, from.Env)
	default:
		v.place, v.source = model.Place{Kind: "argv", Key: key, Arg: from.Index}, model.FromArg(r.s.Main.PID, from.Index)
	}
	return v
}

// properties are the system properties of a JVM, the last of equal ones last.
func (r *reader) properties() layer {
	l := layer{kind: "system property"}
	if r.c.Java == nil {
		return l
	}
	for _, p := range r.c.Java.Properties {
		l.values = append(l.values, r.javaArgument(l.kind, p.Name, p.Value, p.From))
	}
	return l
}

// fileValue is a value of a document.
func fileValue(kind, key, text, file string, line int) value {
	return value{
		key: key, text: text, kind: kind,
		place: model.Place{Kind: "file", Key: key, Path: model.Path(file), Line: line}, source: model.FromFile(model.Path(file), line),
	}
}

// kindOf tells documents inside an archive from those on disk.
func kindOf(file string) string {
	if strings.Contains(file, "!/") {
		return "packaged file"
	}
	return "file"
}
