package detect

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// webApps are the applications that the instance serves: those in server.xml, one per descriptor in conf/ENGINE/HOST, and each folder
// and war below a Host's appBase, in this order: the first of a name is the one that Tomcat deploys. Names as Tomcat gives them to files:
// "ROOT", "shop", "a#b" (tomcat.apache.org: "Context", Naming).
func (t *tomcat) webApps() []model.WebApp {
	var list []model.WebApp
	for _, h := range t.server.Hosts {
		base := "webapps"
		if h.AppBase.Set {
			base = h.AppBase.Value
		}
		d := tomcatDeployer{tomcat: t, base: t.below(t.base, base), seen: map[string]bool{}}
		for _, c := range h.Contexts {
			d.add(contextName(c), d.docBase(c.DocBase.Value, contextName(c)), "", model.FromFile(model.Path(t.file), c.Element.Line))
		}
		d.descriptors(h)
		if h.Deploy {
			d.deployments()
		}
		list = append(list, d.list...)
	}
	return list
}

// tomcatDeployer collects the applications of one Host.
type tomcatDeployer struct {
	*tomcat
	base string // appBase
	seen map[string]bool
	list []model.WebApp
}

func (d *tomcatDeployer) add(name, at, descriptor string, from ...model.Source) {
	if name == "" || d.seen[name] {
		return
	}
	d.seen[name] = true
	w := model.WebApp{Name: name, Context: tomcatContextPath(name), Path: model.Path(at), Descriptor: model.Path(descriptor)}
	d.list = append(d.list, newWebApp(w, from...))
}

// tomcatContextPath is where an application of that name answers: "ROOT" and "ROOT##2" at "/", "a#b##1" at "/a/b".
func tomcatContextPath(name string) string {
	name, _, _ = strings.Cut(name, "##")
	if name == "ROOT" {
		return "/"
	}
	return "/" + strings.ReplaceAll(name, "#", "/")
}

// docBase is where an application lies: as written, relative to appBase, else what has the application's name there.
func (d *tomcatDeployer) docBase(written, name string) string {
	if written != "" {
		return d.below(d.base, written)
	}
	if at := path.Join(d.base, name); d.isDir(at) {
		return at
	}
	return path.Join(d.base, name+".war")
}

func (d *tomcatDeployer) descriptors(h parse.TomcatHost) {
	dir := path.Join(d.tomcat.base, "conf", h.Engine, h.Name)
	if h.XMLBase.Set {
		dir = d.below(d.tomcat.base, h.XMLBase.Value)
	}
	for _, e := range d.tomcat.list("descriptors of web applications", dir) {
		name, ok := strings.CutSuffix(e.Name, ".xml")
		if !ok || e.Type == host.Dir {
			continue
		}
		file := path.Join(dir, e.Name)
		data, err := d.read(file)
		var c *parse.TomcatContext
		if err == nil {
			c, err = parse.ReadTomcatContext(data, d.lookup())
		}
		d.unread("descriptor of a web application", file, err)
		if err != nil {
			d.add(name, "", file, model.FromFile(model.Path(file), 0))
			continue
		}
		line := c.Element.Line
		if c.DocBase.Set {
			line = c.DocBase.Line
		}
		d.add(name, d.docBase(c.DocBase.Value, name), file, model.FromFile(model.Path(file), line))
	}
}

func (d *tomcatDeployer) deployments() {
	for _, e := range d.tomcat.list("web applications", d.base) {
		if name, ok := d.deployed(e); ok {
			d.add(name, d.docBase("", name), "", model.FromFile(model.Path(path.Join(d.base, e.Name)), 0))
		}
	}
}

// deployed reports whether HostConfig deploys a folder's entry, and under which name.
func (d *tomcatDeployer) deployed(e host.Entry) (string, bool) {
	if upper := strings.ToUpper(e.Name); upper == "META-INF" || upper == "WEB-INF" {
		return "", false
	}
	at := path.Join(d.base, e.Name)
	if name, ok := strings.CutSuffix(e.Name, ".war"); ok && name != "" && !d.isDir(at) {
		return name, true
	}
	return e.Name, d.isDir(at)
}

// contextName is the file name that a Context of server.xml would have.
func contextName(c parse.TomcatContext) string {
	p := c.Path.Value
	if !c.Path.Set {
		p = strings.TrimSuffix(path.Base("/"+c.DocBase.Value), ".war")
	}
	name := strings.ReplaceAll(strings.Trim(p, "/"), "/", "#")
	if name == "" {
		return "ROOT"
	}
	return name
}
