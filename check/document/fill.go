package document

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"a2c/parse"
)

// reader fills typed subjects from the nodes of one file.
type reader struct {
	file string
	// loose: names in any case and numbers as text, as CloudFormation takes them. Else names and types are the API's own.
	loose bool
	yaml  bool // yes, no, on and off are truths
	// blocks: as Terraform writes it, names with underscores, each object a list of one.
	blocks bool
	// resolve follows intrinsic functions; nil where there are none.
	resolve func(n *parse.Node) answer
	root    *parse.Node // of a template
	names   map[reflect.Type]map[string]int
	wrong   []Note
}

// answer is what is known of a node: the value, or why it is not known.
type answer struct {
	node  *parse.Node
	is    State
	there bool
	why   string
}

func (r *reader) look(n *parse.Node) answer {
	if r.resolve != nil {
		if a := r.resolve(n); a.is != Set {
			return a
		} else {
			n = a.node
		}
	}
	if n.Kind == parse.Null {
		return answer{is: Absent}
	}
	return answer{node: n, is: Set}
}

// slot is a field that can be filled.
type slot interface {
	fill(r *reader, n *parse.Node, at Place)
}

func (v *Value[T]) fill(r *reader, n *parse.Node, at Place) {
	a := r.look(n)
	if r.blocks && a.is == Set && a.node.Kind == parse.Array && reflect.TypeFor[T]().Kind() == reflect.Struct {
		if len(a.node.Items) == 0 {
			a = answer{is: Absent}
		} else {
			n = a.node.Items[0]
			a, at = r.look(n), at.item(0, n)
		}
	}
	v.At, v.Is, v.There, v.Why = at, a.is, a.there, a.why
	if a.is != Set {
		return
	}
	if want := r.store(&v.V, a.node, at); want != "" {
		v.Is = Wrong
		r.wrong = append(r.wrong, Note{at, fmt.Sprintf("want %s, got %s", want, a.node.Kind)})
	}
}

// store puts a node's value into a field and returns what would have been wanted where it does not fit.
func (r *reader) store(field any, n *parse.Node, at Place) (want string) {
	switch p := field.(type) {
	case *string:
		*p = n.Text
		return unless(n.Kind == parse.String || r.loose && scalar(n), "a string")
	case *Scalar:
		*p = Scalar(n.Text)
		return unless(scalar(n), "a string")
	case *Raw:
		p.Node = n
		return ""
	case *bool:
		v, ok := r.truth(n)
		*p = v
		return unless(ok, "true or false")
	case *int64:
		v, err := strconv.ParseInt(n.Text, 0, 64)
		*p = v
		return unless(err == nil && (n.Kind == parse.Number || r.loose && n.Kind == parse.String), "a whole number")
	case *[]Pair:
		for _, f := range n.Fields {
			pair := Pair{Name: f.Name, Text: f.Value.Kind == parse.String}
			pair.fill(r, f.Value, at.key(f.Name, f.Value))
			*p = append(*p, pair)
		}
		return unless(n.Kind == parse.Object, "an object")
	}
	return r.compound(reflect.ValueOf(field).Elem(), n, at)
}

func unless(ok bool, want string) string {
	if ok {
		return ""
	}
	return want
}

func scalar(n *parse.Node) bool {
	return n.Kind == parse.String || n.Kind == parse.Number || n.Kind == parse.Bool
}

// truth reads true and false; in YAML 1.1, which Kubernetes and CloudFormation read, also yes, no, on and off.
func (r *reader) truth(n *parse.Node) (value, ok bool) {
	text := strings.ToLower(n.Text)
	switch {
	case n.Kind == parse.Bool, n.Kind == parse.String && r.loose && (text == "true" || text == "false"):
		return text == "true", true
	case n.Kind == parse.String && r.yaml && slices.Contains([]string{"yes", "on"}, text):
		return true, true
	case n.Kind == parse.String && r.yaml && slices.Contains([]string{"no", "off"}, text):
		return false, true
	}
	return false, false
}

// compound fills a list or a struct of slots.
func (r *reader) compound(v reflect.Value, n *parse.Node, at Place) (want string) {
	if v.Kind() == reflect.Slice {
		if n.Kind != parse.Array {
			return "a list"
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
		for i, item := range n.Items {
			r.put(v.Index(i), item, at.item(i, item))
		}
		return ""
	}
	if n.Kind != parse.Object {
		return "an object"
	}
	names := r.fields(v.Type())
	for _, f := range n.Fields {
		if i, ok := names[r.fold(f.Name)]; ok {
			r.put(v.Field(i), f.Value, at.key(f.Name, f.Value))
		}
	}
	return ""
}

func (r *reader) put(v reflect.Value, n *parse.Node, at Place) {
	if s, ok := reflect.TypeAssert[slot](v.Addr()); ok {
		s.fill(r, n, at)
	}
}

func (r *reader) fold(name string) string {
	if r.blocks {
		name = strings.ReplaceAll(name, "_", "")
	}
	if r.loose {
		return strings.ToLower(name)
	}
	return name
}

// fields maps the names of a struct's fields (tag doc: one or more, else the field's with a small first letter) to their indexes.
func (r *reader) fields(t reflect.Type) map[string]int {
	if names, ok := r.names[t]; ok {
		return names
	}
	names := map[string]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		all := strings.Fields(f.Tag.Get("doc"))
		if len(all) == 0 {
			all = []string{strings.ToLower(f.Name[:1]) + f.Name[1:]}
		}
		if r.blocks {
			all = append(all, strings.Fields(f.Tag.Get("tf"))...)
		}
		for _, name := range all {
			names[r.fold(name)] = i
		}
	}
	if r.names == nil {
		r.names = map[reflect.Type]map[string]int{}
	}
	r.names[t] = names
	return names
}

// fillStruct fills the slots of a struct, a pointer, from an object.
func (r *reader) fillStruct(v any, n *parse.Node, at Place) {
	if want := r.compound(reflect.ValueOf(v).Elem(), n, at); want != "" {
		r.wrong = append(r.wrong, Note{at, fmt.Sprintf("want %s, got %s", want, n.Kind)})
	}
}
