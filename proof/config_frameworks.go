package proof

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"a2c/model"
)

// quarkus compares with what Config says: each value, its source and line, and whether a2c knows all that the sources hold.
func (k *compared) quarkus(t *testing.T) {
	at := fmt.Sprintf("http://127.0.0.1:%d/config", k.place.Port(0))
	for _, v := range k.said.Values {
		k.values[v.Key] = v
	}
	for _, key := range sorted(k.values) {
		var is struct {
			Value  *string
			Source string
			Line   int
		}
		decode(t, k.get(t, at+"?name="+url.QueryEscape(key)), &is)
		k.quarkusValue(t, k.values[key], is.Value, is.Source, is.Line)
	}
	var all struct {
		Profiles []string
		Sources  []struct {
			Name    string
			Ordinal int
			Keys    []string
		}
	}
	decode(t, k.get(t, at), &all)
	if got, want := strings.Join(k.said.Profiles, ","), strings.Join(all.Profiles, ","); got != want {
		k.missing(t, "profiles %s by a2c, %s by the application", got, want)
	}
	for _, s := range all.Sources {
		if strings.HasPrefix(s.Name, "SysProp") || s.Name == "DefaultValuesConfigSource" || s.Name == "BuildTime RunTime Fixed" {
			continue // they hold what the JVM and the framework bring
		}
		for _, key := range s.Keys {
			k.quarkusKnown(t, s.Name, key)
		}
	}
}

func (k *compared) quarkusValue(t *testing.T, v model.ConfigValue, is *string, source string, line int) {
	t.Helper()
	switch {
	case is == nil && v.Problem != "": // Quarkus has no value where a placeholder leads nowhere
		k.count++
		return
	case is == nil:
		k.missing(t, "%s is %q by a2c, and not known to the application", v.Key, v.Value)
		return
	}
	k.value(t, v.Key, v, *is)
	ok := true
	switch {
	case strings.HasPrefix(source, "PropertiesConfigSource["):
		ok = strings.HasSuffix(strings.TrimSuffix(source, "]"), string(v.Place.Path)) && (line < 0 || v.Place.Line == line)
	case strings.Contains(source, "[source="):
		ok = strings.HasSuffix(strings.TrimSuffix(source, "]"), string(v.Place.Path))
	case source == "SysPropConfigSource":
		ok = v.Place.Kind == "argv"
	case source == "EnvConfigSource":
		ok = v.Place.Kind == "env"
	case source == "BuildTime RunTime Fixed":
		ok = v.Kind == "fixed by the build" && v.Problem != ""
	}
	if !ok {
		k.missing(t, "%s comes from %+v by a2c, from %s line %d by the application", v.Key, v.Place, source, line)
	}
}

// quarkusKnown holds that a2c knows a key: of a variable the application lists all forms, of a list of YAML its whole, too.
func (k *compared) quarkusKnown(t *testing.T, source, key string) {
	t.Helper()
	if strings.HasPrefix(source, "EnvConfigSource") && strings.ToUpper(key) != key {
		return
	}
	for _, v := range k.said.Values {
		if v.Key == key || v.Place.Key == key || strings.HasPrefix(v.Key, key+"[0]") {
			return
		}
		for _, o := range v.Overrides {
			if o.Place.Key == key {
				return
			}
		}
	}
	k.missing(t, "%s of %s is not known to a2c", key, source)
}

// micronaut compares with what Environment says of each key, and looks whether a2c knows all keys of its sources.
func (k *compared) micronaut(t *testing.T) {
	at := fmt.Sprintf("http://127.0.0.1:%d/", k.place.Port(0))
	known := map[string]bool{}
	for _, v := range k.said.Values {
		known[v.Key], known[v.Place.Key] = true, true
		whole, _, _ := strings.Cut(v.Key, "[")
		known[whole] = true
		for _, o := range v.Overrides {
			known[o.Place.Key] = true
		}
		is, ok := strings.CutPrefix(string(k.get(t, at+"value?name="+url.QueryEscape(v.Key))), "=")
		if !ok {
			k.missing(t, "%s is %q by a2c, and not known to the application", v.Key, v.Value)
			continue
		}
		k.value(t, v.Key, v, is)
	}
	var all struct {
		Environments []string
		Sources      []struct {
			Name string
			Keys []string
		}
	}
	decode(t, k.get(t, at+"sources"), &all)
	if got, want := strings.Join(k.said.Profiles, ","), strings.Join(all.Environments, ","); got != want {
		k.missing(t, "environments %s by a2c, %s by the application", got, want)
	}
	for _, s := range all.Sources {
		for _, key := range s.Keys {
			if whole, _, _ := strings.Cut(key, "["); s.Name != "system" && !known[whole] {
				k.missing(t, "%s of %s is not known to a2c", key, s.Name)
			}
		}
	}
}
