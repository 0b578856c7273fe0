package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// DotnetSingle is an unmodified single file with the runtime in it.
func DotnetSingle() Server {
	const name = "azmcp-2.0.5"
	return Server{
		Name: "dotnet-single", Kind: "dotnet-single", Ports: 19100, Tools: apps.DotnetTools(), Ready: []int{19100},
		Program: func(ctx context.Context, p Place) error {
			if p.Have(name) {
				return nil
			}
			if err := p.InstallAzureMCP(ctx, p.Program("."+name)); err != nil {
				return err
			}
			return os.Rename(p.Program("."+name), p.Program(name))
		},
		Configure: func(_ context.Context, p Place) error { return p.Give("tmp") },
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Program(name), Argv: []string{p.Program(name, "azmcp"), "server", "start", "--transport", "http", "--dangerously-disable-http-incoming-auth"},
				Env: p.Env("DOTNET_BUNDLE_EXTRACT_BASE_DIR=${dir}/tmp", "TMPDIR=${dir}/tmp", "AZURE_MCP_COLLECT_TELEMETRY=false",
					fmt.Sprint("ASPNETCORE_URLS=http://127.0.0.1:", p.Port(0)), "ALLOW_INSECURE_EXTERNAL_BINDING=false"),
			}
		},
	}
}

// DotnetSingleShared is a single file on the shared runtime, started through a link; its port comes from the command line.
func DotnetSingleShared() Server {
	return singleFile("dotnet-single-shared", 19110, 0)
}

// DotnetSingleExtract is one that unpacks itself at each first start, and runs from the copy.
func DotnetSingleExtract() Server {
	return singleFile("dotnet-single-extract", 19120, bundleEverything)
}

func singleFile(name string, ports int, flags uint64) Server {
	return Server{
		Name: name, Kind: "dotnet-single", Ports: ports, Tools: apps.DotnetTools(), Program: dotnetKit, Ready: []int{ports}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			err := firstError(
				p.Write("build/Portal.deps.json", webDeps),
				p.Write("build/Portal.runtimeconfig.json", webConfig),
				p.Give("extract"),
				os.Mkdir(p.Path("opt"), 0o755),
				os.Symlink("opt", p.Path("current")))
			if err != nil {
				return err
			}
			exe, err := namedAppHost(p.Program(kit, "apphost"), "Portal.dll")
			if err != nil {
				return err
			}
			exe, err = bundle(exe, flags, p.Path("build/Portal.deps.json"), p.Path("build/Portal.runtimeconfig.json"), p.Program(kit, "Portal.dll"))
			if err != nil {
				return err
			}
			return os.WriteFile(p.Path("opt/Portal"), exe, 0o755)
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("current"), Argv: []string{p.Path("current/Portal"), "--urls", fmt.Sprint("http://127.0.0.1:", ports)},
				Env: p.Env("DOTNET_ROOT=${programs}/"+kit+"/root", "DOTNET_BUNDLE_EXTRACT_BASE_DIR=${dir}/extract"),
			}
		},
	}
}
