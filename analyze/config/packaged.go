package config

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxArchives bounds the archives that are looked into for packaged configuration.
const maxArchives = 2000

// packaged reads the configuration that frameworks look for on the class path, inside the application's archives and its libraries' (the sources of
// MicroProfile Config, of Micronaut and of Helidon). Documents on disk, which count more, come after it.
func (r *resolver) packaged() {
	switch r.s.Kind() {
	case "java-quarkus", "java-micronaut", "java-helidon":
	default:
		return
	}
	archives := r.archives()
	for i, name := range archives {
		if i == maxArchives {
			r.s.Skip(model.Skip{What: "configuration", Reason: itoa(len(archives)-i) + " more archives of the class path are not looked into", Incomplete: true})
			return
		}
		r.packagedIn(name)
	}
}

// archives are those of the class path, the application's own last: it counts most.
func (r *resolver) archives() []string {
	own := string(r.s.App.Artifact)
	var list []string
	add := func(name string) {
		if strings.EqualFold(path.Ext(name), ".jar") && name != own && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, f := range r.c.References {
		if f.Layer == model.LayerApp {
			add(f.Path)
		}
	}
	for _, dir := range []string{"app", "quarkus"} { // Quarkus' own runner finds them there; its manifest names them not
		if path.Base(own) != "quarkus-run.jar" {
			break
		}
		entries, err := r.s.Root.ReadDir(path.Join(path.Dir(own), dir))
		if err != nil {
			continue
		}
		for _, e := range entries {
			add(path.Join(path.Dir(own), dir, e.Name))
		}
	}
	if info, err := host.Stat(r.s.Root, own); err == nil && info.Type == host.Regular {
		list = append(list, own)
	}
	return list
}

func (r *resolver) packagedIn(name string) {
	if info, err := host.Stat(r.s.Root, name); err != nil || info.Type != host.Regular {
		return
	}
	j, done := r.openJar(name)
	if j == nil {
		return
	}
	defer done()
	for _, e := range j.Entries() {
		if packagedName(e.Name) {
			r.entry(j, name, e.Name)
		}
	}
}

// packagedName reports whether a framework reads an entry of that name as configuration, for one profile or another.
func packagedName(name string) bool {
	ext := path.Ext(name)
	if !slices.Contains([]string{".properties", ".yml", ".yaml", ".json"}, ext) {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	for _, known := range []string{"application", "bootstrap", "META-INF/microprofile-config"} {
		if rest, ok := strings.CutPrefix(stem, known); ok && (rest == "" || rest[0] == '-') && !strings.Contains(rest, "/") {
			return true
		}
	}
	return false
}

// dotEnv reads the variables that Quarkus takes from the working folder.
func (r *resolver) dotEnv() {
	if r.s.Kind() != "java-quarkus" {
		return
	}
	name := path.Join(r.s.Main.Cwd, ".env")
	data, ok := r.read(name, "variables that Quarkus looks for in the working folder")
	if !ok {
		return
	}
	settings, err := parse.ReadPropertiesUTF8(data)
	if err != nil {
		r.skip(name, err)
		return
	}
	r.add(name, settings)
}
