package parse

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of a YAML file.
const (
	maxYAMLDepth  = 100     // aliases followed
	maxYAMLMarks  = 100_000 // lines and signs that may begin a node: the library makes a tree of some hundred bytes for each before anything is known of it
	maxYAMLVisits = 200_000 // nodes, each as often as aliases lead to it
)

// ReadSpringYAML reads application.yml: each document's keys flattened as Spring Boot does it, "server.port", "list[0]",
// "map[odd key]" kept as they are; null and empty collections are "". Line is that of the key. Aliases and merge keys are followed,
// with a bound.
//
//	spring: {config: {activate: {on-profile: prod}}}
//	---
//	server.port: 8080
func ReadSpringYAML(data []byte) ([]Setting, error) { return readYAML(data, false) }

// ReadSmallRyeYAML reads application.yaml as SmallRye Config does: numbers stay as they are written, null and empty mappings set nothing, and a key
// with dots is in quotes: "app."a.b"".
func ReadSmallRyeYAML(data []byte) ([]Setting, error) { return readYAML(data, true) }

func readYAML(data []byte, smallRye bool) ([]Setting, error) {
	marks := 0
	for i, c := range data {
		if strings.IndexByte("\n,:[{?", c) >= 0 || c == '-' && i+1 < len(data) && data[i+1] == ' ' {
			marks++
		}
	}
	if marks > maxYAMLMarks {
		return nil, syntaxf(1, "more than %d lines and signs", maxYAMLMarks)
	}
	f := yamlFlattener{smallRye: smallRye}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for ; ; f.document++ {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return f.out.list, nil
		}
		if err != nil {
			return nil, yamlError(err)
		}
		if len(n.Content) == 0 {
			continue
		}
		if err := f.value(n.Content[0], "", n.Line, 0); err != nil {
			return nil, err
		}
	}
}

// yamlError turns "yaml: line 3: …" into a SyntaxError.
func yamlError(err error) error {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(what, "line "); ok {
		if digits, tail, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(digits); err == nil {
				return syntaxf(line, "%s", tail)
			}
		}
	}
	return syntaxf(1, "%s", what)
}

type yamlFlattener struct {
	out      settings
	document int
	visits   int
	smallRye bool
}

func (f *yamlFlattener) value(n *yaml.Node, key string, line, depth int) error {
	if depth > maxYAMLDepth || len(key) > maxSettingKey {
		return syntaxf(n.Line, "more than %d levels deep or a key of more than %d bytes", maxYAMLDepth, maxSettingKey)
	}
	if f.visits++; f.visits > maxYAMLVisits {
		return syntaxf(n.Line, "more than %d values, aliases followed", maxYAMLVisits)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return f.value(n.Alias, key, line, depth+1)
	case yaml.MappingNode:
		return f.mapping(n, key, line, depth)
	case yaml.SequenceNode:
		for i, c := range n.Content {
			if err := f.value(c, key+"["+strconv.Itoa(i)+"]", c.Line, depth+1); err != nil {
				return err
			}
		}
		if len(n.Content) == 0 {
			return f.add(key, "", line)
		}
		return nil
	}
	switch {
	case f.smallRye && n.Tag == "!!null":
		return nil
	case f.smallRye && !yamlSwitch(n):
		return f.add(key, n.Value, line)
	}
	return f.add(key, yamlText(n), line)
}

func (f *yamlFlattener) mapping(n *yaml.Node, key string, line, depth int) error {
	if len(n.Content) == 0 && !f.smallRye {
		return f.add(key, "", line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		name := k.Value
		switch {
		case k.Kind != yaml.ScalarNode:
			return syntaxf(k.Line, "a key is no scalar")
		case k.Tag == "!!merge":
			name = key
		case f.smallRye && strings.Contains(name, "."):
			name = strings.TrimPrefix(key+`."`+name+`"`, ".")
		case key != "" && strings.HasPrefix(name, "["):
			name = key + name
		case key != "":
			name = key + "." + name
		}
		if err := f.value(v, name, k.Line, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *yamlFlattener) add(key, value string, line int) error {
	if key == "" {
		return nil // a document that is a scalar has no keys
	}
	return f.out.add(Setting{Key: key, Value: value, Line: line, Document: f.document})
}
