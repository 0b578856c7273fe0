package detect

import (
	"path"
	"strconv"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// zooKeeperPorts reads zoo.cfg (zookeeper.apache.org: "Administrator's Guide", Configuration Parameters), or the arguments "port folder".
func zooKeeperPorts(j *jvm) []port {
	if len(j.cmd.Program) == 0 {
		return nil
	}
	file := j.abs(j.cmd.Program[0].Value)
	if n := number(j.cmd.Program[0].Value); n > 0 && len(j.cmd.Program) > 1 {
		return []port{{number: n, purpose: "database", from: j.from(j.cmd.Program[0])}}
	}
	c := &frameConfig{classPath: &classPath{jvm: j}, mechanism: "product-file"}
	c.sources = []valueSource{c.system, c.propertiesFile(file)}
	var ports []port
	if c.value("clientPort") != "" {
		ports = append(ports, c.port("database", "clientPort", "clientPortAddress", ""))
	}
	if c.value("secureClientPort") != "" {
		ports = append(ports, c.port("database", "secureClientPort", "secureClientPortAddress", ""))
	}
	if enabled := c.first("zookeeper.admin.enableServer", "admin.enableServer"); enabled != "false" {
		key, address := "admin.serverPort", "admin.serverAddress"
		if c.value("zookeeper."+key) != "" {
			key = "zookeeper." + key
		}
		if c.value("zookeeper."+address) != "" {
			address = "zookeeper." + address
		}
		ports = append(ports, c.port("management", key, address, "8080"))
	}
	if number(c.value("metricsProvider.httpPort")) > 0 {
		ports = append(ports, c.port("metrics", "metricsProvider.httpPort", "metricsProvider.httpHost", ""))
	}
	for i := range 256 { // server ids; each line names the ports of one member: host:peer:election[;client]
		v, ok := c.raw("server." + strconv.Itoa(i))
		if !ok {
			continue
		}
		member, _, _ := strings.Cut(v.value, ";")
		parts := strings.Split(member, ":")
		for _, n := range parts[1:min(len(parts), 3)] {
			if number(n) > 0 {
				ports = append(ports, port{number: number(n), purpose: "cluster", from: v.from})
			}
		}
	}
	return ports
}

// first is the first of several keys that has a value.
func (c *frameConfig) first(keys ...string) string {
	for _, k := range keys {
		if v := c.value(k); v != "" {
			return v
		}
	}
	return ""
}

// propertiesFile is onDisk for a file in the format of properties, whatever its name.
func (c *frameConfig) propertiesFile(name string) valueSource {
	data, err := c.read(name)
	if err != nil {
		c.missing("configuration", name, err)
		return nothing
	}
	settings, err := parse.ReadProperties(data)
	c.unread("configuration", name, err)
	var values []springValue
	for _, s := range settings {
		values = append(values, springValue{key: s.Key, value: s.Value, file: name, line: s.Line})
	}
	source := newSource(values)
	return func(key string) (springValue, bool) {
		return source.find(key)
	}
}

// kafkaPorts reads the first argument, server.properties, and --override (kafka.apache.org: "Broker Configs").
func kafkaPorts(j *jvm) []port {
	if len(j.cmd.Program) == 0 {
		return nil
	}
	c := &frameConfig{classPath: &classPath{jvm: j}, mechanism: "product-file"}
	c.sources = []valueSource{c.overrides, c.propertiesFile(j.abs(j.cmd.Program[0].Value))}
	v, ok := c.get("listeners")
	if !ok {
		p := c.port("messaging", "port", "host.name", "9092") // before 2.x
		return []port{p}
	}
	controllers := parse.SplitList(c.value("controller.listener.names"))
	var ports []port
	for _, item := range parse.SplitList(v.value) {
		name, rest, found := strings.Cut(item, "://")
		host, digits, _ := cutLast(rest)
		if !found || number(digits) == 0 {
			continue
		}
		p := port{number: number(digits), address: host, purpose: "messaging", from: v.from}
		for _, ctl := range controllers {
			if strings.EqualFold(ctl, name) {
				p.purpose = "cluster"
			}
		}
		p.binding = newBinding(model.Binding{Mechanism: "product-file", Key: "listeners", Value: v.value, File: model.Path(v.file), Line: v.line, Arg: v.arg}, v.from...)
		ports = append(ports, p)
	}
	return ports
}

// overrides are Kafka's arguments "--override key=value".
func (c *frameConfig) overrides(key string) (springValue, bool) {
	for i, a := range c.cmd.Program {
		if a.Value != "--override" || i+1 >= len(c.cmd.Program) {
			continue
		}
		next := c.cmd.Program[i+1]
		if name, value, ok := strings.Cut(next.Value, "="); ok && name == key {
			return springValue{key: key, value: value, arg: max(next.Index, 0), from: c.from(next)}, true
		}
	}
	return springValue{}, false
}

// activeMQPorts reads the transportConnector elements of conf/activemq.xml (activemq.apache.org: "Configuring Transports").
func activeMQPorts(j *jvm) []port {
	file := ""
	for _, a := range j.cmd.Program {
		if name, ok := strings.CutPrefix(a.Value, "xbean:"); ok {
			file = strings.TrimPrefix(name, "file:")
		}
	}
	conf := j.property("activemq.conf").Value
	if file == "" || !path.IsAbs(file) {
		if file == "" {
			file = "activemq.xml"
		}
		if conf == "" {
			conf = path.Join(j.property("activemq.base").Value, "conf")
		}
		file = path.Join(conf, file)
	}
	return j.uriPorts(j.abs(file), "transportConnector", "uri")
}

// artemisPorts reads the acceptor elements of etc/broker.xml (activemq.apache.org/components/artemis: "Configuring the Transport").
func artemisPorts(j *jvm) []port {
	etc := j.property("artemis.instance.etc").Value
	if etc == "" {
		etc = path.Join(j.property("artemis.instance").Value, "etc")
	}
	return j.uriPorts(j.abs(path.Join(strings.TrimPrefix(etc, "file:"), "broker.xml")), "acceptor", "")
}

// uriPorts reads the elements of a name whose attribute, or text, is an address: tcp://0.0.0.0:61616?maximumConnections=1000.
func (j *jvm) uriPorts(file, element, attribute string) []port {
	doc := j.xml(file)
	if doc == nil {
		return nil
	}
	var ports []port
	for _, e := range descendants(doc.Root, element) {
		text, line := e.Text, e.Line
		if attribute != "" {
			a, _ := e.Attr(attribute)
			text, line = a.Value, e.Line
		}
		text, _, _ = strings.Cut(strings.TrimSpace(text), "?")
		_, rest, _ := strings.Cut(text, "://")
		host, digits, _ := cutLast(strings.TrimSuffix(rest, "/"))
		if number(digits) == 0 {
			continue
		}
		from := model.FromFile(model.Path(file), line)
		ports = append(ports, port{
			number: number(digits), address: host, purpose: "messaging", from: []model.Source{from},
			binding: newBinding(model.Binding{Mechanism: "product-file", Key: element, Value: text, File: model.Path(file), Line: line}, from),
		})
	}
	return ports
}

// xml reads a document that must exist; nil when it cannot be read, which is a skip.
func (j *jvm) xml(file string) *parse.XMLDocument {
	data, err := j.read(file)
	var doc *parse.XMLDocument
	if err == nil {
		doc, err = parse.ReadXML(data)
	}
	if err != nil {
		j.missing("configuration", file, err)
		return nil
	}
	return doc
}

// descendants are the elements of a name below e, at any depth.
func descendants(e *parse.XMLElement, name string) []*parse.XMLElement {
	if e == nil {
		return nil
	}
	var found []*parse.XMLElement
	for _, c := range e.Children {
		if c.Name == name {
			found = append(found, c)
		}
		found = append(found, descendants(c, name)...)
	}
	return found
}

// hazelcastPorts reads the port of the members in the file that hazelcast.config names, else in that of the working folder (docs.hazelcast.com:
// "Understanding Configuration", "Port"). Further members on the machine take the next ones.
func hazelcastPorts(j *jvm) []port {
	var files []string
	if p, ok := j.cmd.Property("hazelcast.config"); ok {
		files = append(files, j.abs(strings.TrimPrefix(p.Value, "file:")))
	}
	for _, name := range []string{"hazelcast.xml", "hazelcast.yaml", "hazelcast.yml"} {
		files = append(files, path.Join(j.cwd, name))
	}
	for _, file := range files {
		if !j.exists(file) {
			continue
		}
		text, from := j.hazelcastPort(file)
		if number(text) == 0 {
			return nil
		}
		return []port{{number: number(text), purpose: "cluster", from: []model.Source{from}}}
	}
	return nil
}

func (j *jvm) hazelcastPort(file string) (text string, from model.Source) {
	if path.Ext(file) != ".xml" {
		c := &frameConfig{classPath: &classPath{jvm: j}}
		get := c.onDisk(file)
		for _, key := range []string{"hazelcast.network.port.port", "hazelcast.network.port"} {
			if v, ok := get(key); ok {
				return v.value, model.FromFile(model.Path(file), v.line)
			}
		}
		return "", ""
	}
	doc := j.xml(file)
	if doc == nil {
		return "", ""
	}
	for _, network := range descendants(doc.Root, "network") {
		for _, e := range network.Children {
			if e.Name == "port" {
				return strings.TrimSpace(e.Text), model.FromFile(model.Path(file), e.Line)
			}
		}
	}
	return "", ""
}
