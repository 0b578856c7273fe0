package detect

import (
	"a2c/model"
	"a2c/parse"
)

// ports are the web server's port and that of the actuator when it has its own, with the address settings in force.
func (s *springBoot) ports() []port {
	c := s.configuration()
	main := c.port("server.port", "server.address", "8080")
	if c.value("server.ssl.enabled") != "false" && (c.value("server.ssl.key-store") != "" || c.value("server.ssl.bundle") != "" || c.value("server.ssl.certificate") != "") {
		main.purpose = "https"
	}
	ports := []port{main}
	if m, ok := c.get("management.server.port"); ok && number(m.value) != main.number {
		p := c.port("management.server.port", "management.server.address", "")
		p.purpose = "management"
		if p.number > 0 { // "-1" switches it off, "0" cannot be told from other random ports
			ports = append(ports, p)
		}
	}
	for _, key := range []string{"spring.grpc.server.port", "grpc.server.port"} {
		if v, ok := c.get(key); ok && number(v.value) > 0 && number(v.value) != main.number {
			ports = append(ports, port{number: number(v.value), purpose: "grpc", from: v.from})
		}
	}
	return ports
}

// port reads a port and the address beside it.
func (c *springConfig) port(portKey, addressKey, otherwise string) port {
	p := port{purpose: "http", from: []model.Source{model.Derived("default of " + portKey)}}
	if v, ok := c.get(portKey); ok {
		otherwise, p.from = v.value, v.from
	}
	p.number = number(otherwise)
	v, ok := c.get(addressKey)
	if !ok {
		p.binding = newBinding(model.Binding{Mechanism: "default", Key: addressKey}, model.Derived("no source sets "+addressKey))
		return p
	}
	p.address = v.value
	p.binding = newBinding(model.Binding{Mechanism: "spring-property", Key: addressKey, Value: v.value, File: model.Path(v.file), Line: v.line, Arg: v.arg}, v.from...)
	return p
}

// archive opens an archive of the class path and keeps its directory.
func (s *springBoot) archive(name string) *parse.Jar {
	if j, ok := s.archives[name]; ok {
		return j
	}
	if s.archives == nil {
		s.archives = map[string]*parse.Jar{}
	}
	j, done, err := s.jar(name)
	if err != nil {
		s.unread("application archive", name, err)
		s.archives[name] = nil
		return nil
	}
	s.opened = append(s.opened, done)
	s.archives[name] = j
	return j
}

// close closes the archives that were opened.
func (s *springBoot) close() {
	for _, done := range s.opened {
		done()
	}
	s.opened, s.archives = nil, nil
}
