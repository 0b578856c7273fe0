package detect

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// monoServer is a server of ASP.NET applications on Mono: XSP by itself, the other two behind a web server.
type monoServer struct {
	*mono
	name    string
	options []parse.MonoOption
}

// monoServers are the names of the servers by their assembly, without the version of the framework: xsp4.exe, mod-mono-server2.exe.
func monoServers() map[string]string {
	return map[string]string{"xsp": "XSP", "fastcgi-mono-server": "Mono FastCGI server", "mod-mono-server": "mod_mono server"}
}

// server is the server that runs, nil for other programs.
func (m *mono) server() *monoServer {
	name := monoServers()[strings.TrimRight(stem(m.assembly), "24")]
	if name == "" || m.service {
		return nil
	}
	return &monoServer{mono: m, name: name, options: parse.MonoOptions(m.Args(), m.arg)}
}

// option is an option's value in force: the argument, else the variable MONO_NAME or MONO_FCGI_NAME (Mono.WebServer: ServerConfigurationManager).
func (s *monoServer) option(name string) (dotnetValue, bool) {
	for _, o := range slices.Backward(s.options) {
		if o.Name == name {
			return dotnetValue{key: name, value: o.Value, arg: o.Arg, from: []model.Source{model.FromArg(s.PID, o.Arg)}}, true
		}
	}
	for _, prefix := range []string{"MONO_", "MONO_FCGI_"} {
		variable := prefix + strings.ToUpper(name)
		if value, ok := s.env.Get(variable); ok {
			return dotnetValue{key: name, value: value, env: variable, from: []model.Source{model.FromEnv(s.PID, variable)}}, true
		}
	}
	return dotnetValue{key: name}, false
}

// platform is the server with the version of its assembly, which the global assembly cache has in the folder's name: xsp4/4.2.0.0__0738eb9f132ed756.
func (s *monoServer) platform() model.Platform {
	var p model.Platform
	setField(&p.Name, &p.Evidence, "name", s.name, s.from...)
	if m, ok := s.mapped(path.Base(s.assembly)); ok {
		version, _, keyed := strings.Cut(path.Base(path.Dir(m.Path)), "__")
		if keyed {
			setField(&p.Version, &p.Evidence, "version", version, s.fromMap(m))
		}
	}
	return p
}

// root is the folder that relative names are meant from.
func (s *monoServer) root() string {
	if v, ok := s.option("root"); ok && v.value != "" {
		return s.abs(v.value)
	}
	return s.cwd
}

// base is the folder that stays the same when applications come and go: the only one's, the one's that has the root, else the server's own.
func (s *monoServer) base(apps []model.WebApp) (string, []model.Source) {
	if len(apps) == 1 || len(apps) > 1 && apps[0].Context == "/" {
		return string(apps[0].Path), apps[0].Evidence["path"]
	}
	if v, ok := s.option("root"); ok {
		return s.root(), v.from
	}
	return s.root(), []model.Source{model.FromProc(s.PID, "cwd")}
}

func (s *monoServer) inRoot(name string) string {
	if path.IsAbs(name) {
		return s.clean(name)
	}
	if s.root() == "" {
		return ""
	}
	return s.clean(s.root() + "/" + name)
}

// webApps are the applications of the option applications and of .webapp files; without any, the root serves the working folder.
func (s *monoServer) webApps() []model.WebApp {
	var list []model.WebApp
	add := func(a parse.MonoApp, descriptor string, from ...model.Source) {
		context := "/" + strings.Trim(a.VPath, "/")
		w := model.WebApp{Name: cmp.Or(a.Name, context), Context: context, Path: model.Path(s.inRoot(a.Path)), Descriptor: model.Path(descriptor)}
		if a.Name == "" && a.VHost != "" && a.VHost != "*" {
			w.Name = a.VHost + context
		}
		list = append(list, newWebApp(w, from...))
	}
	if v, ok := s.option("applications"); ok {
		for _, a := range parse.MonoApplications(v.value) {
			add(a, "", v.from...)
		}
	}
	files := s.appFiles()
	for _, file := range files {
		data, err := s.read(file)
		var apps []parse.MonoApp
		if err == nil {
			apps, err = parse.MonoWebApps(data)
		}
		if err != nil {
			s.missing("ASP.NET application", file, err)
		}
		for _, a := range apps {
			add(a, file, model.FromFile(model.Path(file), a.Line))
		}
	}
	if _, ok := s.option("applications"); !ok && len(files) == 0 {
		add(parse.MonoApp{VPath: "/", Path: "."}, "", model.FromProc(s.PID, "cwd"))
	}
	return list
}

// appFiles are the .webapp files of appconfigfile and appconfigdir.
func (s *monoServer) appFiles() []string {
	var files []string
	if v, ok := s.option("appconfigfile"); ok {
		files = append(files, s.inRoot(v.value))
	}
	if v, ok := s.option("appconfigdir"); ok {
		dir := s.inRoot(v.value)
		for _, e := range s.list("ASP.NET applications", dir) {
			if strings.HasSuffix(e.Name, ".webapp") {
				files = append(files, path.Join(dir, e.Name))
			}
		}
	}
	return files
}

// ports is where the server listens.
func (s *monoServer) ports(a *model.App) []port {
	if s.name == "Mono FastCGI server" {
		return s.fastCGI()
	}
	address, _ := s.option("address")
	digits, set := s.option("port")
	p := port{number: number(digits.value), address: address.value, purpose: "http", from: slices.Concat(digits.from, address.from)}
	if slices.ContainsFunc(s.options, func(o parse.MonoOption) bool { return strings.HasPrefix(o.Name, "https") }) {
		p.purpose = "https"
	}
	if s.name == "mod_mono server" {
		p.purpose = "fastcgi" // mod_mono's own protocol: for the web server alone, too
		if file, ok := s.option("filename"); ok || !set {
			return []port{{socket: cmp.Or(file.value, "/tmp/mod_mono_server"), purpose: p.purpose, from: append(file.from, s.from...)}}
		}
	}
	if !set { // 9000, or 8080 before XSP 3
		at := slices.IndexFunc(a.Listeners, func(l model.Listener) bool { return l.Port == 9000 || l.Port == 8080 })
		if at < 0 {
			return nil
		}
		p.number, p.from = a.Listeners[at].Port, append(p.from, model.Derived("XSP's default port"))
	}
	p.binding = s.binding(address, "address")
	return []port{p}
}

// fastCGI reads the option socket; without it the web server has opened the socket and handed it on.
func (s *monoServer) fastCGI() []port {
	v, ok := s.option("socket")
	if !ok {
		return nil
	}
	kind, address, digits, file := parse.MonoSocket(v.value)
	from := slices.Clone(v.from)
	rest := func(value, option, otherwise string) string {
		if value != "" {
			return value
		}
		o, _ := s.option(option)
		from = append(from, o.from...)
		return cmp.Or(o.value, otherwise)
	}
	switch kind {
	case "unix":
		return []port{{socket: s.inRoot(rest(file, "filename", "/tmp/fastcgi-mono-server")), purpose: "fastcgi", from: from}}
	case "tcp":
		p := port{address: rest(address, "address", "127.0.0.1"), number: number(rest(digits, "port", "9000")), purpose: "fastcgi", binding: s.binding(v, "socket")}
		if o, ok := s.option("address"); ok && address == "" {
			p.binding = s.binding(o, "address")
		}
		p.from = from
		return []port{p}
	}
	return nil
}

func (s *monoServer) binding(v dotnetValue, key string) *model.Binding {
	from := v.from
	if len(from) == 0 {
		from = s.from
	}
	return newBinding(model.Binding{Mechanism: "mono-option", Key: cmp.Or(v.env, key), Value: v.value, Arg: v.arg}, from...)
}
