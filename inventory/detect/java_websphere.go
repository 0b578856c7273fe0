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

// javaWebSphere is a server of traditional WebSphere Application Server: application servers, node agents and deployment managers. It is known from
// IBM's documentation alone.
type javaWebSphere struct{ onJVM }

var _ Detector = javaWebSphere{}

const webSphereServer = "com.ibm.ws.runtime.WsServer"

// Name is ours: App2Container called these java-generic.
func (javaWebSphere) Name() string { return "java-websphere" }

// Detect wants the server's class with what follows it: the configuration's folder, cell, node and server. A bootstrap class stands before it.
func (d javaWebSphere) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	args := append([]parse.JavaArg{j.cmd.Main}, j.cmd.Program...)
	at := slices.IndexFunc(args, func(a parse.JavaArg) bool { return a.Value == webSphereServer })
	known := slices.Contains([]string{"com.ibm.wsspi.bootstrap.WSPreLauncher", "com.ibm.ws.bootstrap.WSLauncher", equinoxLauncher, webSphereServer}, j.cmd.Main.Value)
	if !known || at < 0 || len(args) < at+5 {
		return nil, ErrNotMine
	}
	w := newWebSphere(j, args[at+1:at+5])
	a := w.serves().app(d.Name(), g, j.from(args[at])...)
	untried(&a)
	return []model.App{a}, nil
}

// untried marks an application whose kind nobody could try.
func untried(a *model.App) {
	a.Untried = "found by documented command lines and files: a2c was never tried on this product"
	a.Evidence.Add("untried", model.Derived("kinds that no test could start"))
}

// webSphere is a server of a profile.
type webSphere struct {
	*jvm
	config, cell, node, name string
	from                     []model.Source // of these
	profile, install         string
	file                     string // serverindex.xml
	server                   parse.WebSphereServer
}

func newWebSphere(j *jvm, args []parse.JavaArg) *webSphere {
	w := &webSphere{jvm: j, config: j.abs(args[0].Value), cell: path.Base(args[1].Value), node: path.Base(args[2].Value), name: path.Base(args[3].Value)}
	for _, a := range args {
		w.from = append(w.from, j.from(a)...)
	}
	w.profile = path.Dir(w.config)
	if p, ok := j.cmd.Property("was.install.root"); ok {
		w.install = j.abs(p.Value)
	}
	w.file = path.Join(w.config, "cells", w.cell, "nodes", w.node, "serverindex.xml")
	data, err := j.read(w.file)
	var servers []parse.WebSphereServer
	if err == nil {
		servers, err = parse.ReadServerIndex(data)
	}
	if err != nil {
		j.missing("serverindex.xml", w.file, err)
	}
	for _, s := range servers {
		if s.Name == w.name {
			w.server = s
		}
	}
	return w
}

// serves is what serverindex.xml says. Servers of one profile differ by their folder below its configuration.
func (w *webSphere) serves() server {
	folder := path.Join(w.config, "cells", w.cell, "nodes", w.node, "servers", w.name)
	s := server{jvm: w.jvm, name: w.name, artifact: folder, base: w.profile, from: w.from, platform: w.platform(), ports: w.ports()}
	s.webApps = w.webApps()
	return s
}

func (w *webSphere) platform() model.Platform {
	p := model.Platform{Name: "IBM WebSphere Application Server", Home: model.Path(w.install)}
	p.Evidence.Add("name", w.from...)
	if w.install == "" {
		return p
	}
	p.Evidence.Add("home", w.jvm.from(w.property("was.install.root").From)...)
	name := path.Join(w.install, "properties/version/WAS.product")
	data, err := w.read(name)
	if err == nil {
		var version string
		var line int
		version, line, err = parse.ReadWebSphereProduct(data)
		setField(&p.Version, &p.Evidence, "version", version, model.FromFile(model.Path(name), line))
	}
	w.unread("version of WebSphere", name, err)
	return p
}

// webSpherePurpose is what a named end point is for (IBM Documentation: "Port number settings in WebSphere Application Server versions").
func webSpherePurpose(name string) string {
	switch name {
	case "WC_defaulthost", "PROXY_HTTP_ADDRESS":
		return "http"
	case "WC_defaulthost_secure", "PROXY_HTTPS_ADDRESS":
		return "https"
	case "WC_adminhost", "WC_adminhost_secure", "SOAP_CONNECTOR_ADDRESS", "IPC_CONNECTOR_ADDRESS", "XDAGENT_PORT":
		return "management"
	case "JSR160RMI_CONNECTOR_ADDRESS":
		return "jmx"
	case "BOOTSTRAP_ADDRESS":
		return "naming"
	case "ORB_LISTENER_ADDRESS", "SAS_SSL_SERVERAUTH_LISTENER_ADDRESS", "CSIV2_SSL_SERVERAUTH_LISTENER_ADDRESS", "CSIV2_SSL_MUTUALAUTH_LISTENER_ADDRESS":
		return "iiop"
	case "DCS_UNICAST_ADDRESS", "NODE_DISCOVERY_ADDRESS", "CELL_DISCOVERY_ADDRESS", "OVERLAY_TCP_LISTENER_ADDRESS":
		return "cluster"
	}
	if strings.HasPrefix(name, "SIB_") {
		return "messaging"
	}
	return ""
}

func (w *webSphere) ports() []port {
	var ports []port
	for _, e := range w.server.EndPoints {
		purpose := webSpherePurpose(e.Name)
		if purpose == "" || strings.Contains(e.Name, "MULTICAST") {
			continue // UDP, or nothing that is known
		}
		from := model.FromFile(model.Path(w.file), e.Line)
		ports = append(ports, port{
			number: number(e.Port), address: e.Host, purpose: purpose, from: []model.Source{from},
			binding: newBinding(model.Binding{Mechanism: "websphere-endpoint", Key: e.Name, Value: e.Host, File: model.Path(w.file), Line: e.Line}, from),
		})
	}
	return ports
}

// webApps are the web modules of the deployed applications: their descriptors lie below the cell, their files in installedApps.
func (w *webSphere) webApps() []model.WebApp {
	var list []model.WebApp
	for _, a := range w.server.Applications {
		archive, _, _ := strings.Cut(strings.TrimPrefix(path.Clean("/"+a.Path), "/"), "/")
		from := model.FromFile(model.Path(w.file), a.Line)
		at := path.Join(w.profile, "installedApps", w.cell, archive)
		name := path.Join(w.config, "cells", w.cell, "applications", path.Clean("/"+a.Path), "META-INF/application.xml")
		data, err := w.read(name)
		var modules []parse.EEModule
		if err == nil {
			modules, err = parse.ReadApplicationXML(data)
		}
		w.unread("application descriptor", name, err)
		for _, m := range modules {
			inner := path.Clean("/" + m.URI)
			web := model.WebApp{
				Name: stem(archive) + inner, Context: "/" + strings.Trim(m.Context, "/"),
				Path: model.Path(path.Join(at, inner)), Descriptor: model.Path(name),
			}
			list = append(list, newWebApp(web, from, model.FromFile(model.Path(name), m.Line)))
		}
		if len(modules) == 0 {
			list = append(list, newWebApp(model.WebApp{Name: stem(archive), Path: model.Path(at)}, from))
		}
	}
	return list
}
