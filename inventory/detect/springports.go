package detect

import "a2c/model"

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
	return settingPort(c.get, model.Binding{Mechanism: "spring-property", Key: addressKey}, "http", portKey, otherwise)
}
