package config

import "strings"

// maxExpand bounds placeholders that name each other in a circle, and values that double at each step.
const (
	maxExpand     = 16
	maxExpandSize = 64 << 10
)

// Expand replaces the placeholders ${name}, ${name:default} (Spring) and ${name:-default} (Tomcat, logback) by settings and the environment.
// What nobody knows stays as written.
func (c *Config) Expand(value string) string { return c.expand(value, 0) }

func (c *Config) expand(value string, depth int) string {
	if depth >= maxExpand || !strings.Contains(value, "${") || len(value) > maxExpandSize {
		return value
	}
	start := strings.LastIndex(value, "${") // the innermost of nested ones comes last
	end := strings.IndexByte(value[start:], '}')
	if end < 0 {
		return value
	}
	name, def, hasDefault := strings.Cut(value[start+2:start+end], ":")
	def = strings.TrimPrefix(def, "-")
	v, ok := c.lookup(name)
	switch {
	case ok:
	case hasDefault:
		v = def
	default: // leave this one, and expand what stands before it
		return c.expand(value[:start], depth+1) + value[start:]
	}
	return c.expand(value[:start]+v+value[start+end+1:], depth+1)
}

func (c *Config) lookup(name string) (string, bool) {
	env := strings.ToUpper(strings.NewReplacer(".", "_", "-", "").Replace(name))
	var value string
	rank := 0
	for _, v := range c.Settings {
		n := 0
		switch {
		case v.Place.Kind == "argv" && v.Key == name:
			n = 3
		case v.Place.Kind == "env" && (v.Key == name || v.Key == env):
			n = 2
		case v.Key == name:
			n = 1
		}
		if n > 0 && n >= rank {
			value, rank = v.Value, n
		}
	}
	return value, rank > 0
}
