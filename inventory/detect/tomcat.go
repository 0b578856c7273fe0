package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// readServer reads the server.xml in force: the argument -config, relative to the base, else conf/server.xml.
func (t *tomcat) readServer() {
	t.file = path.Join(t.base, "conf/server.xml")
	for i, a := range t.cmd.Program {
		if a.Value == "-config" && i+1 < len(t.cmd.Program) {
			t.file = t.cmd.Program[i+1].Value
			if !path.IsAbs(t.file) {
				t.file = path.Join(t.base, t.file)
			}
		}
	}
	data, err := t.read(t.file)
	if err == nil {
		t.server, err = parse.ReadTomcatServer(data, t.lookup())
	}
	if err != nil {
		t.server = &parse.TomcatServer{}
		t.missing("server.xml", t.file, err)
	}
}

// lookup resolves ${…} as Tomcat does.
func (t *tomcat) lookup() parse.Lookup {
	name := path.Join(t.base, "conf/catalina.properties")
	if p, ok := t.cmd.Property("catalina.config"); ok {
		name = t.abs(strings.TrimPrefix(p.Value, "file:"))
	}
	file := map[string]string{}
	if data, err := t.read(name); err == nil {
		settings, err := parse.ReadProperties(data)
		t.unread("Tomcat's properties", name, err)
		for _, s := range settings {
			file[s.Key] = s.Value
		}
	} else {
		t.unread("Tomcat's properties", name, err)
	}
	property := func(key string) (string, bool) {
		p, ok := t.cmd.Property(key)
		return p.Value, ok
	}
	return parse.TomcatLookup(file, property, t.env.Get, t.home, t.base)
}

// ports are the connectors and the shutdown port.
func (t *tomcat) ports() []port {
	at := func(line int) model.Source { return model.FromFile(model.Path(t.file), line) }
	offset := number(t.server.PortOffset.Value)
	var ports []port
	for _, c := range t.server.Connectors {
		line := c.Port.Line
		if line == 0 {
			line = c.Element.Line
		}
		p := port{number: shifted(c.Port.Value, offset), address: c.Address.Value, purpose: c.Purpose(), from: []model.Source{at(line)}}
		b := model.Binding{Mechanism: "tomcat-connector", Key: "Connector[port=" + c.Port.Raw + "]/@address", Value: c.Address.Raw, File: model.Path(t.file), Line: c.Element.Line}
		from := []model.Source{at(c.Element.Line)}
		if c.Address.Set {
			b.Line, from = c.Address.Line, []model.Source{at(c.Address.Line)}
		}
		p.binding = newBinding(b, from...)
		ports = append(ports, p)
	}
	if s := t.server.Shutdown; number(s.Value) > 0 {
		address := "localhost"
		if t.server.Address.Set {
			address = t.server.Address.Value
		}
		ports = append(ports, port{number: shifted(s.Value, offset), address: address, purpose: "shutdown", from: []model.Source{at(s.Line)}})
	} else if !s.Set && t.server.Doc != nil {
		ports = append(ports, port{number: shifted("8005", offset), address: "localhost", purpose: "shutdown", from: []model.Source{at(t.server.Doc.Root.Line)}})
	}
	return ports
}

// shifted adds the Server's portOffset, which leaves 0 and -1 alone.
func shifted(value string, offset int) int {
	n := number(value)
	if n > 0 {
		n += offset
	}
	return n
}

func (t *tomcat) below(base, name string) string {
	if path.IsAbs(name) {
		return t.clean(name)
	}
	return t.clean(base + "/" + name)
}
