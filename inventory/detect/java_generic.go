package detect

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaGeneric is any other application on a JVM, named by its archive, its main class or its module.
type javaGeneric struct{ onJVM }

var _ Detector = javaGeneric{}

// Name is App2Container's application type.
func (javaGeneric) Name() string { return "java-generic" }

// Detect takes what runs a JVM.
func (d javaGeneric) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	n := j.generic()
	s := server{jvm: j, name: n.name, artifact: n.artifact, base: n.base, from: n.from}
	p, why := j.product()
	if p != nil {
		s.platform = j.productPlatform(p, n.artifact, why)
		if base, ok := j.cmd.Property(p.base); ok && base.Value != "" {
			s.base, s.from = j.abs(base.Value), append(slices.Clone(s.from), j.from(base.From)...)
		}
		if p.ports != nil {
			s.ports = p.ports(j)
		}
		s.ports = append(s.ports, j.usualPorts(p, g, s.ports)...)
	}
	a := s.app(d.Name(), g)
	if p == nil {
		a.Platform = j.embedded(a.Listeners)
	}
	return []model.App{a}, nil
}

// identity is what an application is called and where it stands.
type identity struct {
	name, artifact, base string
	from                 []model.Source
}

// generic names an application by what its command line starts; a JVM inside another program is named by the program. Several detectors ask, and
// the archive of a main class has to be searched for.
func (j *jvm) generic() identity {
	if j.identity == nil {
		n := j.identify()
		n.from = slices.Clip(n.from) // callers append
		j.identity = &n
	}
	return *j.identity
}

func (j *jvm) identify() identity {
	main := j.cmd.Main
	switch j.cmd.Mode {
	case parse.JavaJar, parse.JavaSource:
		file := j.abs(main.Value)
		base := programFolder(file)
		return identity{name: telling(stem(main.Value), file, base), artifact: file, base: base, from: append(j.from(main), j.fromCwd(main.Value)...)}
	case parse.JavaModule:
		return j.module()
	case parse.JavaClass:
		file, from := j.archiveOf(main.Value)
		n := identity{name: main.Value, artifact: file, base: j.folder(file), from: append(j.from(main), from...)}
		if found := len(from) > len(j.from(j.cmd.ClassPath)); found && saysNothing(simpleName(n.name)) {
			n.name = telling(n.name, file, n.base)
		}
		return n
	}
	return identity{name: path.Base(j.Exe), artifact: j.Exe, base: programFolder(j.Exe), from: []model.Source{model.FromProc(j.PID, "exe")}}
}

// fromCwd is the working folder as evidence, when name is relative to it.
func (j *jvm) fromCwd(name string) []model.Source {
	if path.IsAbs(name) {
		return nil
	}
	return []model.Source{model.FromProc(j.PID, "cwd")}
}

// folder is the application's folder when artifact is a file, or a folder of classes, also inside an unpacked archive.
func (j *jvm) folder(artifact string) string {
	if artifact == "" {
		return j.cwd
	}
	if !j.isDir(artifact) {
		return programFolder(artifact)
	}
	for slices.Contains([]string{"classes", "lib", "libs", "mods", "BOOT-INF", "WEB-INF"}, path.Base(artifact)) {
		artifact = path.Dir(artifact)
	}
	return artifact
}

// programFolder is the folder of a program's file: the one above when the file lies in bin, lib or the like (jpackage: lib/app), unless that
// belongs to everybody. A folder called app alone is the application's own.
func programFolder(file string) string {
	if file == "" {
		return "" // its working folder is unknown
	}
	dir := path.Dir(file)
	top := strings.TrimSuffix(dir, "/lib/app")
	if top == dir && slices.Contains([]string{"bin", "lib", "libs", "jars", "sbin"}, path.Base(dir)) {
		top = path.Dir(dir)
	}
	if everybodys(top) {
		return dir
	}
	return top
}

// everybodys reports a folder that holds other things beside one application.
func everybodys(dir string) bool {
	return slices.Contains([]string{"", ".", "/", "/home", "/opt", "/srv", "/tmp", "/usr", "/usr/local", "/var", "/var/lib", "/var/opt"}, dir)
}

// Bounds of the search for a main class.
const (
	maxClassPath = 2000
	maxClassJars = 150
)

// archiveOf finds the class path entry that holds a class, as the JVM would: in order. Without any the first entry is taken.
func (j *jvm) archiveOf(class string) (string, []model.Source) {
	entries := j.expandClassPath(j.cmd.ClassPathEntries())
	from := j.from(j.cmd.ClassPath)
	if j.cmd.ClassPath.Value == "" {
		entries, from = []string{j.cwd}, []model.Source{model.FromProc(j.PID, "cwd")}
	}
	file := strings.ReplaceAll(class, ".", "/") + ".class"
	jars := 0
	for _, e := range entries {
		if j.isDir(e) {
			if name := path.Join(e, file); j.exists(name) {
				return e, append(from, model.FromFile(model.Path(name), 0))
			}
			continue
		}
		if jars++; jars > maxClassJars {
			break
		}
		if j.holds(e, file) {
			return e, append(from, model.FromFile(model.Path(e+"!/"+file), 0))
		}
	}
	if len(entries) == 0 {
		return "", from
	}
	return entries[0], from
}

func (j *jvm) holds(archive, entry string) bool {
	a, done, err := j.jar(archive)
	if err != nil {
		return false // the JVM skips what it cannot open, too
	}
	defer done()
	_, ok := a.Entry(entry)
	return ok
}

// expandClassPath makes entries absolute and replaces "lib/*" by the archives in lib.
func (j *jvm) expandClassPath(entries []string) []string {
	var out []string
	for _, e := range firsts(entries, maxClassPath) {
		dir, wild := strings.CutSuffix(e, "*")
		if !wild || dir != "" && !strings.HasSuffix(dir, "/") {
			out = append(out, j.abs(e))
			continue
		}
		if dir == "" {
			dir = "."
		}
		for _, f := range j.list("class path folder", j.abs(dir)) {
			if ext := strings.ToLower(path.Ext(f.Name)); ext == ".jar" {
				out = append(out, path.Join(j.abs(dir), f.Name))
			}
		}
		if len(out) > maxClassPath {
			return out[:maxClassPath]
		}
	}
	return out
}

// simpleName is a class's name without its package.
func simpleName(class string) string {
	return class[strings.LastIndexByte(class, '.')+1:]
}
