package detect

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// readDomain reads domain.xml for the server of that name: its own, its cluster's, its configuration's and the domain's system properties, in this order,
// count before those of the JVM.
func (f *glassFish) readDomain(name string) {
	f.file = path.Join(f.root, "config/domain.xml")
	f.domain = &parse.GlassFishDomain{}
	f.properties = map[string]glassFishProperty{}
	data, err := f.read(f.file)
	if err == nil {
		var d *parse.GlassFishDomain
		if d, err = parse.ReadGlassFish(data); err == nil {
			f.domain = d
		}
	}
	if err != nil {
		f.missing("domain.xml", f.file, err)
	}
	for _, s := range f.domain.Servers {
		if s.Name == name {
			f.server = s
		}
	}
	config := f.server.Config
	for _, c := range f.domain.Clusters {
		if slices.Contains(c.Members, name) {
			f.clusters = append(f.clusters, c)
			if c.Config != "" {
				config = c.Config
			}
		}
	}
	for _, c := range f.domain.Configs {
		if c.Name == config {
			f.config = c
		}
	}
	for _, p := range f.cmd.Properties {
		f.properties[p.Name] = glassFishProperty{value: p.Value, arg: max(p.From.Index, 0), from: f.from(p.From)}
	}
	f.set(f.domain.Properties)
	f.set(f.config.Properties)
	for _, c := range f.clusters {
		f.set(c.Properties)
	}
	f.set(f.server.Properties)
}

func (f *glassFish) set(list []parse.GlassFishProperty) {
	for _, p := range list {
		f.properties[p.Name.Value] = glassFishProperty{value: p.Value.Value, line: p.Value.Line, from: []model.Source{model.FromFile(model.Path(f.file), p.Value.Line)}}
	}
}

// expand replaces tokens: ${name}, Payara's ${ENV=NAME}. from are the sources of what was taken.
func (f *glassFish) expand(written string) (value string, from []model.Source) {
	value = parse.ExpandTomcat(written, func(name string) (string, bool) {
		if variable, ok := strings.CutPrefix(name, "ENV="); ok {
			v, ok := f.env.Get(variable)
			if ok {
				from = append(from, model.FromEnv(f.PID, variable))
			}
			return v, ok
		}
		if p, ok := f.properties[name]; ok {
			from = append(from, p.from...)
			return p.value, true
		}
		switch name {
		case "com.sun.aas.instanceRoot":
			return f.root, true
		case "com.sun.aas.instanceRootURI":
			return "file:" + f.root, true
		}
		return "", false
	})
	return value, from
}

// ports are the listeners of the configuration, and Payara's data grid.
func (f *glassFish) ports() []port {
	var ports []port
	for _, l := range f.config.Listeners {
		value, from := f.expand(l.Port.Value)
		n, ok := portNumber(value)
		if !ok {
			continue
		}
		p := port{number: n, purpose: l.Purpose, from: append([]model.Source{model.FromFile(model.Path(f.file), l.Line)}, from...)}
		if l.Element == "jms-host" { // host says where clients find the broker, which listens everywhere
			ports = append(ports, p)
			continue
		}
		address, from := f.expand(l.Address.Value)
		p.address, p.from = address, append(p.from, from...)
		p.binding = f.binding(l)
		ports = append(ports, p)
	}
	return append(ports, f.dataGrid()...)
}

// binding is the attribute, or the property that it is a token of.
func (f *glassFish) binding(l parse.GlassFishListener) *model.Binding {
	b := model.Binding{Mechanism: "glassfish-listener", Key: l.Element + "[" + l.Name + "]/@address", Value: l.Address.Value, File: model.Path(f.file), Line: cmp.Or(l.Address.Line, l.Line)}
	from := []model.Source{model.FromFile(b.File, b.Line)}
	if name, ok := strings.CutPrefix(strings.TrimSuffix(l.Address.Value, "}"), "${"); ok {
		if p, ok := f.properties[name]; ok && p.arg > 0 {
			b = model.Binding{Mechanism: b.Mechanism, Key: name, Value: p.value, Arg: p.arg}
			from = append(from, p.from...)
		} else if ok && p.line > 0 {
			b.Key, b.Value, b.Line = name, p.value, p.line
			from = append(from, p.from...)
		}
	}
	return newBinding(b, from...)
}

// dataGrid is Payara's Hazelcast (docs.payara.fish: "Hazelcast Configuration"): the administration server takes das-port, 4900, the instances start-port,
// 5900, or what their configuration says; each the first from there on that is free.
func (f *glassFish) dataGrid() []port {
	g := f.domain.DataGrid
	if g.Line == 0 || !f.config.DataGrid {
		return nil
	}
	at, otherwise := g.Port, "5900"
	if f.config.GridPort.Value != "" {
		at = f.config.GridPort
	}
	if f.home != "" && f.server.Name == "server" {
		at, otherwise = g.AdminPort, "4900"
	}
	value, from := f.expand(cmp.Or(at.Value, otherwise))
	if number(value) == 0 {
		return nil
	}
	p := port{number: number(value), purpose: "cluster", from: append([]model.Source{model.FromFile(model.Path(f.file), cmp.Or(at.Line, g.Line))}, from...)}
	if free := f.firstFree(p.number); free != p.number {
		p.number = free
		p.from = append(p.from, model.Derived("the first free port from "+value+" on"))
	}
	return []port{p}
}

// maxGridPorts is how many ports Hazelcast tries (port-count).
const maxGridPorts = 100

// firstFree is the port that Hazelcast took when it began to try at first: the lowest that is open; first when there is none.
func (f *glassFish) firstFree(first int) int {
	listeners, err := f.h.Listeners(f.Process)
	f.skip("fd", err)
	found := 0
	for _, l := range listeners {
		if l.Protocol == "tcp" && l.Port >= first && l.Port < first+maxGridPorts && (found == 0 || l.Port < found) {
			found = l.Port
		}
	}
	return cmp.Or(found, first)
}

// webApps are the applications that the server, or a cluster of it, refers to and that have a web container.
func (f *glassFish) webApps() []model.WebApp {
	enabled := map[string]bool{}
	for _, s := range append(slices.Clone(f.clusters), f.server) {
		for _, r := range s.Refs {
			enabled[r.Name] = r.Enabled
		}
	}
	var list []model.WebApp
	for _, a := range f.domain.Applications {
		if !a.Enabled || !enabled[a.Name] || len(a.Web) == 0 {
			continue
		}
		from := model.FromFile(model.Path(f.file), a.Line)
		at := f.located(a.Location)
		if slices.Equal(a.Web, []string{a.Name}) && a.Context != "" {
			list = append(list, newWebApp(model.WebApp{Name: a.Name, Context: asContext(a.Context), Path: model.Path(at), Descriptor: model.Path(f.file)}, from))
			continue
		}
		list = append(list, f.modules(a, at, from)...)
	}
	return list
}

// modules are the web modules of an enterprise application, which lie unpacked in folders like "shop_war".
func (f *glassFish) modules(a parse.GlassFishApplication, at string, from model.Source) []model.WebApp {
	list := eeKind{view: f.view, descriptors: glassFishDescriptors()}.modules(a.Name, at, from)
	for i := range list {
		w := &list[i]
		setField(&w.Descriptor, &w.Evidence, "descriptor", f.file, from)
		if unpacked := strings.TrimSuffix(string(w.Path), ".war") + "_war"; f.isDir(unpacked) {
			w.Path = model.Path(unpacked)
		}
	}
	return list
}

// glassFishDescriptors are the server's own descriptors of a web application, the newest first.
func glassFishDescriptors() []string {
	return []string{"WEB-INF/payara-web.xml", "WEB-INF/glassfish-web.xml", "WEB-INF/sun-web.xml"}
}

// located turns the URI of an application into its path.
func (f *glassFish) located(uri string) string {
	expanded, _ := f.expand(uri)
	return f.abs(parse.FileURI(expanded))
}
