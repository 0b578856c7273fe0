package config

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// springLoader reads what PropertiesLauncher does (docs.spring.io: "The Executable Jar Format", PropertiesLauncher): loader.properties in loader.home,
// which is the working folder unless set, and the folders and archives of loader.path, which go before the archive on the class path: configuration
// that lies in such a folder is in force. names are spring.config.name's.
func (r *resolver) springLoader(names []string) {
	home := r.s.Main.Cwd
	if v, ok := r.springKey("loader.home"); ok {
		home = r.s.Main.Abs(r.c.Expand(v.Value))
	}
	if r.propertiesLauncher() {
		name := "loader"
		if v, ok := r.springKey("loader.config.name"); ok {
			name = v.Value
		}
		r.document(path.Join(home, name+".properties"), "read by PropertiesLauncher")
	}
	v, ok := r.springKey("loader.path")
	if !ok {
		return
	}
	for entry := range strings.SplitSeq(v.Value, ",") {
		p := strings.TrimPrefix(r.c.Expand(strings.TrimSpace(entry)), "file:")
		if p == "" || strings.Contains(p, ":") { // inside of an archive
			continue
		}
		p = under(home, strings.TrimSuffix(p, "/*"))
		info, err := host.Stat(r.s.Root, p)
		if err != nil {
			continue // the launcher does not mind
		}
		r.refer(p, where(v), model.LayerApp, true)
		if info.Type == host.Dir {
			r.springDir(p, names, where(v))
			r.springDir(path.Join(p, "config"), names, where(v))
		}
	}
}

// propertiesLauncher reports whether that class starts the application, by the command line or by the archive's manifest.
func (r *resolver) propertiesLauncher() bool {
	const class = ".PropertiesLauncher"
	if r.c.Java != nil && strings.HasSuffix(r.c.Java.Main.Value, class) {
		return true
	}
	info, err := host.Stat(r.s.Root, string(r.s.App.Artifact))
	if err != nil || info.Type != host.Regular {
		return false
	}
	j, done := r.openJar(string(r.s.App.Artifact))
	if j == nil {
		return false
	}
	defer done()
	m, err := j.Manifest()
	if err != nil {
		return false
	}
	main, _ := m.Get("Main-Class")
	return strings.HasSuffix(main.Value, class)
}
