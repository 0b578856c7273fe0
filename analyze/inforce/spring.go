package inforce

import (
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// spring is Spring Boot's order (docs.spring.io: "Externalized Configuration"): arguments, SPRING_APPLICATION_JSON, system properties, environment, then
// files, external ones before packaged ones, of each those of profiles first.
func (r *reader) spring() rules {
	h := &springHost{reader: r, classes: r.javaClassPath()}
	defer h.classes.close()
	h.loaderPath()
	c := parse.ReadSpring(h, r.s.Main.Cwd, r.c.Java.Program, r.c.Java.Properties)
	w := rules{name: "Spring Boot", profiles: c.Profiles, same: parse.SpringKey, from: map[string][]model.Source{}}
	for _, key := range []string{"spring.profiles.active", "spring.profiles.include"} {
		if v, ok := c.Raw(key); ok {
			w.from["profiles"] = append(w.from["profiles"], r.springValue("", v).source)
		}
	}
	known := map[string]string{}
	for _, s := range slices.Concat(c.Above, c.Files) {
		for _, v := range s.Values {
			for _, name := range parse.SpringVariables(v.Key) {
				if at, ok := known[name]; !ok || v.Key < at {
					known[name] = v.Key
				}
			}
		}
	}
	for _, s := range c.Above {
		w.layers = append(w.layers, r.springLayer(s))
	}
	w.layers = append(w.layers, r.springVariables(known))
	for _, s := range c.Files {
		w.layers = append(w.layers, r.springLayer(s))
	}
	w.expand = func(v value) parse.Expansion { return c.Expand(v.text) }
	return w
}

func (r *reader) springLayer(s parse.SpringSource) layer {
	l := layer{kind: s.Kind, path: s.Name}
	for _, v := range s.Values {
		l.values = append(l.values, r.springValue(s.Kind, v))
	}
	slices.SortFunc(l.values, func(a, b value) int { return strings.Compare(a.key, b.key) })
	return l
}

func (r *reader) springValue(kind string, v parse.SpringValue) value {
	if v.File != "" {
		return fileValue(kind, v.Key, v.Value, v.File, v.Line)
	}
	return r.javaArgument(kind, v.Key, v.Value, v.From)
}

// springVariables are the variables, those under a key that stand for one: known ones, and those of Spring Boot's own.
func (r *reader) springVariables(known map[string]string) layer {
	l := layer{kind: parse.SpringEnvironment}
	for _, v := range r.s.Main.Env {
		if v.Bare {
			continue
		}
		key, ok := known[v.Name]
		if !ok || !r.springList(key) {
			key = v.Name
			for _, own := range []string{"SPRING_", "SERVER_", "MANAGEMENT_", "LOGGING_"} {
				if strings.HasPrefix(v.Name, own) {
					key = strings.ToLower(strings.ReplaceAll(v.Name, "_", "."))
				}
			}
		}
		l.values = append(l.values, r.variable(key, v.Name, v.Value))
	}
	slices.Reverse(l.values) // the first of equal names counts, as in getenv(3)
	return l
}

// springList reports whether a variable for an element of a list counts: a list comes from one source as a whole, which must have its first element
// (org.springframework.boot.context.properties.bind.IndexedElementsBinder).
func (r *reader) springList(key string) bool {
	head, tail, indexed := strings.Cut(key, "[")
	if !indexed {
		return true
	}
	_, tail, _ = strings.Cut(tail, "]")
	_, ok := r.s.Main.Getenv(parse.SpringVariables(head + "[0]" + tail)[0])
	return ok
}

// springHost reads for parse.ReadSpring.
type springHost struct {
	*reader
	classes *classPath
}

var _ parse.SpringHost = (*springHost)(nil)

func (h *springHost) Read(name string) ([]byte, bool) { return h.read(name) }

func (h *springHost) Resource(name string) (data []byte, full string, ok bool) {
	return h.classes.resource(name)
}

func (h *springHost) Folder(dir string) []string { return h.folder(dir) }

func (h *springHost) Clean(name string) string { return h.clean(name) }

func (h *springHost) Unread(name string, err error) { h.unread(name, err) }

func (h *springHost) Getenv(name string) (string, bool) { return h.s.Main.Getenv(name) }

// loaderPath puts what PropertiesLauncher is told before the archive's own classes (docs.spring.io: "PropertiesLauncher Features").
func (h *springHost) loaderPath() {
	list, ok := "", false
	if p, found := h.c.Java.Property("loader.path"); found {
		list, ok = p.Value, true
	} else if v, found := h.s.Main.Getenv("LOADER_PATH"); found {
		list, ok = v, true
	} else if v, found := h.c.Get("loader.path"); found {
		list, ok = v.Value, true
	}
	if !ok {
		return
	}
	own := h.classes.places
	h.classes.places = nil
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimPrefix(h.c.Expand(strings.TrimSpace(entry)), "file:"); entry != "" && !strings.Contains(entry, ":") {
			h.classes.add(h.s.Main.Abs(strings.TrimSuffix(entry, "/*")), "")
		}
	}
	h.classes.places = append(h.classes.places, own...)
}
