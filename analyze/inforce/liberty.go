package inforce

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/parse"
)

// liberty is Liberty's configuration: the elements of all files merged as its includes and configDropins ask for, variables by their order of precedence
// (openliberty.io: "Configuration merging", "Variable substitution precedence").
func (r *reader) liberty() rules {
	dir := string(r.s.App.Artifact)
	place := parse.LibertyPlace{
		Install: string(r.s.App.Platform.Home), User: path.Dir(path.Dir(dir)), Name: path.Base(dir), Dir: dir, Output: dir, Version: r.s.App.Platform.Version,
	}
	if v, ok := r.s.Main.Getenv("WLP_OUTPUT_DIR"); ok && v != "" {
		place.Output = path.Join(r.s.Main.Abs(v), place.Name)
	}
	l := &liberty{reader: r, conf: parse.ReadLibertyServer(libertyHost{r}, place, r.c.Java), read: map[string]bool{}}
	out := rules{name: "Liberty", decides: documentName}
	out.layers = append(l.variables(), l.documents()...)
	for _, x := range out.layers {
		l.read[x.path] = true
	}
	out.layers = append(out.layers, documents(r.c.Settings, func(s config.Setting) bool { return !l.read[s.File] })...)
	out.expand = func(v value) parse.Expansion {
		if v.kind == "environment" || v.scope != variableScope && v.scope != partScope {
			return parse.Expansion{Text: v.text}
		}
		x := parse.LibertyExpansion(v.text, l.conf.Lookup)
		if strings.HasPrefix(v.text, "${") && strings.HasPrefix(x.Text, "/") { // a path, in which Liberty doubles no slash; its folders end with one
			x.Text = strings.ReplaceAll(x.Text, "//", "/")
		}
		return x
	}
	return out
}

// Scopes of Liberty's values.
const (
	variableScope = "variable"
	partScope     = "configuration"
)

type liberty struct {
	*reader
	conf *parse.LibertyServer
	read map[string]bool
}

// variables are all that ${name} may stand for, what counts most first.
func (l *liberty) variables() []layer {
	args := layer{kind: "argument"}
	for _, a := range l.c.Java.Program {
		if name, text, ok := strings.Cut(a.Value, "="); ok && strings.HasPrefix(name, "--") {
			args.values = append(args.values, l.javaArgument(args.kind, name[2:], text, a))
		}
	}
	set, defaults, stored := l.conf.Variables()
	list := append([]layer{args}, byFile("variable", set)...)
	list = append(append(list, byFile("variable file", stored)...), l.properties())
	list = append(list, byFile("bootstrap.properties", l.conf.Boot)...)
	list = append(append(list, l.serverEnv(known(list, defaults))...), byFile("default", defaults)...)
	for i := range list {
		for k := range list[i].values {
			list[i].values[k].scope = variableScope
		}
	}
	return list
}

// known are the names of variables that something beside the environment sets, by those of the environment that stand for them.
func known(list []layer, defaults map[string]parse.LibertyValue) map[string]string {
	out := map[string]string{}
	names := slices.Sorted(maps.Keys(defaults))
	for _, l := range list {
		for _, v := range l.values {
			names = append(names, v.key)
		}
	}
	for _, name := range names {
		for _, variable := range parse.LibertyVariables(name) {
			if _, ok := out[variable]; !ok {
				out[variable] = name
			}
		}
	}
	return out
}

// serverEnv are the variables of the environment, those that bin/server took from a file with its line (openliberty.io: "Server environment variables").
func (l *liberty) serverEnv(names map[string]string) []layer {
	key := func(name string) string {
		if k, ok := names[name]; ok {
			return k
		}
		return name
	}
	var files []layer
	in := map[string]value{}
	for _, name := range []string{path.Join(l.conf.Dir, "server.env"), path.Join(l.conf.User, "shared/server.env"), path.Join(l.conf.Install, "etc/server.env")} {
		f := layer{kind: "server.env", path: name}
		data, _ := l.reader.read(name)
		line := 0
		for text := range strings.Lines(string(data)) {
			line++
			variable, is, ok := strings.Cut(strings.TrimRight(text, "\r\n"), "=")
			if variable = strings.TrimSpace(variable); !ok || variable == "" || strings.HasPrefix(variable, "#") {
				continue
			}
			v := fileValue(f.kind, key(variable), is, name, line)
			v.place.Key = variable
			if was, ok := in[variable]; !ok || was.place.Path == v.place.Path {
				in[variable] = v
			}
			f.values = append(f.values, v)
		}
		files = append(files, f)
	}
	env := layer{kind: "environment"}
	for _, v := range slices.Backward(l.environment()) { // the first of equal names counts, as in getenv(3)
		if f, ok := in[v.key]; !ok || f.text != v.text {
			v.key = key(v.key)
			env.values = append(env.values, v)
		}
	}
	return append([]layer{env}, files...)
}

// byFile is a layer for each file that values stand in.
func byFile(kind string, values map[string]parse.LibertyValue) []layer {
	var list []layer
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = layered(list, kind, name, values[name])
	}
	return list
}

// layered adds a value, and those that it takes the place of, to the layers of their files.
func layered(list []layer, kind, key string, v parse.LibertyValue) []layer {
	for rank, each := range append([]parse.LibertyValue{v}, v.Over...) {
		at := slices.IndexFunc(list, func(l layer) bool { return l.path == each.File })
		if at < 0 {
			at, list = len(list), append(list, layer{kind: kind, path: each.File})
		}
		is := fileValue(kind, key, each.Text, each.File, max(each.Line, 1))
		is.rank = rank
		list[at].values = append(list[at].values, is)
	}
	return list
}

// documents are the files of the configuration, the last one read first.
func (l *liberty) documents() []layer {
	var list []layer
	for _, name := range slices.Backward(l.conf.Files) {
		if !slices.ContainsFunc(list, func(x layer) bool { return x.path == name }) {
			list = append(list, layer{kind: "file", path: name})
		}
	}
	f := libertyFlattener{list: list, count: map[string]int{}}
	for _, e := range l.conf.Parts {
		id := e.ID
		for _, name := range []string{"name", "jndiname"} {
			if id == "" {
				id = e.Attrs[name].Text
			}
		}
		f.part(f.key("", e.Kind, id), e.Attrs, e.Children)
	}
	for i := range f.list {
		for k := range f.list[i].values {
			f.list[i].values[k].scope = partScope
		}
	}
	return f.list
}

// libertyFlattener makes values of merged elements: "dataSource[orders]/connectionManager@maxPoolSize".
type libertyFlattener struct {
	list  []layer
	count map[string]int
}

func (f *libertyFlattener) key(at, name, id string) string {
	if id != "" {
		name += "[" + id + "]"
	}
	key := strings.TrimPrefix(at+"/"+name, "/")
	if f.count[key]++; f.count[key] > 1 {
		key += "[" + strconv.Itoa(f.count[key]) + "]"
	}
	return key
}

// part is one element, with those in it: they too are one where name and ID are equal, except those that are values of a list.
func (f *libertyFlattener) part(key string, attrs map[string]parse.LibertyValue, children []parse.LibertyElement) {
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		v := attrs[name]
		f.list = layered(f.list, "file", key+"@"+v.Name, v)
	}
	type nested struct {
		attrs    map[string]parse.LibertyValue
		children []parse.LibertyElement
	}
	merged := map[string]*nested{}
	var order []string
	for _, c := range slices.Backward(children) { // the last one is the first of the files
		at := key + "/" + c.Name
		if c.Text != "" {
			f.list = layered(f.list, "file", f.key(key, c.Name, ""), parse.LibertyValue{Text: c.Text, File: c.File, Line: c.Line})
			continue
		}
		if c.ID != "" {
			at += "[" + c.ID + "]"
		}
		if merged[at] == nil {
			merged[at], order = &nested{attrs: map[string]parse.LibertyValue{}}, append(order, at)
		}
		for _, a := range c.Attrs {
			v := parse.LibertyValue{Name: a.Name, Text: a.Value, File: c.File, Line: a.Line}
			merged[at].attrs[strings.ToLower(a.Name)] = v.Below(merged[at].attrs[strings.ToLower(a.Name)])
		}
		reversed := slices.Clone(c.Children)
		slices.Reverse(reversed)
		merged[at].children = append(reversed, merged[at].children...)
	}
	for _, at := range order {
		f.part(at, merged[at].attrs, merged[at].children)
	}
}

// libertyHost reads for parse.ReadLibertyServer.
type libertyHost struct{ r *reader }

var _ parse.LibertyHost = libertyHost{}

func (h libertyHost) Read(name string) ([]byte, error) {
	data, err := host.ReadFile(h.r.s.Root, name, maxLiberty)
	if why := config.Forbidden(h.r.s, name); err == nil && why != "" {
		h.r.skip(name, why)
		return nil, fs.ErrNotExist
	}
	return data, err
}

// maxLiberty is what the inventory reads of a file, too.
const maxLiberty = 4 << 20

func (h libertyHost) Folder(_, dir string) []string { return h.r.folder(dir) }

func (h libertyHost) IsDir(name string) bool { return h.r.isDir(name) }

func (h libertyHost) Clean(name string) string { return h.r.clean(name) }

func (h libertyHost) Abs(name string) string { return h.r.s.Main.Abs(name) }

func (h libertyHost) Getenv(name string) (string, bool) { return h.r.s.Main.Getenv(name) }

func (h libertyHost) Unread(_, name string, err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.r.unread(name, err)
	}
}

func (h libertyHost) Missing(_, name string) { h.r.skip(name, "not found") }
