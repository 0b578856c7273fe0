package analyze_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// TestMonoNames has assemblies of the global cache that something names, each in another way, and some that nothing does.
func TestMonoNames(t *testing.T) {
	const key = "/4.0.0.0__31bf3856ad364e35/"
	texts := map[string]string{ // of assemblies
		"System.Web": "\x00System.Core\x00", "System.Core": "", "Rx.Page": "", "Rx.Setting": "", "Rx.Library": "S\x00h\x00o\x00p\x00.\x00W\x00i\x00d\x00e\x00", "Shop.Wide": "ZShop.Deep, Version=1",
		"Shop.Deep": "", "Shop.Args": "", "I18N.CJK": "", "policy.4.0.Shop": "", "Shop.resources": "", "Stray": "Stray.Deep", "Stray.Deep": "", "Open": "Open.Deep", "Open.Deep": "",
	}
	m := machine(t, "dotnet-mono", func(a *txtar.Archive) {
		for name, text := range texts {
			a.Files = append(a.Files, txtar.File{Name: "usr/lib/mono/gac/" + name + key + name + ".dll", Data: []byte(text)},
				txtar.File{Name: "usr/lib/mono/4.5/" + name + ".dll -> ../gac/" + name + key + name + ".dll"})
		}
		a.Files = append(a.Files, txtar.File{Name: "usr/lib/mono/4.5/Facades/Stray.Facade.dll"})
		file(t, a, "srv/www/bin/Shop.dll").Data = []byte("\x00Rx.Library\x00")
		file(t, a, "srv/www/web.config").Data = []byte(`<configuration><appSettings><add key="driver" value="Rx.Setting"/></appSettings></configuration>`)
		file(t, a, "srv/blog/Default.aspx").Data = []byte(`<%@ Assembly Name="Rx.Page" %>`)
		replace(t, a, "proc/412/cmdline", "/appconfigdir=/srv/apps", "/appconfigdir=/srv/apps\n--load=Shop.Args")
		replace(t, a, "proc/412/maps", "7f0c20000000-", "7f0c10000000-7f0c10021000 r--p 00000000 fe:00 14 /usr/lib/mono/gac/Open"+key+"Open.dll\n7f0c20000000-")
	})
	_, list := run(t, m, "dotnet-mono", analyze.Options{})
	var in, out strings.Builder
	for name := range texts {
		for _, p := range []string{"/usr/lib/mono/gac/" + name + key + name + ".dll ", "/usr/lib/mono/4.5/" + name + ".dll "} {
			if strings.HasPrefix(name, "Stray") {
				out.WriteString(p)
			} else if name != "System.Web" { // the fixture's has another key
				in.WriteString(p)
			}
		}
	}
	decided(t, list, in.String()+"/usr/lib/mono/4.5/Facades/Stray.Facade.dll", out.String())
}

// TestMonoProfiles has the folder of a profile beside that of the one that runs.
func TestMonoProfiles(t *testing.T) {
	for running, in := range map[string]bool{"4.5": false, "4.0": true} {
		m := machine(t, "dotnet-mono", func(a *txtar.Archive) {
			a.Files = append(a.Files, txtar.File{Name: "usr/lib/mono/4.0-api/Mono.Posix.dll"}, txtar.File{Name: "usr/lib/mono/4.0/Mono.Posix.dll -> ../4.0-api/Mono.Posix.dll"},
				txtar.File{Name: "usr/lib/mono/4.0/mscorlib.dll"})
			replace(t, a, "proc/412/maps", "/4.5/mscorlib.dll", "/"+running+"/mscorlib.dll")
		})
		_, list := run(t, m, "dotnet-mono", analyze.Options{})
		const both = "/usr/lib/mono/4.0/Mono.Posix.dll /usr/lib/mono/4.0-api/Mono.Posix.dll"
		if in {
			decided(t, list, both, "")
		} else {
			decided(t, list, "", both)
		}
	}
}
