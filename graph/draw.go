package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// Label says of an edge what it is: "postgresql 5432 shop".
func (e Edge) Label() string {
	parts := []string{e.Protocol}
	if e.Port != 0 {
		parts = append(parts, strconv.Itoa(e.Port))
	}
	if e.Resource != "" && e.Protocol != "embedded" {
		parts = append(parts, e.Resource)
	}
	return strings.Join(parts, " ")
}

// DOT is the graph for Graphviz (graphviz.org: "DOT Language"): edges that were not seen are dashed.
func (g Graph) DOT() string {
	var b strings.Builder
	b.WriteString("digraph a2c {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	for i, n := range g.Nodes {
		fmt.Fprintf(&b, "  n%d [label=%s, shape=%s%s];\n", i, dotText(n.text()), shapes(n.Kind).dot, n.dotStyle())
	}
	at := g.numbers()
	for _, e := range g.Edges {
		style := ""
		if !e.Seen {
			style = ", style=dashed"
		}
		if e.Both {
			style += ", dir=both"
		}
		fmt.Fprintf(&b, "  n%d -> n%d [label=%s%s];\n", at[e.From], at[e.To], dotText(e.Label()), style)
	}
	b.WriteString("}\n")
	return b.String()
}

// Mermaid is the graph for mermaid.js (mermaid.js.org: "Flowcharts - Basic Syntax"), which many pages of Markdown show.
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, n := range g.Nodes {
		s := shapes(n.Kind)
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s\n", i, s.open, mermaidText(n.text()), s.shut)
	}
	at := g.numbers()
	for _, e := range g.Edges {
		arrow := "-->"
		switch {
		case e.Both && e.Seen:
			arrow = "<-->"
		case e.Both:
			arrow = "<-.->"
		case !e.Seen:
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "  n%d %s|\"%s\"| n%d\n", at[e.From], arrow, mermaidText(e.Label()), at[e.To])
	}
	return b.String()
}

// text is what stands in a node.
func (n Node) text() string {
	t := n.Label
	if n.Internal && !strings.Contains(t, "embedded") {
		t += ", embedded"
	}
	if n.Host != "" && n.Kind == "application" {
		t += " on " + n.Host
	}
	if n.Alone {
		t += ", not analyzed"
	}
	return t
}

func (n Node) dotStyle() string {
	switch {
	case n.Kind == "application" && n.Alone:
		return ", style=\"rounded,dotted\""
	case n.Kind == "application":
		return ", style=rounded"
	case n.Internal:
		return ", style=dotted"
	}
	return ""
}

// shape is how a kind is drawn.
type shape struct{ dot, open, shut string }

func shapes(kind string) shape {
	switch kind {
	case "application":
		return shape{"box", "(", ")"}
	case "database", "cache", "search", "object-store":
		return shape{"cylinder", "[(", ")]"}
	case "broker":
		return shape{"cds", "[[", "]]"}
	case "file-share", "file-transfer":
		return shape{"folder", "[/", "/]"}
	case "cluster":
		return shape{"doubleoctagon", "{{", "}}"}
	}
	return shape{"ellipse", "([", "])"}
}

func (g Graph) numbers() map[string]int {
	at := map[string]int{}
	for i, n := range g.Nodes {
		at[n.ID] = i
	}
	return at
}

// dotText is a string of the DOT language: quotes and backslashes are escaped, control signs shown by number.
func dotText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case !strconv.IsPrint(c):
			fmt.Fprintf(&b, "\\\\x%02x", c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// mermaidText shows every sign that means something to Mermaid or to HTML by its number ("Entity codes to escape characters").
func mermaidText(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case strings.ContainsRune("\"#;&<>|`\\[](){}", c):
			fmt.Fprintf(&b, "#%d;", c)
		case !strconv.IsPrint(c):
			fmt.Fprintf(&b, "#92;x%02x", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
