package parse

import (
	"path"
	"slices"
	"strings"
)

// Bounds of what start.jar is told.
const (
	maxJettyFolders = 20
	maxJettyDepth   = 10       // of files with commands that name others
	maxJettyText    = 16 << 20 // bytes of all files
	maxJettyUnused  = 1_000
	maxJettyOver    = 20 // values that another one takes the place of
)

// JettyHost is where start.jar reads its configuration from.
type JettyHost interface {
	Read(name string) ([]byte, error)
	// Folder lists a folder, folders with a slash behind their names.
	Folder(what, dir string) []string
	Exists(name string) bool
	// Clean makes a path plain, Abs makes one that the process was given absolute.
	Clean(name string) string
	Abs(name string) string
	// Unread notes what cannot be read or understood; what does not exist is nothing to note.
	Unread(what, name string, err error)
}

// JettyPlace is where a Jetty lies, and on which Java it runs ("17.0.15"; "" when that is not known).
type JettyPlace struct{ Home, Base, Java string }

// JettyOrigin is what sets something: a line of a file, or an argument when File is "".
type JettyOrigin struct {
	Arg  JavaArg
	File string
	Line int
}

// JettyProperty is a property of start.jar.
type JettyProperty struct {
	Name, Text string          // Text is as it is written, with what += adds it to
	System     bool            // -D: a property of the JVM, too
	Module     string          // the module whose [ini] sets it, "" for what the instance says
	From       []JettyOrigin   // of what a module says: first who wants the module
	Over       []JettyProperty // what it takes the place of, or was added to; without Over of their own
}

// At is where the value itself stands.
func (p JettyProperty) At() JettyOrigin { return p.From[len(p.From)-1] }

// JettyUnused is "name?=value" of an environment where the JVM has the property.
type JettyUnused struct {
	Env string
	JettyProperty
}

// JettyStartFile is a file that configures the server, in an environment ("" is the server's own).
type JettyStartFile struct {
	Name, Env string
	From      []JettyOrigin // what names it, the last one with the line
}

// JettyOption is an option for the JVM that start.jar forks.
type JettyOption struct {
	Text string
	From []JettyOrigin
}

// JettyStart is what start.jar makes of its arguments.
type JettyStart struct {
	JettyPlace
	Properties map[string]map[string]JettyProperty // by environment and by name in lower case: start.jar knows no difference
	Unused     []JettyUnused
	Files      []JettyStartFile // XML, in the order in which they work
	Later      []JettyStartFile // files of properties, which count more than all others
	Modules    []JettyEnabled   // in the order in which they work
	Options    []JettyOption
	Forks      bool         // the server runs in a JVM of its own
	Server     *JavaCommand // that of the server when it is known; nil: what start.jar hands on

	host     JettyHost
	command  *JavaCommand
	system   map[string]string // what -D among the arguments sets
	sources  []jettySource
	selected map[string][]JettyOrigin
	order    []string // of what is selected
	extra    []JettyStartFile
	modules  jettyModules
	bytes    int // read so far
}

// jettySource is the command line, or a folder with start.ini and start.d.
type jettySource struct {
	dir  string
	args []jettyArg
}

// jettyArg is one argument of start.jar.
type jettyArg struct {
	text string
	at   JettyOrigin
}

// ReadJettyStart follows start.jar: the arguments of all folders and of the command line, then the modules that they name with those that these need
// (org.eclipse.jetty.start.{StartArgs,Modules}). command is that of its JVM.
func ReadJettyStart(h JettyHost, place JettyPlace, command *JavaCommand, program []JavaArg) *JettyStart {
	s := &JettyStart{
		JettyPlace: place, Properties: map[string]map[string]JettyProperty{}, host: h, command: command, system: map[string]string{}, selected: map[string][]JettyOrigin{},
	}
	var args []jettyArg
	for _, a := range program {
		args = append(args, jettyArg{a.Value, JettyOrigin{Arg: a}})
	}
	s.source("", args)
	s.source(place.Base, s.folder(place.Base))
	s.modules = s.readModules()
	for _, source := range slices.Backward(s.ordered()) {
		env := ""
		for _, a := range source.args {
			env = s.argument(a, env, jettyModuleArg{}, 0)
		}
	}
	s.enable()
	return s
}

// source adds the command line or a folder, and those that its arguments include.
func (s *JettyStart) source(dir string, args []jettyArg) {
	s.sources = append(s.sources, jettySource{dir, args})
	for _, a := range args {
		option, name, ok := strings.Cut(a.text, "=")
		if !ok || option != "--include-jetty-dir" && option != "--add-config-dir" || len(s.sources) >= maxJettyFolders {
			continue
		}
		included := s.host.Clean(s.host.Abs(s.expandWith(strings.TrimSpace(name), s.given)))
		if !slices.ContainsFunc(s.sources, func(x jettySource) bool { return x.dir == included }) {
			s.source(included, s.folder(included))
		}
	}
}

// ordered are the sources from what counts most: command line, jetty.base, and what both include.
func (s *JettyStart) ordered() []jettySource {
	list := slices.Clone(s.sources)
	at := slices.IndexFunc(list, func(x jettySource) bool { return x.dir == s.Base })
	if at < 0 {
		return list
	}
	base := list[at]
	return slices.Insert(slices.Delete(list, at, at+1), 1, base)
}

// given is a property as the sources that are known so far write it.
func (s *JettyStart) given(name string) (string, bool) {
	for _, source := range s.ordered() {
		for _, a := range slices.Backward(source.args) {
			if key, value, ok := strings.Cut(strings.TrimPrefix(a.text, "-D"), "="); ok && strings.EqualFold(key, name) {
				return value, true
			}
		}
	}
	return s.fromSystem(name)
}

// folder are the arguments of start.ini and start.d.
func (s *JettyStart) folder(dir string) []jettyArg {
	var names []string
	for _, name := range s.host.Folder("Jetty's start.d", path.Join(dir, "start.d")) {
		if strings.HasSuffix(name, ".ini") {
			names = append(names, path.Join(dir, "start.d", name))
		}
	}
	slices.SortFunc(names, compareJettyNames)
	var args []jettyArg
	for _, name := range append([]string{path.Join(dir, "start.ini")}, names...) {
		args = append(args, s.iniFile("Jetty's configuration", name)...)
	}
	return args
}

func (s *JettyStart) iniFile(what, name string) []jettyArg {
	data, ok := s.read(what, name)
	if !ok {
		return nil
	}
	lines, err := ReadJettyIni(data)
	s.host.Unread(what, name, err)
	var args []jettyArg
	for _, l := range lines {
		args = append(args, jettyArg{l.Text, JettyOrigin{File: name, Line: l.Line}})
	}
	return args
}

// read reads a file unless all together are too many: each may be as large as any file of a configuration.
func (s *JettyStart) read(what, name string) ([]byte, bool) {
	data, err := s.host.Read(name)
	s.bytes += len(data)
	if err == nil && s.bytes > maxJettyText {
		err = syntaxf(1, "with the files before it more than %d bytes", maxJettyText)
	}
	s.host.Unread(what, name, err)
	return data, err == nil
}

// jettyModuleArg is the module that an argument comes from, with who wants it.
type jettyModuleArg struct {
	name string
	from []JettyOrigin
}

// argument files one argument. Behind a module that has an environment, properties are those of that environment, until the next module or source.
func (s *JettyStart) argument(a jettyArg, env string, by jettyModuleArg, depth int) string {
	text := strings.TrimSpace(a.text)
	from := append(slices.Clip(by.from), a.at)
	option, value, assigns := strings.Cut(text, "=")
	switch {
	case option == "--module" || option == "--modules":
		return s.selects(value, from)
	case option == "--commands" && depth < maxJettyDepth:
		inner := env
		for _, c := range s.iniFile("commands of Jetty", s.find(strings.TrimSpace(value))) {
			inner = s.argument(c, inner, by, depth+1)
		}
	case text == "--exec" || text == "--jpms":
		s.Forks = true
	case strings.HasPrefix(text, "--"):
		if !isJettyOption(option) {
			s.Options = append(s.Options, JettyOption{text, from})
		}
	case strings.HasPrefix(text, "-D"):
		name, value, _ := strings.Cut(text[2:], "=")
		s.set(env, name, value, JettyProperty{System: true, Module: by.name, From: from})
	case strings.HasPrefix(text, "-"):
		s.Options = append(s.Options, JettyOption{text, from})
	case assigns:
		s.set(env, option, value, JettyProperty{Module: by.name, From: from})
	case strings.HasSuffix(strings.ToLower(text), ".xml"):
		s.extra = append(s.extra, JettyStartFile{text, env, from})
	case strings.HasSuffix(strings.ToLower(text), ".properties"):
		s.Later = append(s.Later, JettyStartFile{s.find(text), env, from})
	}
	return env
}

// isJettyOption reports options that start.jar takes itself, by what stands before "="; all others are the JVM's.
func isJettyOption(option string) bool {
	return slices.Contains(strings.Fields("--help --debug --start-log-file --testing-mode --include-jetty-dir --add-config-dir --stop --download --files --create-files --update-ini "+
		"--update-inis --list-classpath --version --info --list-config --dry-run --exec-print --exec-properties --allow-insecure-http-downloads --approve-all-licenses "+
		"--list-all-modules --list-module --list-modules --show-module --show-modules --create-start-ini --create-startd --create-start-d --add-module --add-modules --add-to-start "+
		"--add-to-startd --skip-file-validation --skip-create-files --write-module-graph --lib --libs --commands"), option)
}

// selects notes modules to enable, and returns the environment of the last one.
func (s *JettyStart) selects(names string, from []JettyOrigin) string {
	last := ""
	for name := range strings.SplitSeq(names, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if _, known := s.selected[name]; !known && len(s.selected) < maxJettyModules {
			s.order = append(s.order, name)
			s.selected[name] = from
		}
		last = name
	}
	if m := s.modules.names[last]; m != nil {
		return m.Environment
	}
	return ""
}

// set is "key=value", "key?=value" (unless the environment or the JVM has it) and "key+=value" (added to what they have).
func (s *JettyStart) set(env, key, text string, p JettyProperty) {
	name := strings.TrimRight(key, "?+")
	if len(key)-len(name) > 1 {
		name = key[:len(key)-1]
	}
	old, isSet := s.own(env, name)
	if p.System {
		old.Text, isSet = s.fromSystem(name)
	}
	p.Name, p.Text = name, text
	props := s.Properties[env]
	if props == nil {
		props = map[string]JettyProperty{}
		s.Properties[env] = props
	}
	lower := strings.ToLower(name)
	switch {
	case name == "jetty.home":
		p.Text = s.Home
	case name == "jetty.base":
		p.Text = s.Base
	case strings.HasSuffix(key, "?") && isSet:
		if before, ok := props[lower]; ok {
			before.Over = append(slices.Clip(before.Over), p)
			before.Over = before.Over[:min(len(before.Over), maxJettyOver)]
			props[lower] = before
		}
		if !p.System {
			if _, ok := props[lower]; !ok && len(s.Unused) < maxJettyUnused {
				s.Unused = append(s.Unused, JettyUnused{env, p})
			}
			return
		}
		p.Text = old.Text
	case strings.HasSuffix(key, "+") && isSet && len(old.Text) > maxJettyValue:
		s.host.Unread("Jetty's configuration", p.At().File, syntaxf(p.At().Line, "adds to a value of more than %d bytes", maxJettyValue))
		return
	case strings.HasSuffix(key, "+") && isSet:
		p.Text = old.Text + text
	case strings.HasSuffix(key, "+") && !isSet:
		p.Text = strings.TrimPrefix(text, ",")
	}
	if p.System {
		s.system[name] = p.Text
	}
	props[lower] = p.over(props[lower])
}

// over puts a value over an older one.
func (p JettyProperty) over(old JettyProperty) JettyProperty {
	if len(old.From) == 0 {
		return p
	}
	below := old.Over
	old.Over = nil
	p.Over = append([]JettyProperty{old}, below...)
	p.Over = p.Over[:min(len(p.Over), maxJettyOver)]
	return p
}

// own is a property of one environment, else one of the JVM.
func (s *JettyStart) own(env, name string) (JettyProperty, bool) {
	if p, ok := s.Properties[env][strings.ToLower(name)]; ok {
		return p, true
	}
	text, ok := s.fromSystem(name)
	return JettyProperty{Name: name, Text: text}, ok
}

// fromSystem is a property of start.jar's JVM.
func (s *JettyStart) fromSystem(name string) (string, bool) {
	if text, ok := s.system[name]; ok {
		return text, true
	}
	switch name {
	case "jetty.home":
		return s.Home, true
	case "jetty.base":
		return s.Base, true
	case "user.dir":
		return s.host.Abs("."), true
	}
	if s.command == nil {
		return "", false
	}
	p, ok := s.command.Property(name)
	return p.Value, ok
}

// Lookup is a property as it is written, of the server's own environment: also those that start.jar sets.
func (s *JettyStart) Lookup(name string) (string, bool) { return s.lookup("", name) }

func (s *JettyStart) lookup(env, name string) (string, bool) {
	name = strings.TrimSpace(name)
	switch name {
	case "jetty.home.uri":
		return "file://" + s.Home, true
	case "jetty.base.uri":
		return "file://" + s.Base, true
	}
	if p, ok := s.own(env, name); ok {
		return p.Text, true
	}
	switch name {
	case "java.version":
		return s.Java, s.Java != ""
	case "java.version.platform":
		major, _, _ := strings.Cut(strings.TrimPrefix(s.Java, "1."), ".")
		return major, s.Java != ""
	}
	return "", false
}

// Expansion replaces ${name} in a text as start.jar does when it hands its properties to the server.
func (s *JettyStart) Expansion(text string) Expansion {
	return jettyExpansion(text, func(name string) (string, bool) { return s.lookup("", name) })
}

func (s *JettyStart) expandWith(text string, lookup Lookup) string {
	return jettyExpansion(text, lookup).Text
}

// jettyExpansion leaves a text without ${ as it is, "$$" in it too (org.eclipse.jetty.start.Props).
func jettyExpansion(text string, lookup Lookup) Expansion {
	if !strings.Contains(text, "${") {
		return Expansion{Text: text}
	}
	return Placeholders{Lookup: lookup, Doubled: true}.Expand(text)
}

// Give sets a property as it stands on the command line of the server itself, unless start.jar makes the same of what it reads.
func (s *JettyStart) Give(env, name, text string, from []JettyOrigin) {
	lower := strings.ToLower(name)
	old := s.Properties[env][lower]
	now := old.Text
	if env == "" {
		now = s.Expansion(old.Text).Text
	}
	if len(old.From) > 0 && old.Name == name && now == text {
		return
	}
	if s.Properties[env] == nil {
		s.Properties[env] = map[string]JettyProperty{}
	}
	if env == "" && strings.Contains(text, "${") {
		text = strings.ReplaceAll(text, "$", "$$") // which is not replaced again
	}
	s.Properties[env][lower] = JettyProperty{Name: name, Text: text, From: from}.over(old)
}

// find is a name of jetty.base, of a folder that is included, or of jetty.home: the first that exists, else that of jetty.base.
func (s *JettyStart) find(name string) string {
	if path.IsAbs(name) {
		return s.host.Clean(name)
	}
	for _, dir := range s.folders() {
		if at := s.host.Clean(dir + "/" + name); s.host.Exists(at) {
			return at
		}
	}
	return s.host.Clean(s.Base + "/" + name)
}

// folders are jetty.base, what is included, and jetty.home.
func (s *JettyStart) folders() []string {
	var list []string
	for _, source := range s.ordered() {
		if source.dir != "" {
			list = append(list, source.dir)
		}
	}
	if s.Home != s.Base {
		list = append(list, s.Home)
	}
	return list
}

// addFile adds a file that configures the server, once.
func (s *JettyStart) addFile(f JettyStartFile) {
	if len(s.Files) >= maxJettyModules {
		s.host.Unread("Jetty's configuration", f.Name, syntaxf(1, "one of more than %d files", maxJettyModules))
		return
	}
	at := s.find(f.Name)
	if !path.IsAbs(f.Name) && !s.host.Exists(at) {
		at = s.find("etc/" + f.Name)
	}
	f.Name = at
	if !slices.ContainsFunc(s.Files, func(x JettyStartFile) bool { return x.Name == f.Name && x.Env == f.Env }) {
		s.Files = append(s.Files, f)
	}
}

// compareJettyNames compares paths as java.text.Collator does, which start.jar sorts them with: white space and hyphens count least, then comes case.
// Beyond ASCII the order is that of the characters.
func compareJettyNames(a, b string) int {
	const order = "_,;:!?/.`^~'\"()[]{}@$*\\&#%+<=>|0123456789"
	weigh := func(s string) (primary, ignored []rune) {
		for _, r := range s {
			if r == ' ' || r == '-' {
				ignored = append(ignored, r)
				continue
			}
			w := strings.IndexRune(order, r)
			if w < 0 {
				w = len(order) + int([]rune(strings.ToLower(string(r)))[0])
			}
			primary = append(primary, rune(w))
		}
		return primary, ignored
	}
	pa, ia := weigh(a)
	pb, ib := weigh(b)
	if c := slices.Compare(pa, pb); c != 0 {
		return c
	}
	if c := slices.Compare(ia, ib); c != 0 {
		return c
	}
	return -strings.Compare(a, b) // small letters first
}

// SystemProperty is a property of the JVM that the server runs in: of one that start.jar forks only what start.jar hands on.
func (s *JettyStart) SystemProperty(name string) (string, bool) {
	if s.Server != nil {
		p, ok := s.Server.Property(name)
		return p.Value, ok
	}
	if !s.Forks {
		text, ok := s.fromSystem(name)
		return s.Expansion(text).Text, ok
	}
	for _, o := range slices.Backward(s.Options) {
		if key, text, ok := strings.Cut(strings.TrimPrefix(o.Text, "-D"), "="); ok && key == name && strings.HasPrefix(o.Text, "-D") {
			return s.Expansion(text).Text, true
		}
	}
	text, ok := s.system[name]
	switch {
	case ok:
	case name == "jetty.home":
		return s.Home, true
	case name == "jetty.base":
		return s.Base, true
	}
	return s.Expansion(text).Text, ok
}

// Property is what <Property> of an environment finds: properties of start.jar under exactly that name, else those of the JVM.
func (s *JettyStart) Property(env, name string) (string, bool) {
	if name == "jetty.home.uri" || name == "jetty.base.uri" {
		return s.Lookup(name)
	}
	if p, ok := s.Properties[env][strings.ToLower(name)]; ok && p.Name == name {
		if env == "" {
			p.Text = s.Expansion(p.Text).Text
		}
		return p.Text, true
	}
	if env != "" {
		return s.Property("", name)
	}
	switch name {
	case "jetty.home":
		return s.Home, true
	case "jetty.base":
		return s.Base, true
	}
	return s.SystemProperty(name)
}

// Inis are the files with arguments, what counts most first.
func (s *JettyStart) Inis() []string {
	var list []string
	for _, source := range s.ordered() {
		for _, a := range slices.Backward(source.args) {
			if n := len(list); a.at.File != "" && (n == 0 || list[n-1] != a.at.File) {
				list = append(list, a.at.File)
			}
		}
	}
	return list
}
