package inforce

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// micronaut is Micronaut's order (docs.micronaut.io: "Application Configuration"): arguments, JSON of the environment, system properties, environment,
// the files that are named, then those of environments and the general ones; of equal names the class path's count before those of config/ in the working folder, in this order of their formats (seen by the proof
// config).
func (r *reader) micronaut() rules {
	q := &ordinals{
		reader: r, classes: r.javaClassPath(), known: map[string]string{}, key: parse.SpringKey, variable: micronautVariable,
		readProperties: parse.ReadProperties, readYAML: parse.ReadSpringYAML,
	}
	defer q.classes.close()
	args := layer{kind: "argument"}
	for _, a := range r.c.Java.Program {
		if key, text, ok := strings.Cut(strings.TrimLeft(a.Value, "-"), "="); strings.HasPrefix(a.Value, "-") && key != "" {
			if !ok {
				text = "true"
			}
			args.values = append(args.values, r.javaArgument("argument", key, text, a))
		}
	}
	q.put(&mpSource{layer: args, ordinal: 900})
	for i, name := range []string{"SPRING_APPLICATION_JSON", "MICRONAUT_APPLICATION_JSON"} {
		q.put(&mpSource{layer: r.variableJSON(name), ordinal: 800 - i})
	}
	q.put(&mpSource{layer: r.properties(), ordinal: 700})
	q.put(&mpSource{layer: layer{kind: "environment", values: r.environment()}, ordinal: 600, env: true})
	w := rules{name: "Micronaut", same: parse.SpringKey, from: map[string][]model.Source{}}
	list := func(key string) []string {
		v, _, ok := q.raw(key)
		if ok && key == "micronaut.environments" {
			w.from["profiles"] = []model.Source{v.source}
		}
		items := parse.SplitList(v.text)
		return items[:min(len(items), maxLocations)]
	}
	for i, name := range list("micronaut.config.files") {
		q.micronautFile(name, 400+i)
	}
	w.profiles = list("micronaut.environments")
	names := []string{"application"}
	for _, e := range w.profiles {
		names = append(names, "application-"+e)
	}
	for i, name := range names {
		for _, dir := range []string{"classpath:", path.Join(r.s.Main.Cwd, "config") + "/"} {
			for _, ext := range []string{".json", ".yml", ".properties", ".yaml"} {
				q.micronautFile(dir+name+ext, i)
			}
		}
	}
	w.layers = q.layers()
	w.expand = func(v value) parse.Expansion { return q.placeholders().Expand(v.text) }
	return w
}

// micronautFile reads a file of disk or class path, if it is there.
func (q *ordinals) micronautFile(name string, ordinal int) {
	var data []byte
	packaged, ok := strings.CutPrefix(name, "classpath:")
	if ok {
		data, name, ok = q.classes.resource(strings.TrimPrefix(packaged, "/"))
	} else {
		name = q.s.Main.Abs(strings.TrimPrefix(name, "file:"))
		data, ok = q.read(name)
	}
	if ok {
		q.put(&mpSource{layer: q.document(name, data), ordinal: ordinal})
	}
}

// variableJSON are the values of a variable that holds a document.
func (r *reader) variableJSON(name string) layer {
	l := layer{kind: name}
	text, _ := r.s.Main.Getenv(name)
	settings, err := parse.ReadSpringYAML([]byte(text)) // JSON is YAML
	if err != nil {
		r.unread(name, err)
	}
	for _, s := range settings {
		v := r.variable(s.Key, name, s.Value)
		v.kind = name
		l.values = append(l.values, v)
	}
	return l
}

// micronautVariable is what a key has in common with its variables: MY_APP_MAX_SIZE stands for my-app.max-size and myApp.maxSize. Elements of lists have
// none: a variable does not replace what a file says.
func micronautVariable(key string) string {
	if strings.Contains(key, "[") {
		return key
	}
	var b strings.Builder
	lower := false
	for _, c := range key {
		if lower && c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		lower = c >= 'a' && c <= 'z'
		b.WriteRune(c)
	}
	return mpName(b.String())
}
