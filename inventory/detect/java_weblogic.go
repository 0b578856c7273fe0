package detect

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaWebLogic is a server of Oracle WebLogic Server, the administration server or a managed one. It is known from Oracle's documentation alone.
type javaWebLogic struct{ onJVM }

var _ Detector = javaWebLogic{}

// Name is ours: App2Container called these java-generic.
func (javaWebLogic) Name() string { return "java-weblogic" }

// Detect wants the server's main class (docs.oracle.com: "weblogic.Server Command-Line Reference"): node managers and tools have others.
func (d javaWebLogic) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil || j.cmd.Main.Value != "weblogic.Server" {
		return nil, ErrNotMine
	}
	w := &webLogic{jvm: j}
	w.open()
	a := w.serves().app(d.Name(), g, j.from(j.cmd.Main)...)
	untried(&a)
	return []model.App{a}, nil
}

// webLogic is a server of a domain.
type webLogic struct {
	*jvm
	home     string // of the domain
	homeFrom []model.Source
	name     string
	nameFrom []model.Source
	file     string // config/config.xml
	domain   *parse.WebLogicDomain
	server   parse.WebLogicServer
}

// open finds the domain's folder: weblogic.RootDirectory, else the working folder; scripts that work elsewhere leave DOMAIN_HOME or domain.home.
func (w *webLogic) open() {
	w.home, w.homeFrom = w.abs("."), []model.Source{model.FromProc(w.PID, "cwd")}
	for _, key := range []string{"weblogic.RootDirectory", "domain.home"} {
		p, ok := w.cmd.Property(key)
		if ok && (key == "weblogic.RootDirectory" || !w.exists(path.Join(w.home, "config/config.xml"))) {
			w.home, w.homeFrom = w.abs(p.Value), w.from(p.From)
			break
		}
	}
	if v, ok := w.env.Get("DOMAIN_HOME"); ok && !w.exists(path.Join(w.home, "config/config.xml")) {
		w.home, w.homeFrom = w.abs(v), []model.Source{model.FromEnv(w.PID, "DOMAIN_HOME")}
	}
	w.file = path.Join(w.home, "config/config.xml")
	w.domain = &parse.WebLogicDomain{}
	data, err := w.read(w.file)
	if err == nil {
		var d *parse.WebLogicDomain
		if d, err = parse.ReadWebLogicDomain(data); err == nil {
			w.domain = d
		}
	}
	if err != nil {
		w.missing("configuration of the domain", w.file, err)
	}
	w.which()
}

// which is the server that runs: weblogic.Name, else the only one, the administration server, or "myserver".
func (w *webLogic) which() {
	w.name = cmp.Or(w.domain.AdminServer, "myserver")
	if len(w.domain.Servers) == 1 {
		w.name = w.domain.Servers[0].Name
	}
	w.nameFrom = []model.Source{model.FromFile(model.Path(w.file), 0)}
	if p, ok := w.cmd.Property("weblogic.Name"); ok {
		w.name, w.nameFrom = p.Value, w.from(p.From)
	}
	at := slices.IndexFunc(w.domain.Servers, func(s parse.WebLogicServer) bool { return s.Name == w.name })
	if at >= 0 {
		w.server = w.domain.Servers[at]
	}
}

// serves is what config.xml says. Servers of one domain differ by their folder below servers.
func (w *webLogic) serves() server {
	s := server{
		jvm: w.jvm, name: w.name, artifact: path.Join(w.home, "servers", path.Base(w.name)), base: w.home,
		from: append(slices.Clone(w.nameFrom), w.homeFrom...), platform: w.platform(), ports: w.ports(),
	}
	s.webApps = w.webApps()
	return s
}

// platform has the version of the domain, which is the server's that made or upgraded it.
func (w *webLogic) platform() model.Platform {
	p := model.Platform{Name: "Oracle WebLogic Server"}
	p.Evidence.Add("name", w.from(w.cmd.Main)...)
	if home, ok := w.cmd.Property("weblogic.home"); ok { // ORACLE_HOME/wlserver/server
		setField(&p.Home, &p.Evidence, "home", path.Dir(w.abs(home.Value)), w.from(home.From)...)
	}
	setField(&p.Version, &p.Evidence, "version", w.domain.Version, model.FromFile(model.Path(w.file), w.domain.VersionLine))
	return p
}

// override is a documented property that counts more than the file.
func (w *webLogic) override(key string, text parse.WebLogicText, line int) (string, model.Source) {
	if p, ok := w.cmd.Property(key); ok {
		return p.Value, w.from(p.From)[0]
	}
	return text.Value, model.FromFile(model.Path(w.file), cmp.Or(text.Line, line))
}

// ports are the default channel, TLS, the administration port and the channels of one's own.
func (w *webLogic) ports() []port {
	s := w.server
	address, _ := w.override("weblogic.ListenAddress", s.Address, s.Line)
	var ports []port
	add := func(text, fallback, address, purpose string, from model.Source, at parse.WebLogicText) {
		b := model.Binding{Mechanism: "weblogic-listen-address", Key: "listen-address of " + w.name, Value: at.Value, File: model.Path(w.file), Line: cmp.Or(at.Line, s.Line)}
		ports = append(ports, port{
			number: number(cmp.Or(text, fallback)), address: address, purpose: purpose, from: []model.Source{from},
			binding: newBinding(b, model.FromFile(model.Path(w.file), b.Line)),
		})
	}
	if !s.Off {
		text, from := w.override("weblogic.ListenPort", s.Port, s.Line)
		add(text, "7001", address, "http", from, s.Address)
	}
	if s.SSL {
		text, from := w.override("weblogic.ssl.ListenPort", s.SSLPort, s.Line)
		add(text, "7002", cmp.Or(s.SSLAddress.Value, address), "https", from, s.Address)
	}
	if w.domain.AdminPortEnabled {
		text := parse.WebLogicText{Value: cmp.Or(s.AdminPort.Value, w.domain.AdminPort.Value), Line: cmp.Or(s.AdminPort.Line, w.domain.AdminPort.Line)}
		value, from := w.override("weblogic.administration.ListenPort", text, s.Line)
		add(value, "9002", address, "management", from, s.Address)
	}
	for _, c := range s.Channels {
		if c.Enabled && c.Port.Value != "" {
			add(c.Port.Value, "", cmp.Or(c.Address.Value, address), webLogicPurpose(c.Protocol), model.FromFile(model.Path(w.file), c.Port.Line), c.Address)
		}
	}
	return ports
}

// webLogicPurpose is what a channel's protocol is for; t3 carries HTTP as well.
func webLogicPurpose(protocol string) string {
	switch strings.ToLower(protocol) {
	case "", "t3", "http":
		return "http"
	case "t3s", "https":
		return "https"
	case "iiop", "iiops":
		return "iiop"
	case "admin":
		return "management"
	case "cluster-broadcast", "cluster-broadcast-secure":
		return "cluster"
	}
	return ""
}

// webApps are the deployments that are meant for this server or its cluster.
func (w *webLogic) webApps() []model.WebApp {
	var list []model.WebApp
	for _, d := range w.domain.Deployments {
		mine := slices.Contains(d.Targets, w.name) || w.server.Cluster != "" && slices.Contains(d.Targets, w.server.Cluster)
		if !mine || d.Path.Value == "" {
			continue
		}
		at := d.Path.Value
		if !path.IsAbs(at) {
			at = path.Join(w.home, at)
		}
		at = w.clean(at)
		from := model.FromFile(model.Path(w.file), d.Path.Line)
		ee := eeKind{view: w.view, descriptors: []string{"WEB-INF/weblogic.xml"}}
		var found []model.WebApp
		switch strings.ToLower(cmp.Or(d.Type, strings.TrimPrefix(path.Ext(at), "."))) {
		case "war":
			context, more := ee.context(at, defaultContext(path.Base(at)))
			found = []model.WebApp{newWebApp(model.WebApp{Name: d.Name, Path: model.Path(at), Context: context}, append(more, from)...)}
		case "ear":
			if found = ee.modules(d.Name, at, from); len(found) == 0 {
				found = []model.WebApp{newWebApp(model.WebApp{Name: d.Name, Path: model.Path(at)}, from)}
			}
		}
		for i := range found {
			setField(&found[i].Descriptor, &found[i].Evidence, "descriptor", w.file, from)
		}
		list = append(list, found...)
	}
	return list
}
