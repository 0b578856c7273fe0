package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// webApps are what Jetty deploys from its monitored folders (jetty.org: "Deploy Module"): NAME.xml, else NAME.war, else the folder NAME.
func (s *jetty) webApps() []model.WebApp {
	var list []model.WebApp
	seen := map[string]bool{}
	for _, d := range s.deploy {
		dir := d.dir.Value
		if !d.dir.Set || dir == "" {
			dir = "webapps"
		}
		if dir = s.below(dir); seen[dir] {
			continue
		}
		seen[dir] = true
		list = append(list, s.deployed(dir, d.file.env)...)
	}
	return list
}

// deployed are the applications of one folder.
func (s *jetty) deployed(dir, env string) []model.WebApp {
	byName := map[string]host.Entry{}
	rank := map[string]int{}
	for _, e := range s.list("web applications", dir) {
		name, n := s.deployable(dir, e)
		if n > rank[name] {
			rank[name], byName[name] = n, e
		}
	}
	var names []string
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	var list []model.WebApp
	for _, name := range names {
		at := path.Join(dir, byName[name].Name)
		w := model.WebApp{Name: name, Context: jettyContextPath(name), Path: model.Path(at)}
		from := model.FromFile(model.Path(at), 0)
		if strings.HasSuffix(strings.ToLower(at), ".xml") {
			var ok bool
			if w, from, ok = s.contextFile(w, dir, at, env); !ok {
				continue
			}
		}
		list = append(list, newWebApp(w, from))
	}
	return list
}

// deployable is an entry's name and how much it counts; 0: it is none.
func (s *jetty) deployable(dir string, e host.Entry) (string, int) {
	lower := strings.ToLower(e.Name)
	if strings.HasPrefix(e.Name, ".") || lower == "cvs" || lower == "cvsroot" {
		return "", 0
	}
	ext := path.Ext(lower)
	name := e.Name[:len(e.Name)-len(ext)]
	isDir := s.isDir(path.Join(dir, e.Name))
	switch {
	case isDir && ext == ".d":
		return "", 0
	case isDir:
		return e.Name, 1
	case name != "" && ext == ".war":
		return name, 2
	case name != "" && ext == ".xml":
		return name, 3
	}
	return "", 0
}

// jettyContextPath is where an application of that name answers; "root" and "root-HOST" at "/".
func jettyContextPath(name string) string {
	if lower := strings.ToLower(name); lower == "root" || strings.HasPrefix(lower, "root-") {
		return "/"
	}
	return "/" + name
}

// contextFile is an application that a descriptor deploys. A file without a context configures something else.
func (s *jetty) contextFile(w model.WebApp, dir, file, env string) (model.WebApp, model.Source, bool) {
	w.Path, w.Descriptor = "", model.Path(file)
	from := model.FromFile(model.Path(file), 0)
	data, err := s.read(file)
	var x *parse.JettyXML
	if err == nil {
		sources := s.sources(env)
		known := sources.Property
		sources.Property = func(key string) (string, bool) {
			if key == "jetty.webapps" || key == "jetty.webapp" {
				return dir, true
			}
			return known(key)
		}
		x, err = parse.ReadJettyXML(data, sources)
	}
	if err != nil {
		s.unread("descriptor of a web application", file, err)
		return w, from, true
	}
	c := x.Context
	if c == nil {
		return w, from, false
	}
	line := c.Line
	if c.Path.Set {
		w.Context, line = "/"+strings.Trim(c.Path.Value, "/"), c.Path.Line
	}
	if c.War.Set {
		w.Path, line = model.Path(s.below(strings.TrimPrefix(c.War.Value, "file:"))), c.War.Line
	}
	return w, model.FromFile(model.Path(file), line), true
}
