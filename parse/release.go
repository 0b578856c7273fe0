package parse

import "strings"

// JavaRelease is the file "release" in a JDK's or JRE's home (java.home), written since JDK 7 and complete since 9.
type JavaRelease struct {
	Values []Setting // all keys in order: IMPLEMENTOR, JAVA_VERSION, JAVA_RUNTIME_VERSION, MODULES, …
}

// ReadJavaRelease reads NAME="value" lines.
//
//	IMPLEMENTOR="Eclipse Adoptium"
//	JAVA_VERSION="17.0.15"
func ReadJavaRelease(data []byte) (JavaRelease, error) {
	var r JavaRelease
	for n := 1; len(data) > 0; n++ {
		var raw []byte
		raw, data = cutLine(data)
		line := strings.TrimSpace(string(raw))
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return r, syntaxf(n, "no = in %q", excerpt(line))
		}
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		r.Values = append(r.Values, Setting{Key: key, Value: value, Line: n})
	}
	return r, nil
}

// Get finds a key.
func (r JavaRelease) Get(key string) (Setting, bool) {
	for _, s := range r.Values {
		if s.Key == key {
			return s, true
		}
	}
	return Setting{}, false
}

// Version is JAVA_VERSION: "17.0.15", "1.8.0_452".
func (r JavaRelease) Version() string {
	s, _ := r.Get("JAVA_VERSION")
	return s.Value
}

// Modules is the list in MODULES; nil before JDK 9.
func (r JavaRelease) Modules() []string {
	s, _ := r.Get("MODULES")
	return strings.Fields(s.Value)
}
