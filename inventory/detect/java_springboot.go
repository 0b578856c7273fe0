package detect

import (
	"context"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaSpringBoot is a Spring Boot application that runs on its own: an executable jar or war, an unpacked one, or a class path that
// holds Spring Boot. One that is deployed in a server belongs to the server.
type javaSpringBoot struct{ onJVM }

var _ Detector = javaSpringBoot{}

// Name is ours: App2Container called these java-generic.
func (javaSpringBoot) Name() string { return "java-springboot" }

// Detect wants a manifest that names Spring Boot, or its launcher, or its library on the class path.
func (d javaSpringBoot) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	s := j.springBoot()
	if s == nil {
		return nil, ErrNotMine
	}
	defer s.close()
	found := server{jvm: j, name: s.name, artifact: s.artifact, base: s.base, from: s.sources, platform: s.platform, ports: s.ports()}
	return []model.App{found.app(d.Name(), g, s.sources...)}, nil
}

// springBoot is how the application is packaged, and its configuration.
type springBoot struct {
	classPath
	name, artifact, base string
	sources              []model.Source
	platform             model.Platform
}

func (j *jvm) springBoot() *springBoot {
	switch j.cmd.Mode {
	case parse.JavaJar:
		return j.springJar(j.abs(j.cmd.Main.Value))
	case parse.JavaClass, parse.JavaModule:
		return j.springClassPath()
	}
	return nil
}

// springJar reads the manifest of the archive that -jar names.
func (j *jvm) springJar(name string) *springBoot {
	archive, done, err := j.jar(name)
	if err != nil {
		j.missing("application archive", name, err)
		return nil
	}
	defer done()
	m, err := archive.Manifest()
	if err != nil {
		j.unread("manifest", name, err)
		return nil
	}
	s := &springBoot{classPath: classPath{jvm: j}, name: stem(j.cmd.Main.Value), artifact: name, base: path.Dir(name), sources: j.from(j.cmd.Main)}
	boot, ok := m.SpringBoot()
	if !ok {
		if lib := springLibrary(strings.Fields(m.Value("Class-Path"))); lib != "" { // a thin jar with its libraries beside it
			a, _ := m.Get("Class-Path")
			s.version(springVersion(lib), model.FromFile(model.Path(name+"!/"+parse.ManifestName), a.Line))
			s.classes = []classDir{{file: name, jar: true}}
			return s
		}
		return nil
	}
	s.packed(boot)
	return s
}

// packed takes over what the manifest of the archive says.
func (s *springBoot) packed(boot parse.SpringBoot) {
	s.manifest(boot, s.artifact+"!/"+parse.ManifestName)
	classes := boot.Classes
	switch {
	case classes == "" && strings.HasSuffix(boot.Launcher.Value, ".WarLauncher"):
		classes = "WEB-INF/classes/"
	case classes == "" && boot.Launcher.Value != boot.StartClass.Value:
		classes = "BOOT-INF/classes/"
	}
	s.classes = []classDir{{file: s.artifact, prefix: classes, jar: true}}
	s.propertiesLauncher(boot)
}

// springClassPath finds an unpacked archive (its launcher is the main class) or Spring Boot among the libraries.
func (j *jvm) springClassPath() *springBoot {
	entries := j.cmd.ClassPathEntries()
	if len(entries) == 0 {
		entries = []string{"."}
	}
	if parse.SpringBootLauncher(j.cmd.Main.Value) {
		return j.springExploded(entries)
	}
	lib := springLibrary(j.expandClassPath(entries))
	if lib == "" {
		return nil
	}
	from := append(j.from(j.cmd.Main), j.from(j.cmd.ClassPath)...)
	s := &springBoot{classPath: classPath{jvm: j}, sources: from}
	g := j.generic()
	s.name, s.artifact, s.base = g.name, g.artifact, g.base
	s.version(springVersion(lib), j.from(j.cmd.ClassPath)...)
	for _, e := range entries {
		at := j.abs(e)
		s.classes = append(s.classes, classDir{file: at, jar: !j.isDir(at)})
	}
	return s
}

// springExploded is an unpacked archive: the folder on the class path that has its manifest. The launcher may stand with the archive itself, too.
func (j *jvm) springExploded(entries []string) *springBoot {
	for _, e := range entries {
		dir := j.abs(e)
		if m, ok := j.manifest(dir); ok {
			if boot, ok := m.SpringBoot(); ok {
				s := &springBoot{classPath: classPath{jvm: j}, name: stem(dir), artifact: dir, base: path.Dir(dir), sources: append(j.from(j.cmd.Main), j.from(j.cmd.ClassPath)...)}
				boot.Launcher.Value = j.cmd.Main.Value
				s.packed(boot)
				return s
			}
			continue
		}
		name := path.Join(dir, parse.ManifestName)
		data, err := j.read(name)
		if err != nil {
			continue
		}
		m, err := parse.ReadManifest(data)
		j.unread("manifest", name, err)
		boot, ok := m.SpringBoot()
		if !ok {
			continue
		}
		s := &springBoot{classPath: classPath{jvm: j}, name: path.Base(dir), artifact: dir, base: dir, sources: append(j.from(j.cmd.Main), model.FromProc(j.PID, "cwd"))}
		if boot.StartClass.Value != "" {
			s.name = simpleName(boot.StartClass.Value)
			s.sources = append(s.sources, model.FromFile(model.Path(name), boot.StartClass.Line))
		}
		s.manifest(boot, name)
		classes := boot.Classes
		if classes == "" {
			classes = "BOOT-INF/classes/"
		}
		s.classes = []classDir{{file: path.Join(dir, classes)}}
		boot.Launcher.Value = j.cmd.Main.Value
		s.propertiesLauncher(boot)
		return s
	}
	return nil
}

func (s *springBoot) manifest(boot parse.SpringBoot, name string) {
	at := boot.Launcher
	if boot.Version.Value != "" {
		at = boot.Version
	}
	s.version(boot.Version.Value, model.FromFile(model.Path(name), at.Line))
}

func (s *springBoot) version(v string, from ...model.Source) {
	s.platform.Name = "Spring Boot"
	s.platform.Evidence.Add("name", from...)
	setField(&s.platform.Version, &s.platform.Evidence, "version", v, from...)
}

// springLibrary finds spring-boot-VERSION.jar among class path entries; spring-boot-loader and the like do not count.
func springLibrary(entries []string) string {
	for _, e := range entries {
		if b, ok := strings.CutPrefix(path.Base(e), "spring-boot-"); ok && b != "" && b[0] >= '0' && b[0] <= '9' && strings.HasSuffix(b, ".jar") {
			return e
		}
	}
	return ""
}

func springVersion(lib string) string {
	return strings.TrimPrefix(stem(lib), "spring-boot-")
}
