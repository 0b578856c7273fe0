package detect

import (
	"errors"
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// library is an archive that the JVM was told to load classes from.
type library struct {
	file string
	from []model.Source
}

// libraries are the archives of the application in the order of the class path: the archive behind -jar and those of its manifest's Class-Path,
// the entries of the class path with those of their manifests, the module path. They need not exist.
func (j *jvm) libraries() []library {
	if j.libs != nil {
		return j.libs
	}
	j.libs = []library{}
	switch j.cmd.Mode {
	case parse.JavaJar:
		file := j.abs(j.cmd.Main.Value)
		j.libs = append(j.libs, library{file, j.from(j.cmd.Main)})
		j.libs = append(j.libs, j.manifestPath(file)...)
	case parse.JavaModule:
		for e := range strings.SplitSeq(j.cmd.ModulePath.Value, ":") {
			if e != "" {
				j.addLibraries(j.abs(e), j.from(j.cmd.ModulePath))
			}
		}
	}
	if j.cmd.Mode == parse.JavaJar {
		return j.libs // -cp does not count then
	}
	from := j.from(j.cmd.ClassPath)
	for _, e := range j.expandClassPath(j.cmd.ClassPathEntries()) {
		if strings.HasSuffix(e, ".jar") {
			j.libs = append(j.libs, library{e, from})
		}
	}
	if n := len(j.libs); n > 0 && n <= maxPathing { // a long class path is often one archive that names the others
		for _, l := range j.libs[:n] {
			j.libs = append(j.libs, j.manifestPath(l.file)...)
		}
	}
	j.libs = firsts(j.libs, maxClassPath)
	return j.libs
}

// maxPathing is up to how many archives on a class path are opened for their manifest's Class-Path.
const maxPathing = 3

// addLibraries adds an archive of the module path, or those in a folder of it.
func (j *jvm) addLibraries(at string, from []model.Source) {
	if !j.isDir(at) {
		j.libs = append(j.libs, library{at, from})
		return
	}
	for _, e := range firsts(j.list("module path folder", at), maxClassPath) {
		if strings.HasSuffix(e.Name, ".jar") {
			j.libs = append(j.libs, library{path.Join(at, e.Name), from})
		}
	}
}

// manifestPath are the archives that an archive's manifest names, relative to its folder.
func (j *jvm) manifestPath(file string) []library {
	m, ok := j.manifest(file)
	a, has := m.Get("Class-Path")
	if !ok || !has {
		return nil
	}
	var list []library
	for _, name := range firsts(strings.Fields(a.Value), maxClassPath) {
		name = strings.TrimPrefix(name, "file:")
		if !path.IsAbs(name) {
			name = path.Join(path.Dir(file), name)
		}
		list = append(list, library{name, []model.Source{model.FromFile(model.Path(file+"!/"+parse.ManifestName), a.Line)}})
	}
	return list
}

// manifest reads an archive's manifest, once.
func (j *jvm) manifest(file string) (parse.Manifest, bool) {
	if m, ok := j.manifests[file]; ok {
		return m, len(m.Attributes) > 0
	}
	if j.manifests == nil {
		j.manifests = map[string]parse.Manifest{}
	}
	j.manifests[file] = parse.Manifest{}
	archive, done, err := j.jar(file)
	if err != nil {
		return parse.Manifest{}, false // the JVM skips what it cannot open, too; the main archive is opened elsewhere
	}
	defer done()
	m, err := archive.Manifest()
	if err != nil {
		if !errors.Is(err, parse.ErrNoEntry) {
			j.unread("manifest", file, err)
		}
		return parse.Manifest{}, false
	}
	j.manifests[file] = m
	return m, true
}

// library finds the first archive called NAME-VERSION.jar; the version begins with a digit.
func (j *jvm) library(name string) (l library, version string, ok bool) {
	for _, l := range j.libraries() {
		if v, ok := versioned(l.file, name); ok {
			return l, v, true
		}
	}
	return library{}, "", false
}

// versioned returns VERSION of a file called NAME-VERSION.jar.
func versioned(file, name string) (string, bool) {
	rest, ok := strings.CutPrefix(path.Base(file), name+"-")
	if !ok || rest == "" || rest[0] < '0' || rest[0] > '9' {
		return "", false
	}
	return strings.CutSuffix(rest, ".jar")
}

// inside reads a small file of an archive; nil when there is none.
func (j *jvm) inside(archive, entry string) []byte {
	a, done, err := j.jar(archive)
	if err != nil {
		return nil
	}
	defer done()
	if _, ok := a.Entry(entry); !ok {
		return nil
	}
	data, err := a.Read(entry, entryLimit)
	j.unread("entry of an archive", archive+"!/"+entry, err)
	return data
}

// mavenVersion reads META-INF/maven/GROUP/ARTIFACT/pom.properties, which Maven's archives hold, and unions of them too.
func (j *jvm) mavenVersion(archive, group, artifact string) (string, []model.Source) {
	entry := "META-INF/maven/" + group + "/" + artifact + "/pom.properties"
	data := j.inside(archive, entry)
	if data == nil {
		return "", nil
	}
	settings, err := parse.ReadProperties(data)
	j.unread("entry of an archive", archive+"!/"+entry, err)
	for _, s := range settings {
		if s.Key == "version" {
			return s.Value, []model.Source{model.FromFile(model.Path(archive+"!/"+entry), s.Line)}
		}
	}
	return "", nil
}
