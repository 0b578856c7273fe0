package files

import (
	"context"
	"path"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// layout takes what the kind of application is known to consist of.
func (c *collector) layout(ctx context.Context) error {
	switch c.in.Subject.Kind() {
	case "java-tomcat":
		return c.tomcat(ctx)
	case "java-springboot", "java-generic":
		return c.javaFolder(ctx)
	case "dotnet-generic", "dotnet-single":
		return c.dotnetFolder(ctx)
	case "dotnet-mono":
		if err := c.dotnetFolder(ctx); err != nil {
			return err
		}
		return c.served(ctx)
	}
	if c.in.Subject.Java() {
		return c.javaServer(ctx)
	}
	return nil
}

// javaServer takes what every server with a base of its own consists of: the base, the program's folder, and its web applications, wherever they lie.
func (c *collector) javaServer(ctx context.Context) error {
	if err := c.javaFolder(ctx); err != nil {
		return err
	}
	if home := c.serverHome(); home != "" {
		if err := c.tree(ctx, home, model.LayerLibs, "layout: folder of "+c.in.Subject.App.Platform.Name, c.homeFilter()); err != nil {
			return err
		}
	}
	if err := c.broker(ctx); err != nil {
		return err
	}
	return c.served(ctx)
}

// broker takes Open Message Queue, which lies beside GlassFish's folder and whose resource adapter the server loads (com.sun.aas.imqLib in config/asenv.conf).
func (c *collector) broker(ctx context.Context) error {
	home := string(c.in.Subject.App.Platform.Home)
	if c.in.Subject.Kind() != "java-glassfish" || path.Base(home) != "glassfish" {
		return nil
	}
	mq := path.Join(path.Dir(home), "mq")
	if info, err := host.Stat(c.set.tree, mq); err != nil || info.Type != host.Dir {
		return nil //nolint:nilerr // Payara Micro and trimmed ones have none
	}
	return c.tree(ctx, mq, model.LayerLibs, "layout: message queue of "+c.in.Subject.App.Platform.Name, c.plain)
}

// serverHome is the program's folder of a server that has its base elsewhere; "": it has none of its own.
func (c *collector) serverHome() string {
	app := c.in.Subject.App
	home := string(app.Platform.Home)
	switch c.in.Subject.Kind() {
	case "java-springboot", "java-generic": // whose program is what their folder holds
		return ""
	}
	if home == "" || home == string(app.Base) || config.Shared(home) || kernelPath(home) {
		return ""
	}
	return home
}

// homeFilter leaves out what servers of a kind have in their program's folder and the one that runs has no use for.
func (c *collector) homeFilter() Filter {
	switch c.in.Subject.Kind() {
	case "java-jboss":
		return c.jboss
	case "java-jetty":
		return c.jetty()
	case "java-liberty":
		return c.liberty
	}
	return c.plain
}

// served takes the web applications of a server, wherever they lie.
func (c *collector) served(ctx context.Context) error {
	for _, w := range c.in.Subject.App.WebApps {
		if p := string(w.Path); p != "" && !config.Shared(p) && !kernelPath(p) {
			if err := c.tree(ctx, p, model.LayerApp, "layout: web application "+w.Name, c.plain); err != nil {
				return err
			}
		}
		if d := string(w.Descriptor); d != "" && !kernelPath(d) {
			c.optional(d, model.LayerConfig, "layout: deploys web application "+w.Name)
		}
	}
	return nil
}

// tomcat takes catalina.base and catalina.home.
func (c *collector) tomcat(ctx context.Context) error {
	base, home := c.in.Config.Dirs["base"], c.in.Config.Dirs["home"]
	if err := c.tree(ctx, path.Join(base, "conf"), model.LayerConfig, "layout: conf of catalina.base", c.plain); err != nil {
		return err
	}
	if err := c.webApps(ctx); err != nil {
		return err
	}
	layer := model.LayerApp
	if base == home {
		layer = model.LayerLibs
	}
	if err := c.tree(ctx, base, layer, "layout: catalina.base", c.tomcatFilter(base, false)); err != nil {
		return err
	}
	if home == base {
		return nil
	}
	return c.tree(ctx, home, model.LayerLibs, "layout: catalina.home", c.tomcatFilter(home, true))
}

// webApps takes the web applications, each with the reason that deploys it.
func (c *collector) webApps(ctx context.Context) error {
	unpacked := c.unpackedWars()
	for _, w := range c.in.Config.WebApps {
		if unpacked[w.Path] {
			c.set.Decide(w.Path, model.Out, "layout: the unpacked folder beside it is what runs", false)
			continue
		}
		if err := c.tree(ctx, w.Path, model.LayerApp, w.Reason, c.plain); err != nil {
			return err
		}
	}
	return nil
}

// unpackedWars are the archives that Tomcat has unpacked beside themselves (Host, unpackWARs) and that no docBase names.
func (c *collector) unpackedWars() map[string]bool {
	folders := map[string]bool{}
	for _, w := range c.in.Config.WebApps {
		folders[w.Path] = true
	}
	out := map[string]bool{}
	for p := range folders {
		stem, ok := strings.CutSuffix(p, ".war")
		if ok && folders[stem] && !c.docBase(p) {
			out[p] = true
		}
	}
	return out
}

func (c *collector) docBase(p string) bool {
	for _, r := range c.in.Config.References {
		if r.Path == p && strings.HasPrefix(r.Reason, "config: docBase") {
			return true
		}
	}
	return false
}

// tomcatFilter leaves out what the process that runs has no use for.
func (c *collector) tomcatFilter(top string, homeOnly bool) Filter {
	unpacked := c.unpackedWars()
	return func(rel string, e host.Entry) (string, string) {
		if unpacked[join(top, rel)] {
			return model.Out, "layout: the unpacked folder beside it is what runs"
		}
		switch rel {
		case "BUILDING.txt", "CONTRIBUTING.md", "README.md", "RELEASE-NOTES", "RUNNING.txt":
			return model.Out, "layout: documentation"
		}
		if why := tomcatHomeOnly(top, rel); homeOnly && why != "" && !c.named[join(top, rel)] {
			return model.Out, "layout: " + why
		}
		if dir, name := path.Split(rel); dir == "bin/" && e.Type == host.Regular && !c.named[join(top, rel)] {
			switch path.Ext(name) {
			case ".sh", ".bat", ".exe", ".xml", ".gz":
				return model.Out, "layout: for starting by hand; the image starts the program itself"
			}
		}
		return "", ""
	}
}

// tomcatHomeOnly says why a part of a home whose base lies elsewhere is not used; "" when it is.
func tomcatHomeOnly(home, rel string) string {
	switch rel {
	case "conf", "logs", "temp", "work":
		return "catalina.base has its own " + rel
	case "webapps":
		return "served from catalina.base only"
	}
	if path.Dir(home) == "/usr/share" && (strings.HasPrefix(rel, "etc/") || rel == "default.template" || rel == "logrotate.template") {
		return "the distribution makes its configuration from it when the package is installed" // ucf(1)
	}
	return ""
}

// javaFolder takes the folder of a jar when it is the application's own, and the working folder: a launcher that lies elsewhere (Jetty's
// start.jar in jetty.home) finds there what it is to run.
func (c *collector) javaFolder(ctx context.Context) error {
	if err := c.ownFolder(ctx, string(c.in.Subject.App.Base), "layout: the application's own folder"); err != nil {
		return err
	}
	cwd := c.in.Subject.Main.Cwd
	if cwd == string(c.in.Subject.App.Base) || cwd == c.serverHome() {
		return nil
	}
	if subject.Under(cwd, "/var") && !subject.Under(cwd, "/var/local") && !subject.Under(cwd, "/var/opt") && !subject.Under(cwd, "/var/www") {
		return nil // data by hier(7): what of it belongs to the program, nobody can tell
	}
	return c.ownFolder(ctx, cwd, "layout: the working folder")
}

// ownFolder takes a folder. Other archives in it that nothing names are other versions or applications.
func (c *collector) ownFolder(ctx context.Context, dir, reason string) error {
	if dir == "" || config.Shared(dir) || kernelPath(dir) || c.scratch(dir) {
		return nil
	}
	filter := c.classPath().folder(c.real(dir))
	if c.in.Subject.Kind() == "java-jetty" {
		filter = c.jettyOwn(dir, filter)
	}
	return c.tree(ctx, dir, model.LayerApp, reason, filter)
}

// dotnetFolder takes the publish folder.
func (c *collector) dotnetFolder(ctx context.Context) error {
	s := c.in.Subject
	base := string(s.App.Base)
	layer := model.LayerApp
	if base == "" || config.Shared(base) {
		if a := string(s.App.Artifact); a != "" {
			c.optional(a, layer, "layout: the application's file")
		}
		return nil
	}
	return c.tree(ctx, base, layer, "layout: publish folder", c.published(base))
}
