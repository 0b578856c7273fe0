package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of JSON.
const (
	MaxJSON      = 64 << 20 // bytes; the analysis of a large application takes a few MB
	MaxJSONDepth = 100      // nested objects and arrays; our own documents stay below 12
)

// Kind of a JSON value, in the words that errors use.
type Kind string

// Kinds of JSON values.
const (
	Object Kind = "an object"
	Array  Kind = "an array"
	String Kind = "a string"
	Number Kind = "a number"
	Bool   Kind = "true or false"
	Null   Kind = "null"
)

// Node is one value of a JSON document (RFC 8259), with its place.
type Node struct {
	Kind   Kind
	Pos    Pos
	Text   string  // String: the unescaped text; Number and Bool: as written
	Fields []Field // of an Object, in the document's order; names are unique
	Items  []*Node // of an Array
}

// Field is a key with its value.
type Field struct {
	Name  string
	Pos   Pos // of the key's opening quote
	Value *Node
}

// Pos is a place in a text: line and column, both from 1; the column counts characters.
type Pos struct{ Line, Col int }

func (p Pos) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Col) }

// Problem is one thing that is wrong with a document.
type Problem struct {
	Pos  Pos
	Path string // "containerParameters.logLocations[2]"; "" for the document itself
	Msg  string // "want a number, got a string"
}

func (p Problem) Error() string {
	if p.Path == "" {
		return fmt.Sprintf("%s: %s", p.Pos, p.Msg)
	}
	return fmt.Sprintf("%s: %s: %s", p.Pos, p.Path, p.Msg)
}

// Problems is everything that is wrong with a document, in its order. As an error it is one line each.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Get returns the value of a key, or nil.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for _, f := range n.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// At puts the value and all within it at one place: that of the text that it was read from.
func (n *Node) At(pos Pos) *Node {
	n.Pos = pos
	for i := range n.Fields {
		n.Fields[i].Pos = pos
		n.Fields[i].Value.At(pos)
	}
	for _, item := range n.Items {
		item.At(pos)
	}
	return n
}

// JSON reads one document. Syntax errors, text that is not UTF-8, duplicate keys, and documents that are too large or too deep come
// back as Problems.
func JSON(data []byte) (*Node, error) {
	places := placer{data: data, line: 1, col: 1}
	if len(data) > MaxJSON {
		return nil, Problems{{places.at(0), "", fmt.Sprintf("the document has %d bytes; at most %d are read", len(data), MaxJSON)}}
	}
	if i := notUTF8(data); i >= 0 {
		return nil, Problems{{places.at(i), "", fmt.Sprintf("byte 0x%02x is not UTF-8", data[i])}}
	}
	if p := syntax(data); p != nil {
		return nil, Problems{*p}
	}
	r := reader{d: json.NewDecoder(bytes.NewReader(data)), places: &places}
	r.d.UseNumber()
	n, err := r.value(nil, 0)
	if err != nil {
		return nil, err
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return n, nil
}

func notUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// syntax returns the first syntax error with its place, and a guess at the cause where it is a usual one.
func syntax(data []byte) *Problem {
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	if err == nil {
		return nil
	}
	places := placer{data: data, line: 1, col: 1}
	var s *json.SyntaxError
	if !errors.As(err, &s) {
		return &Problem{places.at(0), "", err.Error()}
	}
	if strings.Contains(s.Error(), "unexpected end") {
		return &Problem{places.at(len(data)), "", "the document ends too early: a bracket, brace or quote is not closed"}
	}
	at := max(int(s.Offset)-1, 0) // Offset is behind the byte that offends
	before := bytes.TrimRight(data[:min(at, len(data))], " \t\r\n")
	msg := s.Error()
	switch {
	case at >= len(data):
	case bytes.HasSuffix(before, []byte(",")) && (data[at] == '}' || data[at] == ']'):
		msg += " (a comma too many before it?)"
	case strings.Contains(msg, "after object key:value pair"), strings.Contains(msg, "after array element"):
		msg += " (a comma missing before it?)"
	case data[at] == '/' || data[at] == '#':
		msg += " (JSON knows no comments)"
	}
	return &Problem{places.at(at), "", msg}
}

// placer turns rising offsets into places, each byte of the document looked at once.
type placer struct {
	data      []byte
	offset    int
	line, col int
}

func (p *placer) at(offset int) Pos {
	for ; p.offset < offset && p.offset < len(p.data); p.offset++ {
		switch c := p.data[p.offset]; {
		case c == '\n':
			p.line++
			p.col = 1
		case utf8.RuneStart(c):
			p.col++
		}
	}
	return Pos{p.line, p.col}
}

// reader builds the tree of a document whose syntax is known to be right.
type reader struct {
	d        *json.Decoder
	places   *placer
	problems Problems
}

// next returns the next token and where it begins.
func (r *reader) next() (json.Token, Pos, error) {
	at := int(r.d.InputOffset())
	for at < len(r.places.data) && strings.IndexByte(" \t\r\n,:", r.places.data[at]) >= 0 {
		at++
	}
	pos := r.places.at(at)
	t, err := r.d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, pos, Problems{{pos, "", err.Error()}}
	}
	return t, pos, nil
}

func (r *reader) value(path *trail, depth int) (*Node, error) {
	t, pos, err := r.next()
	if err != nil {
		return nil, err
	}
	if depth > MaxJSONDepth {
		return nil, Problems{{pos, "", fmt.Sprintf("nested deeper than %d levels", MaxJSONDepth)}}
	}
	switch t := t.(type) {
	case string:
		return &Node{Kind: String, Pos: pos, Text: t}, nil
	case json.Number:
		return &Node{Kind: Number, Pos: pos, Text: t.String()}, nil
	case bool:
		return &Node{Kind: Bool, Pos: pos, Text: fmt.Sprint(t)}, nil
	case json.Delim:
		if t == '{' {
			return r.object(&Node{Kind: Object, Pos: pos}, path, depth)
		}
		return r.array(&Node{Kind: Array, Pos: pos}, path, depth)
	}
	return &Node{Kind: Null, Pos: pos}, nil
}

func (r *reader) object(n *Node, path *trail, depth int) (*Node, error) {
	var seen map[string]Pos
	for r.d.More() {
		t, pos, err := r.next()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string)
		inner := &trail{up: path, name: name}
		v, err := r.value(inner, depth+1)
		if err != nil {
			return nil, err
		}
		if first, dup := n.first(name, seen); dup {
			r.problems = append(r.problems, Problem{pos, inner.String(), fmt.Sprintf("the key stands twice, first in line %d", first.Line)})
			continue
		}
		n.Fields = append(n.Fields, Field{name, pos, v})
		switch {
		case seen != nil:
			seen[name] = pos
		case len(n.Fields) == fewKeys:
			seen = map[string]Pos{}
			for _, f := range n.Fields {
				seen[f.Name] = f.Pos
			}
		}
	}
	_, _, err := r.next() // the closing brace
	return n, err
}

func (r *reader) array(n *Node, path *trail, depth int) (*Node, error) {
	for r.d.More() {
		v, err := r.value(&trail{up: path, index: len(n.Items), item: true}, depth+1)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, v)
	}
	_, _, err := r.next() // the closing bracket
	return n, err
}

// fewKeys is up to where looking through an object's keys is faster than a map.
const fewKeys = 16

// first finds where a key stands already: in seen, where there is one.
func (n *Node) first(name string, seen map[string]Pos) (Pos, bool) {
	if seen != nil {
		pos, dup := seen[name]
		return pos, dup
	}
	for _, f := range n.Fields {
		if f.Name == name {
			return f.Pos, true
		}
	}
	return Pos{}, false
}

// trail leads to a value. It is written out only where something is wrong.
type trail struct {
	up    *trail
	name  string
	index int
	item  bool // of an array: index counts
}

func (t *trail) String() string {
	switch {
	case t == nil:
		return ""
	case t.item:
		return fmt.Sprintf("%s[%d]", t.up, t.index)
	}
	return join(t.up.String(), t.name)
}

// join appends a key to a path; keys that are no plain words are quoted, so that a path is safe to print.
func join(path, name string) string {
	plain := name != ""
	for _, c := range name {
		plain = plain && (c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z')
	}
	switch {
	case !plain:
		return fmt.Sprintf("%s[%q]", path, name)
	case path == "":
		return name
	}
	return path + "." + name
}
