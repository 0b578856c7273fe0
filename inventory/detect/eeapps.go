package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// nestedLimit is how large a compressed war within an enterprise archive may be, to look into it.
const nestedLimit = 32 << 20

// packed reads a file of an application that is a folder, an archive, or an archive within one ("/srv/shop.ear!/web.war"). file is its name as
// evidence.
func (v *view) packed(at, name string) (data []byte, file string, err error) {
	outer, inner, nested := strings.Cut(at, "!/")
	if !nested && v.isDir(at) {
		file = path.Join(at, name)
		data, err = v.read(file)
		return data, file, err
	}
	file = at + "!/" + name
	j, done, err := v.jar(outer)
	if err != nil {
		return nil, file, err
	}
	defer done()
	if nested {
		if j, err = j.Nested(inner, nestedLimit); err != nil {
			return nil, file, err
		}
	}
	data, err = j.Read(name, entryLimit)
	return data, file, err
}

// eeKind is what a server makes of its applications.
type eeKind struct {
	*view
	descriptors []string // of a war, with a context-root: the first that is there counts
}

// apps are the web applications of one deployed archive: itself when it is a war, the web modules of an enterprise archive. file is the name by which the
// server knows what it is, at where it lies.
func (k eeKind) apps(name, file, at string, from ...model.Source) []model.WebApp {
	switch strings.ToLower(path.Ext(file)) {
	case ".war":
		w := model.WebApp{Name: name, Path: model.Path(at)}
		context, more := k.context(at, "")
		if context == "" {
			context = defaultContext(file)
		}
		w.Context = context
		return []model.WebApp{newWebApp(w, append(from, more...)...)}
	case ".ear":
		return k.modules(name, at, from...)
	}
	return nil
}

// context is what a war's own descriptor says, else fallback.
func (k eeKind) context(at, fallback string) (string, []model.Source) {
	for _, d := range k.descriptors {
		data, file, err := k.packed(at, d)
		if err != nil {
			continue // it has none
		}
		context, line, ok, err := parse.ReadContextRoot(data)
		k.unread("web descriptor", file, err)
		if ok {
			return asContext(context), []model.Source{model.FromFile(model.Path(file), line)}
		}
	}
	return fallback, nil
}

// modules are the web modules of an enterprise archive, by META-INF/application.xml, or each war in it.
func (k eeKind) modules(name, at string, from ...model.Source) []model.WebApp {
	data, file, err := k.packed(at, "META-INF/application.xml")
	if err != nil {
		return k.unlisted(name, at, from...)
	}
	modules, err := parse.ReadApplicationXML(data)
	k.unread("application descriptor", file, err)
	var list []model.WebApp
	for _, m := range modules {
		source := model.FromFile(model.Path(file), m.Line)
		w := model.WebApp{Name: name + "/" + m.URI, Path: model.Path(k.within(at, m.URI)), Context: asContext(m.Context)}
		more := []model.Source{source}
		if m.Context == "" {
			w.Context, more = k.context(string(w.Path), defaultContext(m.URI))
			more = append(more, source)
		}
		list = append(list, newWebApp(w, slices.Concat(from, more)...))
	}
	return list
}

// unlisted are the wars in the root of an enterprise archive that has no descriptor.
func (k eeKind) unlisted(name, at string, from ...model.Source) []model.WebApp {
	var uris []string
	if k.isDir(at) {
		for _, e := range k.list("enterprise application", at) {
			uris = append(uris, e.Name)
		}
	} else if j, done, err := k.jar(at); err == nil {
		for _, e := range j.Entries() {
			uris = append(uris, e.Name)
		}
		done()
	} else {
		k.unread("enterprise application", at, err)
	}
	var list []model.WebApp
	for _, uri := range uris {
		if path.Ext(uri) != ".war" || strings.Contains(uri, "/") {
			continue
		}
		w := model.WebApp{Name: name + "/" + uri, Path: model.Path(k.within(at, uri))}
		context, more := k.context(string(w.Path), defaultContext(uri))
		w.Context = context
		list = append(list, newWebApp(w, append(slices.Clone(from), more...)...))
	}
	return list
}

// within names what lies in an application; a URI cannot climb out of it.
func (k eeKind) within(at, uri string) string {
	uri = strings.TrimPrefix(path.Clean("/"+uri), "/")
	if k.isDir(at) {
		return path.Join(at, uri)
	}
	return at + "!/" + uri
}

// asContext has one slash in front and none behind.
func asContext(s string) string {
	return "/" + strings.Trim(strings.TrimSpace(s), "/")
}

// defaultContext is where a war answers that nothing gives another context: "/shop" for shop.war, "/" for ROOT.war.
func defaultContext(file string) string {
	name := stem(file)
	if name == "ROOT" {
		return "/"
	}
	return "/" + name
}
