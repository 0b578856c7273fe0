package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// readTomEE reads conf/tomee.xml, else conf/openejb.xml.
func (t *tomcat) readTomEE() (*parse.TomEEConfig, string) {
	name := path.Join(t.base, "conf/tomee.xml")
	if !t.exists(name) {
		name = path.Join(t.base, "conf/openejb.xml")
	}
	data, err := t.read(name)
	var c *parse.TomEEConfig
	if err == nil {
		c, err = parse.ReadTomEE(data)
	}
	t.unread("TomEE's configuration", name, err)
	if err != nil {
		return &parse.TomEEConfig{}, name
	}
	return c, name
}

// enterprise adds what TomEE has beside Tomcat: the Deployments of its configuration, whose folders hold wars, enterprise archives and unpacked ones,
// enterprise archives in a Host's appBase, and the ports of embedded brokers.
func (t *tomcat) enterprise(s *server) {
	d := &tomEEDeployer{tomcat: t, list: s.webApps}
	for _, h := range t.server.Hosts {
		if !h.Deploy {
			continue
		}
		base := "webapps"
		if h.AppBase.Set {
			base = h.AppBase.Value
		}
		d.ears(t.below(t.base, base))
	}
	c, name := t.readTomEE()
	for _, f := range c.Deployments {
		from := model.FromFile(model.Path(name), f.Line)
		if f.File != "" {
			d.add(t.below(t.base, f.File), name, from)
		}
		if f.Dir != "" {
			d.folder(t.below(t.base, f.Dir), name, from)
		}
	}
	s.webApps = d.list
	for _, b := range c.Brokers {
		s.ports = append(s.ports, port{number: b.Port, address: b.Host, purpose: "messaging", from: []model.Source{model.FromFile(model.Path(name), b.Line)}})
	}
}

type tomEEDeployer struct {
	*tomcat
	list []model.WebApp
}

// folder deploys each entry. A war is unpacked beside itself, so that both are one application, which lies in the folder.
func (d *tomEEDeployer) folder(dir, descriptor string, from model.Source) {
	for _, e := range d.tomcat.list("enterprise applications", dir) {
		d.add(path.Join(dir, e.Name), descriptor, from)
	}
}

func (d *tomEEDeployer) ears(dir string) {
	for _, e := range d.tomcat.list("enterprise applications", dir) {
		at := path.Join(dir, e.Name)
		if path.Ext(e.Name) == ".ear" && e.Type != host.Dir || e.Type == host.Dir && d.exists(path.Join(at, "META-INF/application.xml")) {
			d.list = slices.DeleteFunc(d.list, func(w model.WebApp) bool { return string(w.Path) == at }) // no web application of Tomcat's
			d.add(at, "", model.FromFile(model.Path(at), 0))
		}
	}
}

// add takes a war, an enterprise archive, or a folder that is one of them unpacked. What stands twice is one application.
func (d *tomEEDeployer) add(at, descriptor string, from model.Source) {
	kind, name := eeKind{view: d.view}, path.Base(at)
	packed := strings.ToLower(path.Ext(name))
	var found []model.WebApp
	switch isDir := d.isDir(at); {
	case isDir && d.exists(path.Join(at, "META-INF/application.xml")):
		found = kind.apps(stem(name), stem(name)+".ear", at, from)
	case isDir && d.exists(path.Join(at, "WEB-INF")):
		found = kind.apps(stem(name), stem(name)+".war", at, from)
	case isDir, packed != ".war" && packed != ".ear":
		return
	default:
		if unpacked := strings.TrimSuffix(at, ".ear"); d.isDir(unpacked) {
			at = unpacked
		}
		found = kind.apps(stem(name), name, at, from)
	}
	for _, w := range found {
		if unpacked, ok := strings.CutSuffix(string(w.Path), ".war"); ok && d.isDir(unpacked) {
			w.Path = model.Path(unpacked)
		}
		setField(&w.Descriptor, &w.Evidence, "descriptor", descriptor, from)
		if !slices.ContainsFunc(d.list, func(o model.WebApp) bool { return o.Name == w.Name && o.Context == w.Context }) {
			d.list = append(d.list, w)
		}
	}
}
