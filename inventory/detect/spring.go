package detect

import (
	"strings"
	"unicode"

	"a2c/model"
	"a2c/parse"
)

// springValue is a property with its place.
type springValue struct {
	key, value string
	file       string // "a.jar!/entry" inside an archive; "" for arguments and the environment
	line       int
	arg        int
	from       []model.Source
}

// springConfig is what Spring Boot's environment holds (docs.spring.io: "Externalized Configuration"). Each list is ordered from what
// counts most to what counts least; keys are canonical.
type springConfig struct {
	*springBoot
	above    []springSource // arguments, SPRING_APPLICATION_JSON, system properties; the process's environment comes next
	files    []springSource
	profiles []string // active ones, in their order
}

type springSource map[string]springValue

// find is the value of a key. What stands in a file gets its place here: few of a file's values are ever asked for.
func (m springSource) find(key string) (springValue, bool) {
	v, ok := m[canonical(key)]
	if ok && v.from == nil && v.file != "" {
		v.from = []model.Source{model.FromFile(model.Path(v.file), v.line)}
	}
	return v, ok
}

// canonical is a key as relaxed binding compares it: "management.server.base-path", "management.server.basePath".
func canonical(key string) string {
	if !strings.ContainsFunc(key, func(r rune) bool { return r == '-' || r == '_' || r >= 'A' && r <= 'Z' || r > unicode.MaxASCII }) {
		return key
	}
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(key))
}

// environmentNames are the variables that stand for a key: MY_PROJECT_PERSON_FIRSTNAME for my.project.person.first-name, and the older
// form with an underscore for each dash.
func environmentNames(key string) []string {
	upper := strings.ToUpper(strings.NewReplacer(".", "_", "[", "_", "]", "").Replace(key))
	return []string{strings.ReplaceAll(upper, "-", ""), strings.ReplaceAll(upper, "-", "_")}
}

// newSource makes a source of values; the last of equal keys counts.
func newSource(values []springValue) springSource {
	m := make(springSource, len(values))
	for _, v := range values {
		m[canonical(v.key)] = v
	}
	return m
}

// raw is the value in force as it is written.
func (c *springConfig) raw(key string) (springValue, bool) {
	for _, s := range c.above {
		if v, ok := s.find(key); ok {
			return v, true
		}
	}
	for _, name := range environmentNames(key) {
		if v, ok := c.env.Get(name); ok {
			return springValue{key: key, value: v, from: []model.Source{model.FromEnv(c.PID, name)}}, true
		}
	}
	for _, s := range c.files {
		if v, ok := s.find(key); ok {
			return v, true
		}
	}
	return springValue{}, false
}

// get is the value in force with its placeholders ${name:default} resolved from the same configuration.
func (c *springConfig) get(key string) (springValue, bool) {
	v, ok := c.raw(key)
	if ok {
		v.value = strings.TrimSpace(c.expand(v.value))
	}
	return v, ok
}

// value is get for those who need no place; "" when the key is not set.
func (c *springConfig) value(key string) string {
	v, _ := c.get(key)
	return v.value
}

func (c *springConfig) expand(value string) string {
	return expandPlaceholders(value, 0, func(name string) (springValue, bool) {
		if v, ok := c.raw(name); ok {
			return v, true
		}
		v, ok := c.env.Get(name)
		return springValue{value: v}, ok
	})
}

// expandPlaceholders replaces ${name} and ${name:default}; what nothing sets stays as it is written.
func expandPlaceholders(value string, depth int, lookup valueSource) string {
	if depth > 8 || len(value) > 1<<16 { // a placeholder that names itself
		return value
	}
	start := strings.LastIndex(value, "${") // the innermost of nested ones
	if start < 0 {
		return value
	}
	end := strings.IndexByte(value[start:], '}')
	if end < 0 {
		return value
	}
	name, fallback, has := strings.Cut(value[start+2:start+end], ":")
	v, ok := lookup(name)
	switch {
	case ok:
		fallback = v.value
	case !has:
		return value
	}
	return expandPlaceholders(value[:start]+fallback+value[start+end+1:], depth+1, lookup)
}

// commandLine fills what counts more than the environment: --key=value behind the main class, SPRING_APPLICATION_JSON, system properties.
func (c *springConfig) commandLine() {
	var args, system []springValue
	for _, a := range c.cmd.Program {
		if rest, ok := strings.CutPrefix(a.Value, "--"); ok {
			key, value, _ := strings.Cut(rest, "=")
			args = append(args, springValue{key: key, value: value, arg: max(a.Index, 0), from: c.from(a)})
		}
	}
	for _, p := range c.cmd.Properties {
		system = append(system, springValue{key: p.Name, value: p.Value, arg: max(p.From.Index, 0), from: c.from(p.From)})
	}
	c.above = []springSource{newSource(args), newSource(c.applicationJSON()), newSource(system)}
}

// applicationJSON is the property spring.application.json or the variable SPRING_APPLICATION_JSON.
func (c *springConfig) applicationJSON() []springValue {
	text, from := "", []model.Source(nil)
	if p, ok := c.cmd.Property("spring.application.json"); ok {
		text, from = p.Value, c.from(p.From)
	} else if v, ok := c.env.Get("SPRING_APPLICATION_JSON"); ok {
		text, from = v, []model.Source{model.FromEnv(c.PID, "SPRING_APPLICATION_JSON")}
	}
	if text == "" {
		return nil
	}
	settings, err := parse.ReadSpringYAML([]byte(text)) // JSON is YAML
	if err != nil {
		c.unread("SPRING_APPLICATION_JSON", "", err)
		return nil
	}
	var out []springValue
	for _, v := range settings {
		out = append(out, springValue{key: v.Key, value: v.Value, from: from})
	}
	return out
}
