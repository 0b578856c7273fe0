package parse

import (
	"slices"
	"strconv"
	"strings"
)

// LibertyPart is one element of a file, or what all files together say of it.
type LibertyPart struct {
	Kind, ID string
	Attrs    map[string]LibertyValue // names in lower case
	Children []LibertyElement        // of a merged one the last first
	File     string                  // of the first that names it
	Line     int
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

func newLibertyPart(e LibertyElement, id string, within []libertyInclude) *LibertyPart {
	file := within[len(within)-1].file
	o := &LibertyPart{Kind: e.Name, ID: id, Attrs: map[string]LibertyValue{}, Children: placedIn(file, e.Children), File: file, Line: e.Line, within: within}
	for _, a := range e.Attrs {
		o.Attrs[strings.ToLower(a.Name)] = LibertyValue{Name: a.Name, Text: a.Value, File: file, Line: a.Line}
	}
	slices.Reverse(o.Children)
	return o
}

// placedIn says of nested elements where they stand, and how Liberty tells those from each other that have no ID.
func placedIn(file string, list []LibertyElement) []LibertyElement {
	count := map[string]int{}
	list = slices.Clone(list)
	for i := range list {
		e := &list[i]
		e.File, e.Children = file, placedIn(file, e.Children)
		if id, ok := e.Attr("id"); ok {
			e.ID = id.Value
			continue
		}
		if count[e.Name]++; count[e.Name] > 1 {
			e.ID = "default-" + strconv.Itoa(count[e.Name]-1)
		}
	}
	return list
}

// behavior is what is to happen where the element is in conflict with one of file: what the include says that stands in that file, else the one that
// names its own.
func (e *LibertyPart) behavior(file string) string {
	if at := slices.IndexFunc(e.within, func(i libertyInclude) bool { return i.file == file }); at >= 0 && at+1 < len(e.within) {
		return e.within[at+1].conflict
	}
	return e.within[len(e.within)-1].conflict
}

// mergeLiberty makes one of all elements that mean the same, in their order, as Liberty does (openliberty.io, "Configuration merging";
// com.ibm.ws.config.xml.internal.ConfigElement.merge): what a file and those that it includes say comes together first, from the last on, and then
// those of files that do not include one another.
func mergeLiberty(list []*LibertyPart) *LibertyPart {
	var parts []*LibertyPart // the last first
	for i, e := range slices.Backward(list) {
		if i < len(list)-1 {
			later := parts[len(parts)-1]
			if e.File == later.File || slices.ContainsFunc(later.within, func(in libertyInclude) bool { return in.file == e.File }) {
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
func (e *LibertyPart) with(later *LibertyPart) *LibertyPart {
	conflict := later.behavior(e.File)
	switch {
	case e.File == later.File:
		conflict = libertyMerge
	case conflict == libertyIgnore:
		below(e.Attrs, later.Attrs)
		return e
	}
	merged := *e
	merged.Attrs, merged.Children = later.Attrs, later.Children
	below(later.Attrs, e.Attrs)
	for name, v := range e.Attrs {
		if _, set := merged.Attrs[name]; !set {
			merged.Attrs[name] = v
		}
	}
	replaced := map[string]bool{}
	if conflict == libertyReplace {
		for _, c := range later.Children {
			replaced[c.Name] = true
		}
	}
	for _, c := range e.Children {
		if !replaced[c.Name] {
			merged.Children = append(merged.Children, c)
		}
	}
	return &merged
}

// merge makes of the elements of all files those that work. Elements mean the same when name and ID are equal; those without an ID stand alone, unless
// there is one of the kind.
func (l *LibertyServer) merge() {
	groups := map[[2]string]int{}
	var lists [][]*LibertyPart
	for _, e := range l.Parts {
		single := libertySingle(e.Kind)
		key := [2]string{e.Kind, e.ID}
		if single {
			key[1] = ""
		}
		at, known := groups[key]
		if !known || e.ID == "" && !single {
			at = len(lists)
			lists, groups[key] = append(lists, nil), at
		}
		lists[at] = append(lists[at], e)
	}
	l.Parts = nil
	for _, list := range lists {
		l.Parts = append(l.Parts, mergeLiberty(list))
	}
}

// Features are what the one featureManager of all files turns on.
func (l *LibertyServer) Features() []string {
	var list []string
	for _, e := range l.Parts {
		for _, c := range e.Children {
			if e.Kind == "featureManager" && c.Name == "feature" {
				list = append(list, c.Text)
			}
		}
	}
	return list
}

// libertyVariable is what <variable> gives a name; a later one takes the place of the whole.
type libertyVariable struct{ value, fallback LibertyValue }

func (l *LibertyServer) variable(e LibertyElement, file, conflict string) {
	name, _ := e.Attr("name")
	old := l.variables[name.Value]
	value, set := e.Attr("value")
	fallback, hasDefault := e.Attr("defaultValue")
	if !set && !hasDefault {
		return
	}
	now := libertyVariable{}
	if set {
		now.value = LibertyValue{Text: value.Value, File: file, Line: value.Line}
	}
	if hasDefault {
		now.fallback = LibertyValue{Text: fallback.Value, File: file, Line: fallback.Line}
	}
	_, twice := l.variables[name.Value]
	if twice && conflict == libertyIgnore {
		old, now = now, old
	}
	if now.value.File != "" {
		now.value = now.value.Below(old.value)
	}
	if now.fallback.File != "" {
		now.fallback = now.fallback.Below(old.fallback)
	}
	l.variables[name.Value] = now
}

// libertySingle reports a kind of which there is one in the whole configuration: those to which Liberty's schema gives no id.
func libertySingle(kind string) bool {
	return slices.Contains(strings.Fields(libertySingles), kind)
}

const libertySingles = "administrator-role applicationManager applicationMonitor authCache authentication cdi cdi12 channelfw classloading config ejbContainer executor " +
	"featureManager httpDispatcher httpEncoding httpSession httpSessionCache httpSessionDatabase jpa jspEngine kerberos logging ltpa mimeTypes monitor mpHealth mpMetrics " +
	"mpOpenAPI mpTelemetry pages pluginConfiguration quickStartSecurity reader-role remoteFileAccess sslDefault transaction webAppSecurity webContainer wsocOutbound"
