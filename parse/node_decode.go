package parse

import (
	"encoding"
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Decode stores the document in v, a pointer, as encoding/json would, but strictly: unknown keys, keys in other case, wrong types, numbers that
// do not fit, and null where a value is needed are Problems. Keys that are not there leave their fields alone.
func (n *Node) Decode(v any) error {
	var d decoder
	d.value(n, reflect.ValueOf(v).Elem(), "")
	if len(d.problems) > 0 {
		return d.problems
	}
	return nil
}

type decoder struct{ problems Problems }

func (d *decoder) wrong(n *Node, path, format string, a ...any) {
	d.problems = append(d.problems, Problem{n.Pos, path, fmt.Sprintf(format, a...)})
}

// is reports whether the value has the kind wanted, and records it when not.
func (d *decoder) is(n *Node, want Kind, path string) bool {
	if n.Kind != want {
		d.wrong(n, path, "want %s, got %s", want, n.Kind)
	}
	return n.Kind == want
}

func (d *decoder) value(n *Node, v reflect.Value, path string) {
	if n.Kind == Null && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice || v.Kind() == reflect.Map || v.Kind() == reflect.Interface) {
		v.SetZero()
		return
	}
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		if d.is(n, String, path) {
			if err := u.UnmarshalText([]byte(n.Text)); err != nil {
				d.wrong(n, path, "%v", err)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(n, p.Elem(), path)
		v.Set(p)
	case reflect.Interface:
		v.Set(reflect.ValueOf(n.any()))
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.String:
		if d.is(n, String, path) {
			v.SetString(n.Text)
		}
	case reflect.Bool:
		if d.is(n, Bool, path) {
			v.SetBool(n.Text == "true")
		}
	default:
		d.number(n, v, path)
	}
}

func (d *decoder) number(n *Node, v reflect.Value, path string) {
	if !d.is(n, Number, path) {
		return
	}
	var err error
	switch {
	case v.CanInt():
		var i int64
		if i, err = strconv.ParseInt(n.Text, 10, v.Type().Bits()); err == nil {
			v.SetInt(i)
		}
	case v.CanUint():
		var u uint64
		if u, err = strconv.ParseUint(n.Text, 10, v.Type().Bits()); err == nil {
			v.SetUint(u)
		}
	case v.CanFloat():
		var f float64
		if f, err = strconv.ParseFloat(n.Text, v.Type().Bits()); err == nil {
			v.SetFloat(f)
		}
	default:
		d.wrong(n, path, "a2c cannot store this in a %s", v.Type())
		return
	}
	if err != nil {
		d.wrong(n, path, "want %s, got %s", numberName(v), shorten(n.Text))
	}
}

func numberName(v reflect.Value) string {
	switch {
	case v.CanFloat():
		return "a number"
	case v.CanUint():
		return fmt.Sprintf("a whole number from 0 of %d bits", v.Type().Bits())
	}
	return fmt.Sprintf("a whole number of %d bits", v.Type().Bits())
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

func (d *decoder) object(n *Node, v reflect.Value, path string) {
	if !d.is(n, Object, path) {
		return
	}
	fields := fieldsOf(v.Type())
	for _, f := range n.Fields {
		index, ok := fields[f.Name]
		if !ok {
			d.problems = append(d.problems, Problem{f.Pos, join(path, f.Name), unknown(f.Name, fields)})
			continue
		}
		d.value(f.Value, v.FieldByIndex(index), join(path, f.Name))
	}
}

func (d *decoder) mapping(n *Node, v reflect.Value, path string) {
	if v.Type().Key().Kind() != reflect.String {
		d.wrong(n, path, "a2c cannot store this in a %s", v.Type())
		return
	}
	if !d.is(n, Object, path) {
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Fields)))
	for _, f := range n.Fields {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.SetString(f.Name)
		if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](key.Addr()); ok {
			if err := u.UnmarshalText([]byte(f.Name)); err != nil {
				d.problems = append(d.problems, Problem{f.Pos, join(path, f.Name), err.Error()})
			}
		}
		d.value(f.Value, elem, join(path, f.Name))
		v.SetMapIndex(key, elem)
	}
}

func (d *decoder) list(n *Node, v reflect.Value, path string) {
	if v.Type().Elem().Kind() == reflect.Uint8 && n.Kind == String {
		b, err := base64.StdEncoding.DecodeString(n.Text)
		if err != nil {
			d.wrong(n, path, "want base64: %v", err)
			return
		}
		v.SetBytes(b)
		return
	}
	if !d.is(n, Array, path) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
	for i, item := range n.Items {
		d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

// fieldsOf maps the JSON names of a struct's fields to their indexes.
func fieldsOf(t reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields[name] = f.Index
	}
	return fields
}

func unknown(name string, fields map[string][]int) string {
	best, bestDist := "", 1+len(name)/3
	names := make([]string, 0, len(fields))
	for f := range fields {
		names = append(names, f)
	}
	slices.Sort(names)
	for _, f := range names {
		if dist := Distance(strings.ToLower(name), strings.ToLower(f), bestDist); dist <= bestDist && (best == "" || dist < bestDist) {
			best, bestDist = f, dist
		}
	}
	if best != "" {
		return fmt.Sprintf("unknown key; did you mean %q?", best)
	}
	return "unknown key; known here: " + strings.Join(names, ", ")
}

// Distance is how many bytes have to be put in, taken out, replaced or swapped with their neighbour to turn a into b (optimal string
// alignment). It gives up beyond limit and returns limit+1.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := func() []int { return make([]int, len(b)+1) }
	before, last, now := row(), row(), row()
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return min(last[len(b)], limit+1)
}
