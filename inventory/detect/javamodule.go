package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// module identifies what -m "name" or "name/class" starts: by what holds the module on the module path, else by the runtime image.
func (j *jvm) module() identity {
	name, _, _ := strings.Cut(j.cmd.Main.Value, "/")
	n := identity{name: name, from: j.from(j.cmd.Main)}
	var entries []string
	for e := range strings.SplitSeq(j.cmd.ModulePath.Value, ":") {
		if e != "" {
			entries = append(entries, j.abs(e))
		}
	}
	if len(entries) == 0 {
		n.artifact, n.base = j.Exe, j.folder(j.Exe)
		n.from = append(n.from, model.FromProc(j.PID, "exe"))
		return n
	}
	n.from = append(n.from, j.from(j.cmd.ModulePath)...)
	n.artifact, n.base = entries[0], j.folder(entries[0]) // when none of them tells that it is it
	jars := 0
	for _, e := range firsts(entries, maxClassPath) {
		for _, at := range j.moduleFiles(e) {
			if jars++; jars > maxClassJars {
				return n
			}
			found, from := j.moduleName(at)
			if found != name {
				continue
			}
			n.artifact, n.base = at, j.folder(e)
			n.from = append(n.from, from...)
			return n
		}
	}
	return n
}

// moduleFiles are the archives and folders that an entry of the module path offers: itself, or what lies in it (java.lang.module.ModuleFinder.of).
func (j *jvm) moduleFiles(entry string) []string {
	if !j.isDir(entry) || j.exists(path.Join(entry, parse.ModuleInfoName)) {
		return []string{entry}
	}
	var files []string
	for _, f := range j.list("module path folder", entry) {
		at := path.Join(entry, f.Name)
		if strings.HasSuffix(f.Name, ".jar") || j.exists(path.Join(at, parse.ModuleInfoName)) {
			files = append(files, at)
		}
	}
	return files
}

// moduleName is the name of the module in an archive or folder, with where it stands: module-info.class, that for a version of Java, the manifest's
// Automatic-Module-Name, the file's name. It is "" when it cannot be read.
func (j *jvm) moduleName(at string) (string, []model.Source) {
	if j.isDir(at) {
		file := path.Join(at, parse.ModuleInfoName)
		data, err := j.read(file)
		j.unread("description of a module", file, err)
		return j.moduleInfo(file, data)
	}
	for _, entry := range j.moduleInfos(at) {
		if data := j.inside(at, entry); data != nil {
			return j.moduleInfo(at+"!/"+entry, data)
		}
	}
	if m, ok := j.manifest(at); ok {
		if a, ok := m.Get("Automatic-Module-Name"); ok {
			return a.Value, []model.Source{model.FromFile(model.Path(at+"!/"+parse.ManifestName), a.Line)}
		}
	}
	return parse.AutomaticModule(at), []model.Source{model.FromFile(model.Path(at), 0)}
}

// moduleInfos are the descriptions in an archive: its own, else those for versions of Java, which must all tell the same name (JAR file specification,
// "Modular multi-release JAR files").
func (j *jvm) moduleInfos(archive string) []string {
	a, done, err := j.jar(archive)
	if err != nil {
		return nil // the JVM fails, or is long past it
	}
	defer done()
	if _, ok := a.Entry(parse.ModuleInfoName); ok {
		return []string{parse.ModuleInfoName}
	}
	var names []string
	for _, e := range a.Entries() {
		if ok, _ := path.Match("META-INF/versions/*/"+parse.ModuleInfoName, e.Name); ok {
			names = append(names, e.Name)
		}
	}
	return names
}

func (j *jvm) moduleInfo(file string, data []byte) (string, []model.Source) {
	if data == nil {
		return "", nil
	}
	name, err := parse.ModuleName(data)
	j.unread("description of a module", file, err)
	return name, []model.Source{model.FromFile(model.Path(file), 0)}
}
