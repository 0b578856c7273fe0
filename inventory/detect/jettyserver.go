package detect

import (
	"maps"
	"slices"

	"a2c/model"
	"a2c/parse"
)

// jettyDeploy is a folder that a file tells Jetty to deploy from.
type jettyDeploy struct {
	dir  parse.JettyValue
	file jettyFile
}

// lookup resolves properties as XmlConfiguration does: those of start.jar, then the system's.
func (s *jetty) lookup(env string) parse.Lookup {
	return func(key string) (string, bool) {
		if p, ok := s.find(env, key); ok {
			return p.value, true
		}
		return s.system(key)
	}
}

func (s *jetty) system(key string) (string, bool) {
	if p, ok := s.worker.cmd.Property(key); ok {
		return p.Value, true
	}
	switch key {
	case "jetty.home":
		return s.home, true
	case "jetty.base":
		return s.base, true
	case "user.dir":
		return s.worker.cwd, true
	}
	return "", false
}

func (s *jetty) sources(env string) parse.JettySources {
	return parse.JettySources{Property: s.lookup(env), System: s.system, Env: s.worker.env.Get}
}

// why is the evidence of a value: where the property in force was set, else the file's line.
func (s *jetty) why(f jettyFile, v parse.JettyValue) []model.Source {
	if v.Key != "" {
		if p, ok := s.find(f.env, v.Key); ok {
			return p.from
		}
		if p, ok := s.worker.cmd.Property(v.Key); ok {
			return s.worker.from(p.From)
		}
	}
	return []model.Source{model.FromFile(model.Path(f.name), v.Line)}
}

// ports are the connectors of all XML files, and the port that stops the server.
func (s *jetty) ports() []port {
	var ports []port
	for _, f := range s.files {
		data, err := s.read(f.name)
		var x *parse.JettyXML
		if err == nil {
			x, err = parse.ReadJettyXML(data, s.sources(f.env))
		}
		if err != nil {
			s.missing("Jetty's configuration", f.name, err)
			continue
		}
		for _, c := range x.Connectors {
			ports = append(ports, s.connector(f, c))
		}
		for _, d := range x.Deploy {
			s.deploy = append(s.deploy, jettyDeploy{d, f})
		}
	}
	return append(ports, s.stopPort()...)
}

func (s *jetty) connector(f jettyFile, c parse.JettyConnector) port {
	p := port{number: number(c.Port.Value), address: c.Host.Value, purpose: "http", from: s.why(f, c.Port)}
	switch {
	case c.JMX:
		p.purpose = "jmx"
	case c.Secure:
		p.purpose = "https"
	}
	b := model.Binding{Mechanism: "jetty-connector", Key: "host", Value: c.Host.Value, File: model.Path(f.name), Line: c.Line}
	from := []model.Source{model.FromFile(model.Path(f.name), c.Line)}
	if c.Host.Set && c.Host.Key == "" {
		b.Line, from = c.Host.Line, s.why(f, c.Host)
	}
	if len(c.Host.Keys) > 0 {
		b = model.Binding{Mechanism: "jetty-property", Key: c.Host.Keys[0], Value: c.Host.Value}
		if c.Host.Key != "" {
			b.Key, from = c.Host.Key, s.why(f, c.Host)
			found, ok := s.find(f.env, c.Host.Key)
			if !ok {
				found.arg = max(s.worker.property(c.Host.Key).From.Index, 0)
			}
			b.File, b.Line, b.Arg = model.Path(found.file), found.line, found.arg
		}
	}
	p.binding = newBinding(b, from...)
	return p
}

// stopPort is where "start.jar --stop" connects to (org.eclipse.jetty.server.ShutdownMonitor): only when it is set, on 127.0.0.1 unless told.
func (s *jetty) stopPort() []port {
	get := func(key string) (string, []model.Source) {
		for _, env := range slices.Sorted(maps.Keys(s.props)) { // start.jar makes it a system property, whatever the environment
			if p, ok := s.props[env][key]; ok {
				return p.value, p.from
			}
		}
		if p, ok := s.worker.cmd.Property(key); ok {
			return p.Value, s.worker.from(p.From)
		}
		return "", nil
	}
	value, from := get("STOP.PORT")
	if n := number(value); n > 0 {
		address, _ := get("STOP.HOST")
		if address == "" {
			address = "127.0.0.1"
		}
		return []port{{number: n, address: address, purpose: "shutdown", from: from}}
	}
	return nil
}
