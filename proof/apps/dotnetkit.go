package apps

import (
	"context"
	"os"
	"path/filepath"
)

// DotnetTools are what InstallDotnetKit needs.
func DotnetTools() []Tool { return []Tool{npm(), mcs(), Compiler(), icu()} }

// MonoTools are Mono with its compiler, its server for ASP.NET behind FastCGI, its host of services, and nginx.
func MonoTools() []Tool {
	return []Tool{
		mcs(), command("fastcgi-mono-server4", "mono-fastcgi-server4"), command("nginx", "nginx-light"), command("mono-service", "mono-4.0-service"),
	}
}

// InstallDotnetKit makes at dir what .NET programs of any shape are put together from: root is a dotnet root, apphost the executable that a build
// gives a name to, Portal.dll a web application and Worker.dll a service without one.
func (s *Site) InstallDotnetKit(ctx context.Context, dir string) error {
	root := filepath.Join(dir, "root")
	if err := s.installDotnetPack(ctx, root, filepath.Join(dir, "apphost")); err != nil {
		return err
	}
	if err := s.compile(ctx, root, filepath.Join(dir, "Portal.dll"), s.source("portal", "Portal.cs")); err != nil {
		return err
	}
	return s.compile(ctx, root, filepath.Join(dir, "Worker.dll"), s.source("worker", "Worker.cs"))
}

// CompileDotnet makes a program of a source below testdata/apps against the runtime of a kit.
func (s *Site) CompileDotnet(ctx context.Context, kit, out, source string) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return s.compile(ctx, filepath.Join(kit, "root"), out, s.source(source))
}

// InstallAzureMCP unpacks the single file of npm's @azure/mcp-linux-x64 to dir.
func (s *Site) InstallAzureMCP(ctx context.Context, dir string) error {
	archive, err := s.FetchNPM(ctx, "@azure/mcp-linux-x64", "2.0.5", "59e49713045a8c78c4915a6368bfc7688e7e9032a74d1fdf6caaa24d05a4dbdb")
	if err != nil {
		return err
	}
	if err := unpack(archive, dir, "package/dist"); err != nil {
		return err
	}
	return shareTree(dir)
}

// CompileMono makes a program, or with -target:library in flags a library, of a source below testdata/apps by mcs for Mono.
func (s *Site) CompileMono(ctx context.Context, out, source string, flags ...string) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return s.run(ctx, nil, append(append([]string{"mcs", "-out:" + out}, flags...), s.source(source))...)
}
