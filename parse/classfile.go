package parse

import (
	"errors"
	"strings"
)

// ClassMethod is a method of a class file with the annotations that are kept at run time; those of the class itself have no Name.
type ClassMethod struct {
	Class, Name string            // "com/example/Jobs", "nightly"
	Annotations map[string]string // by descriptor, "Lorg/…/Scheduled;": elements that are texts, numbers or names, "cron=0 0 3 * * *"
}

// ErrNoClass says that bytes are no class file, or end in the middle of one.
var ErrNoClass = errors.New("is no whole class file")

// AnnotatedMethods reads the annotations of a class and of its methods (JVM specification, 4.7.16); what has none is left out.
func AnnotatedMethods(class []byte) ([]ClassMethod, error) {
	head, texts, names, ok := openClass(class)
	if !ok {
		return nil, ErrNoClass
	}
	r := annotationReader{head, texts, names}
	r.skip(2) // access flags
	name := r.texts[r.names[r.number(2)]]
	r.skip(2)               // super class
	r.skip(2 * r.number(2)) // interfaces
	r.members(name)         // fields
	methods := r.members(name)
	if own := r.attributes(); len(own) > 0 {
		methods = append(methods, ClassMethod{Class: name, Annotations: own})
	}
	if r.short {
		return nil, ErrNoClass
	}
	return methods, nil
}

type annotationReader struct {
	classReader
	texts map[int]string
	names map[int]int
}

// members reads fields or methods.
func (r *annotationReader) members(class string) []ClassMethod {
	var list []ClassMethod
	for n := r.number(2); n > 0 && !r.short; n-- {
		r.skip(2) // access flags
		name := r.texts[r.number(2)]
		r.skip(2) // descriptor
		if a := r.attributes(); len(a) > 0 {
			list = append(list, ClassMethod{class, name, a})
		}
	}
	return list
}

// attributes reads those of one class, field or method, and the annotations among them.
func (r *annotationReader) attributes() map[string]string {
	found := map[string]string{}
	for n := r.number(2); n > 0 && !r.short; n-- {
		name := r.texts[r.number(2)]
		body := r.take(r.number(4))
		if name != "RuntimeVisibleAnnotations" || r.short {
			continue
		}
		inner := annotationReader{classReader{data: body}, r.texts, r.names}
		for k := inner.number(2); k > 0 && !inner.short; k-- {
			inner.annotation(found, 0)
		}
		r.short = inner.short
	}
	return found
}

// maxAnnotation is how deep annotations may lie in each other.
const maxAnnotation = 16

// annotation reads one into found, with those inside of it: @Schedules holds several of a kind.
func (r *annotationReader) annotation(found map[string]string, depth int) {
	kind := r.texts[r.number(2)]
	var list []string
	for n := r.number(2); n > 0 && !r.short; n-- {
		name := r.texts[r.number(2)]
		if v := r.element(found, depth); v != "" {
			list = append(list, name+"="+v)
		}
	}
	values := strings.Join(list, ", ")
	if before := found[kind]; before != "" {
		values = before + "; " + values
	}
	found[kind] = values
}

// element reads a value (4.7.16.1); "" for one that is no text, number or name.
func (r *annotationReader) element(found map[string]string, depth int) string {
	if depth > maxAnnotation {
		r.short = true
		return ""
	}
	switch r.take(1)[0] {
	case 'e':
		r.skip(2)
		return r.texts[r.number(2)]
	case '@':
		r.annotation(found, depth+1)
		return ""
	case '[':
		var list []string
		for n := r.number(2); n > 0 && !r.short; n-- {
			if v := r.element(found, depth+1); v != "" {
				list = append(list, v)
			}
		}
		return strings.Join(list, " ")
	}
	return r.texts[r.number(2)] // texts and numbers; of a class its descriptor
}
