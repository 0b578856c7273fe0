package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// mono is a process that runs .NET Framework code on Mono.
type mono struct {
	*view
	why      model.Source
	arg      int    // index of the assembly in the arguments
	assembly string // the program; "" when its folder is unknown
	from     []model.Source
	service  bool // started by mono-service, which loads the assembly
}

// mayBeMono is the cheap look.
func mayBeMono(p *host.Process) bool {
	return slices.Contains([]string{"mono", "mono-sgen", "mono-boehm", "mono32", "mono64"}, programName(p))
}

// mono returns what Mono executes in the process; nil when that is nothing.
func (v *view) mono() *mono {
	if !v.checkedMono {
		v.checkedMono = true
		v.onMono = v.readMono()
	}
	return v.onMono
}

func (v *view) readMono() *mono {
	m := &mono{view: v, arg: parse.MonoAssembly(v.Args()), why: model.FromProc(v.PID, "exe")}
	if m.arg == 0 {
		if _, running := v.mapped("mscorlib.dll"); running {
			v.overwritten()
		}
		return nil
	}
	v.load()
	m.assembly, m.from = v.abs(v.Args()[m.arg]), []model.Source{model.FromArg(v.PID, m.arg)}
	if at, ok := v.mapped(path.Base(v.Args()[m.arg])); ok && !v.exists(m.assembly) {
		m.assembly, m.from = at.Path, append(m.from, v.fromMap(at)) // the working folder was changed since
	}
	if path.Base(m.assembly) == "mono-service.exe" {
		return m.byService()
	}
	return m
}

// byService reads `mono-service.exe [-d:folder] [-l:lock file] [-m:syslog name] [-n:service] service.exe` (mono-service(1)).
func (m *mono) byService() *mono {
	dir := ""
	for i := m.arg + 1; i < len(m.Args()); i++ {
		a := m.Args()[i]
		if d, ok := strings.CutPrefix(a, "-d:"); ok {
			dir = d
			m.from = append(m.from, model.FromArg(m.PID, i))
		}
		if strings.HasPrefix(a, "-") {
			continue
		}
		m.arg, m.service = i, true
		m.from = append(m.from, model.FromArg(m.PID, i))
		m.assembly = m.abs(path.Join(dir, a))
		if path.IsAbs(a) {
			m.assembly = m.abs(a)
		}
		return m
	}
	return nil
}

// runtime is Mono with its version, which its mscorlib.dll tells.
func (m *mono) runtime() model.Runtime {
	r := model.Runtime{Kind: "mono", Name: "Mono"}
	e := &r.Evidence
	e.Add("kind", m.why)
	e.Add("name", m.why)
	setField(&r.Executable, e, "executable", m.Exe, model.FromProc(m.PID, "exe"))
	lib, ok := m.mapped("mscorlib.dll")
	if !ok {
		return r
	}
	setField(&r.Home, e, "home", path.Dir(path.Dir(lib.Path)), m.fromMap(lib)) // PREFIX/lib/mono
	f, err := m.open(lib.Path)
	if err != nil {
		m.missing("mscorlib.dll", lib.Path, err)
		return r
	}
	defer f.Close()
	version, err := parse.MonoVersion(f, f.Info().Size)
	m.unread("version of Mono", lib.Path, err)
	setField(&r.Version, e, "version", version, model.FromFile(model.Path(lib.Path), 0))
	return r
}

// prefixes are the program's arguments that are addresses, as HttpListener takes its prefixes: http://127.0.0.1:8080/shop/. An address that nothing
// listens on is another program's.
func (m *mono) prefixes(a *model.App) []port {
	var ports []port
	for i := m.arg + 1; i < len(m.Args()); i++ {
		at := strings.Index(m.Args()[i], "http")
		if at < 0 {
			continue
		}
		value := m.Args()[i][at:] // also --url=http://…
		v := dotnetValue{arg: i, from: []model.Source{model.FromArg(m.PID, i)}}
		p, ok := v.port(value)
		if !ok || p.socket != "" || !slices.ContainsFunc(a.Listeners, func(l model.Listener) bool {
			return l.Port == p.number && (!literal(p.address) || sameAddress(p.address, l.Address))
		}) {
			continue
		}
		p.binding = newBinding(model.Binding{Mechanism: "argument", Value: value, Arg: i}, v.from...)
		ports = append(ports, p)
	}
	return ports
}

// monoTools are the programs of Mono's own that developers run, and those of others that run on it.
func monoTools() map[string]string {
	return map[string]string{
		"mcs.exe": "C# compiler (build tool)", "csc.exe": "C# compiler (build tool)", "vbc.exe": "Visual Basic compiler (build tool)",
		"VBCSCompiler.exe": "compiler server (build tool)", "MSBuild.dll": "MSBuild (build tool)", "MSBuild.exe": "MSBuild (build tool)",
		"xbuild.exe": "xbuild (build tool)", "nuget.exe": "NuGet (build tool)", "gacutil.exe": "gacutil (build tool)", "csharp.exe": "C# shell (build tool)",
		"nunit-console.exe": "NUnit (build tool)", "nunit3-console.exe": "NUnit (build tool)", "MonoDevelop.exe": "MonoDevelop (IDE)",
		"OmniSharp.exe": "OmniSharp (IDE)", "monodoc.exe": "monodoc (IDE)",
	}
}

func (m *mono) helperOf() *helper {
	if what := monoTools()[path.Base(m.assembly)]; what != "" {
		return &helper{what, m.from}
	}
	return nil
}
