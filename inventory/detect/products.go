package detect

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// product is a well-known server that people run as it is. It is known by the class or the archive that its own start script names.
type product struct {
	name   string
	source string   // where the class or archive is named
	main   []string // main classes
	jar    []string // file names of the archive behind -jar, as path.Match takes them
	// version is where the version stands: "group:artifact" is an archive ARTIFACT-VERSION.jar that is on the class path or open, or the group's
	// artifact in an archive that holds everything; "@Attribute" is of the manifest of the archive that starts; "=artifact" is in its name.
	version []string
	base    string            // the system property that names the folder of an instance; "" when there is none
	ports   func(*jvm) []port // nil: its configuration is not read
	// usual are the ports of its documentation, "9042 database 7000 cluster": they name a listener that its configuration, as far as it is read, does not.
	usual string
}

// product is the well-known product that the process runs, with what shows it; nil for others.
func (j *jvm) product() (*product, []model.Source) {
	main := j.cmd.Main
	class := main.Value
	if j.cmd.Mode == parse.JavaModule {
		_, class, _ = strings.Cut(main.Value, "/")
	}
	why := j.from(main)
	if j.cmd.Mode == parse.JavaJar { // whatever the archive is called
		file := j.abs(main.Value)
		m, _ := j.manifest(file)
		a, _ := m.Get("Main-Class")
		class = a.Value
		why = append(why, model.FromFile(model.Path(file+"!/"+parse.ManifestName), a.Line))
	}
	for _, p := range products() {
		if class != "" && slices.Contains(p.main, class) {
			return &p, why
		}
		if j.cmd.Mode != parse.JavaJar {
			continue
		}
		for _, pattern := range p.jar {
			if ok, err := path.Match(pattern, path.Base(main.Value)); ok && err == nil {
				return &p, j.from(main)
			}
		}
	}
	return nil, nil
}

// usualPorts are those of p.usual that are open and that no configuration explains.
func (j *jvm) usualPorts(p *product, g host.Group, known []port) []port {
	if p.usual == "" {
		return nil
	}
	listeners, err := j.h.Listeners(append([]*host.Process{g.Main}, g.Children...)...)
	j.skip("fd", err)
	words := strings.Fields(p.usual)
	var ports []port
	for i := 0; i+1 < len(words); i += 2 {
		n := number(words[i])
		open := slices.ContainsFunc(listeners, func(l model.Listener) bool { return l.Protocol == "tcp" && l.Port == n })
		if open && !slices.ContainsFunc(known, func(k port) bool { return k.number == n }) {
			ports = append(ports, port{number: n, purpose: words[i+1], from: []model.Source{model.Derived("usual port of " + p.name)}})
		}
	}
	return ports
}

// productPlatform names the product with its version.
func (j *jvm) productPlatform(p *product, archive string, why []model.Source) model.Platform {
	platform := model.Platform{Name: p.name}
	platform.Evidence.Add("name", why...)
	for _, where := range p.version {
		if k := j.versionAt(where, archive); k.text != "" {
			setField(&platform.Version, &platform.Evidence, "version", k.text, k.from...)
			break
		}
	}
	return platform
}

// versionAt looks in one place, see product.version.
func (j *jvm) versionAt(where, file string) known {
	if name, ok := strings.CutPrefix(where, "="); ok {
		v, _ := versioned(file, name)
		return known{v, j.from(j.cmd.Main)}
	}
	if name, ok := strings.CutPrefix(where, "@"); ok {
		m, _ := j.manifest(file)
		a, _ := m.Get(name)
		return known{a.Value, []model.Source{model.FromFile(model.Path(file+"!/"+parse.ManifestName), a.Line)}}
	}
	group, artifact, _ := strings.Cut(where, ":")
	return j.artifactVersion(group, artifact)
}

// artifactVersion finds the version of an archive that the JVM was told to load or has open, or that was merged into the main one.
func (j *jvm) artifactVersion(group, artifact string) known {
	if l, v, ok := j.library(artifact); ok {
		return known{v, append(slices.Clone(l.from), model.FromFile(model.Path(l.file), 0))}
	}
	for _, f := range j.openArchives() {
		if v, ok := versioned(f.file, artifact); ok {
			return known{v, f.from}
		}
	}
	if j.cmd.Mode == parse.JavaJar {
		if v, from := j.mavenVersion(j.abs(j.cmd.Main.Value), group, artifact); v != "" {
			return known{v, from}
		}
	}
	return known{}
}

// openArchives are the archives that the process has open or mapped, also by class loaders of its own.
func (j *jvm) openArchives() []library {
	if j.opened != nil {
		return j.opened
	}
	j.opened = []library{}
	fds, err := j.FDs()
	j.skip("fd", err)
	for _, d := range fds {
		if name := d.Path(); strings.HasSuffix(name, ".jar") {
			j.opened = append(j.opened, library{name, []model.Source{model.FromProc(j.PID, "fd/"+strconv.Itoa(d.Num))}})
		}
	}
	for _, m := range j.maps {
		if strings.HasSuffix(m.Path, ".jar") {
			j.opened = append(j.opened, library{m.Path, []model.Source{j.fromMap(m)}})
		}
	}
	slices.SortStableFunc(j.opened, func(a, b library) int { return strings.Compare(a.file, b.file) })
	return j.opened
}
