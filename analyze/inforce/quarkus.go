package inforce

import (
	"cmp"
	"path"
	"slices"
	"strconv"
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
	q := &quarkus{
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

// quarkus collects the sources of a Quarkus application.
type quarkus struct {
	*reader
	classes  *classPath
	sources  []*mpSource
	mains    []mpMain
	hasYAML  bool
	profiles []string          // what counts most first
	known    map[string]string // keys by what variable makes of them
	differs  map[string]string // where a fixed key is set otherwise, in vain
	// readProperties and readYAML read a document; JSON is YAML.
	readProperties, readYAML func(data []byte) ([]parse.Setting, error)
	key                      func(key string) string // what equal keys have in common
	variable                 func(key string) string // what a key has in common with the variables that stand for it
}

// layers are the sources from what counts most, under the keys that their values are asked by.
func (q *quarkus) layers() []layer {
	for _, s := range q.sources {
		for _, v := range s.values {
			if key, _ := q.active(v.key); !s.env {
				q.known[q.variable(key)] = key
			}
		}
	}
	slices.SortStableFunc(q.sources, func(a, b *mpSource) int { return b.ordinal - a.ordinal })
	var list []layer
	for _, s := range q.sources {
		list = append(list, q.named(s))
	}
	return list
}

// mpSource is one source with its ordinal.
type mpSource struct {
	layer
	ordinal int
	env     bool           // holds variables, which stand for keys
	index   map[string]int // of values by key, of variables by mpName
}

// mpMain is a file that has variants for profiles beside it.
type mpMain struct {
	open    func(name string) (data []byte, full string, ok bool)
	name    string
	ordinal int
}

// mpName is what a key has in common with the variables that stand for it (MicroProfile Config, "Environment Variables Mapping Rules").
func mpName(key string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, strings.ToLower(key))
}

// add adds a source; what config_ordinal says of it counts more than its own ordinal.
func (q *quarkus) add(s *mpSource) {
	for _, v := range s.values {
		if n, err := strconv.Atoi(strings.TrimSpace(v.text)); err == nil && strings.EqualFold(v.key, "config_ordinal") {
			s.ordinal = n
		}
	}
	q.put(s)
}

func (q *quarkus) put(s *mpSource) {
	s.index = map[string]int{}
	for i, v := range s.values {
		if s.env {
			s.index[mpName(v.key)] = i
		} else {
			s.index[q.key(v.key)] = i
		}
	}
	q.sources = append(q.sources, s)
}

// given are system properties, environment and the file .env of the working folder, which holds variables, too.
func (q *quarkus) given() {
	q.add(&mpSource{layer: q.properties(), ordinal: 400})
	q.add(&mpSource{layer: layer{kind: "environment", values: q.environment()}, ordinal: 300, env: true})
	name := path.Join(q.s.Main.Cwd, ".env")
	if data, ok := q.read(name); ok {
		q.add(&mpSource{layer: q.settings(name, data, q.readProperties), ordinal: 295, env: true})
	}
}

// files are those in config/ of the working folder, and all of their names on the class path.
func (q *quarkus) files() {
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
func (q *quarkus) main(open func(name string) ([]byte, string, bool), name string, ordinal int) {
	data, full, ok := open(name)
	if !ok {
		return
	}
	s := &mpSource{layer: q.document(full, data), ordinal: ordinal}
	q.add(s)
	q.mains = append(q.mains, mpMain{open, name, s.ordinal})
}

// document reads a file by its format.
func (q *quarkus) document(name string, data []byte) layer {
	read := q.readYAML
	if path.Ext(name) == ".properties" {
		read = q.readProperties
	}
	return q.settings(name, data, read)
}

func (q *quarkus) settings(name string, data []byte, read func([]byte) ([]parse.Setting, error)) layer {
	l := layer{kind: kindOf(name), path: name}
	settings, err := read(data)
	if err != nil {
		q.unread(name, err)
		return l
	}
	for _, s := range settings {
		l.values = append(l.values, fileValue(l.kind, s.Key, s.Value, name, s.Line))
	}
	return l
}

// raw is the value in force of the first of these keys as it is written.
func (q *quarkus) raw(keys ...string) (value, int, bool) {
	var found value
	ordinal, ok := 0, false
	ask := func(s *mpSource, key string) bool {
		name := q.key(key)
		if s.env {
			name = q.variable(key)
		}
		i, has := s.index[name]
		if has && (!ok || s.ordinal > ordinal) {
			found, ordinal, ok = s.values[i], s.ordinal, true
		}
		return has
	}
	for _, key := range keys {
		for _, s := range q.sources {
			if !slices.ContainsFunc(q.profiles, func(p string) bool { return ask(s, "%"+p+"."+key) }) {
				ask(s, key)
			}
		}
	}
	return found, ordinal, ok
}

func (q *quarkus) placeholders() parse.Placeholders {
	return parse.Placeholders{Lookup: func(name string) (string, bool) {
		v, _, ok := q.raw(name)
		return v.text, ok
	}, Separator: ":", Escape: true}
}

// findProfiles finds the active profiles and their parents; of several the last counts most.
func (q *quarkus) findProfiles() []model.Source {
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
func (q *quarkus) profiled() {
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
func (q *quarkus) locations() {
	v, ordinal, ok := q.raw("quarkus.config.locations", "smallrye.config.locations")
	if !ok {
		return
	}
	own := q.sources
	q.sources = nil
	list := parse.SplitList(q.placeholdersOf(own).Expand(v.text).Text)
	for _, item := range list[:min(len(list), maxLocations)] {
		q.location(item, ordinal)
	}
	q.profiled()
	q.sources = append(q.sources, own...)
}

// location reads a folder, or a file of disk or class path.
func (q *quarkus) location(item string, ordinal int) {
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

func (q *quarkus) placeholdersOf(sources []*mpSource) parse.Placeholders {
	other := *q
	other.sources = sources
	return other.placeholders()
}

// reads reports whether the application has a reader for a file's format.
func (q *quarkus) reads(name string) bool {
	ext := path.Ext(name)
	return ext == ".properties" || q.hasYAML && (ext == ".yaml" || ext == ".yml")
}

// fixed are the values that the build fixed, as far as something sets them, too, and the keys that the framework knows.
func (q *quarkus) fixed() {
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

// active is a key without the profile that it is meant for, if that is active, and how much that counts.
func (q *quarkus) active(key string) (string, int) {
	rest, ok := strings.CutPrefix(key, "%")
	if !ok {
		return key, 0
	}
	names, bare, _ := strings.Cut(rest, ".")
	for i, p := range q.profiles {
		if slices.Contains(strings.Split(names, ","), p) {
			return bare, len(q.profiles) - i
		}
	}
	return key, 0
}

// keyOf is the key that a variable stands for: one that is known, or one of the framework's own.
func (q *quarkus) keyOf(name string) (string, int) {
	if strings.HasPrefix(name, "%") {
		return q.active(name)
	}
	rank := 0
	plain := mpName(name)
	key, ok := q.known[plain]
	for i, p := range q.profiles {
		if rest, is := strings.CutPrefix(plain, mpName("%"+p+".")); is && !ok {
			plain, rank = rest, len(q.profiles)-i
			key, ok = q.known[plain]
		}
	}
	switch {
	case ok:
		return key, rank
	case rank > 0 || strings.HasPrefix(plain, "quarkus_") || strings.HasPrefix(plain, "smallrye_") || strings.HasPrefix(plain, "micronaut_"):
		return strings.ReplaceAll(plain, "_", "."), rank
	}
	return name, 0
}

// named is a source's layer under the keys that its values are asked by.
func (q *quarkus) named(s *mpSource) layer {
	l := s.layer
	l.values = nil
	rank := map[value]int{}
	for _, v := range s.values {
		key, n := q.active(v.key)
		if s.env {
			key, n = q.keyOf(v.key)
		}
		v.key = key
		rank[v] = n
		l.values = append(l.values, v)
	}
	slices.SortStableFunc(l.values, func(a, b value) int { return cmp.Compare(rank[a], rank[b]) })
	return l
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
