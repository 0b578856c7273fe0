package parse

import (
	"encoding/json"
	"strings"
)

// any is the value as encoding/json gives it for an empty interface, numbers as json.Number.
func (n *Node) any() any {
	switch n.Kind {
	case Object:
		m := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			m[f.Name] = f.Value.any()
		}
		return m
	case Array:
		s := make([]any, len(n.Items))
		for i, item := range n.Items {
			s[i] = item.any()
		}
		return s
	case String:
		return n.Text
	case Number:
		return json.Number(n.Text)
	case Bool:
		return n.Text == "true"
	}
	return nil
}

// JSON writes the value without white space, object keys in their order; equal values with keys in equal order give equal text.
func (n *Node) JSON() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *Node) write(b *strings.Builder) {
	switch n.Kind {
	case Object:
		b.WriteByte('{')
		for i, f := range n.Fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteJSON(f.Name))
			b.WriteByte(':')
			f.Value.write(b)
		}
		b.WriteByte('}')
	case Array:
		b.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	case String:
		b.WriteString(quoteJSON(n.Text))
	case Null:
		b.WriteString("null")
	default:
		b.WriteString(n.Text)
	}
}

func quoteJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil { // a string can always be written
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
