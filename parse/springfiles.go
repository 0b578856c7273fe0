package parse

import (
	"path"
	"slices"
	"strings"
)

// springDocument is one document of a configuration file.
type springDocument struct {
	values   []SpringValue
	profiles []string // spring.config.activate.on-profile: one of them must match; none: always
	never    bool
}

// load reads all groups with the profiles known so far. Later sources count more, so the result is turned around.
func (c *SpringConfig) load(groups [][]springLocation, profiles []string) {
	r := springReader{c: c, profiles: profiles, read: map[string]bool{}}
	for _, g := range groups {
		for _, l := range g {
			r.place(l, "")
		}
		for _, p := range profiles {
			for _, l := range g {
				r.place(l, p)
			}
		}
	}
	slices.Reverse(r.out)
	c.Files = r.out
}

// springReader reads files in the order in which they count, least first.
type springReader struct {
	c        *SpringConfig
	profiles []string
	out      []SpringSource
	read     map[string]bool // Spring Boot loads each once
	depth    int
}

// place reads one location: NAME.yml or NAME-PROFILE.yml of a folder, or the file itself. Of one folder properties count more than YAML.
func (r *springReader) place(l springLocation, profile string) {
	switch {
	case l.tree && profile == "":
		r.tree(l)
		return
	case l.tree:
		return
	case !l.dir:
		r.single(l, profile)
		return
	}
	names := SplitList(r.c.Value("spring.config.name"))
	if len(names) == 0 {
		names = []string{"application"}
	}
	for _, name := range firsts(names, maxSpringNames) {
		if profile != "" {
			name += "-" + profile
		}
		for _, ext := range []string{".yaml", ".yml", ".properties"} {
			at := l
			at.dir, at.ext = false, ext
			if at.path = path.Join(l.path, name+ext); l.class {
				at.path = strings.TrimPrefix(path.Join("/", l.path, name+ext), "/")
			}
			r.file(at)
		}
	}
}

// single reads a file that is named, or with a profile the one beside it: more.yml, more-prod.yml.
func (r *springReader) single(l springLocation, profile string) {
	if l.ext == "" {
		l.ext = path.Ext(l.path)
	}
	if profile != "" {
		written := path.Ext(l.path)
		if written != l.ext {
			written = ""
		}
		l.path = strings.TrimSuffix(l.path, written) + "-" + profile + written
	}
	r.file(l)
}

// file reads one file, if it is there, and what it imports, which counts more than the file itself.
func (r *springReader) file(l springLocation) {
	at := l.path
	if l.class {
		at = "classpath:" + at
	}
	if len(r.read) >= maxSpringFiles || r.read[at] {
		return
	}
	data, name, ok := r.c.content(l)
	if !ok {
		return
	}
	r.read[at] = true
	base := path.Dir(l.path)
	if l.class {
		base = r.c.cwd
	}
	kind := SpringFile
	if l.class {
		kind = SpringPackaged
	}
	for _, d := range r.c.documents(name, l.ext, data) {
		matches := func(p string) bool { return SpringProfilesMatch(p, r.profiles) }
		if d.never || len(d.profiles) > 0 && !slices.ContainsFunc(d.profiles, matches) {
			continue
		}
		r.out = append(r.out, springSource(kind, name, d.values))
		r.imported(d, base)
	}
}

// imported reads what a document imports, with the profiles' variants of it; relative names are meant from the document's folder.
func (r *springReader) imported(d springDocument, base string) {
	if r.depth >= maxSpringDepth {
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	for _, list := range springImports(d.values) {
		for _, g := range r.c.locations(r.c.Expand(list).Text, base) {
			for _, p := range append([]string{""}, r.profiles...) {
				for _, l := range g {
					r.place(l, p)
				}
			}
		}
	}
}

func springImports(values []SpringValue) []string {
	var out []string
	for _, v := range values {
		if v.Key == "spring.config.import" || strings.HasPrefix(v.Key, "spring.config.import[") {
			out = append(out, v.Value)
		}
	}
	return out
}

// content reads a file from disk or from the class path.
func (c *SpringConfig) content(l springLocation) (data []byte, name string, ok bool) {
	if !l.class {
		data, ok := c.host.Read(l.path)
		return data, l.path, ok
	}
	return c.host.Resource(l.path)
}

// documents parses a file by its format.
func (c *SpringConfig) documents(name, ext string, data []byte) []springDocument {
	read := ReadSpringYAML
	if ext == ".properties" {
		read = ReadProperties
	}
	settings, err := read(data)
	if err != nil {
		c.host.Unread(name, err)
		return nil
	}
	var docs []springDocument
	for _, s := range settings {
		for len(docs) <= s.Document {
			docs = append(docs, springDocument{})
		}
		d := &docs[s.Document]
		d.values = append(d.values, SpringValue{Key: s.Key, Value: s.Value, File: name, Line: s.Line})
		key, _, _ := strings.Cut(SpringKey(s.Key), "[")
		switch key {
		case "spring.config.activate.onprofile", "spring.profiles":
			d.profiles = append(d.profiles, s.Value)
		case "spring.config.activate.oncloudplatform":
			d.never = true // no cloud platform runs here
		}
	}
	return docs
}

// tree reads a configuration tree: each file is a property, its path below the folder the key, "db/password" for db.password.
func (r *springReader) tree(l springLocation) {
	var values []SpringValue
	var walk func(dir, key string, depth int)
	walk = func(dir, key string, depth int) {
		for _, name := range r.c.host.Folder(dir) {
			if strings.HasPrefix(name, "..") || len(values) >= maxSpringTree {
				continue // Kubernetes keeps the real files in ..data
			}
			at := path.Join(dir, name)
			if sub, ok := strings.CutSuffix(name, "/"); ok {
				if depth < maxSpringDepth {
					walk(at, key+sub+".", depth+1)
				}
				continue
			}
			if data, ok := r.c.host.Read(at); ok {
				values = append(values, SpringValue{Key: key + name, Value: springTrimmed(string(data)), File: at, Line: 1})
			}
		}
	}
	walk(l.path, "", 0)
	if len(values) > 0 {
		r.out = append(r.out, springSource(SpringTree, l.path, values))
	}
}

// springTrimmed takes the one line end off that editors put behind a value.
func springTrimmed(s string) string {
	if strings.Count(s, "\n") > 1 {
		return s
	}
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}
