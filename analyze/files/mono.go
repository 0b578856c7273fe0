package files

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// mono takes the runtime of a program on Mono: its class library but for what no server uses and what nothing names, since assemblies are loaded by name
// when they are first needed; its configuration, which it reads before anything of it can be seen; the native libraries that this maps names to (mono-config(5)); and
// the certificates that it trusts (certmgr(1)). home is PREFIX/lib/mono.
func (c *collector) mono(ctx context.Context, home string) error {
	if home == "" {
		c.set.skips = append(c.set.skips, model.Skip{
			What: "class library of Mono", Path: model.Path(c.in.Subject.Main.Exe), Incomplete: true,
			Reason: "not known: only files that are open, mapped or named are taken", Remedy: "name PREFIX/lib/mono in appSpecificFiles",
		})
		return nil
	}
	prefix := path.Dir(path.Dir(home))
	etc := path.Join(prefix, "etc/mono")
	if prefix == "/usr" {
		etc = "/etc/mono"
	}
	err := c.tree(ctx, etc, model.LayerRuntime, "runtime: configuration of Mono", func(rel string, _ host.Entry) (string, string) {
		if rel == "certstore/keypairs" {
			return model.Out, "credentials: private keys of this machine"
		}
		return "", ""
	})
	if err != nil {
		return err
	}
	unnamed, err := c.monoUnnamed(ctx, home, etc)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, fs.ErrNotExist) {
			c.set.skip(join(home, "gac"), err)
		}
	}
	err = c.tree(ctx, home, model.LayerRuntime, "runtime: class library of Mono", func(rel string, e host.Entry) (string, string) {
		why := monoSpare(rel)
		switch {
		case why != "":
		case rel == "4.0" && c.mapped[join(home, "4.5/mscorlib.dll")]:
			why = "another profile than the one that runs"
		case monoOf(unnamed, rel, e):
			why = "assembly that neither the application nor what it may load names"
		}
		if why != "" && !c.mapped[join(home, rel)] && !c.above[join(home, rel)] {
			return model.Out, "runtime: " + why
		}
		return "", ""
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"certs", "new-certs"} {
		if err := c.tree(ctx, path.Join(prefix, "share/.mono", name), model.LayerRuntime, "runtime: certificate authorities that Mono trusts", c.plain); err != nil {
			return err
		}
	}
	c.monoNative(prefix)
	return nil
}

// monoOf reports whether a path is the folder of one of these assemblies in the global cache, or a link into that.
func monoOf(assemblies map[string]bool, rel string, e host.Entry) bool {
	dir, name := path.Split(rel)
	return dir == "gac/" && assemblies[name] || dir == "4.5/" && e.Type == host.Symlink && assemblies[strings.TrimSuffix(name, ".dll")]
}

// monoNative takes the programs and libraries that Mono starts and loads by name. Pages of ASP.NET are compiled when they are first asked for, by the
// scripts mcs, vbnc and al, which start mono.
func (c *collector) monoNative(prefix string) {
	const compiles = "runtime: Mono compiles pages of ASP.NET by it"
	for _, name := range []string{"mono", "mono-sgen", "mcs", "vbnc", "al"} {
		c.optional(path.Join(prefix, "bin", name), model.LayerRuntime, compiles)
	}
	c.optional("/bin/sh", model.LayerRuntime, compiles)
	c.optional("/etc/protocols", model.LayerRuntime, "runtime: Mono looks up names of protocols in it")
	libraries := []string{
		"libMonoPosixHelper.so", "libMonoSupportW.so", "libmono-native.so", "libmono-btls-shared.so", "libikvm-native.so",
	}
	for _, dir := range []string{path.Join(prefix, "lib"), path.Join(path.Dir(c.in.Subject.Main.Exe), "../lib")} {
		for _, name := range libraries {
			c.optional(path.Join(dir, name), model.LayerRuntime, "dlopen: Mono loads it by name")
		}
	}
	for p := range c.mapped {
		if path.Base(p) == "System.Drawing.dll" {
			c.closure.ByName("dlopen: System.Drawing loads it by name", model.Derived("System.Drawing.dll is mapped"), "libgdiplus.so.0", "libgdiplus.so")
			return
		}
	}
}

// monoSpare says why a part of Mono's class library is not needed to run a server; "" when it is.
func monoSpare(rel string) string {
	top, rest, _ := strings.Cut(rel, "/")
	switch {
	case strings.HasSuffix(top, "-api"):
		return "reference assemblies, only for compiling"
	case top == "xbuild" || top == "xbuild-frameworks" || top == "msbuild" || top == "nuget" || top == "monodoc" || top == "mono-configuration-crypto" || top == "lldb":
		return "for development only"
	case top == "monodroid" || top == "monotouch" || top == "xammac" || top == "llvm":
		return "for programs of another system"
	case (top == "gac" || top == "4.5") && monoWindows(strings.TrimSuffix(rest, ".dll")):
		return "for programs with windows; not loaded"
	}
	switch path.Ext(rel) {
	case ".mdb", ".pdb":
		return "debug symbols"
	}
	if top == "4.5" && path.Ext(rest) == ".exe" && !strings.Contains(rest, "/") && !monoServes(rest) {
		return "a tool of developers"
	}
	return ""
}

// monoWindows reports whether an assembly is one that draws windows.
func monoWindows(name string) bool {
	switch name {
	case "System.Windows.Forms", "System.Windows.Forms.DataVisualization", "Mono.WebBrowser", "Accessibility", "PresentationCore", "PresentationFramework":
		return true
	}
	return false
}

// monoServes reports whether a program of Mono's own runs in a server: the compilers of pages, and what hosts applications.
func monoServes(name string) bool {
	switch stem := strings.TrimRight(strings.TrimSuffix(name, ".exe"), "24"); stem {
	case "mcs", "al", "csc", "vbnc", "VBCSCompiler", "xsp", "fastcgi-mono-server", "mod-mono-server", "mono-service":
		return true
	}
	return false
}
