package analyze_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// TestDotnetSpare has native libraries of a runtime that only a setting makes it load.
func TestDotnetSpare(t *testing.T) {
	const dir = "/usr/share/dotnet/shared/Microsoft.NETCore.App/9.0.7/"
	const debug = dir + "libmscordaccore.so " + dir + "libmscordbi.so " + dir + "createdump "
	const collectors = dir + "libclrgc.so " + dir + "libclrgcexp.so "
	const always = dir + "libcoreclr.so " + dir + "libcoreclrtraceptprovider.so " + dir + "System.Runtime.dll " + dir + "libSystem.Native.so "
	const config = "opt/portal/Portal.runtimeconfig.json"
	cases := map[string]struct {
		change  func(*testing.T, *txtar.Archive)
		in, out string
	}{
		"no setting": {func(*testing.T, *txtar.Archive) {}, always, debug + collectors},
		"dumps are wanted": {func(t *testing.T, a *txtar.Archive) {
			replace(t, a, "proc/412/environ", "HOME=", "COMPlus_DbgEnableMiniDump=1\nHOME=")
		}, always + debug, collectors},
		"a variable names a collector": {func(t *testing.T, a *txtar.Archive) {
			replace(t, a, "proc/412/environ", "HOME=", "DOTNET_GCName=libclrgc.so\nHOME=")
		}, always + collectors, debug},
		"runtimeconfig.json names a collector": {func(t *testing.T, a *txtar.Archive) {
			replace(t, a, config, `{"runtimeOptions": {`, `{"runtimeOptions": {"configProperties": {"System.GC.Name": "libclrgcexp.so"}, `)
		}, always + collectors, debug},
		"runtimeconfig.json is broken": {func(t *testing.T, a *txtar.Archive) {
			replace(t, a, config, `{"runtimeOptions": {`, `{"runtimeOptions": [`)
		}, always + debug + collectors, ""},
		"a collector is loaded": {func(t *testing.T, a *txtar.Archive) {
			replace(t, a, "proc/412/maps", "7f0c5e000000-", "7f0c5d000000-7f0c5d021000 r-xp 00000000 fe:00 17 "+dir+"libclrgc.so\n7f0c5e000000-")
		}, always + dir + "libclrgc.so", debug + dir + "libclrgcexp.so"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := machine(t, "dotnet-generic", func(a *txtar.Archive) {
				for _, lib := range []string{"libmscordaccore.so", "libmscordbi.so", "createdump", "libclrgc.so", "libclrgcexp.so", "libSystem.Native.so"} {
					a.Files = append(a.Files, txtar.File{Name: dir[1:] + lib})
				}
				c.change(t, a)
			})
			_, list := run(t, m, "dotnet-generic", analyze.Options{})
			decided(t, list, c.in, c.out)
		})
	}
}

// TestDotnetSpareOfOld has a runtime whose host refuses to start without all files that deps.json lists.
func TestDotnetSpareOfOld(t *testing.T) {
	const dir = "/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/"
	m := machine(t, "dotnet-generic", func(a *txtar.Archive) {
		replace(t, a, "proc/412/maps", "9.0.7", "8.0.1")
		for _, name := range []string{dir[1:] + "libmscordbi.so", dir[1:] + "libclrgc.so", "usr/share/dotnet/shared/Microsoft.AspNetCore.App/8.0.1/Microsoft.AspNetCore.dll"} {
			a.Files = append(a.Files, txtar.File{Name: name})
		}
	})
	_, list := run(t, m, "dotnet-generic", analyze.Options{})
	decided(t, list, dir+"libcoreclr.so "+dir+"libmscordbi.so "+dir+"libclrgc.so", "/usr/share/dotnet/shared/Microsoft.NETCore.App/9.0.7/libcoreclr.so")
}
