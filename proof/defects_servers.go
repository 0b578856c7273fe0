package proof

import (
	"path/filepath"
	"strings"
	"testing"
)

// ofTomcat are defects of the shop's image.
func (d *defects) ofTomcat(j Job) []defect {
	base := filepath.Join(d.site.Dir, "srv/shop")
	remove := func(names ...string) func(*testing.T, *mutant) {
		return func(t *testing.T, m *mutant) { m.remove(t, names...) }
	}
	secret := ""
	for _, name := range j.Image.Needs.SecretNames() {
		if strings.Contains(name, "JDBC") {
			secret = name
		}
	}
	return []defect{
		{name: "missing driver of the database", spoil: remove(filepath.Join(base, "lib/h2-2.3.232.jar")), says: []string{"archive " + filepath.Join(base, "lib/h2-2.3.232.jar"), "missing"}},
		{name: "missing configuration of an application", spoil: remove(filepath.Join(base, "conf/Catalina/localhost/shop.xml")), says: []string{"localhost/shop.xml", "/shop/items"}},
		{name: "loopback bind", spoil: func(t *testing.T, m *mutant) {
			m.replace(t, filepath.Join(base, "conf/server.xml"), `address="0.0.0.0"`, `address="127.0.0.1"`)
		}, says: []string{"is open on loopback only"}},
		{name: "wrong secret", args: []string{"--env", secret + "=mistyped-0815"}, says: []string{"/shop/items", "Wrong user name or password"}},
	}
}

// ofDotnet are defects of the portal's image.
func (d *defects) ofDotnet(Job) []defect {
	shared := filepath.Join(d.site.Dir, "usr/share/dotnet/shared")
	remove := func(patterns ...string) func(*testing.T, *mutant) {
		return func(t *testing.T, m *mutant) {
			for _, p := range patterns {
				m.remove(t, m.matching(t, p)...)
			}
		}
	}
	opt := filepath.Join(d.site.Dir, "opt/portal")
	return []defect{
		{name: "removed dll", spoil: remove(filepath.Join(shared, "Microsoft.AspNetCore.App/*/Microsoft.AspNetCore.StaticFiles.dll")), says: []string{"Microsoft.AspNetCore.StaticFiles.dll", "missing"}},
		{name: "missing ICU", spoil: remove("/usr/lib/*/libicu*"), says: []string{"libicu", "missing"}},
		{name: "missing configuration of the runtime", spoil: remove(filepath.Join(opt, "Portal.runtimeconfig.json")), says: []string{"Portal.runtimeconfig.json", "missing"}},
		{name: "invariant culture", spoil: func(_ *testing.T, m *mutant) { m.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1") }, says: []string{"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is set in the image alone", "/culture"}},
		{name: "missing zones of the system", spoil: remove("/usr/share/zoneinfo"), says: []string{"/usr/share/zoneinfo", "missing"}},
		{name: "missing folder of the web", spoil: remove(filepath.Join(opt, "wwwroot")), says: []string{"wwwroot", "missing", "portal.css"}},
	}
}
