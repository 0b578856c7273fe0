package config

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// spring reads the configuration of a Spring Boot application (docs.spring.io: "Externalized Configuration", "File" order): inside the jar, then
// config data beside it in the working folder, what spring.config.location and additional-location name, and what they import.
func (r *resolver) spring() {
	r.dir("base", string(r.s.App.Base), model.Derived("base folder of the application"))
	if a := string(r.s.App.Artifact); a != "" {
		r.springJar(a)
	}
	names := []string{"application"}
	if v, ok := r.springKey("spring.config.name"); ok {
		names = strings.Split(v.Value, ",")
	}
	r.springLoader(names)
	if v, ok := r.springKey("spring.config.location"); ok {
		r.springLocations(v, names)
	} else {
		for _, dir := range []string{"", "config"} {
			r.springDir(path.Join(r.s.Main.Cwd, dir), names, "configuration that Spring Boot looks for in the working folder")
		}
		r.springSubdirs(path.Join(r.s.Main.Cwd, "config"), names, "configuration that Spring Boot looks for in the working folder")
	}
	if v, ok := r.springKey("spring.config.additional-location"); ok {
		r.springLocations(v, names)
	}
	for i := 0; i < len(r.c.Settings) && i < 100_000; i++ { // imports may bring imports; document() reads each file once
		if v := r.c.Settings[i]; strings.HasPrefix(v.Key, "spring.config.import") {
			r.springLocations(v, names)
		}
	}
	for _, key := range []string{"logging.config", "server.ssl.key-store", "server.ssl.trust-store", "server.ssl.certificate", "server.ssl.certificate-private-key"} {
		if v, ok := r.springKey(key); ok {
			for _, p := range PathsIn("file:" + strings.TrimPrefix(v.Value, "file:")) {
				r.refer(p, where(v), model.LayerConfig, false)
			}
		}
	}
}

// springKey finds a property by its name in lower-case kebab form, as relaxed binding does: from arguments, system properties, the
// environment (upper case, underscores), then documents.
func (r *resolver) springKey(name string) (Setting, bool) {
	env := strings.ToUpper(strings.NewReplacer(".", "_", "-", "").Replace(name))
	best, rank := Setting{}, 0
	for _, v := range r.c.Settings {
		n := 0
		switch {
		case v.Place.Kind == "argv" && relaxed(v.Key) == relaxed(name):
			n = 3
		case v.Place.Kind == "env" && v.Key == env:
			n = 2
		case v.Place.Kind == "file" && relaxed(v.Key) == relaxed(name):
			n = 1
		}
		if n > 0 && n >= rank {
			best, rank = v, n
		}
	}
	return best, rank > 0
}

func relaxed(key string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(key))
}

// springJar reads the configuration inside the jar.
func (r *resolver) springJar(name string) {
	info, err := host.Stat(r.s.Root, name)
	if err != nil || info.Type != host.Regular {
		return
	}
	j, done := r.openJar(name)
	if j == nil {
		return
	}
	defer done()
	classes := "BOOT-INF/classes/"
	if m, err := j.Manifest(); err == nil {
		if b, ok := m.SpringBoot(); ok && b.Classes != "" {
			classes = b.Classes
		}
	}
	for _, d := range append(logDocuments(), "META-INF/persistence.xml") {
		r.entry(j, name, classes+d)
	}
	for _, e := range j.Entries() {
		rel, ok := strings.CutPrefix(e.Name, classes)
		if !ok || strings.Count(rel, "/") > 1 || strings.Contains(rel, "/") && !strings.HasPrefix(rel, "config/") {
			continue
		}
		if b := path.Base(rel); strings.HasPrefix(b, "application") || strings.HasPrefix(b, "bootstrap") {
			if ext := path.Ext(b); ext == ".properties" || ext == ".yml" || ext == ".yaml" {
				r.entry(j, name, e.Name)
			}
		}
	}
}

// springLocations follows a list of locations: "optional:", "file:", wildcards "config/*/"; folders end with a slash.
func (r *resolver) springLocations(v Setting, names []string) {
	reason := where(v)
	for _, loc := range strings.FieldsFunc(v.Value, func(c rune) bool { return c == ',' || c == ';' }) {
		loc = strings.TrimPrefix(strings.TrimSpace(loc), "optional:")
		tree, isTree := strings.CutPrefix(loc, "configtree:")
		if isTree {
			r.refer(strings.TrimSuffix(tree, "*/"), reason, model.LayerConfig, true)
			continue
		}
		if strings.HasPrefix(loc, "classpath:") || strings.Contains(loc, "://") && !strings.HasPrefix(loc, "file:") {
			continue
		}
		p := pathIn("file:" + strings.TrimPrefix(loc, "file:"))
		if p == "" {
			continue
		}
		abs := r.s.Main.Abs(strings.TrimSuffix(p, "/*"))
		if v.File != "" && !strings.HasPrefix(p, "/") && !strings.HasPrefix(loc, "file:") { // an import is relative to its document
			abs = path.Join(path.Dir(v.File), p)
		}
		switch {
		case strings.HasSuffix(loc, "*/"):
			r.springSubdirs(abs, names, reason)
		case strings.HasSuffix(loc, "/"):
			r.springDir(abs, names, reason)
		default:
			r.document(abs, reason)
		}
	}
}

func (r *resolver) springSubdirs(dir string, names []string, reason string) {
	list, err := r.s.Root.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range list {
		if e.Type == host.Dir {
			r.springDir(path.Join(dir, e.Name), names, reason)
		}
	}
}

// springDir reads NAME.properties, NAME-PROFILE.yml and the like in one folder. All profiles are taken: which are active may change.
func (r *resolver) springDir(dir string, names []string, reason string) {
	list, err := r.s.Root.ReadDir(dir)
	if err != nil {
		return // Spring Boot looks there too, and does not mind
	}
	for _, e := range list {
		stem := strings.TrimSuffix(e.Name, path.Ext(e.Name))
		for _, n := range names {
			if stem != n && !strings.HasPrefix(stem, n+"-") {
				continue
			}
			switch path.Ext(e.Name) {
			case ".properties", ".yml", ".yaml":
				r.document(path.Join(dir, e.Name), reason)
			}
		}
	}
}
