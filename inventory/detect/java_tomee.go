package detect

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// javaTomEE is an Apache TomEE instance: a Tomcat with Jakarta EE, which also deploys what conf/tomee.xml names.
type javaTomEE struct{ onJVM }

var _ Detector = javaTomEE{}

// Name is App2Container's application type.
func (javaTomEE) Name() string { return "java-tomee" }

// Detect wants Tomcat's main class and what TomEE adds to a Tomcat.
func (d javaTomEE) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil || j.cmd.Main.Value != tomcatMain {
		return nil, ErrNotMine
	}
	t := newTomcat(j)
	if t.homeFrom == nil || !t.isTomEE() {
		return nil, ErrNotMine
	}
	s := t.serves(t.tomEE())
	t.enterprise(&s)
	return []model.App{s.app(d.Name(), g, j.from(j.cmd.Main)...)}, nil
}

// tomEELibraries are the libraries that TomEE adds to Tomcat's.
func (t *tomcat) tomEELibraries() []string {
	var names []string
	for _, e := range t.list("lib folder", path.Join(t.home, "lib")) {
		if strings.HasPrefix(e.Name, "tomee-") {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	return names
}

// isTomEE looks for what TomEE adds to a Tomcat: its agent, its libraries, its configuration.
func (t *tomcat) isTomEE() bool {
	if o, ok := t.cmd.Option("-javaagent:"); ok && strings.Contains(o.Value, "openejb-javaagent") {
		return true
	}
	return t.exists(path.Join(t.base, "conf/tomee.xml")) || len(t.tomEELibraries()) > 0
}

// tomEE is the platform: the version stands in the name of lib/tomee-catalina-9.0.0.jar.
func (t *tomcat) tomEE() model.Platform {
	p := model.Platform{Name: "Apache TomEE", Home: model.Path(t.home)}
	p.Evidence.Add("name", t.from(t.cmd.Main)...)
	p.Evidence.Add("home", t.homeFrom...)
	for _, name := range t.tomEELibraries() {
		if version, ok := strings.CutPrefix(stem(name), "tomee-catalina-"); ok {
			from := model.FromFile(model.Path(path.Join(t.home, "lib", name)), 0)
			p.Evidence.Add("name", from)
			setField(&p.Version, &p.Evidence, "version", version, from)
		}
	}
	return p
}
