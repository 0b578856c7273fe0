package generate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"

	"a2c/internal/term"
)

// marshalYAML writes v as its JSON form says, with the order of the fields kept, after the given first line.
// Strings that YAML 1.1 or 1.2 could read as something else are written in double quotes: sigs.k8s.io/yaml leaves "=" and "<<" bare,
// turns U+2028 and U+0085 into blanks and refuses U+007F (measured, v1.4.0), all of which occur in environments. Nothing that turns or hides
// text is left as it is: people read these files.
func marshalYAML(firstLine string, v any) ([]byte, error) {
	node, err := yamlNode(v)
	if err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return encodeYAML(firstLine, node)
}

// yamlNode is the JSON form of v with the order of the fields kept.
func yamlNode(v any) (*yaml.Node, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return nodeOf(d)
}

func encodeYAML(firstLine string, node *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# " + firstLine + "\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(node); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return term.EscapeYAML(b.Bytes()), nil
}

// nodeOf turns the next JSON value into a node, keys in their order.
func nodeOf(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return collection(d, t)
	case string:
		return text(t), nil
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: t.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(t)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}, nil
}

// collection reads the members of an object or array, keys like any other string, and its closing delimiter.
func collection(d *json.Decoder, open json.Delim) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if open == '{' {
		n.Kind = yaml.MappingNode
	}
	for d.More() {
		member, err := nodeOf(d)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, member)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	_, err := d.Token()
	return n, err
}

// plain strings mean the same to every YAML parser without quotes: they begin with a letter or slash, and hold nothing that ends a
// plain scalar.
var (
	plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./@%+=-]*((?: |::?)[A-Za-z0-9_./@%+=-]+)*$`)
	words = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if !plain.MatchString(s) || words.MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
