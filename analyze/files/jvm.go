package files

import (
	"context"
	"path"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// jvm takes the home of the Java runtime: whole but for what no server uses. Which of it a program reaches cannot be seen from outside
// (libraries and modules are loaded by name), so nothing else is cut away.
func (c *collector) jvm(ctx context.Context, home string) error {
	if home == "" {
		if home = c.guessHome(); home == "" {
			c.set.skips = append(c.set.skips, model.Skip{
				What: "home of the JVM", Path: model.Path(c.in.Subject.Main.Exe), Incomplete: true,
				Reason: "not known: only files that are open, mapped or needed by these are taken",
			})
			return nil
		}
	}
	top, _, err := c.set.Include(home, model.LayerRuntime, "runtime: home of the JVM that runs the application")
	if err != nil {
		c.set.skip(home, err)
		return nil
	}
	debugged := c.debugged()
	return c.set.Tree(ctx, top, model.LayerRuntime, "runtime: part of the JVM", func(rel string, _ host.Entry) (string, string) {
		if c.mapped[join(top, rel)] {
			return "", ""
		}
		why := jvmSpare(rel)
		if why == "" && !debugged {
			why = jvmDebugs(rel)
		}
		if why != "" {
			return model.Out, "runtime: " + why
		}
		return "", ""
	})
}

// bundled takes a Java runtime that lies in the application's own folder, or its server's, before these: it changes as seldom as one of the system, and has the
// same parts that no server uses. A folder that is both, the runtime and the application, as jlink(1) makes it, is the application's.
func (c *collector) bundled(ctx context.Context) error {
	app := c.in.Subject.App
	home := string(app.Runtime.Home)
	if !c.in.Subject.Java() || home == "" || subject.Under(string(app.Base), home) || subject.Under(string(app.Artifact), home) {
		return nil
	}
	for _, dir := range []string{string(app.Base), path.Dir(string(app.Artifact)), string(app.Platform.Home)} {
		if dir == "" || dir == "." {
			continue
		}
		if real, _, err := host.Resolve(c.set.tree, dir); err == nil && real != "/" && subject.Under(home, real) {
			return c.jvm(ctx, home)
		}
	}
	return nil
}

// debugged reports whether the agent of debuggers is loaded, which loads the rest when a debugger comes.
func (c *collector) debugged() bool {
	for p := range c.mapped {
		if path.Base(p) == "libjdwp.so" {
			return true
		}
	}
	return false
}

// jvmDebugs says why a library is not needed where no debugger is waited for: the JVM loads the agent only when it starts (-agentlib:jdwp), and the
// serviceability agent is a part of jhsdb, which looks at another process.
func jvmDebugs(rel string) string {
	switch path.Base(rel) {
	case "libjdwp.so", "libdt_socket.so", "libsaproc.so":
		return "only for debuggers; the JVM was started without"
	}
	return ""
}

// guessHome is the folder above bin/java or jre/bin/java when it looks like a Java runtime.
func (c *collector) guessHome() string {
	real, _, err := host.Resolve(c.set.tree, c.in.Subject.Main.Exe)
	if err != nil {
		return ""
	}
	dir := path.Dir(path.Dir(real))
	for _, mark := range []string{"lib/modules", "lib/rt.jar", "lib/server/libjvm.so"} {
		if ok, _ := host.Exists(c.set.tree, path.Join(dir, mark)); ok {
			return dir
		}
	}
	return ""
}

// jvmSpare says why a part of a JDK is not needed to run an application; "" when it is.
func jvmSpare(rel string) string {
	rel = strings.TrimPrefix(rel, "jre/") // JDK 8
	switch rel {
	case "src.zip", "lib/src.zip":
		return "sources of the class library, for development tools"
	case "demo", "sample":
		return "demonstration programs"
	case "man", "docs":
		return "manual pages"
	case "jmods":
		return "module files, only for jlink"
	case "lib/ct.sym":
		return "signatures of earlier releases, only for javac --release; not open"
	case "include":
		return "C headers, only for compiling"
	case "lib/server/classes_nocoops.jsa", "lib/server/classes_coh.jsa", "lib/server/classes_nocoops_coh.jsa":
		return "class data archive for another heap layout than the one in use; the JVM runs without it"
	case "lib/libawt_xawt.so", "lib/libsplashscreen.so", "lib/libatk-wrapper.so", "lib/libjawt.so", "lib/libjsound.so",
		"lib/amd64/libawt_xawt.so", "lib/amd64/libsplashscreen.so", "lib/amd64/libjawt.so", "lib/amd64/libjsound.so":
		return "for programs with a display or sound; not loaded"
	}
	if ext := path.Ext(rel); ext == ".debuginfo" || ext == ".diz" {
		return "debug symbols"
	}
	return ""
}

// usesAWT reports whether AWT is loaded: only then fonts are needed.
func usesAWT(mapped map[string]bool) bool {
	for p := range mapped {
		switch path.Base(p) {
		case "libawt.so", "libfontmanager.so", "libawt_headless.so":
			return true
		}
	}
	return false
}
