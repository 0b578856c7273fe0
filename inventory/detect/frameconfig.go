package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// frameConfig is what decides a framework's settings: sources that are asked in their order, what counts most first.
type frameConfig struct {
	*classPath
	mechanism string // of bindings: "quarkus-property"
	sources   []valueSource
}

// valueSource answers what one source says of a key.
type valueSource func(key string) (springValue, bool)

// raw is the value in force as it is written.
func (c *frameConfig) raw(key string) (springValue, bool) {
	for _, s := range c.sources {
		if v, ok := s(key); ok {
			return v, true
		}
	}
	return springValue{}, false
}

// get is the value in force with its placeholders ${name:default} resolved.
func (c *frameConfig) get(key string) (springValue, bool) {
	v, ok := c.raw(key)
	if ok {
		v.value = strings.TrimSpace(expandPlaceholders(v.value, c.raw))
	}
	return v, ok
}

// value is get for those who need no place.
func (c *frameConfig) value(key string) string {
	v, _ := c.get(key)
	return v.value
}

// system are the properties of the command line.
func (c *frameConfig) system(key string) (springValue, bool) {
	p, ok := c.cmd.Property(key)
	return springValue{key: key, value: p.Value, arg: max(p.From.Index, 0), from: c.from(p.From)}, ok
}

// arguments are --key=value and -key=value behind the main class.
func (c *frameConfig) arguments(key string) (springValue, bool) {
	for _, a := range c.cmd.Program {
		name, value, _ := strings.Cut(strings.TrimLeft(a.Value, "-"), "=")
		if strings.HasPrefix(a.Value, "-") && parse.SpringKey(name) == parse.SpringKey(key) {
			return springValue{key: key, value: value, arg: max(a.Index, 0), from: c.from(a)}, true
		}
	}
	return springValue{}, false
}

// environment are the variables that stand for a key (MicroProfile Config, "Environment Variables Mapping Rules"): as it is, with "_" for
// all but letters and digits, and that in capitals.
func (c *frameConfig) environment(key string) (springValue, bool) {
	under := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, key)
	for _, name := range []string{key, under, strings.ToUpper(under)} {
		if v, ok := c.env.Get(name); ok {
			return springValue{key: key, value: v, from: []model.Source{model.FromEnv(c.PID, name)}}, true
		}
	}
	return springValue{}, false
}

// onDisk is a file of settings, by its extension; one that is not there says nothing.
func (c *frameConfig) onDisk(name string) valueSource {
	data, err := c.read(name)
	c.unread("configuration", name, err)
	if err != nil {
		return nothing
	}
	return c.settings(name, data)
}

// packaged is the first file of that name on the class path.
func (c *frameConfig) packaged(name string) valueSource {
	data, full, ok := c.resource(name)
	if !ok {
		return nothing
	}
	return c.settings(full, data)
}

func nothing(string) (springValue, bool) { return springValue{}, false }

// settings parses a file by its name.
func (c *frameConfig) settings(name string, data []byte) valueSource {
	read := parse.ReadSpringYAML // and JSON
	if path.Ext(name) == ".properties" {
		read = parse.ReadProperties
	}
	list, err := read(data)
	if err != nil {
		c.unread("configuration", name, err)
		return nothing
	}
	var values []springValue
	for _, s := range list {
		if s.Document == 0 {
			values = append(values, springValue{key: s.Key, value: s.Value, file: name, line: s.Line})
		}
	}
	source := newSource(values)
	return func(key string) (springValue, bool) {
		return source.find(key)
	}
}

// port reads a port and the address beside it.
func (c *frameConfig) port(purpose, portKey, addressKey, otherwise string) port {
	return settingPort(c.get, model.Binding{Mechanism: c.mechanism, Key: addressKey}, purpose, portKey, otherwise)
}

// settingPort reads a port, and the address beside it from the binding's key. otherwise is the port that the program's default is.
func settingPort(get valueSource, b model.Binding, purpose, portKey, otherwise string) port {
	p := port{purpose: purpose, from: []model.Source{model.Derived("default of " + portKey)}}
	if v, ok := get(portKey); ok {
		otherwise, p.from = v.value, v.from
	}
	p.number = number(otherwise)
	v, ok := get(b.Key)
	if !ok {
		p.binding = newBinding(model.Binding{Mechanism: "default", Key: b.Key}, model.Derived("no source sets "+b.Key))
		return p
	}
	p.address, b.Value, b.File, b.Line, b.Arg = v.value, v.value, model.Path(v.file), v.line, v.arg
	p.binding = newBinding(b, v.from...)
	return p
}
