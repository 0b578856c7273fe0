package inforce

import (
	"path"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/parse"
)

// plain is what each document says by itself, beside arguments, system properties and environment: nothing is known that weighs them against each other.
func (r *reader) plain() rules {
	w := rules{name: "none", decides: documentName}
	w.layers = r.standing(func(config.Setting) bool { return true })
	lookup := func(name string) (string, bool) {
		if r.c.Java != nil {
			if p, ok := r.c.Java.Property(name); ok {
				return p.Value, true
			}
		}
		return r.s.Main.Getenv(strings.TrimPrefix(name, "env."))
	}
	w.expand = func(v value) parse.Expansion {
		if v.kind == "environment" || v.kind == "system property" || v.kind == "argument" {
			return parse.Expansion{Text: v.text}
		}
		x := parse.Placeholders{Lookup: lookup, Separator: ":"}.Expand(v.text)
		x.Missing = nil // whose placeholders these are is not known
		return x
	}
	return w
}

// documentName decides by the attribute in XML keys, and by the whole of others.
func documentName(key string) string {
	if strings.ContainsAny(key, "/@") {
		return xmlName(key)
	}
	return key
}

// standing are layers of values that stand for themselves: the command line, the environment, and the documents that want has, each in its own scope.
func (r *reader) standing(want func(config.Setting) bool) []layer {
	args, variables := layer{kind: "argument"}, layer{kind: "environment", values: r.environment()}
	properties := r.properties()
	known := map[string]bool{}
	for _, v := range properties.values {
		known[v.key] = true
	}
	for _, v := range r.c.Settings {
		if v.Place.Kind == "argv" && !known[v.Key] {
			args.values = append(args.values, value{key: v.Key, text: v.Value, kind: "argument", place: v.Place, source: v.Source})
		}
	}
	layers := []layer{args, properties, variables}
	for i := range layers {
		for k := range layers[i].values {
			layers[i].values[k].scope = layers[i].kind
		}
	}
	return append(layers, documents(r.c.Settings, want)...)
}

// documents are one layer for each document, in the order in which they were read.
func documents(settings []config.Setting, want func(config.Setting) bool) []layer {
	var layers []layer
	index := map[string]int{}
	n := numberer{}
	for _, s := range settings {
		if s.Place.Kind != "file" || s.File == "" || !want(s) {
			continue
		}
		at, known := index[s.File]
		if !known {
			at = len(layers)
			index[s.File] = at
			layers = append(layers, layer{kind: kindOf(s.File), path: s.File})
		}
		v := fileValue(kindOf(s.File), n.key(s), s.Value, s.File, s.Line)
		v.place.Key = s.Key
		v.scope = s.File
		layers[at].values = append(layers[at].values, v)
	}
	return layers
}

// numberer tells elements of XML apart that have the same name: "Server/Service/Connector[2]@port".
type numberer map[string]map[int]int

func (n numberer) key(s config.Setting) string {
	if !isXML(s.File) {
		return s.Key
	}
	element, attr, isAttr := strings.Cut(s.Key, "@")
	at := s.File + "\x00" + element
	if n[at] == nil {
		n[at] = map[int]int{}
	}
	number, known := n[at][s.Part]
	if !known {
		number = len(n[at]) + 1
		n[at][s.Part] = number
	}
	if number > 1 {
		element += "[" + strconv.Itoa(number) + "]"
	}
	if isAttr {
		return element + "@" + attr
	}
	return element
}

func isXML(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".xml", ".config", ".default":
		return true
	}
	return false
}
