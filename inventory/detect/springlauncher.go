package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// propertiesLauncher reads what PropertiesLauncher is told (docs.spring.io: "PropertiesLauncher Features"): loader.main is the class that starts,
// loader.path goes before the archive's own class path. Each is a system property, a variable (LOADER_PATH), a line of loader.properties, or
// an attribute of the manifest, in this order.
func (s *springBoot) propertiesLauncher(boot parse.SpringBoot) {
	if !strings.HasSuffix(boot.Launcher.Value, ".PropertiesLauncher") {
		return
	}
	c := &frameConfig{classPath: &s.classPath}
	c.sources = []valueSource{c.system, c.relaxedEnvironment}
	home := s.cwd
	if v := c.value("loader.home"); v != "" {
		home = s.abs(v)
	}
	name := c.first("loader.config.name")
	if name == "" {
		name = "loader"
	}
	if location := c.value("loader.config.location"); location != "" {
		if packaged, ok := strings.CutPrefix(location, "classpath:"); ok {
			c.sources = append(c.sources, c.packaged(strings.TrimPrefix(packaged, "/")))
		} else {
			c.sources = append(c.sources, c.onDisk(s.abs(strings.TrimPrefix(location, "file:"))))
		}
	} else {
		c.sources = append(c.sources, c.onDisk(path.Join(home, name+".properties")), c.packaged(name+".properties"))
	}
	c.sources = append(c.sources, s.loaderAttributes)
	if v, ok := c.get("loader.main"); ok && v.value != "" {
		s.name = simpleName(v.value)
		s.sources = append(s.sources, v.from...)
	}
	v, ok := c.get("loader.path")
	if !ok {
		return
	}
	var more []classDir
	for _, e := range firsts(parse.SplitList(v.value), maxSpringPlaces) {
		e = strings.TrimPrefix(e, "file:")
		if !path.IsAbs(e) {
			e = home + "/" + e
		}
		at := s.clean(strings.TrimSuffix(e, "/*"))
		more = append(more, classDir{file: at, jar: !s.isDir(at)})
	}
	s.classes = append(more, s.classes...)
}

// loaderAttributes are the manifest's: Loader-Path for loader.path.
func (s *springBoot) loaderAttributes(key string) (springValue, bool) {
	m, _ := s.jvm.manifest(s.artifact)
	words := strings.Split(key, ".")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:min(1, len(w))]) + w[min(1, len(w)):]
	}
	a, ok := m.Get(strings.Join(words, "-"))
	return springValue{key: key, value: a.Value, line: a.Line, from: []model.Source{model.FromFile(model.Path(s.artifact+"!/"+parse.ManifestName), a.Line)}}, ok
}
