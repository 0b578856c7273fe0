package containerize

import (
	"slices"

	"a2c/parse"
)

// xmlEdit is one edit of an XML document: an attribute of an element, or without one that the element goes.
type xmlEdit struct {
	element     *parse.XMLElement
	attr, value string
}

// xml makes edits whose elements were parsed from the document as it is. They go from its end to its beginning, so that the offsets before stay.
func (e *configEdit) xml(edits []xmlEdit) {
	at := func(x xmlEdit) int {
		if a, ok := x.element.Attr(x.attr); ok && x.attr != "" {
			return a.Start
		}
		return x.element.NameEnd
	}
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b xmlEdit) int { return at(b) - at(a) })
	after := e.data
	for _, x := range edits {
		if x.attr == "" {
			after = parse.RemoveXML(after, x.element)
		} else {
			after = parse.SetXMLAttr(after, x.element, x.attr, x.value)
		}
	}
	e.becomes(after)
}

// eachElement calls do for an element and all below it, with the elements above it.
func eachElement(e *parse.XMLElement, above []*parse.XMLElement, do func(e *parse.XMLElement, above []*parse.XMLElement)) {
	do(e, above)
	above = append(slices.Clip(above), e)
	for _, c := range e.Children {
		eachElement(c, above, do)
	}
}
