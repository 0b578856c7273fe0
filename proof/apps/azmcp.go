package apps

import (
	"context"
	"path/filepath"
	"strconv"
)

// AzureMCP is an unmodified .NET single file: the server of npm's @azure/mcp-linux-x64. It has no page; its GET / is answered by the MCP
// endpoint itself (400 with a JSON-RPC error that asks for a session), and POST / with initialize is its real work.
func AzureMCP() App {
	return App{
		Name: "azmcp", Title: "Azure MCP 2.0.5, .NET single file", Kind: "dotnet-single",
		Listens: []Listen{{Offset: 4, Purpose: "http"}},
		Asks: []Ask{
			{Path: "/", Status: 400, Why: "the MCP endpoint runs and asks for a session: a JSON-RPC error, not a missing page"},
			{Path: "/message", Status: 405, Why: "the route of the older transport is there and takes POST only"},
			{File: "azmcp/initialize.http", Status: 200, Why: "POST / with initialize: the server tells its name, version and abilities"},
		},
		Tools:     []Tool{npm(), icu()},
		Program:   installAzureMCP,
		Configure: configureAzureMCP,
		Command:   azureMCPCommand,
		Residue:   []string{"/var/tmp/Microsoft"}, // telemetry, written although it is switched off
	}
}

func installAzureMCP(ctx context.Context, s *Site) error {
	return s.InstallAzureMCP(ctx, s.path("opt", "azmcp"))
}

func configureAzureMCP(s *Site) error {
	data, logs := s.path("var/lib", "azmcp"), s.path("var/log", "azmcp")
	if err := freshFolder(data, logs); err != nil {
		return err
	}
	return s.own(AzureMCP(), writable, data, logs)
}

func azureMCPCommand(s *Site) Command {
	data := s.path("var/lib", "azmcp")
	return Command{
		Argv: []string{s.path("opt", "azmcp", "azmcp"), "server", "start", "--transport", "http", "--dangerously-disable-http-incoming-auth"},
		Dir:  s.path("opt", "azmcp"),
		Env: []string{
			"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + data,
			"DOTNET_BUNDLE_EXTRACT_BASE_DIR=" + filepath.Join(data, "extract"), "AZURE_MCP_COLLECT_TELEMETRY=false",
			"ASPNETCORE_URLS=http://127.0.0.1:" + strconv.Itoa(s.Port(AzureMCP(), 0)), "ASPNETCORE_ENVIRONMENT=Production",
			"ALLOW_INSECURE_EXTERNAL_BINDING=true", // it refuses any address but loopback without it: who moves it must have decided so
			"AZURE_CLIENT_SECRET=" + s.secret("azmcp", "client"), s.keyName("azmcp", "env") + "=" + s.secret("azmcp", "env"),
		},
	}
}
