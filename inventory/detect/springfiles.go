package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/parse"
)

// Bounds of what imports and wildcards may reach.
const (
	maxSpringFiles    = 200
	maxSpringDepth    = 8
	maxSpringPlaces   = 50
	maxSpringProfiles = 50
	maxSpringNames    = 5
)

// springDocument is one document of a configuration file.
type springDocument struct {
	values  []springValue
	profile string // spring.config.activate.on-profile; "" always
	never   bool
}

// configuration reads what decides the properties of the application: the command line, then the files that Spring Boot finds by itself
// or is told to read, with the active profiles.
func (s *springBoot) configuration() *springConfig {
	c := &springConfig{springBoot: s}
	c.commandLine()
	groups := c.groups()
	c.load(groups) // without profiles, to learn which are active
	for range 3 {  // profiles may come from files, and profile groups bring more
		active := c.activeProfiles()
		if slices.Equal(active, c.profiles) {
			break
		}
		c.profiles = active
		c.load(groups)
	}
	return c
}

func (c *springConfig) activeProfiles() []string {
	names := splitList(c.value("spring.profiles.active"))
	for i := range 10 {
		v, ok := c.get("spring.profiles.active[" + string(rune('0'+i)) + "]")
		if !ok {
			break
		}
		names = append(names, v.value)
	}
	names = append(names, splitList(c.value("spring.profiles.include"))...)
	for i := 0; i < len(names) && i < maxSpringProfiles; i++ {
		names = append(names, splitList(c.value("spring.profiles.group."+names[i]))...)
	}
	names = firsts(names, maxSpringProfiles)
	if len(names) == 0 {
		return []string{"default"}
	}
	return names
}

// load reads all groups with the profiles known so far. Later sources count more, so the result is turned around.
func (c *springConfig) load(groups [][]location) {
	r := springReader{c: c}
	for _, g := range groups {
		for _, l := range g {
			r.place(l, "")
		}
		for _, p := range c.profiles {
			for _, l := range g {
				if l.dir {
					r.place(l, p)
				}
			}
		}
	}
	slices.Reverse(r.out)
	c.files = r.out
}

// springReader reads files in the order in which they count, least first.
type springReader struct {
	c     *springConfig
	out   []springSource
	files int
	depth int
}

// place reads one location: NAME.yml or NAME-PROFILE.yml of a folder, or the file itself. Of one folder properties count more than YAML.
func (r *springReader) place(l location, profile string) {
	if !l.dir {
		r.file(l)
		return
	}
	names := splitList(r.c.value("spring.config.name"))
	if len(names) == 0 {
		names = []string{"application"}
	}
	for _, name := range firsts(names, maxSpringNames) {
		if profile != "" {
			name += "-" + profile
		}
		for _, ext := range []string{".yaml", ".yml", ".properties"} {
			at := l
			at.dir = false
			if at.path = path.Join(l.path, name+ext); l.class {
				at.path = strings.TrimPrefix(path.Join("/", l.path, name+ext), "/")
			}
			r.file(at)
		}
	}
}

// file reads one file, if it is there, and what it imports, which counts more than the file itself.
func (r *springReader) file(l location) {
	data, name, ok := r.c.content(l)
	if !ok || r.files >= maxSpringFiles {
		return
	}
	r.files++
	base := path.Dir(l.path)
	if l.class {
		base = r.c.cwd
	}
	for _, d := range r.c.documents(name, data) {
		if d.never || d.profile != "" && !profilesMatch(d.profile, r.c.profiles) {
			continue
		}
		r.out = append(r.out, newSource(d.values))
		r.imported(d, base)
	}
}

// imported reads what a document imports; relative names are meant from the document's folder.
func (r *springReader) imported(d springDocument, base string) {
	if r.depth >= maxSpringDepth {
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	for _, list := range imports(d.values) {
		for _, l := range slices.Concat(r.c.locations(list, base)...) {
			r.place(l, "")
		}
	}
}

func imports(values []springValue) []string {
	var out []string
	for _, v := range values {
		if v.key == "spring.config.import" || strings.HasPrefix(v.key, "spring.config.import[") {
			out = append(out, v.value)
		}
	}
	return out
}

// content reads a file from disk or from the class path.
func (c *springConfig) content(l location) (data []byte, name string, ok bool) {
	if !l.class {
		data, err := c.read(l.path)
		c.unread("configuration", l.path, err)
		return data, l.path, err == nil
	}
	return c.resource(l.path)
}

// documents parses a file by its name.
func (c *springConfig) documents(name string, data []byte) []springDocument {
	read := parse.ReadSpringYAML
	if path.Ext(name) == ".properties" {
		read = parse.ReadProperties
	}
	settings, err := read(data)
	if err != nil {
		c.unread("configuration", name, err)
		return nil
	}
	var docs []springDocument
	for _, s := range settings {
		for len(docs) <= s.Document {
			docs = append(docs, springDocument{})
		}
		d := &docs[s.Document]
		d.values = append(d.values, springValue{key: s.Key, value: s.Value, file: name, line: s.Line})
		switch canonical(s.Key) {
		case "spring.config.activate.onprofile", "spring.profiles":
			d.profile = s.Value
		case "spring.config.activate.oncloudplatform":
			d.never = true // no cloud platform runs here
		}
	}
	return docs
}

// firsts is at most the first n.
func firsts[T any](list []T, n int) []T { return list[:min(len(list), n)] }

func splitList(s string) []string {
	var out []string
	for v := range strings.SplitSeq(s, ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}
