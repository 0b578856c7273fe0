package detect

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Bounds of what the settings of a framework may name.
const (
	maxSpringPlaces   = 50
	maxSpringProfiles = 50
)

// springValue is a property with its place.
type springValue struct {
	key, value string
	file       string // "a.jar!/entry" inside an archive; "" for arguments and the environment
	line       int
	arg        int
	from       []model.Source
}

// springConfig is what Spring Boot's environment holds, with the places of its values.
type springConfig struct {
	*springBoot
	spring *parse.SpringConfig
}

// springSource is one source of properties, by parse.SpringKey.
type springSource map[string]springValue

// find is the value of a key. What stands in a file gets its place here: few of a file's values are ever asked for.
func (m springSource) find(key string) (springValue, bool) {
	v, ok := m[parse.SpringKey(key)]
	if ok && v.from == nil && v.file != "" {
		v.from = []model.Source{model.FromFile(model.Path(v.file), v.line)}
	}
	return v, ok
}

// newSource makes a source of values; the last of equal keys counts.
func newSource(values []springValue) springSource {
	m := make(springSource, len(values))
	for _, v := range values {
		m[parse.SpringKey(v.key)] = v
	}
	return m
}

// configuration reads what decides the properties of the application.
func (s *springBoot) configuration() *springConfig {
	c := &springConfig{springBoot: s}
	c.spring = parse.ReadSpring(c, s.cwd, s.cmd.Program, s.cmd.Properties)
	return c
}

// get is the value in force with its placeholders ${name:default} resolved from the same configuration.
func (c *springConfig) get(key string) (springValue, bool) {
	v, ok := c.spring.Get(key)
	if !ok {
		return springValue{}, false
	}
	out := springValue{key: v.Key, value: v.Value, file: v.File, line: v.Line}
	if v.File != "" {
		out.from = []model.Source{model.FromFile(model.Path(v.File), v.Line)}
	} else {
		out.arg, out.from = max(v.From.Index, 0), c.from(v.From)
	}
	return out, true
}

// value is get for those who need no place; "" when the key is not set.
func (c *springConfig) value(key string) string { return c.spring.Value(key) }

// Read reads a file for parse.ReadSpring, as do the other methods of parse.SpringHost.
func (c *springConfig) Read(name string) ([]byte, bool) {
	data, err := c.read(name)
	c.unread("configuration", name, err)
	return data, err == nil
}

// Resource reads a file of the class path.
func (c *springConfig) Resource(name string) (data []byte, full string, ok bool) {
	return c.resource(name)
}

// Folder lists a folder.
func (c *springConfig) Folder(dir string) []string {
	var names []string
	for _, e := range c.list("configuration folder", dir) {
		name := e.Name
		if e.Type == host.Dir || e.Type == host.Symlink && c.isDir(path.Join(dir, e.Name)) {
			name += "/"
		}
		names = append(names, name)
	}
	return names
}

// Clean makes a path plain.
func (c *springConfig) Clean(name string) string { return c.clean(name) }

// Unread notes a document that cannot be understood.
func (c *springConfig) Unread(name string, err error) {
	if strings.HasPrefix(name, "/") {
		c.unread("configuration", name, err)
		return
	}
	c.unread(name, "", err)
}

// Getenv finds a variable.
func (c *springConfig) Getenv(name string) (string, bool) { return c.env.Get(name) }

// expandPlaceholders replaces ${name} and ${name:default}; what nothing sets stays as it is written.
func expandPlaceholders(value string, lookup valueSource) string {
	return parse.Placeholders{Separator: ":", Lookup: func(name string) (string, bool) {
		v, ok := lookup(name)
		return v.value, ok
	}}.Expand(value).Text
}

// firsts is at most the first n.
func firsts[T any](list []T, n int) []T { return list[:min(len(list), n)] }
