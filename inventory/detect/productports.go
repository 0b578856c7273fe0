package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// flags reads a program's arguments: "-name value", "--name value", "--name=value". Names are without dashes.
func (j *jvm) flags() map[string]parse.JavaArg {
	set := map[string]parse.JavaArg{}
	for i, a := range j.cmd.Program {
		if !strings.HasPrefix(a.Value, "-") {
			continue
		}
		name, value, joined := strings.Cut(strings.TrimLeft(a.Value, "-"), "=")
		at := a
		if !joined && i+1 < len(j.cmd.Program) && !strings.HasPrefix(j.cmd.Program[i+1].Value, "-") {
			at = j.cmd.Program[i+1]
			value = at.Value
		}
		at.Value = value
		set[name] = at
	}
	return set
}

// flagPort is a port whose number and address are arguments.
func (j *jvm) flagPort(set map[string]parse.JavaArg, purpose, portFlag, addressFlag, otherwise string) port {
	p := port{number: number(otherwise), purpose: purpose, from: []model.Source{model.Derived("default of " + portFlag)}}
	if a, ok := set[portFlag]; ok {
		p.number, p.from = number(a.Value), j.from(a)
	}
	if a, ok := set[addressFlag]; ok && addressFlag != "" {
		p.address = a.Value
		p.binding = newBinding(model.Binding{Mechanism: "argument", Key: addressFlag, Value: a.Value, Arg: max(a.Index, 0)}, j.from(a)...)
	}
	return p
}

// wireMockPorts: wiremock.org, "Command line options".
func wireMockPorts(j *jvm) []port {
	set := j.flags()
	var ports []port
	if _, off := set["disable-http"]; !off {
		ports = append(ports, j.flagPort(set, "http", "port", "bind-address", "8080"))
	}
	if _, on := set["https-port"]; on {
		ports = append(ports, j.flagPort(set, "https", "https-port", "bind-address", ""))
	}
	return ports
}

// h2Ports: h2database.com, org.h2.tools.Server. Without a choice all three servers start; the address is the property h2.bindAddress.
func h2Ports(j *jvm) []port {
	set := j.flags()
	_, tcp := set["tcp"]
	_, pg := set["pg"]
	_, web := set["web"]
	all := !tcp && !pg && !web
	var ports []port
	for _, s := range []struct {
		on                    bool
		purpose, flag, number string
	}{{tcp || all, "database", "tcpPort", "9092"}, {pg || all, "database", "pgPort", "5435"}, {web || all, "http", "webPort", "8082"}} {
		if !s.on {
			continue
		}
		p := j.flagPort(set, s.purpose, s.flag, "", s.number)
		j.propertyAddress(&p, "h2.bindAddress")
		ports = append(ports, p)
	}
	return ports
}

// hsqldbPorts: org.hsqldb.server.Server; the arguments count before server.properties in the working folder.
func hsqldbPorts(j *jvm) []port {
	purpose, name, otherwise := "database", "server", "9001"
	if strings.HasSuffix(j.cmd.Main.Value, "WebServer") {
		purpose, name, otherwise = "http", "webserver", "80"
	}
	set := j.flags()
	p := j.flagPort(set, purpose, "port", "address", otherwise)
	file := path.Join(j.cwd, name+".properties")
	c := frameConfig{classPath: &classPath{jvm: j}, mechanism: "argument"}
	c.sources = []valueSource{c.onDisk(file)}
	if v, ok := c.get("server.port"); ok && set["port"].Value == "" {
		p.number, p.from = number(v.value), v.from
	}
	if v, ok := c.get("server.address"); ok && set["address"].Value == "" {
		p.address = v.value
		p.binding = newBinding(model.Binding{Mechanism: "product-file", Key: v.key, Value: v.value, File: model.Path(v.file), Line: v.line}, v.from...)
	}
	return []port{p}
}

// derbyPorts: db.apache.org/derby, "Network Server: start". Without an address it listens on localhost.
func derbyPorts(j *jvm) []port {
	p := j.flagPort(j.flags(), "database", "p", "h", "1527")
	if p.address == "" {
		p.address = "localhost"
	}
	return []port{p}
}

// mockServerPorts: mock-server.com, "Configuration Properties".
func mockServerPorts(j *jvm) []port {
	ports := flagPorts(portFlag{purpose: "http", port: "serverPort"})(j)
	for i := range ports {
		j.propertyAddress(&ports[i], "mockserver.localBoundIP")
	}
	return ports
}

// propertyAddress is the address that a system property gives a port.
func (j *jvm) propertyAddress(p *port, key string) {
	if b := j.property(key); b.Value != "" {
		p.address = b.Value
		p.binding = newBinding(model.Binding{Mechanism: "argument", Key: b.Name, Value: b.Value, Arg: max(b.From.Index, 0)}, j.from(b.From)...)
	}
}

// fusekiPorts: jena.apache.org, "Fuseki: Main Server"; --localhost has no value that could be another.
func fusekiPorts(j *jvm) []port {
	ports := flagPorts(portFlag{purpose: "http", port: "port"})(j)
	if a, ok := j.flags()["localhost"]; ok {
		for i := range ports {
			ports[i].address = "localhost"
			ports[i].binding = newBinding(model.Binding{Mechanism: "argument", Key: "localhost", Arg: max(a.Index, 0)}, j.from(a)...)
		}
	}
	return ports
}
