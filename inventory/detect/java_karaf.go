package detect

import (
	"context"
	"maps"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaKaraf is an instance of Apache Karaf, or of a product that is a Karaf with bundles of its own (ServiceMix, OpenDaylight). Other OSGi frameworks
// are java-osgi.
type javaKaraf struct{ onJVM }

var _ Detector = javaKaraf{}

const karafMain = "org.apache.karaf.main.Main"

// Name is ours: App2Container called these java-generic.
func (javaKaraf) Name() string { return "java-karaf" }

// Detect wants Karaf's main class, or its home with the service wrapper's main class.
func (d javaKaraf) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	home, ok := j.cmd.Property("karaf.home")
	wrapped := strings.HasPrefix(j.cmd.Main.Value, "org.apache.karaf.wrapper.internal.") || strings.HasPrefix(j.cmd.Main.Value, "org.tanukisoftware.wrapper.")
	if j.cmd.Main.Value != karafMain && (!ok || !wrapped) {
		return nil, ErrNotMine
	}
	why := j.from(j.cmd.Main)
	if ok {
		why = append(why, j.from(home.From)...)
	}
	return []model.App{newKaraf(j).serves().app(d.Name(), g, why...)}, nil
}

// karaf is an instance's folders and settings.
type karaf struct {
	*jvm
	home, base, etc, data string
	homeFrom, baseFrom    []model.Source
	settings              map[string]fileSetting            // etc/system.properties, etc/config.properties
	files                 map[string]map[string]fileSetting // read so far
}

// fileSetting is a value with the file that holds it; or an argument, or a variable, when file is empty.
type fileSetting struct {
	value, file string
	line, arg   int
	from        []model.Source
}

// newKaraf finds the folders as bin/karaf gives them; those that are not given are below base, and base is home.
func newKaraf(j *jvm) *karaf {
	k := &karaf{jvm: j, settings: map[string]fileSetting{}, files: map[string]map[string]fileSetting{}}
	cwd := []model.Source{model.FromProc(j.PID, "cwd")}
	k.home, k.homeFrom = k.folder("karaf.home", j.abs("."), cwd)
	k.base, k.baseFrom = k.folder("karaf.base", k.home, k.homeFrom)
	k.etc, _ = k.folder("karaf.etc", path.Join(k.base, "etc"), nil)
	k.data, _ = k.folder("karaf.data", path.Join(k.base, "data"), nil)
	for _, name := range []string{"config.properties", "custom.properties", "system.properties", "custom.system.properties"} {
		maps.Copy(k.settings, k.file(path.Join(k.etc, name)))
	}
	return k
}

func (k *karaf) folder(key, fallback string, from []model.Source) (string, []model.Source) {
	if p, ok := k.cmd.Property(key); ok && p.Value != "" {
		return k.abs(p.Value), k.from(p.From)
	}
	return fallback, from
}

// file reads a file of properties, once.
func (k *karaf) file(name string) map[string]fileSetting {
	if known, ok := k.files[name]; ok {
		return known
	}
	out := map[string]fileSetting{}
	k.files[name] = out
	data, err := k.read(name)
	if err != nil {
		k.unread("Karaf's configuration", name, err)
		return out
	}
	list, err := parse.ReadProperties(data)
	k.unread("Karaf's configuration", name, err)
	for _, s := range list {
		out[s.Key] = fileSetting{value: s.Value, file: name, line: s.Line, from: []model.Source{model.FromFile(model.Path(name), s.Line)}}
	}
	return out
}

// lookup resolves ${name} and ${env:NAME}: system properties, then the framework's own.
func (k *karaf) lookup(key string) (string, bool) {
	if name, ok := strings.CutPrefix(key, "env:"); ok {
		return k.env.Get(name)
	}
	if p, ok := k.cmd.Property(key); ok {
		return p.Value, true
	}
	switch key {
	case "karaf.home":
		return k.home, true
	case "karaf.base":
		return k.base, true
	case "karaf.etc":
		return k.etc, true
	case "karaf.data":
		return k.data, true
	}
	s, ok := k.settings[key]
	return s.value, ok
}

// serves reads the instance's configuration.
func (k *karaf) serves() server {
	s := server{jvm: k.jvm, name: path.Base(k.base), artifact: k.base, base: k.base, from: k.baseFrom, platform: k.platform()}
	s.ports, s.webApps = k.ports(), k.webApps()
	return s
}

// platform reads etc/distribution.info or the branding of a product, and the version of Karaf's main library.
func (k *karaf) platform() model.Platform {
	p := model.Platform{Name: "Apache Karaf", Home: model.Path(k.home)}
	p.Evidence.Add("name", k.from(k.cmd.Main)...)
	p.Evidence.Add("home", k.homeFrom...)
	info := path.Join(k.etc, "distribution.info")
	settings := k.file(info)
	if s := settings["karafVersion"]; s.value != "" {
		setField(&p.Version, &p.Evidence, "version", s.value, s.from...)
	}
	dir := path.Join(k.home, "lib/boot")
	for _, e := range k.list("Karaf's libraries", dir) {
		if v, ok := strings.CutPrefix(e.Name, "org.apache.karaf.main-"); ok && p.Version == "" {
			setField(&p.Version, &p.Evidence, "version", strings.TrimSuffix(v, ".jar"), model.FromFile(model.Path(path.Join(dir, e.Name)), 0))
		}
	}
	if s := settings["name"]; s.value != "" && s.value != "Apache Karaf" {
		p.Evidence["name"] = nil
		setField(&p.Name, &p.Evidence, "name", s.value+" (Apache Karaf)", s.from...)
	} else if name, from := k.product(); name != "" {
		p.Evidence["name"] = nil
		setField(&p.Name, &p.Evidence, "name", name+" (Apache Karaf)", from)
	}
	return p
}

// product is what a product on Karaf calls itself: the groups of its features repositories name it.
func (k *karaf) product() (string, model.Source) {
	file := path.Join(k.etc, "org.apache.karaf.features.cfg")
	for _, key := range []string{"featuresRepositories", "featuresBoot"} {
		s := k.file(file)[key]
		for group, name := range map[string]string{"mvn:org.apache.servicemix.features/": "Apache ServiceMix", "mvn:org.opendaylight.": "OpenDaylight"} {
			if strings.Contains(s.value, group) {
				return name, s.from[0]
			}
		}
	}
	return "", ""
}
