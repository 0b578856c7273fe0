package parse

import (
	"slices"
	"strings"
)

// Bounds of what placeholders may make of a value: each may name others, and double them.
const (
	maxPlaceholders     = 1_000
	maxPlaceholderDepth = 100
	maxExpansion        = 64 << 10
)

// Placeholders is how a framework writes references to other values: ${name:default}, nested ones first, also in what they stand for.
type Placeholders struct {
	Lookup    Lookup // the value of a name as it is written
	Separator string // what stands between a name and its default: ":" (Spring, MicroProfile, WildFly), ":-" (Karaf); "" when there are no defaults
	Whole     bool   // the text with its default is a name, too, and asked first (Spring)
	Others    string // what separates names of which the first known one counts: "," (WildFly)
	Escape    bool   // "$$" and "\$" are a dollar (SmallRye Config)
	Doubled   bool   // "$$" is a dollar (Jetty)
	Empty     bool   // what nothing sets is nothing (Karaf)
}

// Expansion is a value whose placeholders were replaced. What could not be stays as it is written.
type Expansion struct {
	Text    string
	Used    []Used   // what went in, also within others
	Missing []string // names that nothing sets and that have no default
	Cyclic  []string // names that lead back to the first of them
	Cut     bool     // there is more than the bounds allow
}

// Used is a name with the value that went in for it as it is written, or its default: either may be a secret.
type Used struct{ Name, Value string }

// Expand replaces the placeholders of a value.
func (p Placeholders) Expand(value string) Expansion {
	x := expander{Placeholders: p}
	x.out.Text = x.text(value, nil)
	return x.out
}

type expander struct {
	Placeholders
	out   Expansion
	steps int
	bytes int
}

// text expands what is written; path are the names that led to it.
func (x *expander) text(s string, path []string) string {
	var b strings.Builder
	for {
		start, end := strings.Index(s, "${"), -1
		if i := x.escaped(s); i >= 0 && (start < 0 || i < start) {
			b.WriteString(s[:i] + "$")
			s = s[i+len("$$"):]
			continue
		}
		if start >= 0 {
			end = closingBrace(s, start+2)
		}
		if end < 0 {
			b.WriteString(s)
			return b.String()
		}
		x.steps++
		x.bytes += end
		if x.steps > maxPlaceholders || x.bytes+b.Len() > maxExpansion || len(path) > maxPlaceholderDepth {
			x.out.Cut = true
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:start])
		b.WriteString(x.one(s[start:end+1], path))
		s = s[end+1:]
	}
}

// escaped finds a dollar that means itself; -1 when there is none.
func (x *expander) escaped(s string) int {
	if !x.Escape && !x.Doubled {
		return -1
	}
	double, slashed := strings.Index(s, "$$"), strings.Index(s, `\$`)
	if x.Doubled {
		return double
	}
	if double < 0 || slashed >= 0 && slashed < double {
		return slashed
	}
	return double
}

// one replaces a placeholder with its "${" and "}".
func (x *expander) one(written string, path []string) string {
	missing, cyclic := len(x.out.Missing), x.out.Cyclic
	inner := x.text(written[2:len(written)-1], path)
	names, fallback, hasDefault := inner, "", false
	if x.Separator != "" {
		names, fallback, hasDefault = strings.Cut(inner, x.Separator)
	}
	asked := []string{names}
	if x.Others != "" {
		asked = strings.Split(names, x.Others)
	}
	if x.Whole && hasDefault {
		asked = []string{inner, names}
	}
	for _, name := range asked {
		value, ok := x.Lookup(name)
		switch {
		case !ok:
			continue
		case slices.Contains(path, name):
			x.cyclic(path, name)
			return written
		}
		if hasDefault { // what is wrong with it does not matter
			x.out.Missing, x.out.Cyclic = append([]string(nil), x.out.Missing[:missing]...), cyclic
		}
		x.used(Used{name, value})
		x.bytes += len(value)
		return x.text(value, append(slices.Clip(path), name))
	}
	if !hasDefault {
		if x.missing(names); x.Empty {
			return ""
		}
		return written
	}
	x.used(Used{names, fallback})
	return fallback
}

func (x *expander) used(u Used) {
	if !slices.Contains(x.out.Used, u) {
		x.out.Used = append(x.out.Used, u)
	}
}

func (x *expander) missing(name string) {
	if !slices.Contains(x.out.Missing, name) {
		x.out.Missing = append(x.out.Missing, name)
	}
}

// cyclic notes the first name that path leads back to.
func (x *expander) cyclic(path []string, name string) {
	if x.out.Cyclic == nil {
		x.out.Cyclic = append(slices.Clone(path[slices.Index(path, name):]), name)
	}
}
