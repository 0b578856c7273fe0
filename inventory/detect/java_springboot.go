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
type javaSpringBoot struct{ seen views }

var _ Detector = javaSpringBoot{}

// Name is ours: App2Container called these java-generic.
func (javaSpringBoot) Name() string { return "java-springboot" }

// Match takes every possible JVM.
func (javaSpringBoot) Match(p *host.Process) bool { return mayBeJVM(p) }

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
	a := j.app(d.Name(), g, s.sources...)
	named(&a, s.name, s.artifact, s.base, s.sources...)
	a.Platform = s.platform
	defer s.close()
	ports := append(s.ports(), j.agentPorts()...)
	purposes(&a, ports)
	leftover(&a, ports)
	return []model.App{a}, nil
}

// springBoot is how the application is packaged, and its configuration.
type springBoot struct {
	*jvm
	name, artifact, base string
	sources              []model.Source
	platform             model.Platform
	classes              []classDir // where packaged configuration stands, what counts first first
	archives             map[string]*parse.Jar
	opened               []func()
}

// classDir is a place on the class path: a folder, or a prefix of an archive's entries.
type classDir struct {
	file   string // the folder or the archive
	prefix string // "" for a folder; "BOOT-INF/classes/"
	jar    bool
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
	s := &springBoot{jvm: j, name: stem(j.cmd.Main.Value), artifact: name, base: path.Dir(name), sources: j.from(j.cmd.Main)}
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
	s.manifest(boot, name+"!/"+parse.ManifestName)
	classes := boot.Classes
	if classes == "" && boot.Launcher.Value != boot.StartClass.Value {
		classes = "BOOT-INF/classes/"
	}
	s.classes = []classDir{{file: name, prefix: classes, jar: true}}
	return s
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
	s := &springBoot{jvm: j, sources: from}
	g := j.generic()
	s.name, s.artifact, s.base = g.name, g.artifact, g.base
	s.version(springVersion(lib), j.from(j.cmd.ClassPath)...)
	for _, e := range entries {
		at := j.abs(e)
		s.classes = append(s.classes, classDir{file: at, jar: !j.isDir(at)})
	}
	return s
}

// springExploded is an unpacked archive: the folder on the class path that has its manifest.
func (j *jvm) springExploded(entries []string) *springBoot {
	for _, e := range entries {
		dir := j.abs(e)
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
		s := &springBoot{jvm: j, name: path.Base(dir), artifact: dir, base: dir, sources: append(j.from(j.cmd.Main), model.FromProc(j.PID, "cwd"))}
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
