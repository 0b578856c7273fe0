package detect

import (
	"maps"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// start reads what start.jar reads: jetty.base (start.ini, start.d/*.ini), then the command line, which counts more.
func (s *jetty) start() {
	st := parse.ReadJettyStart(jettyFiles{libertyFiles{s.view}}, parse.JettyPlace{Home: s.home, Base: s.base}, s.cmd, s.cmd.Program)
	for env, props := range st.Properties {
		for _, name := range slices.Sorted(maps.Keys(props)) {
			p := props[name]
			if env == "" {
				p.Text = st.Expansion(p.Text).Text
			}
			at := p.At()
			s.set(env, p.Name, jettyProp{value: p.Text, file: at.File, line: at.Line, arg: max(at.Arg.Index, 0), from: s.sourcesOf(p.From)})
		}
	}
	for _, f := range st.Files {
		s.files = append(s.files, jettyFile{f.Name, f.Env, s.sourcesOf(f.From)})
	}
}

// sourcesOf is the evidence of what start.jar was told.
func (s *jetty) sourcesOf(from []parse.JettyOrigin) []model.Source {
	var list []model.Source
	for _, o := range from {
		if o.File == "" {
			list = append(list, s.from(o.Arg)...)
			continue
		}
		list = append(list, model.FromFile(model.Path(o.File), o.Line))
	}
	return list
}

// jettyFiles reads for parse.ReadJettyStart.
type jettyFiles struct{ libertyFiles }

var _ parse.JettyHost = jettyFiles{}

func (f jettyFiles) Exists(name string) bool { return f.v.exists(name) }

// below is a name relative to jetty.base, with properties replaced.
func (s *jetty) below(name string) string {
	name = parse.ExpandTomcat(name, s.lookup(""))
	if strings.HasPrefix(name, "/") {
		return s.clean(name)
	}
	return s.clean(s.base + "/" + name)
}

func (s *jetty) set(env, key string, p jettyProp) {
	if s.props[env] == nil {
		s.props[env] = map[string]jettyProp{}
	}
	s.props[env][key] = p
}

// find is a property of an environment, else of the server.
func (s *jetty) find(env, key string) (jettyProp, bool) {
	if p, ok := s.props[env][key]; ok {
		return p, true
	}
	p, ok := s.props[""][key]
	return p, ok
}

// xmlArguments reads the command line of XmlConfiguration: files, properties, and "--env NAME", behind which both are that environment's.
func (s *jetty) xmlArguments() {
	w, env, given := s.worker, "", false
	for i, a := range w.cmd.Program {
		at := jettyProp{arg: max(a.Index, 0), from: w.from(a)}
		lower := strings.ToLower(a.Value)
		switch {
		case i > 0 && w.cmd.Program[i-1].Value == "--env":
			env = a.Value
		case i > 0 && slices.Contains([]string{"-cp", "-classpath"}, w.cmd.Program[i-1].Value), strings.HasPrefix(a.Value, "-"):
		case strings.HasSuffix(lower, ".properties") && !strings.Contains(a.Value, "="):
			given = s.propertyFile(a) || given
		case strings.HasSuffix(lower, ".xml") && !strings.Contains(a.Value, "="):
			s.files = append(s.files, jettyFile{w.abs(a.Value), env, at.from})
		case strings.Contains(a.Value, "="):
			key, value, _ := strings.Cut(a.Value, "=")
			at.value = value
			s.set(env, key, at)
			given = true
		}
	}
	if !given { // the launcher's temporary file is gone: what it was made from is there
		files := s.files
		s.start()
		s.files = files
	}
	if s.worker != s.jvm {
		s.origins()
	}
}

// origins finds out where the launcher had the properties from that it gave to the JVM it forked: that is what can be changed.
func (s *jetty) origins() {
	launcher := &jetty{jvm: s.jvm, worker: s.jvm, home: s.home, base: s.base, props: map[string]map[string]jettyProp{}}
	launcher.start()
	for env, props := range s.props {
		for key, p := range props {
			o, ok := launcher.find(env, key)
			if !ok || o.value != p.value {
				o = jettyProp{}
			}
			props[key] = jettyProp{value: p.value, file: o.file, line: o.line, arg: o.arg, from: append(o.from, p.from...)}
		}
	}
}

// propertyFile reads a file of properties that start.jar wrote for the JVM it forked.
func (s *jetty) propertyFile(a parse.JavaArg) bool {
	name := s.worker.abs(a.Value)
	data, err := s.worker.read(name)
	if err != nil {
		s.unread("properties of Jetty", name, err)
		return false
	}
	settings, err := parse.ReadProperties(data)
	s.unread("properties of Jetty", name, err)
	for _, p := range settings {
		s.set("", p.Key, jettyProp{value: p.Value, file: name, line: p.Line, from: []model.Source{model.FromFile(model.Path(name), p.Line)}})
	}
	return true
}
