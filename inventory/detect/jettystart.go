package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Bounds of what start.jar is told.
const (
	maxJettyModules = 500
	maxJettyFolders = 20
)

// jettyArg is one argument of start.jar, from the command line or a file.
type jettyArg struct {
	text string
	prop jettyProp // with all but the value
}

// jettyStarter follows start.jar: all arguments in their order, then the modules that they name with those that these need
// (org.eclipse.jetty.start.{StartArgs,Modules}).
type jettyStarter struct {
	*jetty
	modules  []jettyModule
	seen     map[string]bool
	included int
}

type jettyModule struct {
	name string
	from []model.Source
}

// start reads what start.jar reads: jetty.base (start.ini, start.d/*.ini), then the command line, which counts more.
func (s *jetty) start() {
	st := &jettyStarter{jetty: s, seen: map[string]bool{}}
	st.folderArgs(s.base)
	var args []jettyArg
	for _, a := range s.cmd.Program {
		args = append(args, jettyArg{a.Value, jettyProp{arg: max(a.Index, 0), from: s.from(a)}})
	}
	st.includes(args)
	st.parse(args)
	for i := 0; i < len(st.modules); i++ { // grows
		st.enable(st.modules[i])
	}
}

// folderArgs reads start.ini and start.d of a folder; what they include counts less.
func (st *jettyStarter) folderArgs(dir string) {
	names := []string{path.Join(dir, "start.ini")}
	var inis []string
	for _, e := range st.list("Jetty's start.d", path.Join(dir, "start.d")) {
		if strings.HasSuffix(strings.ToLower(e.Name), ".ini") {
			inis = append(inis, path.Join(dir, "start.d", e.Name))
		}
	}
	slices.Sort(inis)
	var args []jettyArg
	for _, name := range append(names, inis...) {
		args = append(args, st.iniArgs(name)...)
	}
	st.includes(args)
	st.parse(args)
}

func (st *jettyStarter) iniArgs(name string) []jettyArg {
	data, err := st.read(name)
	if err != nil {
		st.unread("Jetty's configuration", name, err)
		return nil
	}
	lines, err := parse.ReadJettyIni(data)
	st.unread("Jetty's configuration", name, err)
	var args []jettyArg
	for _, l := range lines {
		args = append(args, jettyArg{l.Text, jettyProp{file: name, line: l.Line, from: []model.Source{model.FromFile(model.Path(name), l.Line)}}})
	}
	return args
}

func (st *jettyStarter) includes(args []jettyArg) {
	for _, a := range args {
		if dir, ok := strings.CutPrefix(a.text, "--include-jetty-dir="); ok && st.included < maxJettyFolders {
			st.included++
			st.folderArgs(st.below(dir))
		}
	}
}

// below is a name relative to jetty.base, with properties replaced.
func (s *jetty) below(name string) string {
	name = parse.ExpandTomcat(name, s.lookup(""))
	if path.IsAbs(name) {
		return s.clean(name)
	}
	return s.clean(s.base + "/" + name)
}

// parse files arguments. Behind a module that has an environment, properties are those of that environment, until the next module or source.
func (st *jettyStarter) parse(args []jettyArg) {
	env := ""
	for _, a := range args {
		env = st.arg(a, env)
	}
}

func (st *jettyStarter) arg(a jettyArg, env string) string {
	text := strings.TrimSpace(a.text)
	for _, option := range []string{"--module=", "--modules="} {
		if names, ok := strings.CutPrefix(text, option); ok {
			last := ""
			for name := range strings.SplitSeq(names, ",") {
				last = strings.TrimSpace(name)
				st.want(last, a.prop.from)
			}
			m, _ := st.module(last)
			return m.Environment
		}
	}
	switch {
	case strings.HasPrefix(text, "-D"):
		st.set(env, text[2:], a.prop)
	case strings.HasPrefix(text, "-"):
	case strings.HasSuffix(strings.ToLower(text), ".xml"):
		st.file(text, env, a.prop.from)
	case strings.Contains(text, "="):
		st.set(env, text, a.prop)
	}
	return env
}

// set is "key=value", "key?=value" (unless it is set), "key+=value" and "key,=value" (added).
func (s *jetty) set(env, assignment string, p jettyProp) {
	key, value, _ := strings.Cut(assignment, "=")
	old, isSet := s.find(env, strings.TrimRight(key, "?+,"))
	p.value = value
	switch {
	case strings.HasSuffix(key, "?"):
		if isSet {
			return
		}
	case isSet && strings.HasSuffix(key, "+"):
		p.value = old.value + value
	case isSet && strings.HasSuffix(key, ","):
		p.value = old.value + "," + value
	}
	key = strings.TrimRight(key, "?+,")
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

func (st *jettyStarter) want(name string, from []model.Source) {
	if name == "" || st.seen[name] || len(st.modules) >= maxJettyModules {
		return
	}
	st.seen[name] = true
	st.modules = append(st.modules, jettyModule{name, from})
}

// module reads modules/NAME.mod of base or home. A name that has no file is provided by another module, which start.jar finds out.
func (st *jettyStarter) module(name string) (m parse.JettyModule, file string) {
	if name == "" || strings.Contains(name, "..") || strings.Contains(name, "$") {
		return m, ""
	}
	for _, dir := range []string{st.base, st.home} {
		file = path.Join(dir, "modules", name+".mod")
		data, err := st.read(file)
		if err != nil {
			st.unread("module of Jetty", file, err)
			continue
		}
		m, err = parse.ReadJettyModule(data)
		st.unread("module of Jetty", file, err)
		return m, file
	}
	return m, ""
}

// enable adds what a module brings: other modules, files, and defaults.
func (st *jettyStarter) enable(wanted jettyModule) {
	m, file := st.module(wanted.name)
	for _, d := range m.Depend {
		st.want(strings.TrimSpace(strings.SplitN(d.Text, "|", 2)[0]), wanted.from)
	}
	at := func(l parse.JettyLine) []model.Source {
		return append(slices.Clone(wanted.from), model.FromFile(model.Path(file), l.Line))
	}
	for _, l := range m.Ini {
		key, _, ok := strings.Cut(l.Text, "=")
		if _, isSet := st.find(m.Environment, strings.TrimRight(key, "?+,")); ok && !isSet && l.Text[0] != '-' {
			st.set(m.Environment, l.Text, jettyProp{file: file, line: l.Line, from: at(l)})
		}
	}
	for _, l := range m.XML {
		st.file(l.Text, m.Environment, at(l))
	}
}

// file adds an XML file, of base before home; one without a folder may lie in etc.
func (s *jetty) file(name, env string, from []model.Source) {
	name = s.below(name)
	if rest, ok := strings.CutPrefix(name, s.base+"/"); ok {
		for _, at := range []string{path.Join(s.home, "etc", rest), path.Join(s.base, "etc", rest), path.Join(s.home, rest), name} {
			if s.exists(at) {
				name = at
			}
		}
	}
	if !slices.ContainsFunc(s.files, func(f jettyFile) bool { return f.name == name && f.env == env }) {
		s.files = append(s.files, jettyFile{name, env, from})
	}
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
			s.set(env, a.Value, at)
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
		s.set("", p.Key+"="+p.Value, jettyProp{file: name, line: p.Line, from: []model.Source{model.FromFile(model.Path(name), p.Line)}})
	}
	return true
}
