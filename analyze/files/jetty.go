package files

import (
	"path"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// jetty leaves out of jetty.home the libraries of modules that are not enabled: archives that no process has open or has on its command line. An enabled
// one's are on the class path, every archive of which is opened at the start, when services are looked for.
func (c *collector) jetty() Filter {
	home := c.real(string(c.in.Subject.App.Platform.Home))
	given := c.arguments()
	runs := c.above[join(home, "lib")]
	return func(rel string, e host.Entry) (string, string) {
		p := join(home, rel)
		switch {
		case runs && e.Type == host.Regular && strings.HasPrefix(rel, "lib/") && path.Ext(rel) == ".jar" && !c.named[p] && !given[p]:
			return model.Out, "layout: library of a module that is not enabled"
		case (rel == "bin" || strings.HasPrefix(rel, "bin/")) && !c.names(p):
			return model.Out, "layout: for starting by hand; the image starts the program itself"
		case rel == "VERSION.txt" || rel == "README.adoc" || strings.HasPrefix(rel, "jetty-home-") && strings.Contains(rel, "-cyclonedx."):
			return model.Out, "layout: documentation"
		case rel == "modules/demo.d" || strings.HasPrefix(rel, "modules/demo.d/"):
			return model.Out, "layout: examples, which are copied when their modules are added"
		}
		return "", ""
	}
}

// jettyOwn adds to the filter of a folder of Jetty's what jetty leaves out, when it is jetty.home as well, and samples that are as they were shipped.
func (c *collector) jettyOwn(dir string, next Filter) Filter {
	same := c.real(dir) == c.real(string(c.in.Subject.App.Platform.Home))
	home := c.jetty()
	return func(rel string, e host.Entry) (string, string) {
		if same {
			if decision, why := home(rel, e); decision != "" {
				return decision, why
			}
		}
		if e.Type == host.Regular && config.Sample(c.set.tree, join(dir, rel)) {
			return model.Out, "layout: sample of Jetty, as it was shipped"
		}
		return next(rel, e)
	}
}

// arguments are the real paths that stand on the command lines, also in class paths.
func (c *collector) arguments() map[string]bool {
	list := map[string]bool{}
	for _, p := range c.in.Subject.Procs {
		for _, a := range p.Args() {
			for part := range strings.SplitSeq(a, ":") {
				if strings.HasPrefix(part, "/") {
					list[c.real(part)] = true
				}
			}
		}
	}
	return list
}

// names reports whether the configuration or an open file names a path, or something below it.
func (c *collector) names(top string) bool {
	for p := range c.named {
		if subject.Under(p, top) {
			return true
		}
	}
	return false
}

// real is a path without links; one that does not exist stays.
func (c *collector) real(p string) string {
	if real, _, err := host.Resolve(c.set.tree, p); err == nil {
		return real
	}
	return p
}
