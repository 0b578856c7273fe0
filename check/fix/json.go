package fix

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"a2c/parse"
)

// writeJSON writes a node of a JSON document, keys in their order. Lists and objects that hold nothing nested stand on one line where they are short.
func writeJSON(b *bytes.Buffer, n *yaml.Node, indent string) {
	switch n.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		compound(b, n, indent)
	default:
		if n.ShortTag() != "!!str" {
			b.WriteString(n.Value)
			return
		}
		writeText(b, n.Value)
	}
}

func writeText(b *bytes.Buffer, text string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if e.Encode(text) == nil { // a text can always be written; the encoder ends it by a line
		b.Truncate(b.Len() - 1)
	}
}

func compound(b *bytes.Buffer, n *yaml.Node, indent string) {
	const ends = "{}[]"
	open, step := ends[:2], 2
	if n.Kind == yaml.SequenceNode {
		open, step = ends[2:], 1
	}
	if len(n.Content) == 0 {
		b.WriteString(open)
		return
	}
	b.WriteByte(open[0])
	for i := 0; i < len(n.Content); i += step {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + indent + "  ")
		if step == 2 {
			writeText(b, n.Content[i].Value)
			b.WriteString(": ")
		}
		writeJSON(b, n.Content[i+step-1], indent+"  ")
	}
	b.WriteString("\n" + indent)
	b.WriteByte(open[1])
}

// fromJSON is the tree that YAML has of JSON: not each text of JSON is one of YAML, which knows no halves of a pair (RFC 8259, 7).
func fromJSON(n *parse.Node) *yaml.Node {
	v := &yaml.Node{Kind: yaml.ScalarNode, Line: n.Pos.Line, Column: n.Pos.Col, Value: n.Text}
	switch n.Kind {
	case parse.Object:
		v.Kind = yaml.MappingNode
		for _, f := range n.Fields {
			v.Content = append(v.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Line: f.Pos.Line, Value: f.Name}, fromJSON(f.Value))
		}
	case parse.Array:
		v.Kind = yaml.SequenceNode
		for _, item := range n.Items {
			v.Content = append(v.Content, fromJSON(item))
		}
	case parse.Number:
		v.Tag = "!!float"
		if !strings.ContainsAny(n.Text, ".eE") {
			v.Tag = "!!int"
		}
	case parse.Bool:
		v.Tag = "!!bool"
	case parse.Null:
		v.Tag, v.Value = "!!null", "null"
	default:
		v.Tag = "!!str"
	}
	return v
}
