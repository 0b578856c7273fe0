package apps

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
)

// Portal is an ASP.NET Core 9 application of ours (testdata/apps/portal), framework-dependent, on a shared runtime in usr/share/dotnet. Its
// Kestrel endpoint stands in appsettings.json, which overrides ASPNETCORE_URLS; the connection string in force comes from the environment.
func Portal() App {
	return App{
		Name: "portal", Title: "ASP.NET Core 9, framework-dependent", Kind: "dotnet-generic",
		Listens: []Listen{{Offset: 3, Purpose: "http"}},
		Asks: []Ask{
			{Path: "/database", Status: 200, Why: "the connection string of the environment is in force"},
			{Path: "/", Status: 200, Why: "the page"},
			{Path: "/css/portal.css", Status: 200, Why: "a static file of wwwroot"},
			{Path: "/culture", Status: 200, Why: "ICU was found and loaded"},
		},
		Tools:     []Tool{npm(), mcs(), Compiler(), icu()},
		Program:   installPortal,
		Configure: configurePortal,
		Command:   portalCommand,
	}
}

func installPortal(ctx context.Context, s *Site) error {
	dotnet := s.path("usr", "share", "dotnet")
	if err := s.installDotnet(ctx, dotnet); err != nil {
		return err
	}
	build := s.path("build", "portal")
	if err := freshFolder(build); err != nil {
		return err
	}
	return s.compile(ctx, dotnet, filepath.Join(build, "Portal.dll"), s.source("portal", "Portal.cs"))
}

func configurePortal(s *Site) error {
	opt, data, logs := s.path("opt", "portal"), s.path("var/lib", "portal"), s.path("var/log", "portal")
	if err := freshFolder(opt, data, logs); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(opt, "wwwroot"), os.DirFS(s.source("portal", "wwwroot"))); err != nil {
		return err
	}
	for from, name := range map[string]string{s.path("build", "portal", "Portal.dll"): "Portal.dll", s.source("portal", "Portal.runtimeconfig.json"): "Portal.runtimeconfig.json"} {
		if err := copyFile(from, filepath.Join(opt, name)); err != nil {
			return err
		}
	}
	type object = map[string]any
	settings, err := json.MarshalIndent(object{
		"Kestrel":           object{"Endpoints": object{"Http": object{"Url": "http://127.0.0.1:" + strconv.Itoa(s.Port(Portal(), 0))}}},
		"ConnectionStrings": object{"Default": connection("db-old.internal.example", s.secret("portal", "file"))},
		"Partner":           object{pascal(s.keyName("portal", "partner")): s.secret("portal", "partner"), "Passwords": s.portalPartners()},
		"Logging":           object{"LogLevel": object{"Default": "Information", "Microsoft.AspNetCore": "Warning"}},
		"AllowedHosts":      "*",
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(opt, "appsettings.json"), append(settings, '\n'), 0o644); err != nil {
		return err
	}
	if err := s.own(Portal(), readOnly, opt); err != nil {
		return err
	}
	return s.own(Portal(), writable, data, logs)
}

func connection(server, password string) string {
	return "Server=" + server + ";Database=portal;User Id=portal;Password=" + password
}

func portalCommand(s *Site) Command {
	hostile, _ := s.hostileVariables("portal")
	return Command{
		Argv: []string{s.path("usr", "share", "dotnet", "dotnet"), s.path("opt", "portal", "Portal.dll")},
		Dir:  s.path("opt", "portal"), // the content root
		Env: append([]string{
			"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + s.path("var/lib", "portal"), "ASPNETCORE_ENVIRONMENT=Production", "DOTNET_NOLOGO=1",
			"ConnectionStrings__Default=" + connection("db.internal.example", s.secret("portal", "database")),
			s.keyName("portal", "env") + "=" + s.secret("portal", "env"),
		}, hostile...),
	}
}
