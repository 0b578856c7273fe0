package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// jbossSockets are the socket bindings in force of one server, with the interfaces that they name. The interfaces of the first file that has one count.
type jbossSockets struct {
	*jboss
	group      parse.JBossSocketGroup
	file       string // of group
	offset     int
	offsetFrom []model.Source
	interfaces []jbossInterfaces
}

// jbossInterfaces are those of one file.
type jbossInterfaces struct {
	file string
	list []parse.JBossInterface
}

// shift sets the port offset, unless nothing is written.
func (s *jbossSockets) shift(a parse.XMLAttr, file string) {
	if a.Value == "" {
		return
	}
	value, used := s.expand(a.Value)
	s.offset = number(value)
	s.offsetFrom = append([]model.Source{model.FromFile(model.Path(file), a.Line)}, sources(used)...)
}

// used are the ports that a profile opens. file holds the profile.
func (s *jbossSockets) used(uses []parse.JBossUse, file string) []port {
	var ports []port
	for _, u := range uses {
		name, _ := s.expand(u.Binding)
		for _, b := range s.group.Bindings {
			if b.Name != name || b.Multicast {
				continue
			}
			if p, ok := s.bound(b, u.Purpose, model.FromFile(model.Path(file), u.Line)); ok {
				ports = append(ports, p)
			}
		}
	}
	return ports
}

// management are the ports of the management interfaces.
func (s *jbossSockets) management(list []parse.JBossSocket, file string) []port {
	var ports []port
	for _, m := range list {
		at := model.FromFile(model.Path(file), m.Line)
		if m.Binding != "" {
			ports = append(ports, s.used([]parse.JBossUse{{Binding: m.Binding, Purpose: "management", Line: m.Line}}, file)...)
			continue
		}
		value, used := s.expand(m.Port.Value)
		n, ok := portNumber(value)
		if !ok {
			continue
		}
		p := port{number: n, purpose: "management", from: append([]model.Source{at}, sources(used)...)}
		s.address(&p, m.Interface)
		ports = append(ports, p)
	}
	return ports
}

// bound is a socket binding as it works; ok is false when its port cannot be told.
func (s *jbossSockets) bound(b parse.JBossBinding, purpose string, use model.Source) (p port, ok bool) {
	value, used := s.expand(b.Port.Value)
	p.purpose = purpose
	if p.number, ok = portNumber(value); !ok {
		return p, false
	}
	p.from = append([]model.Source{model.FromFile(model.Path(s.file), b.Line), use}, sources(used)...)
	if s.offset != 0 && !b.Fixed && p.number != 0 {
		p.number += s.offset
		p.from = append(p.from, s.offsetFrom...)
	}
	name := b.Interface
	if name == "" {
		name, _ = s.expand(s.group.DefaultInterface.Value)
	}
	s.address(&p, name)
	return p, true
}

// address finds an interface's address. Criteria that ask the machine (a network card's name, a subnet) leave it open.
func (s *jbossSockets) address(p *port, name string) {
	for _, f := range s.interfaces {
		for _, i := range f.list {
			if i.Name != name || i.Kind == "" {
				continue
			}
			at := model.FromFile(model.Path(f.file), i.Line)
			b := model.Binding{Mechanism: "jboss-interface", Key: name, Value: i.Value.Value, File: model.Path(f.file), Line: i.Line}
			from := []model.Source{at}
			switch i.Kind {
			case "inet-address", "loopback-address":
				value, used := s.expand(i.Value.Value)
				p.address = value
				from = append(from, sources(used)...)
				if len(used) > 0 && used[0].arg > 0 {
					b = model.Binding{Mechanism: b.Mechanism, Key: used[0].name, Value: used[0].value, Arg: used[0].arg}
				}
			case "any-address", "any-ipv4-address", "any-ipv6-address":
				p.address = "*"
			case "loopback":
				p.address = "localhost"
			}
			p.from = append(p.from, from...)
			p.binding = newBinding(b, from...)
			return
		}
	}
}

// sources is the evidence of properties.
func sources(list []jbossProperty) []model.Source {
	var out []model.Source
	for _, p := range list {
		out = append(out, p.from...)
	}
	return out
}

// product is the platform: the slot of the module org.jboss.as.product has a manifest with name and version (WildFly 9 and later, EAP 6 and later). Before,
// that of the module org.jboss.as.version has the version. Patches of EAP 7 lay new modules over the old ones.
func (b *jboss) product() model.Platform {
	p := model.Platform{Name: "WildFly", Home: model.Path(b.home)}
	p.Evidence.Add("name", b.from(b.module)...)
	p.Evidence.Add("home", b.homeFrom...)
	slot := b.productSlot()
	for _, root := range b.moduleRoots() {
		for _, dir := range []string{path.Join(root, "org/jboss/as/product", slot), path.Join(root, "org/jboss/as/version/main")} {
			m, file, ok := b.manifestIn(dir)
			if !ok {
				continue
			}
			set := func(field *string, name, key string) {
				if a, ok := m.Get(key); ok {
					setField(field, &p.Evidence, name, a.Value, model.FromFile(model.Path(file), a.Line))
				}
			}
			set(&p.Name, "name", "JBoss-Product-Release-Name")
			if set(&p.Version, "version", "JBoss-Product-Release-Version"); p.Version == "" {
				set(&p.Version, "version", "JBossAS-Release-Version")
			}
			return p
		}
	}
	return p
}

// productSlot is what bin/product.conf names.
func (b *jboss) productSlot() string {
	slot, conf := "main", path.Join(b.home, "bin/product.conf")
	data, err := b.read(conf)
	var settings []parse.Setting
	if err == nil {
		settings, err = parse.ReadProperties(data)
	}
	b.unread("product", conf, err)
	for _, s := range settings {
		if s.Key == "slot" {
			slot = s.Value
		}
	}
	return slot
}

// moduleRoots are where modules may lie: patches first, then the layer "base", then the module path itself.
func (b *jboss) moduleRoots() []string {
	modules := path.Join(b.home, "modules")
	layer := path.Join(modules, "system/layers/base")
	var roots []string
	if data, err := b.read(path.Join(layer, ".overlays/.overlays")); err == nil {
		for _, name := range firsts(strings.Fields(string(data)), maxOverlays) {
			roots = append(roots, path.Join(layer, ".overlays", path.Base(name)))
		}
	}
	return append(roots, layer, modules)
}

// maxOverlays is how many patches are looked at; EAP merges them at each update.
const maxOverlays = 50

// manifestIn reads the manifest in a module's folder: dir/META-INF, or that of a jar.
func (b *jboss) manifestIn(dir string) (m parse.Manifest, file string, ok bool) {
	file = path.Join(dir, "dir", parse.ManifestName)
	if data, err := b.read(file); err == nil {
		m, err = parse.ReadManifest(data)
		b.unread("product", file, err)
		return m, file, err == nil
	}
	for _, e := range b.list("product module", dir) {
		if path.Ext(e.Name) != ".jar" {
			continue
		}
		at := path.Join(dir, e.Name)
		j, done, err := b.jar(at)
		if err != nil {
			b.unread("product", at, err)
			continue
		}
		m, err := j.Manifest()
		done()
		if err == nil {
			return m, at + "!/" + parse.ManifestName, true
		}
	}
	return parse.Manifest{}, "", false
}
