package parse

import (
	"slices"
	"strconv"
	"strings"
)

// LibertyElement is one element directly in a Liberty configuration, server.xml or what it includes (openliberty.io: "Server configuration overview").
type LibertyElement struct {
	Name     string
	Attrs    []XMLAttr
	Children []LibertyElement // nested ones, at most two deep
	Text     string           // trimmed
	Line     int
	// Of a server's configuration: the file, and of a nested one the ID by which Liberty knows it, "" for the first of those without one.
	File, ID string
}

// Attr is an attribute's value and line; attributes have no case where Liberty reads them from older spellings, so names are compared without.
func (e LibertyElement) Attr(name string) (XMLAttr, bool) {
	for _, a := range e.Attrs {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return XMLAttr{}, false
}

// ReadLiberty reads a file whose root element is <server> into its elements, in order: their order decides. Of a <client> it has none: a server passes over
// such a file without a word.
func ReadLiberty(data []byte) ([]LibertyElement, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	switch doc.Root.Name {
	case "client":
		return nil, nil
	case "server":
		return libertyElements(doc.Root, 3), nil
	default:
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <server>", excerpt(doc.Root.Name))
	}
}

func libertyElements(e *XMLElement, deep int) []LibertyElement {
	if deep == 0 {
		return nil
	}
	var list []LibertyElement
	for _, c := range e.Children {
		list = append(list, LibertyElement{Name: c.Name, Attrs: c.Attrs, Line: c.Line, Text: strings.TrimSpace(c.Text), Children: libertyElements(c, deep-1)})
	}
	return list
}

// maxLibertyValue bounds a value whose variables stand for others.
const maxLibertyValue = 64 << 10

// maxLibertyVariables bounds how many variables are replaced in one value, also in what they stand for: each may name many that stand for nothing.
const maxLibertyVariables = 10_000

// ExpandLiberty replaces ${name} by what lookup knows, also in what it knows, and ${a+1} by the sum (also -, * and /). What nobody knows stays as
// it is written. (openliberty.io: "Variable substitution")
func ExpandLiberty(s string, lookup Lookup) string { return LibertyExpansion(s, lookup).Text }

// LibertyExpansion is ExpandLiberty with what went in and what could not be replaced.
func LibertyExpansion(s string, lookup Lookup) Expansion {
	x := libertyExpander{expander{Placeholders: Placeholders{Lookup: lookup}, steps: maxLibertyVariables}}
	x.out.Text = x.text(s, nil)
	return x.out
}

type libertyExpander struct{ expander }

func (x *libertyExpander) text(s string, path []string) string {
	if len(path) == 8 {
		x.out.Cut = x.out.Cut || strings.Contains(s, "${")
		return s
	}
	return replaceBraced(s, maxLibertyValue, func(name string) string {
		written := "${" + name + "}"
		if x.steps--; x.steps < 0 {
			x.out.Cut = true
			return written
		}
		value, known := x.Lookup(name)
		if !known {
			value, known = libertySum(name, x.Lookup)
		}
		switch {
		case !known:
			x.missing(name)
			return written
		case slices.Contains(path, name):
			x.cyclic(path, name)
			return written
		}
		x.used(Used{name, value})
		return x.text(value, append(slices.Clip(path), name))
	})
}

// libertySum computes "a+1".
func libertySum(expression string, lookup Lookup) (string, bool) {
	at := strings.LastIndexAny(expression, "+-*/")
	if at <= 0 {
		return "", false
	}
	number := func(s string) (int, bool) {
		s = strings.TrimSpace(s)
		if v, ok := lookup(s); ok {
			s = v
		}
		n, err := strconv.Atoi(s)
		return n, err == nil
	}
	a, ok1 := number(expression[:at])
	b, ok2 := number(expression[at+1:])
	if !ok1 || !ok2 || expression[at] == '/' && b == 0 {
		return "", false
	}
	switch expression[at] {
	case '+':
		a += b
	case '-':
		a -= b
	case '*':
		a *= b
	case '/':
		a /= b
	}
	return strconv.Itoa(a), true
}
