package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
)

// Bounds of a YAML stream that is read as nodes.
const (
	MaxYAML      = 16 << 20  // bytes; the library's tree takes some hundred bytes for each value
	maxYAMLNodes = 2_000_000 // values, each as often as aliases lead to it
)

// YAML reads the documents of a stream as JSON's values (YAML 1.2.2, chapter 10.2), those that hold nothing left out. Aliases and merge keys are
// followed, with a bound. A local tag is written out as CloudFormation does it: "!Sub text" is {"Fn::Sub": "text"}, "!Ref x" is {"Ref": "x"}.
// Syntax errors, keys that stand twice, and streams that are too large or too deep come back as Problems.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
func YAML(data []byte) ([]*Node, error) {
	places := placer{data: data, line: 1, col: 1}
	if len(data) > MaxYAML {
		return nil, Problems{{places.at(0), "", fmt.Sprintf("the document has %d bytes; at most %d are read", len(data), MaxYAML)}}
	}
	if i := notUTF8(data); i >= 0 {
		return nil, Problems{{places.at(i), "", fmt.Sprintf("byte 0x%02x is not UTF-8", data[i])}}
	}
	left := &atomic.Int64{}
	left.Store(maxYAMLNodes)
	parts := yamlParts(data, runtime.GOMAXPROCS(0))
	read, failed := make([][]*Node, len(parts)), make([]error, len(parts))
	var beside sync.WaitGroup
	for i, p := range parts {
		beside.Go(func() { read[i], failed[i] = p.documents(left) })
	}
	beside.Wait()
	var problems Problems
	for _, err := range failed {
		if p, ok := errors.AsType[Problems](err); ok {
			problems = append(problems, p...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return slices.Concat(read...), nil
}

// yamlPart is a part of a stream that holds whole documents.
type yamlPart struct {
	data  []byte
	lines int // before it
}

// leastPart is how large a part is to be that is read beside others.
const leastPart = 1 << 20

// yamlParts cuts a stream where a document begins: three dashes at the beginning of a line can stand nowhere else (YAML 1.2.2, 9.1.2, "forbidden"). A stream with
// directives, which stand before the dashes, stays whole.
func yamlParts(data []byte, most int) []yamlPart {
	whole := []yamlPart{{data: data}}
	if len(data) < 2*leastPart || data[0] == '%' || bytes.Contains(data, []byte("\n%")) {
		return whole
	}
	size := max(leastPart, len(data)/most+1)
	parts := whole[:0]
	lines := 0
	for len(data) > size {
		at := bytes.Index(data[size:], []byte("\n---\n"))
		if at < 0 {
			break
		}
		at += size + 1
		parts = append(parts, yamlPart{data[:at], lines})
		lines += bytes.Count(data[:at], []byte("\n"))
		data = data[at:]
	}
	return append(parts, yamlPart{data, lines})
}

// documents reads a part; left is how many values may still be read, of all parts together.
func (p yamlPart) documents(left *atomic.Int64) ([]*Node, error) {
	r := yamlReader{left: left, lines: p.lines}
	d := yaml.NewDecoder(bytes.NewReader(p.data))
	var documents []*Node
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			problem := yamlProblem(p.data, err)
			problem.Pos.Line += p.lines
			return nil, Problems{problem}
		}
		if len(n.Content) == 0 {
			continue
		}
		v, err := r.value(n.Content[0], nil, 0)
		if err != nil {
			return nil, err
		}
		if v.Kind != Null {
			documents = append(documents, v)
		}
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return documents, nil
}

// yamlProblem places what the library says of a line at the first sign of that line: it tells no column.
func yamlProblem(data []byte, err error) Problem {
	what, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if rest, ok := strings.CutPrefix(what, "line "); ok {
		if digits, tail, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(digits); err == nil && n > 0 {
				line, what = n, tail
			}
		}
	}
	col := 1
	for i, text := range bytes.SplitN(data, []byte("\n"), line+1) {
		if i == line-1 {
			col += len(text) - len(bytes.TrimLeft(text, " "))
		}
	}
	return Problem{Pos{line, col}, "", what}
}

type yamlReader struct {
	left     *atomic.Int64 // values that may still be read
	lines    int           // before the part that is read
	problems Problems
}

// pos is where a value stands in the whole stream.
func (r *yamlReader) pos(n *yaml.Node) Pos { return Pos{n.Line + r.lines, n.Column} }

func (r *yamlReader) value(n *yaml.Node, path *trail, depth int) (*Node, error) {
	pos := r.pos(n)
	if depth > MaxJSONDepth {
		return nil, Problems{{pos, "", fmt.Sprintf("nested deeper than %d levels, or an alias that holds itself", MaxJSONDepth)}}
	}
	if r.left.Add(-1) < 0 {
		return nil, Problems{{pos, "", fmt.Sprintf("more than %d values, aliases followed", maxYAMLNodes)}}
	}
	if tag, ok := localTag(n); ok {
		plain := *n
		plain.Tag = ""
		v, err := r.value(&plain, path, depth+1)
		if err != nil {
			return nil, err
		}
		return &Node{Kind: Object, Pos: pos, Fields: []Field{{tag, pos, v}}}, nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.value(n.Alias, path, depth+1)
	case yaml.MappingNode:
		return r.mapping(n, path, depth)
	case yaml.SequenceNode:
		list := &Node{Kind: Array, Pos: pos, Items: make([]*Node, 0, len(n.Content))}
		for i, c := range n.Content {
			v, err := r.value(c, &trail{up: path, index: i, item: true}, depth+1)
			if err != nil {
				return nil, err
			}
			list.Items = append(list.Items, v)
		}
		return list, nil
	}
	return r.scalar(n), nil
}

// localTag is the intrinsic function that a tag stands for.
func localTag(n *yaml.Node) (string, bool) {
	name, ok := strings.CutPrefix(n.Tag, "!")
	switch {
	case !ok || name == "" || strings.HasPrefix(name, "!"):
		return "", false
	case name == "Ref" || name == "Condition":
		return name, true
	}
	return "Fn::" + name, true
}

func (r *yamlReader) scalar(n *yaml.Node) *Node {
	v := &Node{Kind: String, Pos: r.pos(n), Text: n.Value}
	switch n.ShortTag() {
	case "!!int", "!!float":
		v.Kind = Number
	case "!!bool":
		v.Kind, v.Text = Bool, strings.ToLower(n.Value)
	case "!!null":
		v.Kind, v.Text = Null, ""
	}
	return v
}

func (r *yamlReader) mapping(n *yaml.Node, path *trail, depth int) (*Node, error) {
	object := &Node{Kind: Object, Pos: r.pos(n), Fields: make([]Field, 0, len(n.Content)/2)}
	seen := map[string]Pos{}
	var merged []*Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		pos := r.pos(k)
		if k.Kind != yaml.ScalarNode {
			return nil, Problems{{pos, path.String(), "a key is no plain text"}}
		}
		inner := &trail{up: path, name: k.Value}
		value, err := r.value(v, inner, depth+1)
		if err != nil {
			return nil, err
		}
		if k.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if first, dup := seen[k.Value]; dup {
			r.problems = append(r.problems, Problem{pos, inner.String(), fmt.Sprintf("the key stands twice, first in line %d", first.Line)})
			continue
		}
		seen[k.Value] = pos
		object.Fields = append(object.Fields, Field{k.Value, pos, value})
	}
	for _, m := range merged {
		object.merge(m, seen)
	}
	return object, nil
}

// merge adds what a merge key brings: the keys of an object, or of several, that are not there yet (https://yaml.org/type/merge.html).
func (n *Node) merge(from *Node, seen map[string]Pos) {
	for _, item := range from.Items {
		n.merge(item, seen)
	}
	for _, f := range from.Fields {
		if _, there := seen[f.Name]; !there {
			seen[f.Name] = f.Pos
			n.Fields = append(n.Fields, f)
		}
	}
}
