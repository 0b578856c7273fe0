package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestJVMDebugger has a JVM that no debugger waits for, and one whose agent will load its transport when one comes.
func TestJVMDebugger(t *testing.T) {
	const lib = "/usr/lib/jvm/java-17-openjdk-amd64/lib/"
	const all = lib + "libjdwp.so " + lib + "libdt_socket.so " + lib + "libsaproc.so"
	const always = lib + "libattach.so " + lib + "libinstrument.so"
	for mapped, c := range map[string]struct{ in, out string }{"": {always, all}, lib + "libjdwp.so": {always + " " + all, ""}} {
		m := machine(t, "java-tomcat", func(a *txtar.Archive) {
			for _, name := range []string{"libjdwp.so", "libdt_socket.so", "libsaproc.so", "libattach.so", "libinstrument.so"} {
				a.Files = append(a.Files, txtar.File{Name: lib[1:] + name})
			}
			if mapped != "" {
				replace(t, a, "proc/412/maps", "7f0c2e000000-", "7f0c2d000000-7f0c2d021000 r-xp 00000000 fe:00 19 "+mapped+"\n7f0c2e000000-")
			}
		})
		_, list := run(t, m, "java-tomcat", analyze.Options{})
		decided(t, list, c.in, c.out)
	}
}

// TestJVMBundled has the runtime in the application's own folder: it is the runtime's, without the parts that nobody uses, and what lies beside it is not.
func TestJVMBundled(t *testing.T) {
	const system, own = "usr/lib/jvm/java-17-openjdk-amd64/", "opt/orders/jre/"
	m := machine(t, "java-springboot", func(a *txtar.Archive) {
		for _, f := range slices.Clone(a.Files) {
			if rest, ok := strings.CutPrefix(f.Name, system); ok && !strings.Contains(rest, " -> ") {
				a.Files = append(a.Files, txtar.File{Name: own + rest, Data: slices.Clone(f.Data)})
			}
		}
		for i := range a.Files {
			if strings.HasPrefix(a.Files[i].Name, "proc/412/") {
				a.Files[i].Name = strings.Replace(a.Files[i].Name, system, own, 1)
				a.Files[i].Data = []byte(strings.ReplaceAll(string(a.Files[i].Data), system, own))
			}
		}
	})
	_, list := run(t, m, "java-springboot", analyze.Options{})
	decided(t, list, "/opt/orders/jre/lib/modules /opt/orders/jre/lib/server/libjvm.so /opt/orders/orders-1.4.2.jar", "/opt/orders/jre/jmods/java.base.jmod /opt/orders/jre/man/man1/java.1.gz /"+system+"lib/modules")
	for _, f := range list {
		under, own := strings.HasPrefix(string(f.Path), "/"+own), f.Group == model.GroupRuntime || f.Group == model.GroupLibraries
		if f.Decision == model.In && f.Type == "file" && strings.HasPrefix(string(f.Path), "/opt/orders/") && under != own {
			t.Errorf("%s is of the %s: %v", f.Path, f.Group, f.Reasons)
		}
	}
}
