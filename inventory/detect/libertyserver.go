package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// libertyPort is a port attribute of an endpoint element.
type libertyPort struct {
	element, attr, purpose, fallback string
}

func libertyPorts() []libertyPort {
	return []libertyPort{
		{"httpEndpoint", "httpPort", "http", "9080"},
		{"httpEndpoint", "httpsPort", "https", "9443"},
		{"iiopEndpoint", "iiopPort", "iiop", "2809"},
		{"wasJmsEndpoint", "wasJmsPort", "messaging", "7276"},
		{"wasJmsEndpoint", "wasJmsSSLPort", "messaging", "7286"},
	}
}

// ports are the endpoints, and the port on which the server waits for `server stop`.
func (l *liberty) ports() []port {
	if !slices.ContainsFunc(l.elements, func(e *parse.LibertyPart) bool { return e.Kind == "httpEndpoint" && e.ID == "defaultHttpEndpoint" }) {
		l.elements = append(l.elements, &parse.LibertyPart{Kind: "httpEndpoint", ID: "defaultHttpEndpoint", File: path.Join(l.Dir, "server.xml")})
	}
	var ports []port
	for _, e := range l.elements {
		if enabled, _, ok := l.conf.Value(e, "enabled"); ok && strings.EqualFold(enabled, "false") {
			continue
		}
		for _, p := range libertyPorts() {
			if p.element == e.Kind {
				ports = append(ports, l.endpoint(e, p)...)
			}
		}
	}
	return append(ports, l.command()...)
}

// endpoint is one port of an element; the defaults belong to the endpoint whose ID begins with "default".
func (l *liberty) endpoint(e *parse.LibertyPart, p libertyPort) []port {
	text, raw, ok := l.conf.Value(e, p.attr)
	var from []model.Source
	for _, v := range l.conf.Sources(raw) {
		from = append(from, libertySource(v))
	}
	if !ok {
		if !strings.HasPrefix(e.ID, "default") || p.purpose == "https" && !l.hasTLS() || p.attr == "wasJmsSSLPort" && !l.hasTLS() {
			return nil
		}
		text, from = p.fallback, []model.Source{partSource(e), model.Derived(p.attr + " of " + e.ID + " unless it is set")}
	}
	if strings.HasPrefix(strings.TrimSpace(text), "-") || strings.Contains(text, "${") {
		return nil
	}
	address, host, set := l.conf.Value(e, "host")
	b := model.Binding{Mechanism: "liberty-endpoint", Key: e.Kind + "[@id=" + e.ID + "]/@host", Value: host.Text, File: model.Path(e.File), Line: e.Line}
	why := partSource(e)
	if set {
		b.File, b.Line, why = model.Path(host.File), host.Line, libertySource(host)
	} else {
		address = "localhost"
	}
	return []port{{number: number(text), address: address, purpose: p.purpose, from: from, binding: newBinding(b, why)}}
}

// hasTLS reports whether a feature is on that brings transport security, without which no port for it is opened.
func (l *liberty) hasTLS() bool {
	return slices.ContainsFunc(l.conf.Features(), func(f string) bool {
		name, _, _ := strings.Cut(strings.ToLower(f), "-")
		return slices.Contains([]string{"transportsecurity", "ssl", "appsecurity", "restconnector", "javaee", "jakartaee", "webprofile", "microprofile"}, name)
	})
}

// command is the port of the command line tools, on loopback: chosen by the kernel unless command.port says so, and written to workarea/.sCommand
// as "UUID:PORT".
func (l *liberty) command() []port {
	name := path.Join(l.Output, "workarea/.sCommand")
	data, err := l.read(name)
	if err != nil {
		l.unread("Liberty's command port", name, err)
		return nil
	}
	_, text, _ := cutLast(strings.TrimSpace(string(data)))
	n := number(text)
	if n == 0 {
		return nil
	}
	return []port{{number: n, address: "127.0.0.1", purpose: "shutdown", from: []model.Source{model.FromFile(model.Path(name), 1)}}}
}

// webApps are the applications that the configuration names, and those of the folder dropins.
func (l *liberty) webApps() []model.WebApp {
	var list []model.WebApp
	dropins, on := path.Join(l.Dir, "dropins"), true
	for _, e := range l.elements {
		switch e.Kind {
		case "webApplication", "application", "enterpriseApplication", "springBootApplication":
			list = append(list, l.application(e)...)
		case "applicationMonitor":
			if text, _, ok := l.conf.Value(e, "dropins"); ok {
				dropins = l.conf.Near(path.Join(l.Dir, "server.xml"), text)
			}
			enabled, _, ok := l.conf.Value(e, "dropinsEnabled")
			on = !ok || !strings.EqualFold(enabled, "false")
		}
	}
	if on {
		list = append(list, l.dropins(dropins, true)...)
	}
	return list
}

// ee is what Liberty makes of archives.
func (l *liberty) ee() eeKind {
	return eeKind{view: l.view, descriptors: []string{"WEB-INF/ibm-web-ext.xml"}}
}

// application is what an element deploys: an application, or the web modules of an enterprise archive.
func (l *liberty) application(e *parse.LibertyPart) []model.WebApp {
	location, raw, _ := l.conf.Value(e, "location")
	at := l.located(location)
	name, _, ok := l.conf.Value(e, "name")
	if !ok {
		name = stem(location)
	}
	w := model.WebApp{Name: name, Path: model.Path(at), Descriptor: model.Path(e.File)}
	from := []model.Source{partSource(e)}
	if raw.File != "" {
		from = []model.Source{libertySource(raw)}
	}
	kind, _, _ := l.conf.Value(e, "type")
	root, at2, ok := l.conf.Value(e, "contextRoot")
	if !ok {
		root, at2, ok = l.conf.Value(e, "context-root")
	}
	switch ext := strings.ToLower(path.Ext(location)); {
	case ok:
		w.Context = "/" + strings.Trim(root, "/")
		from = append(from, libertySource(at2))
	case e.Kind == "springBootApplication":
		w.Context = "/"
	case ext == ".ear" || kind == "ear" || e.Kind == "enterpriseApplication":
		modules := l.ee().modules(name, at, from...)
		for i := range modules {
			setField(&modules[i].Descriptor, &modules[i].Evidence, "descriptor", e.File, from...)
		}
		if len(modules) > 0 {
			return modules
		}
	default:
		var more []model.Source
		w.Context, more = l.ee().context(at, asContext(name))
		from = append(from, more...)
	}
	return []model.WebApp{newWebApp(w, from...)}
}

// located finds an application: a name without a folder lies in apps of the server, or of all servers. "shop.war.xml" says where the parts of one lie.
func (l *liberty) located(location string) string {
	if path.IsAbs(location) {
		return l.clean(location)
	}
	for _, dir := range []string{path.Join(l.Dir, "apps"), path.Join(l.User, "shared/apps")} {
		for _, ending := range []string{"", ".xml"} {
			if at := path.Join(dir, location) + ending; l.exists(at) {
				return at
			}
		}
	}
	return path.Join(l.Dir, "apps", location)
}

// dropins are what a folder holds, with its folders for types ("war", "ear").
func (l *liberty) dropins(dir string, top bool) []model.WebApp {
	var list []model.WebApp
	for _, e := range l.list("dropins", dir) {
		at := path.Join(dir, e.Name)
		ext := strings.ToLower(path.Ext(e.Name))
		w := model.WebApp{Name: stem(e.Name), Path: model.Path(at)}
		from := model.FromFile(model.Path(at), 0)
		switch {
		case top && e.Type == host.Dir && slices.Contains([]string{"war", "ear", "eba"}, strings.ToLower(e.Name)):
			list = append(list, l.dropins(at, false)...)
			continue
		case ext == ".war" || !top && strings.EqualFold(path.Base(dir), "war"):
			context, more := l.ee().context(at, asContext(w.Name))
			w.Context = context
			list = append(list, newWebApp(w, append([]model.Source{from}, more...)...))
		case ext == ".ear" || !top && strings.EqualFold(path.Base(dir), "ear"):
			modules := l.ee().modules(w.Name, at, from)
			if len(modules) == 0 {
				modules = []model.WebApp{newWebApp(w, from)}
			}
			list = append(list, modules...)
		}
	}
	return list
}
