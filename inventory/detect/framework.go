package detect

import (
	"path"

	"a2c/model"
	"a2c/parse"
)

// framework is an application that carries a framework among its libraries.
type framework struct {
	classPath
	identity
	version known
}

// frameworkSign is how an application with a framework is known.
type frameworkSign struct {
	libraries []string // NAME of NAME-VERSION.jar, any of them
	class     string   // an entry of an archive that holds everything
}

// framework returns the application when its libraries, or its one archive, hold the framework.
func (j *jvm) framework(s frameworkSign) *framework {
	f := &framework{classPath: classPath{jvm: j}, identity: j.generic()}
	f.classes = j.packages(f.artifact)
	for _, name := range s.libraries {
		if l, v, ok := j.library(name); ok {
			f.version = known{v, append(l.from, model.FromFile(model.Path(l.file), 0))}
			f.from = append(f.from, l.from...)
			return f
		}
	}
	if j.cmd.Mode != parse.JavaJar && j.cmd.Mode != parse.JavaClass || !j.holds(f.artifact, s.class) {
		return nil
	}
	f.from = append(f.from, model.FromFile(model.Path(f.artifact+"!/"+s.class), 0))
	return f
}

// packages are the places of the class path that hold the application's own files: its folders, and the archive of its main class.
func (j *jvm) packages(artifact string) []classDir {
	if j.cmd.Mode == parse.JavaJar {
		return []classDir{{file: artifact, jar: true}}
	}
	var list []classDir
	entries := j.cmd.ClassPathEntries()
	if j.cmd.Mode == parse.JavaModule {
		entries = []string{artifact}
	}
	for _, e := range j.expandClassPath(entries) {
		if path.Clean(e) == artifact && !j.isDir(e) {
			list = append(list, classDir{file: e, jar: true})
		} else if j.isDir(e) {
			list = append(list, classDir{file: e})
		}
	}
	return list
}

// platform names the framework.
func (f *framework) platform(name string) model.Platform {
	p := model.Platform{Name: name}
	p.Evidence.Add("name", f.from...)
	setField(&p.Version, &p.Evidence, "version", f.version.text, f.version.from...)
	return p
}

// carries reports whether the application has a library, or a class of it in its one archive.
func (f *framework) carries(s frameworkSign) bool {
	for _, name := range s.libraries {
		if _, _, ok := f.library(name); ok {
			return true
		}
	}
	return f.holds(f.artifact, s.class)
}

// known is a value with its evidence.
type known struct {
	text string
	from []model.Source
}
