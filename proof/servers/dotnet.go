package servers

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"a2c/proof/apps"
)

// kit is what all layouts of .NET are made from: .NET 9.0.7, an apphost, Portal.dll and Worker.dll.
const kit = "dotnet-kit"

func dotnetKit(ctx context.Context, p Place) error {
	if p.Have(kit) {
		return nil
	}
	aside := p.Program("." + kit)
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := p.InstallDotnetKit(ctx, aside); err != nil {
		return err
	}
	return os.Rename(aside, p.Program(kit))
}

const (
	webConfig = `{"runtimeOptions": {"tfm": "net9.0", "frameworks": [{"name": "Microsoft.NETCore.App", "version": "9.0.0"}, {"name": "Microsoft.AspNetCore.App", "version": "9.0.0"}]}}`
	appConfig = `{"runtimeOptions": {"tfm": "net9.0", "framework": {"name": "Microsoft.NETCore.App", "version": "9.0.0"}}}`
	webDeps   = `{"runtimeTarget": {"name": ".NETCoreApp,Version=v9.0"}, "targets": {".NETCoreApp,Version=v9.0": {"Portal/1.4.0": {"runtime": {"Portal.dll": {}}}}}, "libraries": {"Portal/1.4.0": {"type": "project", "serviceable": false, "sha512": ""}}}`
)

// from copies files of the kit below the layout's folder.
func (p Place) from(to string, names ...string) error {
	for _, name := range names {
		data, err := os.ReadFile(p.Program(kit, name))
		if err != nil {
			return err
		}
		if err := p.Write(filepath.Join(to, filepath.Base(name)), ""); err != nil {
			return err
		}
		if err := os.WriteFile(p.Path(to, filepath.Base(name)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// library is an entry of deps.json; the host insists on each field.
func library(kind string) map[string]any {
	return map[string]any{"type": kind, "serviceable": false, "sha512": ""}
}

// deps writes NAME.deps.json.
func (p Place) deps(name, runtime string, target, libraries map[string]any) error {
	data, err := json.Marshal(map[string]any{"runtimeTarget": map[string]any{"name": runtime}, "targets": map[string]any{runtime: target}, "libraries": libraries})
	if err != nil {
		return err
	}
	return p.Write(name, string(data))
}

// appHost writes an executable that starts a dll.
func (p Place) appHost(name, dll string) error {
	exe, err := namedAppHost(p.Program(kit, "apphost"), dll)
	if err != nil {
		return err
	}
	return os.WriteFile(p.Path(name), exe, 0o755)
}

// DotnetMuxer is a dll that a linked `dotnet` runs with `exec` and options of the host, behind a link `current`; the endpoint of the named
// environment's file counts before the general one and before ASPNETCORE_URLS.
func DotnetMuxer() Server {
	return Server{
		Name: "dotnet-muxer", Kind: "dotnet-generic", Ports: 19060, Tools: apps.DotnetTools(), Program: dotnetKit, Ready: []int{19060}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.from("portal-1.4.0", "Portal.dll"),
				p.Write("portal-1.4.0/Portal.runtimeconfig.json", webConfig),
				p.Write("portal-1.4.0/appsettings.json", `{"Kestrel": {"Endpoints": {"Web": {"Url": "http://127.0.0.1:19061"}}}}`),
				p.Write("portal-1.4.0/appsettings.Staging.json", `{"Kestrel": {"Endpoints": {"Web": {"Url": "http://127.0.0.1:19060"}}}}`),
				os.Symlink("portal-1.4.0", p.Path("current")),
				os.Symlink(p.Program(kit, "root/dotnet"), p.Path("dotnet")))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir:  p.Path("current"),
				Argv: []string{p.Path("dotnet"), "exec", "--roll-forward", "LatestMajor", "--additionalprobingpath", p.Path("store"), p.Path("current/Portal.dll")},
				Env:  p.Env("DOTNET_ENVIRONMENT=Staging", "ASPNETCORE_URLS=http://127.0.0.1:19062"),
			}
		},
	}
}

// DotnetAppHost is an executable beside its dll, started through a link, on the shared runtime that DOTNET_ROOT names: an endpoint of the
// environment, and a Unix socket of appsettings.json in a content root that is not the working folder.
func DotnetAppHost() Server {
	return Server{
		Name: "dotnet-apphost", Kind: "dotnet-generic", Ports: 19070, Tools: apps.DotnetTools(), Program: dotnetKit, Ready: []int{19070}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.from("2.0", "Portal.dll"),
				p.Write("2.0/Portal.runtimeconfig.json", webConfig),
				p.appHost("2.0/Portal", "Portal.dll"),
				p.Write("etc/appsettings.json", `{"Kestrel": {"Endpoints": {
  "Web": {"Url": "http://127.0.0.1:19071"},
  "Proxy": {"Url": "http://unix:${dir}/run/portal.sock"}}}}`),
				p.Give("run"),
				os.Symlink("2.0", p.Path("current")),
				os.Symlink(p.Program(kit, "root"), p.Path("runtime")))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Path("current/Portal"), "--contentRoot", p.Path("etc")},
				Env: p.Env("DOTNET_ROOT=${dir}/runtime", "Kestrel__Endpoints__Web__Url=http://127.0.0.1:19070"),
			}
		},
	}
}

// DotnetFolder is a self-contained folder, with the runtime beside the application; two addresses in ASPNETCORE_URLS.
func DotnetFolder() Server {
	const (
		core = "Microsoft.NETCore.App"
		web  = "Microsoft.AspNetCore.App"
	)
	return Server{
		Name: "dotnet-folder", Kind: "dotnet-generic", Ports: 19080, Tools: apps.DotnetTools(), Program: dotnetKit, Ready: []int{19080, 19081}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			err := firstError(
				p.from("publish", "Portal.dll", "root/host/fxr/9.0.7/libhostfxr.so"),
				p.appHost("publish/Portal", "Portal.dll"))
			if err != nil {
				return err
			}
			type object = map[string]any
			target, libraries := object{"Portal/1.4.0": object{"runtime": object{"Portal.dll": object{}}}}, object{"Portal/1.4.0": library("project")}
			for _, framework := range []string{core, web} {
				runtime, native := object{}, object{}
				files, err := filepath.Glob(p.Program(kit, "root/shared", framework, "*/*"))
				if err != nil {
					return err
				}
				for _, f := range files {
					name := filepath.Base(f)
					switch filepath.Ext(name) {
					case ".dll":
						runtime[name] = object{}
					case ".so":
						native[name] = object{}
					default:
						continue // documents of the shared framework
					}
					if err := os.Link(f, p.Path("publish", name)); err != nil {
						return err
					}
				}
				pack := "runtimepack." + framework + ".Runtime.linux-x64/9.0.7"
				target[pack], libraries[pack] = object{"runtime": runtime, "native": native}, library("runtimepack")
			}
			if err := p.deps("publish/Portal.deps.json", ".NETCoreApp,Version=v9.0/linux-x64", target, libraries); err != nil {
				return err
			}
			return p.Write("publish/Portal.runtimeconfig.json", fmt.Sprintf(
				`{"runtimeOptions": {"tfm": "net9.0", "includedFrameworks": [{"name": %q, "version": "9.0.7"}, {"name": %q, "version": "9.0.7"}]}}`, core, web))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("publish"), Argv: []string{"./Portal"}, Env: p.Env("ASPNETCORE_URLS=http://127.0.0.1:19080;http://127.0.0.1:19081"),
			}
		},
	}
}

// DotnetWorker is a host without a web server, its packages beside it, as `dotnet new worker` makes it; it opens a port by its own code.
func DotnetWorker() Server {
	return Server{
		Name: "dotnet-worker", Kind: "dotnet-generic", Ports: 19090, Tools: apps.DotnetTools(), Program: dotnetKit, Ready: []int{19090},
		Configure: func(_ context.Context, p Place) error {
			files, err := filepath.Glob(p.Program(kit, "root/shared/Microsoft.AspNetCore.App/*/Microsoft.Extensions.*.dll"))
			if err != nil {
				return err
			}
			type object = map[string]any
			target, libraries := object{"Worker/1.0.0": object{"runtime": object{"Worker.dll": object{}}}}, object{"Worker/1.0.0": library("project")}
			files = append(files, p.Program(kit, "root/shared/Microsoft.AspNetCore.App/9.0.7/System.Diagnostics.EventLog.dll"))
			for _, f := range files {
				base := filepath.Base(f)
				name := strings.TrimSuffix(base, ".dll") + "/9.0.7"
				target[name], libraries[name] = object{"runtime": object{"lib/net9.0/" + base: object{}}}, library("package")
				rel, err := filepath.Rel(p.Program(kit), f)
				if err != nil {
					return err
				}
				if err := p.from("worker", rel); err != nil {
					return err
				}
			}
			return firstError(
				p.from("worker", "Worker.dll"),
				p.deps("worker/Worker.deps.json", ".NETCoreApp,Version=v9.0", target, libraries),
				p.Write("worker/Worker.runtimeconfig.json", appConfig),
				p.Write("worker/appsettings.json", `{"Urls": "http://127.0.0.1:19099"}`))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Path("worker"), Argv: []string{p.Program(kit, "root/dotnet"), "Worker.dll"}, Env: p.Env("WORKER_PORT=19090")}
		},
	}
}
