package inforce

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/parse"
)

// ordinals collects the sources of a configuration that are ordered by numbers: those of MicroProfile Config, and of Micronaut.
type ordinals struct {
	*reader
	classes  *classPath
	sources  []*mpSource
	mains    []mpMain
	hasYAML  bool
	profiles []string          // what counts most first
	known    map[string]string // keys by what variable makes of them
	differs  map[string]string // where a fixed key is set otherwise, in vain
	// readProperties and readYAML read a document; JSON is YAML.
	readProperties, readYAML func(data []byte) ([]parse.Setting, error)
	key                      func(key string) string // what equal keys have in common
	variable                 func(key string) string // what a key has in common with the variables that stand for it
}

// layers are the sources from what counts most, under the keys that their values are asked by.
func (q *ordinals) layers() []layer {
	for _, s := range q.sources {
		for _, v := range s.values {
			if key, _ := q.active(v.key); !s.env {
				q.known[q.variable(key)] = key
			}
		}
	}
	slices.SortStableFunc(q.sources, func(a, b *mpSource) int { return b.ordinal - a.ordinal })
	var list []layer
	for _, s := range q.sources {
		list = append(list, q.named(s))
	}
	return list
}

// mpSource is one source with its ordinal.
type mpSource struct {
	layer
	ordinal int
	env     bool           // holds variables, which stand for keys
	index   map[string]int // of values by key, of variables by mpName
}

// mpName is what a key has in common with the variables that stand for it (MicroProfile Config, "Environment Variables Mapping Rules").
func mpName(key string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, strings.ToLower(key))
}

// add adds a source; what config_ordinal says of it counts more than its own ordinal.
func (q *ordinals) add(s *mpSource) {
	for _, v := range s.values {
		if n, err := strconv.Atoi(strings.TrimSpace(v.text)); err == nil && strings.EqualFold(v.key, "config_ordinal") {
			s.ordinal = n
		}
	}
	q.put(s)
}

func (q *ordinals) put(s *mpSource) {
	s.index = map[string]int{}
	for i, v := range s.values {
		if s.env {
			s.index[mpName(v.key)] = i
		} else {
			s.index[q.key(v.key)] = i
		}
	}
	q.sources = append(q.sources, s)
}

// document reads a file by its format.
func (q *ordinals) document(name string, data []byte) layer {
	read := q.readYAML
	if path.Ext(name) == ".properties" {
		read = q.readProperties
	}
	return q.settings(name, data, read)
}

func (q *ordinals) settings(name string, data []byte, read func([]byte) ([]parse.Setting, error)) layer {
	l := layer{kind: kindOf(name), path: name}
	settings, err := read(data)
	if err != nil {
		q.unread(name, err)
		return l
	}
	for _, s := range settings {
		l.values = append(l.values, fileValue(l.kind, s.Key, s.Value, name, s.Line))
	}
	return l
}

// raw is the value in force of the first of these keys as it is written.
func (q *ordinals) raw(keys ...string) (value, int, bool) {
	var found value
	ordinal, ok := 0, false
	ask := func(s *mpSource, key string) bool {
		name := q.key(key)
		if s.env {
			name = q.variable(key)
		}
		i, has := s.index[name]
		if has && (!ok || s.ordinal > ordinal) {
			found, ordinal, ok = s.values[i], s.ordinal, true
		}
		return has
	}
	for _, key := range keys {
		for _, s := range q.sources {
			if !slices.ContainsFunc(q.profiles, func(p string) bool { return ask(s, "%"+p+"."+key) }) {
				ask(s, key)
			}
		}
	}
	return found, ordinal, ok
}

func (q *ordinals) placeholders() parse.Placeholders {
	return parse.Placeholders{Lookup: func(name string) (string, bool) {
		v, _, ok := q.raw(name)
		return v.text, ok
	}, Separator: ":", Escape: true}
}

// active is a key without the profile that it is meant for, if that is active, and how much that counts.
func (q *ordinals) active(key string) (string, int) {
	rest, ok := strings.CutPrefix(key, "%")
	if !ok {
		return key, 0
	}
	names, bare, _ := strings.Cut(rest, ".")
	for i, p := range q.profiles {
		if slices.Contains(strings.Split(names, ","), p) {
			return bare, len(q.profiles) - i
		}
	}
	return key, 0
}

// keyOf is the key that a variable stands for: one that is known, or one of the framework's own.
func (q *ordinals) keyOf(name string) (string, int) {
	if strings.HasPrefix(name, "%") {
		return q.active(name)
	}
	rank := 0
	plain := mpName(name)
	key, ok := q.known[plain]
	for i, p := range q.profiles {
		if rest, is := strings.CutPrefix(plain, mpName("%"+p+".")); is && !ok {
			plain, rank = rest, len(q.profiles)-i
			key, ok = q.known[plain]
		}
	}
	switch {
	case ok:
		return key, rank
	case rank > 0 || strings.HasPrefix(plain, "quarkus_") || strings.HasPrefix(plain, "smallrye_") || strings.HasPrefix(plain, "micronaut_"):
		return strings.ReplaceAll(plain, "_", "."), rank
	}
	return name, 0
}

// named is a source's layer under the keys that its values are asked by.
func (q *ordinals) named(s *mpSource) layer {
	l := s.layer
	l.values = nil
	rank := map[value]int{}
	for _, v := range s.values {
		key, n := q.active(v.key)
		if s.env {
			key, n = q.keyOf(v.key)
		}
		v.key = key
		rank[v] = n
		l.values = append(l.values, v)
	}
	slices.SortStableFunc(l.values, func(a, b value) int { return cmp.Compare(rank[a], rank[b]) })
	return l
}
