package config

import (
	"errors"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// dotnet reads what the .NET host and ASP.NET Core read: runtimeconfig.json, deps.json, appsettings*.json of the content root, which is the
// working folder unless set (learn.microsoft.com: "Configuration in ASP.NET Core", "Default host configuration").
func (r *resolver) dotnet() {
	base := string(r.s.App.Base)
	r.dir("dotnetApp", base, model.Derived("base folder of the application"))
	r.dotnetHost()
	root := r.contentRoot()
	for _, dir := range []string{base, root} {
		list, err := r.s.Root.ReadDir(dir)
		if err != nil || shared(dir) {
			continue
		}
		for _, e := range list {
			if strings.HasPrefix(strings.ToLower(e.Name), "appsettings") && strings.EqualFold(path.Ext(e.Name), ".json") || strings.EqualFold(e.Name, "web.config") ||
				strings.EqualFold(e.Name, "nlog.config") {
				r.document(path.Join(dir, e.Name), "configuration in the content root")
			}
		}
	}
	if root != base && !shared(root) {
		r.refer(path.Join(root, "wwwroot"), "wwwroot of the content root", model.LayerApp, true)
	}
}

// contentRoot is where ASP.NET Core looks for configuration and static files.
func (r *resolver) contentRoot() string {
	for _, key := range []string{"contentRoot", "ASPNETCORE_CONTENTROOT", "DOTNET_CONTENTROOT"} {
		if v, ok := r.c.Get(key); ok {
			return r.s.Main.Abs(v.Value)
		}
	}
	return r.s.Main.Cwd
}

// dotnetHost refers to the runtime's own documents and to the folders that deps are probed in.
func (r *resolver) dotnetHost() {
	stem := strings.TrimSuffix(string(r.s.App.Artifact), ".dll")
	for _, suffix := range []string{".runtimeconfig.json", ".runtimeconfig.dev.json", ".deps.json"} {
		if ok, _ := host.Exists(r.s.Root, stem+suffix); ok {
			r.refer(stem+suffix, "read by the .NET host", model.LayerApp, false)
		}
	}
	r.dotnetArguments()
	r.dotnetVariables()
	if r.s.Kind() == "dotnet-single" {
		r.bundle()
		return
	}
	if r.s.App.Runtime.Kind == "dotnet" {
		r.c.DotnetRoot = string(r.s.App.Runtime.Home)
		if ok, _ := host.Exists(r.s.Root, "/etc/dotnet/install_location"); ok && path.Base(r.s.Main.Exe) != "dotnet" {
			r.refer("/etc/dotnet/install_location", "read by an apphost to find the shared runtime", model.LayerRuntime, false)
		}
	}
}

// dotnetArguments refers to what the options of the muxer name.
func (r *resolver) dotnetArguments() {
	args := r.s.Main.Args()
	for i := 0; i+1 < len(args); i++ {
		switch args[i] {
		case "--depsfile", "--runtimeconfig", "--additional-deps", "--additionalprobingpath":
			r.refer(args[i+1], args[i]+" ("+string(model.FromArg(r.s.Main.PID, i+1))+")", model.LayerApp, args[i] == "--additionalprobingpath")
		}
	}
}

// dotnetVariables refers to what is loaded into the process by environment: startup hooks and a profiler.
func (r *resolver) dotnetVariables() {
	if v, ok := r.s.Main.Getenv("DOTNET_STARTUP_HOOKS"); ok {
		for p := range strings.SplitSeq(v, ":") {
			if strings.HasPrefix(p, "/") {
				r.refer(path.Dir(p), "DOTNET_STARTUP_HOOKS", model.LayerApp, true)
			}
		}
	}
	if p, ok := r.s.Main.Getenv("CORECLR_PROFILER_PATH"); ok {
		r.refer(p, "CORECLR_PROFILER_PATH", model.LayerApp, false)
	}
}

// bundle finds where a single-file application has unpacked its native libraries: BASE/NAME/ID, BASE being DOTNET_BUNDLE_EXTRACT_BASE_DIR or
// $HOME/.net (dotnet/runtime: src/native/corehost/bundle/dir_utils.cpp). The host unpacks again what is missing there.
func (r *resolver) bundle() {
	exe := r.s.Main.Exe
	f, err := r.s.Root.Open(exe)
	if err != nil {
		r.skip(exe, err)
		return
	}
	defer f.Close()
	at, err := parse.FindBundle(f, f.Info().Size)
	if errors.Is(err, parse.ErrNoBundle) && r.s.App.Runtime.Kind == "native" {
		return // compiled ahead of time: nothing is unpacked
	}
	if err != nil {
		r.skip(exe, err)
		return
	}
	b, err := parse.ReadBundle(f, at, f.Info().Size)
	if err != nil {
		r.skip(exe, err)
		return
	}
	r.bundleSettings(f, b, exe)
	base, why := "", ""
	if v, ok := r.s.Main.Getenv("DOTNET_BUNDLE_EXTRACT_BASE_DIR"); ok && v != "" {
		base, why = r.s.Main.Abs(v), "DOTNET_BUNDLE_EXTRACT_BASE_DIR"
	} else if v, ok := r.s.Main.Getenv("HOME"); ok && v != "" {
		base, why = path.Join(r.s.Main.Abs(v), ".net"), "HOME"
	} else {
		return
	}
	dir := path.Join(base, path.Base(exe), b.ID)
	if ok, _ := host.Exists(r.s.Root, dir); ok {
		r.refer(dir, "native libraries that the bundle has unpacked ("+string(model.FromEnv(r.s.Main.PID, why))+")", model.LayerRuntime, true)
		r.c.ExtractDirs = append(r.c.ExtractDirs, dir)
	}
}

// bundleSettings keeps the configuration that is embedded in the executable.
func (r *resolver) bundleSettings(f host.File, b *parse.Bundle, exe string) {
	for _, e := range b.Files {
		name := strings.ToLower(path.Base(e.Path))
		if !strings.HasPrefix(name, "appsettings") || path.Ext(name) != ".json" || e.Packed != 0 {
			continue
		}
		data, err := b.ReadStored(f, e, maxDocument)
		if err == nil {
			var settings []parse.Setting
			if settings, err = parse.ReadAppSettings(data); err == nil {
				r.add(exe+"!/"+e.Path, settings)
				continue
			}
		}
		r.skip(exe+"!/"+e.Path, err)
	}
}
