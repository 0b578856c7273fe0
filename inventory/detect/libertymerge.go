package detect

import (
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// libertyElement is one element of a file, or what all files together say of it.
type libertyElement struct {
	kind, id string
	attrs    map[string]libertyValue // names in lower case
	children []parse.LibertyElement  // of a merged one the last first
	file     string                  // of the first that names it
	line     int
	within   []libertyInclude // its file, the outermost first
}

// libertyInclude is a file and what is to happen where what it says is said elsewhere, too: onConflict of the include that names it.
type libertyInclude struct{ file, conflict string }

// The values of onConflict; others count as merge.
const (
	libertyMerge   = "merge"
	libertyReplace = "replace"
	libertyIgnore  = "ignore"
)

func newLibertyElement(e parse.LibertyElement, id string, within []libertyInclude) *libertyElement {
	file := within[len(within)-1].file
	o := &libertyElement{kind: e.Name, id: id, attrs: map[string]libertyValue{}, children: slices.Clone(e.Children), file: file, line: e.Line, within: within}
	for _, a := range e.Attrs {
		o.attrs[strings.ToLower(a.Name)] = libertyValue{a.Value, file, a.Line}
	}
	slices.Reverse(o.children)
	return o
}

// behavior is what is to happen where the element is in conflict with one of file: what the include says that stands in that file, else the one that
// names its own.
func (e *libertyElement) behavior(file string) string {
	if at := slices.IndexFunc(e.within, func(i libertyInclude) bool { return i.file == file }); at >= 0 && at+1 < len(e.within) {
		return e.within[at+1].conflict
	}
	return e.within[len(e.within)-1].conflict
}

// mergeLiberty makes one of all elements that mean the same, in their order, as Liberty does (openliberty.io, "Configuration merging";
// com.ibm.ws.config.xml.internal.ConfigElement.merge): what a file and those that it includes say comes together first, from the last on, and then
// those of files that do not include one another.
func mergeLiberty(list []*libertyElement) *libertyElement {
	var parts []*libertyElement // the last first
	for i, e := range slices.Backward(list) {
		if i < len(list)-1 {
			later := parts[len(parts)-1]
			if e.file == later.file || slices.ContainsFunc(later.within, func(in libertyInclude) bool { return in.file == e.file }) {
				parts[len(parts)-1] = e.with(later)
				continue
			}
		}
		parts = append(parts, e)
	}
	slices.Reverse(parts)
	first := parts[0]
	for _, later := range parts[1:] {
		first = first.with(later)
	}
	return first
}

// with is what remains of an element and a later one that means the same. Those of one file always add up. The attributes of the later one count, and of
// elements in them both are there, unless it replaces: then the later ones of that name.
func (e *libertyElement) with(later *libertyElement) *libertyElement {
	conflict := later.behavior(e.file)
	switch {
	case e.file == later.file:
		conflict = libertyMerge
	case conflict == libertyIgnore:
		return e
	}
	merged := *e
	merged.attrs, merged.children = later.attrs, later.children
	for name, v := range e.attrs {
		if _, set := merged.attrs[name]; !set {
			merged.attrs[name] = v
		}
	}
	replaced := map[string]bool{}
	if conflict == libertyReplace {
		for _, c := range later.children {
			replaced[c.Name] = true
		}
	}
	for _, c := range e.children {
		if !replaced[c.Name] {
			merged.children = append(merged.children, c)
		}
	}
	return &merged
}

// merge makes of the elements of all files those that work. Elements mean the same when name and ID are equal; those without an ID stand alone, unless
// there is one of the kind.
func (l *liberty) merge() {
	groups := map[[2]string]int{}
	var lists [][]*libertyElement
	for _, e := range l.elements {
		single := slices.Contains([]string{"featureManager", "applicationMonitor", "applicationManager"}, e.kind)
		key := [2]string{e.kind, e.id}
		if single {
			key[1] = ""
		}
		at, known := groups[key]
		if !known || e.id == "" && !single {
			at = len(lists)
			lists, groups[key] = append(lists, nil), at
		}
		lists[at] = append(lists[at], e)
	}
	l.elements = nil
	for _, list := range lists {
		l.elements = append(l.elements, mergeLiberty(list))
	}
}

func (e *libertyElement) source() model.Source { return model.FromFile(model.Path(e.file), e.line) }

// features are what the one featureManager of all files turns on.
func (l *liberty) features() []string {
	var list []string
	for _, e := range l.elements {
		for _, c := range e.children {
			if e.kind == "featureManager" && c.Name == "feature" {
				list = append(list, c.Text)
			}
		}
	}
	return list
}

// libertyVariable is what <variable> gives a name; a later one takes the place of the whole.
type libertyVariable struct {
	value, fallback string
	set, hasDefault bool
}

func (l *liberty) variable(e parse.LibertyElement, conflict string) {
	name, _ := e.Attr("name")
	if _, twice := l.variables[name.Value]; twice && conflict == libertyIgnore {
		return
	}
	value, set := e.Attr("value")
	fallback, hasDefault := e.Attr("defaultValue")
	if set || hasDefault {
		l.variables[name.Value] = libertyVariable{value.Value, fallback.Value, set, hasDefault}
	}
}
