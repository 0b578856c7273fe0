package parse

import (
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
func ExpandLiberty(s string, lookup Lookup) string {
	left := maxLibertyVariables
	return expandLiberty(s, lookup, 8, &left)
}

func expandLiberty(s string, lookup Lookup, deep int, left *int) string {
	if deep == 0 {
		return s
	}
	return replaceBraced(s, maxLibertyValue, func(name string) string {
		if *left--; *left < 0 {
			return "${" + name + "}"
		}
		value, known := lookup(name)
		if !known {
			value, known = libertySum(name, lookup)
		}
		if !known {
			return "${" + name + "}"
		}
		return expandLiberty(value, lookup, deep-1, left)
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
