package model

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// WithLists is a document as it is written: a list or map that holds nothing is [] or {}, never null, which the schemas do not allow and readers would
// have to expect. Fields that are left out when empty stay so. v itself is not changed; what needs no change is shared with it.
func WithLists(v any) any {
	if v == nil {
		return nil
	}
	out, _ := withLists(reflect.ValueOf(v), true)
	return out.Interface()
}

// withLists reports whether the value had to be made anew. written: an empty list or map of it is written.
func withLists(v reflect.Value, written bool) (out reflect.Value, changed bool) {
	if writesItself(v.Type()) {
		return v, false
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			if !written {
				return v, false
			}
			return reflect.MakeSlice(v.Type(), 0, 0), true
		}
		return listItems(v)
	case reflect.Array:
		return listItems(v)
	case reflect.Map:
		if v.IsNil() {
			if !written {
				return v, false
			}
			return reflect.MakeMap(v.Type()), true
		}
		return mapValues(v)
	case reflect.Struct:
		return structFields(v)
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return v, false
		}
		inner, changed := withLists(v.Elem(), true)
		if !changed {
			return v, false
		}
		if v.Kind() == reflect.Interface {
			return inner, true
		}
		out = reflect.New(inner.Type())
		out.Elem().Set(inner)
		return out, true
	}
	return v, false
}

// writesItself reports types that choose their own form: times, raw JSON.
func writesItself(t reflect.Type) bool {
	for _, i := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Implements(i) || reflect.PointerTo(t).Implements(i) {
			return t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface
		}
	}
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 // base64
}

func listItems(v reflect.Value) (reflect.Value, bool) {
	out, changed := v, false
	for i := range v.Len() {
		item, differs := withLists(v.Index(i), true)
		if !differs {
			continue
		}
		if !changed {
			out, changed = reflect.New(v.Type()).Elem(), true
			if v.Kind() == reflect.Slice {
				out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			}
			reflect.Copy(out, v)
		}
		out.Index(i).Set(item)
	}
	return out, changed
}

func mapValues(v reflect.Value) (reflect.Value, bool) {
	out, changed := v, false
	for i := v.MapRange(); i.Next(); {
		value, differs := withLists(i.Value(), true)
		if !differs {
			continue
		}
		if !changed {
			out, changed = reflect.MakeMapWithSize(v.Type(), v.Len()), true
			for k := v.MapRange(); k.Next(); {
				out.SetMapIndex(k.Key(), k.Value())
			}
		}
		out.SetMapIndex(i.Key(), value)
	}
	return out, changed
}

func structFields(v reflect.Value) (reflect.Value, bool) {
	out, changed := v, false
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" && options == "" {
			continue
		}
		value, differs := withLists(v.Field(i), !strings.Contains(options, "omit"))
		if !differs {
			continue
		}
		if !changed {
			out, changed = reflect.New(v.Type()).Elem(), true
			out.Set(v)
		}
		out.Field(i).Set(value)
	}
	return out, changed
}
