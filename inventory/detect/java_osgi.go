package detect

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaOSGi is an OSGi framework that its own launcher started: Apache Felix or Eclipse Equinox. A program that has a framework inside is none, and Karaf
// is a kind of its own.
type javaOSGi struct{ onJVM }

var _ Detector = javaOSGi{}

const (
	felixMain        = "org.apache.felix.main.Main"
	equinoxMain      = "org.eclipse.core.runtime.adaptor.EclipseStarter"
	equinoxLauncher  = "org.eclipse.equinox.launcher.Main"
	equinoxFramework = "org.eclipse.osgi"
)

// Name is ours: App2Container called these java-generic.
func (javaOSGi) Name() string { return "java-osgi" }

// Detect wants the main class of a framework's launcher, by name or in the archive's manifest.
func (d javaOSGi) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	o := &osgi{jvm: j, main: j.cmd.Main.Value, settings: map[string]fileSetting{}}
	switch j.cmd.Mode {
	case parse.JavaJar:
		o.launcher = j.abs(j.cmd.Main.Value)
		o.main, _ = j.manifestValue(o.launcher, "Main-Class")
	case parse.JavaClass:
		if !slices.Contains([]string{felixMain, equinoxMain, equinoxLauncher}, o.main) {
			return nil, ErrNotMine
		}
		o.launcher, _ = j.archiveOf(o.main)
	}
	switch o.main {
	case felixMain:
		o.felix()
	case equinoxMain, equinoxLauncher:
		o.equinox()
	default:
		return nil, ErrNotMine
	}
	s := server{jvm: j, name: path.Base(o.base), artifact: o.base, base: o.base, from: o.baseFrom, platform: o.platform, ports: o.ports()}
	return []model.App{s.app(d.Name(), g, j.from(j.cmd.Main)...)}, nil
}

// osgi is a framework's configuration.
type osgi struct {
	*jvm
	main, launcher string
	base           string
	baseFrom       []model.Source
	bundles        []string // names of the archives that it is told to start
	settings       map[string]fileSetting
	platform       model.Platform
}

// felix reads conf/config.properties, which lies beside the folder of felix.jar unless felix.config.properties names another; bundles and cache are
// relative to the working folder (felix.apache.org: "Framework Configuration Properties").
func (o *osgi) felix() {
	home := path.Dir(path.Dir(o.launcher))
	o.named("Apache Felix", home)
	config := path.Join(home, "conf/config.properties")
	o.base, o.baseFrom = home, o.from(o.cmd.Main)
	if p, ok := o.cmd.Property("felix.config.properties"); ok {
		config = o.abs(strings.TrimPrefix(p.Value, "file:"))
		o.base, o.baseFrom = path.Dir(config), o.from(p.From)
		if name := path.Base(o.base); name == "conf" || name == "etc" {
			o.base = path.Dir(o.base)
		}
	}
	o.read(config)
	dir := "bundle"
	if s, ok := o.setting("felix.auto.deploy.dir"); ok {
		dir = s.value
	}
	for _, e := range o.list("bundles", o.abs(dir)) {
		o.bundles = append(o.bundles, e.Name)
	}
	if len(o.bundles) > 0 && !path.IsAbs(dir) && o.abs(".") != o.base {
		o.base, o.baseFrom = o.abs("."), []model.Source{model.FromProc(o.PID, "cwd")}
	}
}

// equinox reads config.ini of the configuration area: -configuration or osgi.configuration.area, else the folder configuration of the installation
// (help.eclipse.org: "The Eclipse runtime options").
func (o *osgi) equinox() {
	home := path.Dir(o.launcher)
	if path.Base(home) == "plugins" {
		home = path.Dir(home)
	}
	o.named("Eclipse Equinox", home)
	area, from := path.Join(home, "configuration"), o.from(o.cmd.Main)
	if p, ok := o.cmd.Property("osgi.configuration.area"); ok {
		area, from = o.area(p.Value), o.from(p.From)
	}
	for i, a := range o.cmd.Program {
		if strings.EqualFold(a.Value, "-configuration") && i+1 < len(o.cmd.Program) {
			area, from = o.area(o.cmd.Program[i+1].Value), o.from(o.cmd.Program[i+1])
		}
	}
	o.base, o.baseFrom = area, from
	if path.Base(area) == "configuration" {
		o.base = path.Dir(area)
	}
	o.read(path.Join(area, "config.ini"))
	if s, ok := o.setting("osgi.bundles"); ok {
		for b := range strings.SplitSeq(s.value, ",") {
			b, _, _ = strings.Cut(b, "@")
			o.bundles = append(o.bundles, path.Base(strings.TrimPrefix(b[strings.LastIndexByte(b, ':')+1:], "./")))
		}
	}
}

// area is a place as Equinox writes it: a path or a file URL.
func (o *osgi) area(s string) string {
	return o.abs(strings.TrimSuffix(strings.TrimPrefix(s, "file:"), "/"))
}

// named sets the platform, with the version of the launcher's own manifest.
func (o *osgi) named(name, home string) {
	p := model.Platform{Name: name, Home: model.Path(home)}
	p.Evidence.Add("name", o.from(o.cmd.Main)...)
	p.Evidence.Add("home", o.from(o.cmd.Main)...)
	if v, at := o.manifestValue(o.launcher, "Bundle-Version"); v != "" && o.main != equinoxLauncher {
		setField(&p.Version, &p.Evidence, "version", v, at)
	} else { // the launcher of Equinox has a version of its own: the framework lies beside it, by name
		dir := path.Dir(o.launcher)
		for _, e := range o.list("plug-ins", dir) {
			if v, ok := strings.CutPrefix(e.Name, equinoxFramework+"_"); ok {
				setField(&p.Version, &p.Evidence, "version", strings.TrimSuffix(v, ".jar"), model.FromFile(model.Path(path.Join(dir, e.Name)), 0))
			}
		}
	}
	o.platform = p
}

// read reads the framework's properties; the system's count more.
func (o *osgi) read(name string) {
	data, err := o.view.read(name)
	if err != nil {
		o.unread("configuration of the framework", name, err)
		return
	}
	list, err := parse.ReadProperties(data)
	o.unread("configuration of the framework", name, err)
	for _, s := range list {
		o.settings[s.Key] = fileSetting{value: s.Value, file: name, line: s.Line, from: []model.Source{model.FromFile(model.Path(name), s.Line)}}
	}
}

func (o *osgi) setting(key string) (fileSetting, bool) {
	if p, ok := o.cmd.Property(key); ok {
		return fileSetting{value: p.Value, arg: max(p.From.Index, 0), from: o.from(p.From)}, true
	}
	s, ok := o.settings[key]
	return s, ok
}

// osgiPorts are the ports that the usual bundles take from the framework's properties: the HTTP services of Felix and Equinox, the consoles.
func osgiPorts() []karafPort {
	return []karafPort{
		{port: "org.osgi.service.http.port", host: "org.apache.felix.http.host", purpose: "http"},
		{port: "org.osgi.service.http.port.secure", host: "org.apache.felix.http.host", purpose: "https"},
		{port: "org.eclipse.equinox.http.jetty.http.port", host: "org.eclipse.equinox.http.jetty.http.host", purpose: "http"},
		{port: "osgi.shell.telnet.port", host: "osgi.shell.telnet.ip", purpose: "management"},
		{port: "osgi.console", purpose: "management"},
	}
}

func (o *osgi) ports() []port {
	var ports []port
	for _, p := range osgiPorts() {
		s, ok := o.setting(p.port)
		if !ok && p.port == "org.osgi.service.http.port" && slices.ContainsFunc(o.bundles, isHTTPService) {
			s = fileSetting{value: "8080", from: []model.Source{model.Derived("org.osgi.service.http.port unless it is set")}}
		} else if !ok {
			continue
		}
		address, isSet := o.setting(p.host)
		if host, n, found := cutLast(s.value); found { // osgi.console=127.0.0.1:5555
			address, isSet, s.value = fileSetting{value: host, file: s.file, line: s.line, arg: s.arg, from: s.from}, true, n
		}
		if number(s.value) == 0 {
			continue
		}
		b := model.Binding{Mechanism: "osgi-property", Key: p.host, Value: address.value}
		from := s.from
		if isSet {
			b.File, b.Line, b.Arg, from = model.Path(address.file), address.line, address.arg, address.from
		}
		if b.Key == "" {
			b.Key = p.port
		}
		ports = append(ports, port{number: number(s.value), address: address.value, purpose: p.purpose, from: s.from, binding: newBinding(b, from...)})
	}
	return ports
}

// isHTTPService reports the archive of Felix's HTTP service, which opens a port also when nobody names one.
func isHTTPService(name string) bool {
	return strings.HasPrefix(name, "org.apache.felix.http.jetty") || strings.HasPrefix(name, "org.apache.felix.http.bundle")
}
