package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
)

// Depths of a document below which its parts are one, so that a hostile one costs little.
const (
	deepest = 100 // parts have places of their own
	ordered = 16  // lists are looked at for another order
)

// varies is what is known of a place whose value the live application changes by itself.
type varies struct {
	kind   string          // model.MaskJSON, model.MaskOrder
	types  map[string]bool // JSON types seen there; nil: any
	comes  bool            // it is not always there
	bytes  int
	masked bool // there was something to mask
}

// variations by place.
type variations map[string]*varies

// json compares three documents as values: neither white space nor the order of keys means anything (RFC 8259), and numbers are compared as they are
// written. false: they are none.
func (c *comparer) json(live, again, twin string) (outcome, bool) {
	var values [3]any
	for i, s := range []string{live, again, twin} {
		v, ok := parseJSON(s)
		if !ok {
			return outcome{}, false
		}
		values[i] = v
	}
	own := variations{}
	for name := range c.known {
		if kind, where, _ := strings.Cut(name, " "); kind == model.MaskJSON || kind == model.MaskOrder {
			own[where] = &varies{kind: kind}
		}
	}
	own.find(values[0], values[1], "$", 0)
	if c.o.Unordered {
		own.reordered(values[0], values[2])
	}
	a, t := own.hide(values[0], "$", 0), own.hide(values[2], "$", 0)
	x := outcome{live: indent(a), twin: indent(t)}
	taken := 0
	for _, at := range sorted(own) {
		if v := own[at]; v.masked || v.comes {
			x.masks = append(x.masks, model.Mask{Kind: v.kind, Where: at, Bytes: int64(v.bytes)})
			if v.kind == model.MaskJSON {
				taken += v.bytes
			}
		}
	}
	if len(x.masks) > partLimit {
		x.masks = append(x.masks[:partLimit], model.Mask{Kind: model.MaskJSON, Where: fmt.Sprintf("%d more places", len(own)-partLimit)})
	}
	x.share = min(1, float64(taken)/float64(max(1, len(encode(values[0])))))
	if x.live != x.twin {
		differ := variations{}
		differ.find(a, t, "$", 0)
		x.places = sorted(differ)
	}
	return x, true
}

// find notes where b differs from a.
func (v variations) find(a, b any, at string, depth int) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok && depth < deepest {
			v.object(x, y, at, depth)
			return
		}
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) || depth >= deepest {
			break
		}
		if depth < ordered && reordered(x, y) {
			v[at] = &varies{kind: model.MaskOrder}
			return
		}
		for i := range x {
			v.find(x[i], y[i], fmt.Sprintf("%s[%d]", at, i), depth+1)
		}
		return
	}
	if typeOf(a) != typeOf(b) || encode(a) != encode(b) {
		v[at] = &varies{kind: model.MaskJSON, types: map[string]bool{typeOf(a): true, typeOf(b): true}}
	}
}

// reordered adds the lists that b has in another order.
func (v variations) reordered(a, b any) {
	other := variations{}
	other.find(a, b, "$", 0)
	for at, m := range other {
		if m.kind == model.MaskOrder {
			v[at] = m
		}
	}
}

func (v variations) object(x, y map[string]any, at string, depth int) {
	for key, value := range x {
		other, ok := y[key]
		if ok {
			v.find(value, other, at+member(key), depth+1)
		} else {
			v[at+member(key)] = &varies{kind: model.MaskJSON, comes: true, bytes: len(encode(value))}
		}
	}
	for key := range y {
		if _, ok := x[key]; !ok {
			v[at+member(key)] = &varies{kind: model.MaskJSON, comes: true}
		}
	}
}

// hide returns a value without what varies.
func (v variations) hide(value any, at string, depth int) any {
	m := v[at]
	list, isList := value.([]any)
	switch {
	case m == nil:
	case m.kind == model.MaskOrder && isList:
		m.note(value)
		list = slices.Clone(list)
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(encode(a), encode(b)) })
		return list
	case m.kind == model.MaskJSON && (m.types == nil || m.types[typeOf(value)]):
		m.note(value)
		return hidden
	}
	if depth >= deepest || len(v) == 0 {
		return value
	}
	if isList {
		out := make([]any, len(list))
		for i := range list {
			out[i] = v.hide(list[i], fmt.Sprintf("%s[%d]", at, i), depth+1)
		}
		return out
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	out := make(map[string]any, len(object))
	for key, part := range object {
		if m := v[at+member(key)]; m == nil || !m.comes {
			out[key] = v.hide(part, at+member(key), depth+1)
		}
	}
	return out
}

// note remembers the size of the first value, which is the live one.
func (m *varies) note(value any) {
	if !m.masked {
		m.masked, m.bytes = true, len(encode(value))
	}
}

// reordered reports whether two lists of one length hold the same in another order.
func reordered(x, y []any) bool {
	a, b := make([]string, len(x)), make([]string, len(y))
	for i := range x {
		a[i], b[i] = encode(x[i]), encode(y[i])
	}
	if slices.Equal(a, b) {
		return false
	}
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	}
	return "null"
}

// member is a key in a path (RFC 9535).
func member(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "[" + strconv.Quote(key) + "]"
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func parseJSON(s string) (any, bool) {
	if t := strings.TrimSpace(s); t == "" || t[0] != '{' && t[0] != '[' {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber() // 1.0 and 1 stay apart
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, err == io.EOF
}

func encode(v any) string { return strings.TrimSuffix(write(v, ""), "\n") }

// indent writes one value a line with sorted keys.
func indent(v any) string { return write(v, " ") }

func write(v any, by string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", by)
	if err := e.Encode(v); err != nil {
		return err.Error() // of what was decoded, never
	}
	return b.String()
}
