package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// clr is a process that runs .NET, from an executable of its own or by the program dotnet.
type clr struct {
	*view
	why     model.Source
	dll     string // main assembly; "" when it is inside the executable
	dllFrom []model.Source
	arg     int    // index of the main assembly or of the SDK's command in the arguments; 0: an executable of its own
	command string // of the SDK: "run"; "" for applications
	config  parse.RuntimeConfig
	confAt  string // file of config; "" when there is none
	deps    parse.DepsJSON
	depsAt  string
	bundle  *parse.Bundle
	inside  map[uint64]int // offsets in the executable that are mapped, with the line; see mappedAt
	native  bool           // compiled ahead of time: what it uses cannot be seen
	web     bool           // ASP.NET Core is loaded
	grpc    bool
}

// mayBeCLR is the cheap look.
func mayBeCLR(p *host.Process) bool { return programName(p) == "dotnet" || p.Managed() }

// clr returns what runs in the process when that is an application on .NET in files of its own; nil else.
func (v *view) clr() *clr {
	if !v.checkedNet {
		v.checkedNet = true
		v.net = v.readCLR()
	}
	return v.net
}

func (v *view) readCLR() *clr {
	m, ok := v.mapped("libcoreclr.so")
	if !ok {
		m, ok = v.mapped("libhostfxr.so")
	}
	c := &clr{view: v}
	switch {
	case ok:
		c.why = v.fromMap(m)
	case v.mapsErr != nil && programName(v.Process) == "dotnet":
		c.why = model.FromArg(v.PID, 0)
	default:
		return nil
	}
	v.load()
	if programName(v.Process) == "dotnet" {
		c.byMuxer()
	} else {
		c.byAppHost()
	}
	if c.dll == "" && c.arg == 0 {
		if path.Base(m.Path) == "libcoreclr.so" && programName(v.Process) == "dotnet" {
			c.overwritten()
		}
		return nil
	}
	c.documents()
	return c
}

// byMuxer reads `dotnet [host options] [exec] app.dll [arguments]` (dotnet/runtime: hostfxr, fx_muxer).
func (c *clr) byMuxer() {
	for i := 1; i < len(c.Args()); i++ {
		a := c.Args()[i]
		switch {
		case a == "exec":
		case muxerOption(a):
			i++
		case strings.HasPrefix(a, "-"):
		case strings.HasSuffix(strings.ToLower(a), ".dll") || strings.HasSuffix(strings.ToLower(a), ".exe"):
			c.dll, c.arg, c.dllFrom = c.abs(a), i, []model.Source{model.FromArg(c.PID, i)}
			return
		default:
			c.command, c.arg, c.dllFrom = a, i, []model.Source{model.FromArg(c.PID, i)} // of the SDK: run, watch, build
			return
		}
	}
}

// muxerOption lists the options of the host that take a value.
func muxerOption(a string) bool {
	switch a {
	case "--additionalprobingpath", "--additional-deps", "--depsfile", "--runtimeconfig", "--fx-version", "--roll-forward", "--roll-forward-on-no-candidate-fx":
		return true
	}
	return false
}

// byAppHost finds the assembly of an executable: beside it under its name, else the mapped assembly that has a runtimeconfig.json.
func (c *clr) byAppHost() {
	program, from := c.program()
	if dll := program + ".dll"; program != "" && c.exists(dll) {
		c.dll, c.dllFrom = dll, slices.Concat(from, []model.Source{model.FromFile(model.Path(dll), 0)})
		return
	}
	for _, m := range c.maps {
		if strings.HasSuffix(m.Path, ".dll") && c.exists(strings.TrimSuffix(m.Path, ".dll")+".runtimeconfig.json") && !strings.Contains(m.Path, "/shared/") {
			c.dll, c.dllFrom = m.Path, []model.Source{c.fromMap(m)}
			return
		}
	}
}

// program is the executable by the name that it was started by where that leads to it, so that an upgrade behind a link leaves the application the same.
func (v *view) program() (string, []model.Source) {
	from := []model.Source{model.FromProc(v.PID, "exe")}
	if v.Exe == "" || len(v.Args()) == 0 || !path.IsAbs(v.Args()[0]) {
		return v.Exe, from
	}
	name := v.clean(v.Args()[0])
	if real, _, err := host.Resolve(v.tree, name); err != nil || real != v.Exe || v.hidden {
		return v.Exe, from
	}
	return name, append(from, model.FromArg(v.PID, 0))
}

// documents reads NAME.runtimeconfig.json and NAME.deps.json beside the assembly.
func (c *clr) documents() {
	if c.dll == "" {
		return // a relative name, whose folder is unknown
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(c.dll, ".dll"), ".exe")
	name := stem + ".runtimeconfig.json"
	data, err := c.read(name)
	if err == nil {
		c.config, err = parse.ReadRuntimeConfig(data)
		c.confAt = name
	}
	c.unread("runtimeconfig.json", name, err)
	name = stem + ".deps.json"
	data, err = c.read(name)
	if err == nil {
		c.deps, err = parse.ReadDepsJSON(data)
		c.depsAt = name
	}
	c.unread("deps.json", name, err)
}

// runtime says which runtime executes the application: a shared one by the folder its library is mapped from, else the application's own.
func (c *clr) runtime() model.Runtime {
	r := model.Runtime{Kind: "dotnet", Name: ".NET"}
	e := &r.Evidence
	e.Add("name", c.why)
	setField(&r.Executable, e, "executable", c.Exe, model.FromProc(c.PID, "exe"))
	if root, version, at, ok := c.shared("Microsoft.NETCore.App"); ok {
		e.Add("kind", at)
		setField(&r.Home, e, "home", root, at)
		setField(&r.Version, e, "version", version, at)
		return r
	}
	if c.mapsErr != nil && c.arg > 0 { // the program dotnet, whose mappings may not be seen
		e.Add("kind", c.dllFrom...)
		return r
	}
	if c.native {
		r.Kind = "native"
		e.Add("kind", c.why)
		return r
	}
	version, from := c.included("Microsoft.NETCore.App")
	setField(&r.Version, e, "version", version, from)
	if c.bundle != nil && !c.bundle.SelfContained(c.config) && len(c.config.Frameworks) > 0 {
		e.Add("kind", model.FromFile(model.Path(c.confAt), 0)) // on a shared runtime whose folder is not seen
		return r
	}
	r.Kind = "dotnet-self-contained"
	e.Add("kind", c.why)
	if c.Exe != "" {
		setField(&r.Home, e, "home", path.Dir(c.Exe), model.FromProc(c.PID, "exe"))
	}
	return r
}

// shared finds ROOT/shared/FRAMEWORK/VERSION/ among the mapped files.
func (c *clr) shared(framework string) (root, version string, at model.Source, ok bool) {
	for _, m := range c.maps {
		before, rest, found := strings.Cut(m.Path, "/shared/"+framework+"/")
		if !found {
			continue
		}
		if version, _, found = strings.Cut(rest, "/"); found {
			return before, version, c.fromMap(m), true
		}
	}
	return "", "", "", false
}

// included is the version of a framework that was published with the application.
func (c *clr) included(framework string) (string, model.Source) {
	for _, f := range c.config.Included {
		if f.Name == framework {
			return f.Version, model.FromFile(model.Path(c.confAt), 0)
		}
	}
	if v := c.deps.RuntimePack(framework); v != "" {
		return v, model.FromFile(model.Path(c.depsAt), 0)
	}
	return "", ""
}

// app is a new application with its runtime, platform and Kestrel's addresses.
func (c *clr) app(kind string, g host.Group, why ...model.Source) model.App {
	a := c.view.app(kind, g, append([]model.Source{c.why}, why...)...)
	a.Runtime = c.runtime()
	a.Platform = c.platform()
	c.web, c.grpc = strings.HasPrefix(a.Platform.Name, "ASP.NET Core"), a.Platform.Name == grpcPlatform
	c.connect(&a, c.kestrel())
	return a
}
