package analyze_test

import (
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// A library that a program loaded by name (dlopen(3), System.loadLibrary) shows in its mappings by its real path only. Without the links beside it
// the same call finds nothing in the image. Links to other versions, and other libraries' links, are none of its names.
func TestLoadedByLink(t *testing.T) {
	const dir = "/usr/lib/x86_64-linux-gnu/"
	tree := machine(t, "java-tomcat", func(a *txtar.Archive) {
		appendTo(t, a, "proc/412/maps", "7f0c5e000000-7f0c5f021000 r-xp 00000000 fe:00 16 "+dir+"libtcnative-1.so.0.2.35\n")
		a.Files = append(a.Files,
			txtar.File{Name: dir[1:] + "libtcnative-1.so.0.2.35 mode=0644", Data: []byte("#!elf soname=libtcnative-1.so.0 needed=libc.so.6\n")},
			txtar.File{Name: dir[1:] + "libtcnative-1.so -> libtcnative-1.so.0"},
			txtar.File{Name: dir[1:] + "libtcnative-1.so.0 -> " + dir + "libtcnative-1.so.0.2.35"},
			txtar.File{Name: dir[1:] + "libtcnative-1.so.9 -> libtcnative-1.so.9.1"},
			txtar.File{Name: dir[1:] + "libtcnative-2.so -> libtcnative-1.so.0.2.35"},
		)
	})
	_, list := run(t, tree, "java-tomcat", analyze.Options{})
	decided := map[model.Path]model.File{}
	for _, f := range list {
		decided[f.Path] = f
	}
	for _, name := range []model.Path{dir + "libtcnative-1.so.0.2.35", dir + "libtcnative-1.so.0", dir + "libtcnative-1.so"} {
		if f := decided[name]; f.Decision != model.In || f.Layer != model.LayerRuntime {
			t.Errorf("%s is %q in layer %q: %q", name, f.Decision, f.Layer, f.Reasons)
		}
	}
	for _, name := range []model.Path{dir + "libtcnative-1.so.9", dir + "libtcnative-2.so"} {
		if f, is := decided[name]; is {
			t.Errorf("%s is %q: %q", name, f.Decision, f.Reasons)
		}
	}
}

// Whatever loads OpenSSL, it reads its configuration: Tomcat by its native library does, too.
func TestOpenSSLConfiguration(t *testing.T) {
	const dir = "usr/lib/x86_64-linux-gnu/"
	for _, mapped := range []bool{false, true} {
		tree := machine(t, "java-tomcat", func(a *txtar.Archive) {
			a.Files = append(a.Files, txtar.File{Name: dir + "libcrypto.so.3", Data: []byte("#!elf soname=libcrypto.so.3 needed=libc.so.6\n")},
				txtar.File{Name: "usr/lib/ssl/openssl.cnf -> /etc/ssl/openssl.cnf"}, txtar.File{Name: "etc/ssl/openssl.cnf", Data: []byte("# none\n")})
			if mapped {
				appendTo(t, a, "proc/412/maps", "7f0c5e000000-7f0c5f021000 r-xp 00000000 fe:00 16 /"+dir+"libcrypto.so.3\n")
			}
		})
		_, list := run(t, tree, "java-tomcat", analyze.Options{})
		for _, name := range []model.Path{"/usr/lib/ssl/openssl.cnf", "/etc/ssl/openssl.cnf"} {
			if in := slices.ContainsFunc(list, func(f model.File) bool { return f.Path == name && f.Decision == model.In }); in != mapped {
				t.Errorf("libcrypto mapped %v: %s in %v", mapped, name, in)
			}
		}
	}
}
