package inforce

import (
	"path"
	"slices"
	"strings"

	"a2c/parse"
)

const (
	webFragment = "META-INF/web-fragment.xml"
	maxLibrary  = 64 << 20 // bytes of an archive that is compressed within another
)

// fragments makes values of the web-fragment.xml of the jars in WEB-INF/lib. A web.xml that is complete, or orders others by their names, leaves them out;
// what it sets itself counts more (Jakarta Servlet, "Web Fragments", 8.2.2 and 8.2.3).
func (c *tomcatContext) fragments(classes *classPath, web *parse.XMLElement) {
	if strings.EqualFold(attrOf(web, "metadata-complete"), "true") {
		return
	}
	names, ordered := absoluteOrdering(web)
	for _, jar := range classes.libraries("WEB-INF/lib/", webFragment) {
		root := c.xmlOf(jar.full, jar.data)
		name := ""
		for _, e := range within(root, "name") {
			name = strings.TrimSpace(e.Text)
		}
		if root == nil || ordered && !slices.Contains(names, name) {
			continue
		}
		c.descriptor(jar.full, root, fragmentRank, nil)
	}
}

// absoluteOrdering are the names of the fragments that a web.xml wants; ordered is false when it wants all of them.
func absoluteOrdering(web *parse.XMLElement) (names []string, ordered bool) {
	for _, o := range within(web, "absolute-ordering") {
		ordered = len(within(o, "others")) == 0
		for _, n := range within(o, "name") {
			names = append(names, strings.TrimSpace(n.Text))
		}
	}
	return names, ordered
}

// resourceIn is an entry of an archive.
type resourceIn struct {
	full string
	data []byte
}

// libraries reads the entry of that name of each archive in a folder of the first place, in the order of their names.
func (c *classPath) libraries(dir, entry string) []resourceIn {
	if len(c.places) == 0 {
		return nil
	}
	if p := c.places[0]; p.jar {
		return c.nested(p, dir, entry)
	}
	dir = path.Join(c.places[0].file, c.places[0].prefix, dir)
	var out []resourceIn
	for _, name := range c.r.folder(dir) {
		if file := path.Join(dir, name); isJar(name) {
			if data, full, ok := c.from(classPlace{file: file, jar: !c.r.isDir(file)}, entry); ok {
				out = append(out, resourceIn{full, data})
			}
		}
	}
	return out
}

// nested are those within an archive.
func (c *classPath) nested(p classPlace, dir, entry string) []resourceIn {
	j := c.open(p.file)
	if j == nil {
		return nil
	}
	var out []resourceIn
	for _, e := range j.Entries() {
		name, ok := strings.CutPrefix(e.Name, p.prefix+dir)
		if !ok || strings.Contains(name, "/") || !isJar(name) {
			continue
		}
		full := p.file + "!/" + e.Name
		data, err := nestedEntry(j, e.Name, entry)
		if err != nil {
			c.r.unread(full, err)
		} else if data != nil {
			out = append(out, resourceIn{full + "!/" + entry, data})
		}
	}
	slices.SortFunc(out, func(a, b resourceIn) int { return strings.Compare(a.full, b.full) })
	return out
}

// nestedEntry is an entry of an archive in another, nil when it has none of that name.
func nestedEntry(j *parse.Jar, archive, entry string) ([]byte, error) {
	inner, err := j.Nested(archive, maxLibrary)
	if err != nil {
		return nil, err
	}
	if _, ok := inner.Entry(entry); !ok {
		return nil, nil
	}
	return inner.Read(entry, maxDocument)
}

func isJar(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".jar") }
