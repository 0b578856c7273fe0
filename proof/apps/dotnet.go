package apps

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// depsFile is the part of NAME.deps.json that tells which files belong to which framework.
// https://github.com/dotnet/cli/blob/rel/1.0.0/Documentation/specs/runtime-configuration-file.md
type depsFile struct {
	RuntimeTarget struct {
		Name      string `json:"name"` // ".NETCoreApp,Version=v9.0/linux-x64"
		Signature string `json:"signature"`
	} `json:"runtimeTarget"`
	CompilationOptions struct{}                         `json:"compilationOptions"`
	Targets            map[string]map[string]depsAssets `json:"targets"`
	Libraries          map[string]depsLibrary           `json:"libraries"`
}

type depsAssets struct {
	Runtime map[string]json.RawMessage `json:"runtime,omitempty"` // file name to versions
	Native  map[string]json.RawMessage `json:"native,omitempty"`
}

type depsLibrary struct {
	Type        string `json:"type"`
	Serviceable bool   `json:"serviceable"`
	SHA512      string `json:"sha512"`
}

// installDotnet makes a dotnet root with shared frameworks at dir, as Microsoft's packages lay it out. The files are those of a genuine
// self-contained publish of npm's @azure/mcp-linux-x64 0.5.13, which holds all of .NET 9.0.7 and ASP.NET Core.
func (s *Site) installDotnet(ctx context.Context, dir string) error {
	return s.installDotnetPack(ctx, dir, "")
}

// installDotnetPack does so, and keeps the publish's executable, an apphost as every SDK has it, under the name apphost unless that is "".
func (s *Site) installDotnetPack(ctx context.Context, dir, apphost string) error {
	archive, err := s.FetchNPM(ctx, "@azure/mcp-linux-x64", "0.5.13", "bf1bcc71b0469664c1ee8037271404df31142fe4245c633ad99519464243ab2a")
	if err != nil {
		return err
	}
	publish := s.path("build", "azmcp-0.5.13")
	if err := unpack(archive, publish, "package/dist"); err != nil {
		return err
	}
	if err := freshFolder(dir); err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(publish, "azmcp.deps.json"))
	if err != nil {
		return err
	}
	var deps depsFile
	if err := json.Unmarshal(b, &deps); err != nil {
		return fmt.Errorf("read azmcp.deps.json: %w", err)
	}
	found := 0
	for key, assets := range deps.Targets[deps.RuntimeTarget.Name] {
		// "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7"
		pack, isPack := strings.CutPrefix(key, "runtimepack.")
		if !isPack {
			continue
		}
		name, version, _ := strings.Cut(pack, "/")
		framework, _, _ := strings.Cut(name, ".Runtime.")
		if err := layFramework(publish, dir, framework, version, pack, assets); err != nil {
			return err
		}
		found++
	}
	if found != 2 {
		return fmt.Errorf("azmcp.deps.json names %d runtime packs, not 2", found)
	}
	if apphost != "" {
		if err := copyFile(filepath.Join(publish, "azmcp"), apphost); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(publish); err != nil {
		return err
	}
	return s.run(ctx, nil, "gcc", "-O2", "-o", filepath.Join(dir, "dotnet"), s.source("portal", "muxer.c"), "-ldl")
}

// layFramework fills shared/FRAMEWORK/VERSION, and host/fxr beside it.
func layFramework(publish, dir, framework, version, pack string, assets depsAssets) error {
	shared := filepath.Join(dir, "shared", framework, version)
	if err := os.MkdirAll(shared, 0o755); err != nil {
		return err
	}
	for _, kind := range []map[string]json.RawMessage{assets.Runtime, assets.Native} {
		for name := range kind {
			to := filepath.Join(shared, filepath.Base(name))
			if filepath.Base(name) == "libhostfxr.so" {
				to = filepath.Join(dir, "host", "fxr", version, "libhostfxr.so")
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					return err
				}
			}
			if err := copyFile(filepath.Join(publish, filepath.Base(name)), to); err != nil {
				return err
			}
		}
	}
	tfm := version[:strings.LastIndex(version, ".")] // "9.0"
	var own depsFile
	own.RuntimeTarget.Name = ".NETCoreApp,Version=v" + tfm + "/linux-x64"
	own.Targets = map[string]map[string]depsAssets{".NETCoreApp,Version=v" + tfm: {}, own.RuntimeTarget.Name: {pack: assets}}
	own.Libraries = map[string]depsLibrary{pack: {Type: "package", Serviceable: true}}
	if err := writeJSON(filepath.Join(shared, framework+".deps.json"), own); err != nil {
		return err
	}
	if framework != "Microsoft.NETCore.App" {
		type object = map[string]any
		err := writeJSON(filepath.Join(shared, framework+".runtimeconfig.json"), object{"runtimeOptions": object{
			"tfm": "net" + tfm, "rollForward": "LatestPatch", "framework": object{"name": "Microsoft.NETCore.App", "version": version},
		}})
		if err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(shared, ".version"), []byte("\n"+version+"\n"), 0o644)
}

// compile makes a program of a source by mcs against the shared frameworks of a dotnet root.
func (s *Site) compile(ctx context.Context, dotnet, dll, source string) error {
	references, err := frameworkReferences(dotnet)
	if err != nil {
		return err
	}
	argv := append([]string{"mcs", "-nostdlib", "-noconfig", "-langversion:latest", "-target:exe", "-out:" + dll}, references...)
	return s.run(ctx, nil, append(argv, source)...)
}

// frameworkReferences returns mcs's -r: flags for the ASP.NET Core assemblies and the core ones that Portal.cs needs.
func frameworkReferences(dotnet string) ([]string, error) {
	aspnet, err := filepath.Glob(filepath.Join(dotnet, "shared", "Microsoft.AspNetCore.App", "*", "*.dll"))
	if err != nil {
		return nil, err
	}
	var flags []string
	for _, f := range aspnet {
		flags = append(flags, "-r:"+f)
	}
	for _, name := range []string{
		"System.Private.CoreLib", "System.Runtime", "System.Private.Uri", "System.Collections", "System.Linq", "System.Threading", "System.Console",
		"System.ComponentModel", "netstandard", "System.Net.Primitives", "System.Runtime.Extensions", "System.IO.Pipelines", "System.Security.Claims",
		"System.Security.Cryptography", "System.Diagnostics.DiagnosticSource", "System.Memory", "System.Data.Common",
		"System.Net.Sockets", "Microsoft.Win32.Primitives", "System.ComponentModel.TypeConverter", "System.ObjectModel", "System.ComponentModel.Primitives", "System.Threading.Tasks", "System.Net.Security", "System.Net.Http",
	} {
		core, err := filepath.Glob(filepath.Join(dotnet, "shared", "Microsoft.NETCore.App", "*", name+".dll"))
		if err != nil {
			return nil, err
		}
		if len(core) != 1 {
			return nil, fmt.Errorf("%s.dll: found %d times below %s", name, len(core), dotnet)
		}
		flags = append(flags, "-r:"+core[0])
	}
	return flags, nil
}

func writeJSON(file string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
