package parse

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// maxJettyModules bounds how many modules are read: Jetty's own distribution has some 200.
const maxJettyModules = 2_000

// JettyEnabled is a module that is enabled, with who wants it: the line of another module, or of what the instance says.
type JettyEnabled struct {
	Name, File string
	From       []JettyOrigin
}

// jettyModule is one that is there.
type jettyModule struct {
	JettyModule
	name, file string
	index      int
	from       []JettyOrigin // what of the instance it goes back to; none: it is not enabled
	by         JettyOrigin   // the line of another module that needs it
	direct     bool          // by what the instance says
}

// jettyModules are those that are there, by what they are called and by what they provide.
type jettyModules struct {
	list     []*jettyModule
	names    map[string]*jettyModule
	provided map[string][]*jettyModule
	fallback map[string]string // of what several provide: the module that says "name|default"
	taken    map[string]bool   // what enabled ones provide
}

// readModules reads modules/*.mod of all folders: of equal names that of jetty.base counts.
func (s *JettyStart) readModules() jettyModules {
	ms := jettyModules{names: map[string]*jettyModule{}, provided: map[string][]*jettyModule{}, fallback: map[string]string{}, taken: map[string]bool{}}
	files := map[string]string{}
	for _, dir := range slices.Backward(s.folders()) {
		for _, name := range s.host.Folder("modules of Jetty", path.Join(dir, "modules")) {
			if stem, ok := strings.CutSuffix(name, ".mod"); ok {
				files[stem] = path.Join(dir, "modules", name)
			}
		}
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return compareJettyNames(files[a], files[b]) })
	for _, name := range names[:min(len(names), maxJettyModules)] {
		s.register(&ms, name, files[name])
	}
	return ms
}

// register reads one module. One that cannot be read is none, and said to be.
func (s *JettyStart) register(ms *jettyModules, name, file string) {
	data, ok := s.read("module of Jetty", file)
	if !ok {
		return
	}
	module, err := ReadJettyModule(data)
	m := &jettyModule{JettyModule: module, name: name, file: file, index: len(ms.list)}
	s.host.Unread("module of Jetty", file, err)
	ms.list = append(ms.list, m)
	ms.names[name] = m
	for _, p := range append([]string{name}, m.Provides...) {
		p, option, _ := strings.Cut(p, "|")
		if !slices.Contains(ms.provided[p], m) {
			ms.provided[p] = append(ms.provided[p], m)
		}
		if strings.EqualFold(option, "default") && ms.fallback[p] == "" {
			ms.fallback[p] = name
		}
	}
}

// enable enables what is selected with what that needs, and files what they bring.
func (s *JettyStart) enable() {
	for _, m := range s.modules.sorted(func(*jettyModule) bool { return true }) {
		if from, ok := s.selected[m.name]; ok {
			s.enableOne(m, from, nil)
		}
	}
	for _, m := range s.modules.sorted(func(m *jettyModule) bool { return len(m.from) > 0 }) {
		from := m.from
		if !m.direct {
			from = append(slices.Clip(from), m.by)
		}
		s.Modules = append(s.Modules, JettyEnabled{m.name, m.file, from})
		for _, l := range m.Exec {
			s.Forks = true
			s.Options = append(s.Options, JettyOption{l.Text, s.moduleLine(m, l)})
		}
		for _, l := range m.XML {
			s.addFile(JettyStartFile{s.expandIn(m.Environment, l.Text), m.Environment, s.moduleLine(m, l)})
		}
	}
	for _, f := range s.extra {
		s.addFile(f)
	}
}

func (s *JettyStart) expandIn(env, text string) string {
	return s.expandWith(text, func(name string) (string, bool) { return s.lookup(env, name) })
}

// moduleLine is a line of a module behind who wants it.
func (s *JettyStart) moduleLine(m *jettyModule, l JettyLine) []JettyOrigin {
	return append(slices.Clip(m.from), JettyOrigin{File: m.file, Line: l.Line})
}

// enableOne enables a module: its [ini] counts where nothing else sets the same, and once more when what the instance says enables it after another
// module did. Then come those that it needs.
func (s *JettyStart) enableOne(m *jettyModule, from []JettyOrigin, by *JettyOrigin) {
	known, direct := len(m.from) > 0, by == nil
	if known && (m.direct || !direct) {
		return
	}
	if m.from, m.direct = from, direct; !direct {
		m.by = *by
	}
	s.modules.taken[m.name] = true
	for _, p := range m.Provides {
		s.modules.taken[p] = true
	}
	env := m.Environment
	for _, l := range m.Ini {
		if key, _, ok := strings.Cut(l.Text, "="); ok && key != "" && !strings.HasSuffix(key, "?") && !strings.HasSuffix(key, "+") {
			l.Text = key + "?" + l.Text[len(key):]
		}
		env = s.argument(jettyArg{l.Text, JettyOrigin{File: m.file, Line: l.Line}}, env, jettyModuleArg{m.name, m.from}, 0)
	}
	if known {
		return // what it needs is enabled
	}
	for i, d := range m.Depend {
		m.Depend[i].Text = s.expandIn("", d.Text)
		s.need(m, m.Depend[i])
	}
}

// need enables what provides what a module needs.
func (s *JettyStart) need(m *jettyModule, d JettyLine) {
	name, maybe := strings.CutPrefix(d.Text, "?")
	providers := s.modules.available(name)
	if len(providers) == 0 && strings.Contains(name, "/") && !strings.Contains(name, "..") && !strings.Contains(name, "${") && s.modules.names[name] == nil {
		if file := s.find("modules/" + name + ".mod"); (!maybe || s.host.Exists(file)) && len(s.modules.list) < maxJettyModules {
			s.register(&s.modules, name, file)
			providers = s.modules.available(name)
			providers = providers[:min(len(providers), 1)]
		}
	}
	enabled := slices.DeleteFunc(slices.Clone(providers), func(p *jettyModule) bool { return len(p.from) == 0 })
	if len(enabled) == 0 && len(providers) > 1 {
		chosen := s.modules.fallback[name]
		if chosen == "" {
			chosen = name
		}
		providers = slices.DeleteFunc(providers, func(p *jettyModule) bool { return p.name != chosen })
	}
	if len(enabled) > 0 {
		providers = enabled
	}
	for _, p := range providers {
		if p != m {
			s.enableOne(p, m.from, &JettyOrigin{File: m.file, Line: d.Line})
		}
	}
}

// available are the modules that provide a name and are enabled, or provide nothing that an enabled one does.
func (ms *jettyModules) available(name string) []*jettyModule {
	return slices.DeleteFunc(slices.Clone(ms.provided[name]), func(m *jettyModule) bool {
		return len(m.from) == 0 && (ms.taken[m.name] || slices.ContainsFunc(m.Provides, func(p string) bool { return ms.taken[p] }))
	})
}

// sorted are modules behind those that they need or are to stand behind, else in the order in which they were read (org.eclipse.jetty.util.TopologicalSort).
func (ms *jettyModules) sorted(which func(*jettyModule) bool) []*jettyModule {
	behind := ms.behind(which)
	var list []*jettyModule
	visited := map[*jettyModule]bool{}
	var visit func(m *jettyModule)
	visit = func(m *jettyModule) {
		if visited[m] {
			return
		}
		visited[m] = true
		for _, b := range slices.SortedFunc(maps.Keys(behind[m]), func(a, b *jettyModule) int { return a.index - b.index }) {
			visit(b)
		}
		list = append(list, m)
	}
	for _, m := range ms.list {
		if which(m) {
			visit(m)
		}
	}
	return list
}

// behind are the modules that each is to stand behind.
func (ms *jettyModules) behind(which func(*jettyModule) bool) map[*jettyModule]map[*jettyModule]bool {
	out := map[*jettyModule]map[*jettyModule]bool{}
	edge := func(m, before *jettyModule) {
		if m == nil || before == nil || !which(m) || !which(before) {
			return
		}
		if out[m] == nil {
			out[m] = map[*jettyModule]bool{}
		}
		out[m][before] = true
	}
	for _, m := range ms.list {
		names := slices.Clone(m.After)
		for _, d := range m.Depend {
			names = append(names, d.Text)
		}
		for _, name := range names {
			edge(m, ms.names[name])
			for _, p := range ms.provided[name] {
				edge(m, p)
			}
		}
		for _, name := range m.Before {
			edge(ms.names[name], m)
		}
	}
	return out
}
