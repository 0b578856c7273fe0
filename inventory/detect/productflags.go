package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// portFlag names the settings of a port and of its address; "port|p" are several names for one. "" when there is none.
type portFlag struct{ purpose, port, address string }

// flagPorts are the ports that a program's arguments set.
func flagPorts(list ...portFlag) func(*jvm) []port {
	return func(j *jvm) []port {
		set := j.flags()
		return settingPorts(list, "argument", func(names string) (springValue, bool) {
			for name := range strings.SplitSeq(names, "|") {
				if a, ok := set[name]; ok {
					return springValue{key: name, value: a.Value, arg: max(a.Index, 0), from: j.from(a)}, true
				}
			}
			return springValue{}, false
		})
	}
}

// propertyPorts are the ports that system properties set.
func propertyPorts(list ...portFlag) func(*jvm) []port {
	return func(j *jvm) []port {
		c := frameConfig{classPath: &classPath{jvm: j}}
		return settingPorts(list, "argument", c.system)
	}
}

// variablePorts are the ports that the environment sets.
func variablePorts(list ...portFlag) func(*jvm) []port {
	return func(j *jvm) []port {
		return settingPorts(list, "argument", func(name string) (springValue, bool) {
			v, ok := j.env.Get(name)
			return springValue{key: name, value: v, from: []model.Source{model.FromEnv(j.PID, name)}}, ok
		})
	}
}

// settingPorts are those of the list that get knows with a number.
func settingPorts(list []portFlag, mechanism string, get valueSource) []port {
	var ports []port
	for _, f := range list {
		if v, ok := get(f.port); !ok || number(v.value) == 0 {
			continue
		}
		p := settingPort(get, model.Binding{Mechanism: mechanism, Key: f.address}, f.purpose, f.port, "")
		if f.address == "" {
			p.binding = nil
		}
		ports = append(ports, p)
	}
	return ports
}

// propertyFileListeners reads "listeners=http://0.0.0.0:8082,https://0.0.0.0:8083" of the file that is the first argument (docs.confluent.io: "Configuration
// Reference", kafka.apache.org: "Kafka Connect Configs").
func propertyFileListeners(j *jvm) []port {
	if len(j.cmd.Program) == 0 {
		return nil
	}
	c := &frameConfig{classPath: &classPath{jvm: j}, mechanism: "product-file"}
	c.sources = []valueSource{c.propertiesFile(j.abs(j.cmd.Program[0].Value))}
	v, _ := c.get("listeners")
	var ports []port
	for _, item := range parse.SplitList(v.value) {
		scheme, rest, _ := strings.Cut(item, "://")
		host, digits, _ := cutLast(rest)
		if number(digits) == 0 {
			continue
		}
		ports = append(ports, port{
			number: number(digits), address: host, purpose: strings.ToLower(scheme), from: v.from,
			binding: newBinding(model.Binding{Mechanism: "product-file", Key: v.key, Value: v.value, File: model.Path(v.file), Line: v.line}, v.from...),
		})
	}
	return ports
}

// filePorts are the ports that a file of settings names, and its address beside them.
func (j *jvm) filePorts(file string, list ...portFlag) []port {
	c := &frameConfig{classPath: &classPath{jvm: j}, mechanism: "product-file"}
	if !j.exists(file) {
		return nil
	}
	c.sources = []valueSource{c.propertiesFile(file)}
	return settingPorts(list, c.mechanism, c.get)
}

// moquettePorts reads config/moquette.conf (moquette-io.github.io: "Documentation"), whose lines are "port 1883".
func moquettePorts(j *jvm) []port {
	file := path.Join(j.abs(j.property("moquette.path").Value), "config/moquette.conf")
	return j.filePorts(file,
		portFlag{"messaging", "port", "host"}, portFlag{"messaging", "ssl_port", "host"},
		portFlag{"messaging", "websocket_port", "host"}, portFlag{"messaging", "secure_websocket_port", "host"})
}

// minecraftPorts reads server.properties in the working folder (minecraft.wiki: "server.properties"). The game's own port is none of the purposes.
func minecraftPorts(j *jvm) []port {
	file := path.Join(j.cwd, "server.properties")
	ports := j.filePorts(file, portFlag{"", "server-port", "server-ip"})
	c := &frameConfig{classPath: &classPath{jvm: j}}
	if len(ports) > 0 && c.propertiesFile(file).is("enable-rcon", "true") {
		ports = append(ports, j.filePorts(file, portFlag{"management", "rcon.port", "server-ip"})...)
	}
	return ports
}

// is reports whether a setting has a value.
func (s valueSource) is(key, value string) bool {
	v, ok := s(key)
	return ok && strings.EqualFold(strings.TrimSpace(v.value), value)
}

// questPorts reads conf/server.conf below the folder of the option -d (questdb.com: "Configuration"), where each server has "address:port"; a variable
// QDB_KEY counts more.
func questPorts(j *jvm) []port {
	root := ""
	if d, ok := j.flags()["d"]; ok {
		root = d.Value
	}
	c := &frameConfig{classPath: &classPath{jvm: j}, mechanism: "product-file"}
	c.sources = []valueSource{func(key string) (springValue, bool) {
		name := "QDB_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		v, ok := j.env.Get(name)
		return springValue{key: key, value: v, from: []model.Source{model.FromEnv(j.PID, name)}}, ok
	}}
	if file := path.Join(j.abs(root), "conf/server.conf"); root != "" && j.exists(file) {
		c.sources = append(c.sources, c.propertiesFile(file))
	}
	var ports []port
	for _, s := range []struct{ purpose, key, otherwise string }{
		{"http", "http.bind.to", "0.0.0.0:9000"},
		{"database", "pg.net.bind.to", "0.0.0.0:8812"},
		{"database", "line.tcp.net.bind.to", "0.0.0.0:9009"},
		{"management", "http.min.net.bind.to", "0.0.0.0:9003"},
	} {
		v, ok := c.get(s.key)
		if !ok {
			v = springValue{value: s.otherwise, from: []model.Source{model.Derived("default of " + s.key)}}
		}
		host, digits, _ := cutLast(v.value)
		p := port{number: number(digits), address: host, purpose: s.purpose, from: v.from}
		if ok {
			p.binding = newBinding(model.Binding{Mechanism: "product-file", Key: s.key, Value: v.value, File: model.Path(v.file), Line: v.line}, v.from...)
		}
		ports = append(ports, p)
	}
	return ports
}
