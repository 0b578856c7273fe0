package detect

import (
	"cmp"
	"context"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaTomcat is an Apache Tomcat instance, whoever started it: catalina.sh, jsvc, a service unit. Its base folder tells it from others.
type javaTomcat struct{ onJVM }

var _ Detector = javaTomcat{}

const tomcatMain = "org.apache.catalina.startup.Bootstrap"

// Name is App2Container's application type.
func (javaTomcat) Name() string { return "java-tomcat" }

// Detect wants Tomcat's own main class and a catalina.home that is Tomcat's: TomEE has the same class.
func (d javaTomcat) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil || j.cmd.Main.Value != tomcatMain {
		return nil, ErrNotMine
	}
	t := newTomcat(j)
	if t.homeFrom == nil || t.isTomEE() {
		return nil, ErrNotMine
	}
	return []model.App{t.serves(t.platform()).app(d.Name(), g, j.from(j.cmd.Main)...)}, nil
}

// serves reads the instance's configuration.
func (t *tomcat) serves(p model.Platform) server {
	t.readServer()
	s := server{jvm: t.jvm, name: path.Base(cmp.Or(t.base, "tomcat")), artifact: t.base, base: t.base, from: t.baseFrom}
	s.platform, s.ports, s.webApps = p, t.ports(), t.webApps()
	return s
}

// tomcat is an instance's configuration.
type tomcat struct {
	*jvm
	home, base         string
	homeFrom, baseFrom []model.Source
	file               string // server.xml in force
	server             *parse.TomcatServer
}

// newTomcat finds home and base as Bootstrap does: catalina.home, else the folder above the working folder's bootstrap.jar; base is home unless set.
func newTomcat(j *jvm) *tomcat {
	t := &tomcat{jvm: j}
	if p, ok := j.cmd.Property("catalina.home"); ok {
		t.home, t.homeFrom = j.abs(p.Value), j.from(p.From)
	} else if j.exists(path.Join(j.cwd, "bootstrap.jar")) {
		t.home, t.homeFrom = path.Dir(j.cwd), []model.Source{model.FromProc(j.PID, "cwd")}
	}
	t.base, t.baseFrom = t.home, t.homeFrom
	if p, ok := j.cmd.Property("catalina.base"); ok {
		t.base, t.baseFrom = j.abs(p.Value), j.from(p.From)
		if t.home == "" {
			t.home, t.homeFrom = t.base, t.baseFrom
		}
	}
	return t
}

// platform reads the version from lib/catalina.jar, as version.sh does.
func (t *tomcat) platform() model.Platform {
	const entry = "org/apache/catalina/util/ServerInfo.properties"
	p := model.Platform{Name: "Apache Tomcat", Home: model.Path(t.home)}
	p.Evidence.Add("name", t.from(t.cmd.Main)...)
	p.Evidence.Add("home", t.homeFrom...)
	name := path.Join(t.home, "lib/catalina.jar")
	j, done, err := t.jar(name)
	if err != nil {
		t.unread("Tomcat's version", name, err)
		return p
	}
	defer done()
	data, err := j.Read(entry, entryLimit)
	if err != nil {
		t.unread("Tomcat's version", name, err)
		return p
	}
	settings, err := parse.ReadProperties(data)
	t.unread("Tomcat's version", name+"!/"+entry, err)
	for _, s := range settings {
		if s.Key == "server.info" { // "Apache Tomcat/10.1.30"; Debian: "Apache Tomcat/10.1.60 (Debian)"
			brand, version, _ := strings.Cut(s.Value, "/")
			from := model.FromFile(model.Path(name+"!/"+entry), s.Line)
			setField(&p.Name, &p.Evidence, "name", brand, from)
			version, _, _ = strings.Cut(version, " ")
			setField(&p.Version, &p.Evidence, "version", version, from)
		}
	}
	return p
}
