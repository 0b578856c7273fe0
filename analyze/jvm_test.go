package analyze_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
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
