package inforce

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Bounds of what profiles and locations may reach.
const (
	maxProfiles  = 20
	maxLocations = 50
)

// quarkus is MicroProfile Config's order as SmallRye and Quarkus have it (quarkus.io: "Configuration Reference Guide"): sources by their ordinal, within
// each what is meant for an active profile first. What the build fixed counts more than all.
func (r *reader) quarkus() rules {
	q := &ordinals{
		reader: r, classes: r.quarkusClassPath(), known: map[string]string{}, key: strings.Clone, variable: mpName,
		readProperties: parse.ReadPropertiesUTF8, readYAML: parse.ReadSmallRyeYAML,
	}
	defer q.classes.close()
	q.given()
	q.files()
	w := rules{name: "Quarkus", from: map[string][]model.Source{}}
	w.from["profiles"] = q.findProfiles()
	q.profiled()
	q.locations()
	q.fixed()
	w.profiles = q.profiles
	w.layers = q.layers()
	w.expand = func(v value) parse.Expansion { return q.placeholders().Expand(v.text) }
	w.problem = func(v value, _ parse.Expansion) string {
		if text, ok := q.differs[v.key]; ok && v.kind == fixedKind {
			return "fixed when the application was built: what " + text + " says has no effect"
		}
		return ""
	}
	return w
}

const fixedKind = "fixed by the build"

// mpMain is a file that has variants for profiles beside it.
type mpMain struct {
	open    func(name string) (data []byte, full string, ok bool)
	name    string
	ordinal int
}

// given are system properties, environment and the file .env of the working folder, which holds variables, too.
func (q *ordinals) given() {
	q.add(&mpSource{layer: q.properties(), ordinal: 400})
	q.add(&mpSource{layer: layer{kind: "environment", values: q.environment()}, ordinal: 300, env: true})
	name := path.Join(q.s.Main.Cwd, ".env")
	if data, ok := q.read(name); ok {
		q.add(&mpSource{layer: q.settings(name, data, q.readProperties), ordinal: 295, env: true})
	}
}

// files are those in config/ of the working folder, and all of their names on the class path.
func (q *ordinals) files() {
	open := []func(name string) ([]byte, string, bool){func(name string) ([]byte, string, bool) {
		name = path.Join(q.s.Main.Cwd, "config", name)
		data, ok := q.read(name)
		return data, name, ok
	}}
	for _, p := range q.classes.places {
		open = append(open, func(name string) ([]byte, string, bool) { return q.classes.from(p, name) })
	}
	q.hasYAML = slices.ContainsFunc(q.classes.places, func(p classPlace) bool {
		return strings.Contains(path.Base(p.file), "quarkus-config-yaml-") || strings.Contains(path.Base(p.file), "smallrye-config-source-yaml-") ||
			len(q.classes.places) == 1 && p.jar && q.classes.has(p, "io/smallrye/config/source/yaml/YamlConfigSource.class")
	})
	for i, o := range open {
		ordinal := 250
		if i == 0 {
			ordinal = 260
		}
		q.main(o, "application.properties", ordinal)
		if q.hasYAML {
			q.main(o, "application.yaml", ordinal+5)
			q.main(o, "application.yml", ordinal+5)
		}
		if i > 0 {
			q.main(o, "META-INF/microprofile-config.properties", 100)
			if q.hasYAML {
				q.main(o, "META-INF/microprofile-config.yaml", 110)
				q.main(o, "META-INF/microprofile-config.yml", 110)
			}
		}
	}
}

// main reads a file that may be there.
func (q *ordinals) main(open func(name string) ([]byte, string, bool), name string, ordinal int) {
	data, full, ok := open(name)
	if !ok {
		return
	}
	s := &mpSource{layer: q.document(full, data), ordinal: ordinal}
	q.add(s)
	q.mains = append(q.mains, mpMain{open, name, s.ordinal})
}

// findProfiles finds the active profiles and their parents; of several the last counts most.
func (q *ordinals) findProfiles() []model.Source {
	list, from := []string{"prod"}, []model.Source(nil)
	if v, _, ok := q.raw("quarkus.profile", "smallrye.config.profile"); ok {
		list, from = parse.SplitList(q.placeholders().Expand(v.text).Text), []model.Source{v.source}
	}
	for len(list) < maxProfiles {
		q.profiles = slices.Clone(list)
		slices.Reverse(q.profiles)
		v, _, ok := q.raw("quarkus.config.profile.parent", "smallrye.config.profile.parent")
		if !ok || slices.Contains(list, v.text) {
			break
		}
		list = append([]string{v.text}, list...)
		from = append(from, v.source)
	}
	q.profiles = q.profiles[:min(len(q.profiles), maxProfiles)]
	return from
}

// profiled reads the variants of files: application-prod.properties counts one more than the file beside it, and so on.
func (q *ordinals) profiled() {
	for _, m := range q.mains {
		for i, p := range q.profiles {
			exts := []string{path.Ext(m.name)}
			if exts[0] != ".properties" {
				exts = []string{".yaml", ".yml"}
			}
			for _, ext := range exts {
				if data, full, ok := m.open(strings.TrimSuffix(m.name, path.Ext(m.name)) + "-" + p + ext); ok {
					q.add(&mpSource{layer: q.document(full, data), ordinal: m.ordinal + len(q.profiles) - i})
				}
			}
		}
	}
	q.mains = nil
}

// locations are the files and folders that the configuration names; they count as what names them, and before others of that ordinal.
func (q *ordinals) locations() {
	v, ordinal, ok := q.raw("quarkus.config.locations", "smallrye.config.locations")
	if !ok {
		return
	}
	list := parse.SplitList(q.placeholders().Expand(v.text).Text)
	own := q.sources
	q.sources = nil
	for _, item := range list[:min(len(list), maxLocations)] {
		q.location(item, ordinal)
	}
	q.profiled()
	q.sources = append(q.sources, own...)
}

// location reads a folder, or a file of disk or class path.
func (q *ordinals) location(item string, ordinal int) {
	name, isFile := strings.CutPrefix(item, "file:")
	if scheme, _, ok := strings.Cut(name, ":"); ok && !isFile {
		q.skip(item, "not read: "+scheme+" leads elsewhere")
		return
	}
	if isFile {
		name = parse.FileURI("file:" + name)
	}
	full := q.s.Main.Abs(name)
	disk := func(name string) ([]byte, string, bool) {
		data, ok := q.read(name)
		return data, name, ok
	}
	switch {
	case q.isDir(full):
		for _, each := range q.folder(full) {
			if !q.reads(each) {
				continue
			}
			if data, at, ok := disk(path.Join(full, each)); ok {
				q.add(&mpSource{layer: q.document(at, data), ordinal: ordinal})
			}
		}
		return
	case !q.reads(full):
		return
	}
	q.main(disk, full, ordinal)
	for _, p := range q.classes.places {
		if !isFile {
			q.main(func(name string) ([]byte, string, bool) { return q.classes.from(p, name) }, strings.TrimPrefix(name, "/"), ordinal)
		}
	}
}

// reads reports whether the application has a reader for a file's format.
func (q *ordinals) reads(name string) bool {
	ext := path.Ext(name)
	return ext == ".properties" || q.hasYAML && (ext == ".yaml" || ext == ".yml")
}

// fixed are the values that the build fixed, as far as something sets them, too, and the keys that the framework knows.
func (q *ordinals) fixed() {
	const dir = "io/quarkus/runtime/generated/"
	q.differs = map[string]string{}
	for _, name := range []string{"RunTimeConfigCustomizer.class", "BuildTimeRunTimeFixedConfigSourceBuilder.class"} {
		data, full, ok := q.classes.resource(dir + name)
		if !ok {
			continue
		}
		class := parse.ReadQuarkusClass(data)
		for _, key := range class.Keys {
			q.known[q.variable(key)] = key
		}
		s := &mpSource{layer: layer{kind: fixedKind, path: full}, ordinal: 1 << 31}
		for _, f := range class.Fixed {
			v, _, set := q.raw(f[0])
			if !set {
				continue
			}
			if q.placeholders().Expand(v.text).Text != f[1] {
				q.differs[f[0]] = string(v.source)
			}
			s.values = append(s.values, fileValue(fixedKind, f[0], f[1], full, 0))
		}
		q.put(s)
	}
}

// quarkusClassPath is what a Quarkus application's class path holds: the application, what the build made of it, and the libraries.
func (r *reader) quarkusClassPath() *classPath {
	c := &classPath{r: r}
	artifact := string(r.s.App.Artifact)
	base := path.Dir(artifact)
	dirs := []string{"app", "quarkus", "lib/main"}
	if path.Base(artifact) != "quarkus-run.jar" {
		c.add(artifact, "")
		dirs = []string{"lib"}
	}
	for _, dir := range dirs {
		for _, name := range r.folder(path.Join(base, dir)) {
			if strings.HasSuffix(name, ".jar") {
				c.add(path.Join(base, dir, name), "")
			}
		}
	}
	return c
}
