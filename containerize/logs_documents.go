package containerize

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
	"a2c/parse"
)

// logGrammar is how the XML of a logging framework says where its root logger writes.
type logGrammar struct {
	file, console func(e *parse.XMLElement) bool // elements that define a file and the console; attribute "name" names both
	refers, ref   string                         // the element that refers to one, and its attribute with the name
	roots         []string                       // the root logger
	opaque        *regexp.Regexp                 // elements with which more stands there than can be seen
	filters       *regexp.Regexp                 // below the console: it does not write all that it gets
	level         string                         // an element below the console whose attribute "name" is its least level; "": none
	documents     *regexp.Regexp
}

// logGrammars: "Logback Manual", Configuration; "Log4j 2", Configuration and Appenders; "WildFly Admin Guide", Logging. In lower case: log4j2 takes any.
func logGrammars() []logGrammar {
	class := func(name, like string) func(e *parse.XMLElement) bool {
		return func(e *parse.XMLElement) bool {
			a, _ := e.Attr("class")
			return strings.EqualFold(e.Name, name) && strings.HasSuffix(a.Value, like)
		}
	}
	element := func(names ...string) func(e *parse.XMLElement) bool {
		return func(e *parse.XMLElement) bool { return slices.Contains(names, strings.ToLower(e.Name)) }
	}
	return []logGrammar{
		{
			file: class("appender", "FileAppender"), console: class("appender", "ConsoleAppender"), refers: "appender-ref", ref: "ref", roots: []string{"root"},
			opaque: regexp.MustCompile(`^(include|if|springprofile|sift)$`), filters: regexp.MustCompile(`^filter$`), documents: regexp.MustCompile(`^logback[\w-]*\.xml$`),
		},
		{
			file: element("file", "rollingfile", "randomaccessfile", "rollingrandomaccessfile", "memorymappedfile"), console: element("console"),
			refers: "appenderref", ref: "ref", roots: []string{"root", "asyncroot"},
			opaque: regexp.MustCompile(`^(xi:include|select|appender|script.*|.*arbiter|springprofile)$`), filters: regexp.MustCompile(`filter`), documents: regexp.MustCompile(`^log4j2[\w-]*\.xml$`),
		},
		{
			file: element("file-handler", "periodic-rotating-file-handler", "size-rotating-file-handler", "periodic-size-rotating-file-handler"), console: element("console-handler"),
			refers: "handler", ref: "name", roots: []string{"root-logger"}, level: "level",
			opaque: regexp.MustCompile(`^logging-profiles$`), filters: regexp.MustCompile(`^filter(-spec)?$`), documents: wildflyDocument,
		},
	}
}

// logDocuments has root loggers write to the console that their document defines, where they write to files. Files that nothing refers to then are defined no more.
func (s *start) logDocuments() error {
	grammars := logGrammars()
	for _, name := range slices.Sorted(maps.Keys(s.plan.items)) {
		it := s.plan.items[name]
		if it.Kind != layer.File || it.Size > maxConfigFile || it.name == model.GroupDependencies {
			continue
		}
		for _, g := range grammars {
			if g.documents.MatchString(path.Base(string(name))) && (g.level == "") == (s.info.ApplicationType != "java-jboss") {
				if err := s.logDocument(it, g); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return nil
}

func (s *start) logDocument(it *item, g logGrammar) error {
	data, err := s.plan.current(it, maxConfigFile)
	if err != nil {
		return err
	}
	doc, err := parse.ReadXML(data)
	if err != nil || len(doc.Unknown) > 0 {
		return nil //nolint:nilerr // what its framework does with it is not known
	}
	e := configEdit{base: path.Base(string(it.Path)), data: data}
	var edits []xmlEdit
	var files []*parse.XMLElement
	for _, part := range loggingParts(doc.Root) {
		d := g.read(part)
		more, gone := d.toConsole()
		edits, files = append(edits, more...), append(files, gone...)
	}
	if len(edits) == 0 {
		return nil
	}
	e.xml(edits)
	s.edited(it, &e, model.Change{Kind: "log", Reason: "the root logger writes to the console, not to files: what is in a container's files is lost with it"})
	if err := s.bootLogging(path.Dir(string(it.Path)), files); err != nil {
		return err
	}
	s.onConsole(func(log model.Path) bool {
		return slices.ContainsFunc(files, func(f *parse.XMLElement) bool { return writesLog(f, path.Base(string(log))) })
	})
	return nil
}

// loggingParts are the parts of a document within which names of handlers count: WildFly's subsystems of logging, one in each profile; else the whole.
func loggingParts(root *parse.XMLElement) []*parse.XMLElement {
	var parts []*parse.XMLElement
	eachElement(root, nil, func(e *parse.XMLElement, _ []*parse.XMLElement) {
		if a, _ := e.Attr("xmlns"); e.Name == "subsystem" && strings.HasPrefix(a.Value, "urn:jboss:domain:logging:") {
			parts = append(parts, e)
		}
	})
	if len(parts) == 0 {
		return []*parse.XMLElement{root}
	}
	return parts
}

// logTargets are what a document defines, and who refers to it.
type logTargets struct {
	files, consoles map[string]*parse.XMLElement
	root, others    []logRef
	level           string
	unsure          bool
}

type logRef struct {
	element *parse.XMLElement
	attr    string
	to      string
}

func (g logGrammar) read(part *parse.XMLElement) logTargets {
	t := logTargets{files: map[string]*parse.XMLElement{}, consoles: map[string]*parse.XMLElement{}, level: g.level}
	eachElement(part, nil, func(e *parse.XMLElement, above []*parse.XMLElement) {
		kind := strings.ToLower(e.Name)
		name, _ := e.Attr("name")
		switch {
		case g.opaque.MatchString(kind):
			t.unsure = true
		case g.file(e):
			t.files[name.Value] = e
		case g.console(e):
			eachElement(e, nil, func(c *parse.XMLElement, _ []*parse.XMLElement) {
				t.unsure = t.unsure || g.filters.MatchString(strings.ToLower(c.Name))
			})
			t.consoles[name.Value] = e
		case kind == g.refers:
			to, _ := e.Attr(g.ref)
			r := logRef{e, g.ref, to.Value}
			if slices.ContainsFunc(above, func(a *parse.XMLElement) bool { return slices.Contains(g.roots, strings.ToLower(a.Name)) }) {
				t.root = append(t.root, r)
				if _, limited := e.Attr("level"); limited || len(e.Children) > 0 {
					t.unsure = true
				}
			} else {
				t.others = append(t.others, r)
			}
		}
	})
	return t
}

// toConsole are the edits after which the root logger writes to a console and to no file, and the files that are defined no more. None where it writes to no
// file, where no console is defined, and where not all can be seen.
func (t logTargets) toConsole() (edits []xmlEdit, gone []*parse.XMLElement) {
	if t.unsure || len(t.consoles) == 0 {
		return nil, nil
	}
	has := slices.IndexFunc(t.root, func(r logRef) bool { return t.consoles[r.to] != nil })
	console := slices.Sorted(maps.Keys(t.consoles))[0]
	if has >= 0 {
		console = t.root[has].to
	}
	for _, r := range t.root {
		file := t.files[r.to]
		switch {
		case file == nil:
			continue
		case has < 0:
			edits, has = append(edits, xmlEdit{element: r.element, attr: r.attr, value: console}), 0
		default:
			edits = append(edits, xmlEdit{element: r.element})
		}
		edits = append(edits, t.sameLevel(t.consoles[console], file)...)
		if !slices.ContainsFunc(t.others, func(o logRef) bool { return o.to == r.to }) {
			edits, gone = append(edits, xmlEdit{element: file}), append(gone, file)
		}
	}
	return edits, gone
}

// sameLevel lets the console write what the file took.
func (t logTargets) sameLevel(console, file *parse.XMLElement) []xmlEdit {
	if t.level == "" {
		return nil
	}
	have, want := console.All(t.level), file.All(t.level)
	switch {
	case len(have) == 0:
		return nil // it writes all
	case len(want) == 0:
		return []xmlEdit{{element: have[0]}}
	}
	level, _ := want[0].Attr("name")
	return []xmlEdit{{element: have[0], attr: "name", value: level.Value}}
}

// writesLog reports whether the definition of a file names a log: whole, or as far as the name is fixed.
func writesLog(definition *parse.XMLElement, log string) bool {
	found := false
	eachElement(definition, nil, func(e *parse.XMLElement, _ []*parse.XMLElement) {
		texts := []string{strings.TrimSpace(e.Text)}
		for _, a := range e.Attrs {
			texts = append(texts, a.Value)
		}
		for _, text := range texts {
			name, _, pattern := strings.Cut(path.Base(text), "%")
			found = found || text != "" && (name == log || pattern && name != "" && strings.HasPrefix(log, name))
		}
	})
	return found
}

// bootLogging does the same with WildFly's logging.properties, which the server logs by until its subsystem is there.
func (s *start) bootLogging(dir string, files []*parse.XMLElement) error {
	if s.info.ApplicationType != "java-jboss" {
		return nil
	}
	it, data, err := s.configFile(path.Join(dir, "logging.properties"), maxConfigFile)
	if it == nil || err != nil {
		return err
	}
	list, err := parse.ReadProperties(data)
	if err != nil {
		return nil //nolint:nilerr // WildFly does not read it either
	}
	e := configEdit{base: "logging.properties", data: data}
	isFile := func(handler string) bool {
		return slices.ContainsFunc(files, func(f *parse.XMLElement) bool { a, _ := f.Attr("name"); return a.Value == strings.TrimSpace(handler) })
	}
	for _, v := range list {
		if v.Key != "logger.handlers" {
			continue
		}
		all := strings.Split(v.Value, ",")
		rest := slices.DeleteFunc(slices.Clone(all), isFile)
		if len(rest) == 0 || len(rest) == len(all) || !e.show(model.Place{Key: v.Key, Line: v.Line}, strings.Join(rest, ",")) {
			continue
		}
		for _, level := range list { // the console's was higher than that of the file
			if name, ok := strings.CutPrefix(level.Key, "handler."); ok && slices.Contains(rest, strings.TrimSuffix(name, ".level")) && strings.HasSuffix(name, ".level") {
				e.show(model.Place{Key: level.Key, Line: level.Line}, "ALL")
			}
		}
	}
	if e.diff.Len() > 0 {
		s.edited(it, &e, model.Change{Kind: "log", Reason: "the same until the server has read its configuration"})
	}
	return nil
}
