package containerize

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// consoleHandler is the JDK's own.
const consoleHandler = "java.util.logging.ConsoleHandler"

// tomcatConsole puts the console handler in the place of file handlers.
func (s *start) tomcatConsole() error {
	name := cmp.Or(s.info.Properties["java.util.logging.config.file"], path.Join(string(s.info.AdvancedAppInfo.Directories["conf"]), "logging.properties"))
	it, data, err := s.configFile(name, maxConfigFile)
	if it == nil || err != nil {
		return err
	}
	list, err := parse.ReadProperties(data)
	if err != nil {
		return nil //nolint:nilerr // Tomcat does not read it either
	}
	e := configEdit{base: path.Base(name), data: data}
	for _, v := range list {
		if v.Key != "handlers" && !strings.HasSuffix(v.Key, ".handlers") || !strings.Contains(v.Value, "FileHandler") {
			continue
		}
		if !e.show(model.Place{Key: v.Key, Line: v.Line}, consoleHandler) {
			return nil // all or none: a handler that stays would get twice what it gets now
		}
	}
	if e.diff.Len() == 0 {
		return nil
	}
	s.edited(it, &e, model.Change{Kind: "log", Reason: "Tomcat's logs go to the container's output; files in a container are lost with it"})
	s.onConsole(func(log model.Path) bool { return s.handled(log, list) })
	return nil
}

// handled reports a log that one of the file handlers writes: its name begins with the handler's prefix.
func (s *start) handled(log model.Path, list []parse.Setting) bool {
	return slices.ContainsFunc(list, func(v parse.Setting) bool {
		return strings.Contains(v.Key, "FileHandler.prefix") && v.Value != "" && strings.HasPrefix(path.Base(string(log)), v.Value)
	})
}

// accessValve is what an access log's valve becomes: it opens the container's output once, and each line is written as it comes (Apache Tomcat, "Access Log
// Valve"). It has no attribute that names the console.
func accessValve() [][2]string {
	return [][2]string{{"directory", "/dev"}, {"prefix", "stdout"}, {"suffix", ""}, {"rotatable", "false"}, {"buffered", "false"}}
}

// serverXML is the document that Tomcat starts with: -config names another one, from CATALINA_BASE.
func (s *start) serverXML() string {
	conf := string(s.info.AdvancedAppInfo.Directories["conf"])
	if i := slices.Index(s.argv, "-config"); i >= 0 && i+1 < len(s.argv) {
		if path.IsAbs(s.argv[i+1]) {
			return s.argv[i+1]
		}
		return path.Join(path.Dir(conf), s.argv[i+1])
	}
	return path.Join(conf, "server.xml")
}

// tomcatAccess has the access logs of server.xml written to the container's output.
func (s *start) tomcatAccess() error {
	it, data, err := s.configFile(s.serverXML(), maxServerXML)
	if it == nil || err != nil {
		return err
	}
	doc, err := parse.ReadXML(data)
	if err != nil {
		return nil //nolint:nilerr // Tomcat does not read it either
	}
	var edits []xmlEdit
	var prefixes []string
	eachElement(doc.Root, nil, func(e *parse.XMLElement, _ []*parse.XMLElement) {
		class, _ := e.Attr("className")
		if e.Name != "Valve" || !strings.HasSuffix(class.Value, "AccessLogValve") || !strings.HasPrefix(class.Value, "org.apache.catalina.valves.") {
			return
		}
		if v, ok := e.Attr("prefix"); ok {
			prefixes = append(prefixes, v.Value)
		} else {
			prefixes = append(prefixes, "access_log") // the valve's default
		}
		for _, a := range slices.Backward(accessValve()) {
			edits = append(edits, xmlEdit{element: e, attr: a[0], value: a[1]})
		}
	})
	if len(edits) == 0 {
		return nil
	}
	e := configEdit{base: path.Base(string(it.Path)), data: data}
	e.xml(edits)
	s.edited(it, &e, model.Change{Kind: "log", Reason: "Tomcat's access log goes to the container's output; files in a container are lost with it"})
	s.onConsole(func(log model.Path) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return prefix != "" && strings.HasPrefix(path.Base(string(log)), prefix) })
	})
	return nil
}
