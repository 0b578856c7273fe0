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

// javaJetty is a Jetty server that was started from its own distribution: start.jar, the JVM that start.jar forks, or the command line that jetty.sh
// makes of it. An application that has Jetty inside is none.
type javaJetty struct{ onJVM }

var _ Detector = javaJetty{}

const (
	jettyStart = "org.eclipse.jetty.start.Main"
	jettyXML   = "org.eclipse.jetty.xml.XmlConfiguration"
)

// Name is ours: App2Container called these java-generic.
func (javaJetty) Name() string { return "java-jetty" }

// Detect wants Jetty's launcher, or Jetty's main class with the home that only the launcher sets.
func (d javaJetty) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	s := &jetty{jvm: j, worker: j, props: map[string]map[string]jettyProp{}}
	why := j.from(j.cmd.Main)
	switch {
	case j.jettyStartJar() != "":
		for _, kid := range g.Children {
			w := d.seen.of(h, kid).jvm()
			if w != nil && kid.PPID == g.Main.PID && w.cmd.Main.Value == jettyXML {
				s.worker = w
				why = append(why, w.from(w.cmd.Main)...)
			}
		}
	case j.cmd.Main.Value == jettyXML:
		if _, ok := j.cmd.Property("jetty.home"); !ok {
			return nil, ErrNotMine
		}
	default:
		return nil, ErrNotMine
	}
	return []model.App{s.serves().app(d.Name(), g, why...)}, nil
}

// serves reads the instance's configuration.
func (s *jetty) serves() server {
	s.folders()
	if s.worker.cmd.Main.Value == jettyXML {
		s.xmlArguments()
	} else {
		s.start()
	}
	found := server{jvm: s.jvm, name: path.Base(s.base), artifact: s.base, base: s.base, from: s.baseFrom, platform: s.platform()}
	found.ports = s.ports()
	if s.worker != s.jvm {
		for _, p := range s.worker.agentPorts() {
			p.binding = nil // an argument of the forked JVM: start.jar has it from a file
			found.ports = append(found.ports, p)
		}
	}
	found.webApps = s.webApps()
	s.solr(&found)
	return found
}

// jettyStartJar is the archive of Jetty's launcher that the process runs: by -jar, or by the main class.
func (j *jvm) jettyStartJar() string {
	name := ""
	switch j.cmd.Mode {
	case parse.JavaJar:
		name = j.abs(j.cmd.Main.Value)
		if !strings.HasPrefix(path.Base(name), "start") && !strings.Contains(path.Base(name), "jetty") {
			return ""
		}
	case parse.JavaClass:
		if j.cmd.Main.Value != jettyStart {
			return ""
		}
		if name, _ = j.archiveOf(jettyStart); name == "" {
			return ""
		}
	default:
		return ""
	}
	if main, _ := j.manifestValue(name, "Main-Class"); main != jettyStart {
		return ""
	}
	return name
}

// manifestValue is an attribute of an archive's manifest, with where it stands.
func (j *jvm) manifestValue(archive, attribute string) (string, model.Source) {
	m, ok := j.manifest(archive)
	if !ok {
		return "", ""
	}
	found, _ := m.Get(attribute)
	return found.Value, model.FromFile(model.Path(archive+"!/"+parse.ManifestName), found.Line)
}

// jetty is an instance's configuration. jvm is the process that was started, worker the one that serves: the same, unless start.jar forked.
type jetty struct {
	*jvm
	worker             *jvm
	home, base         string
	homeFrom, baseFrom []model.Source
	props              map[string]map[string]jettyProp // by environment ("" is the server's) and name
	files              []jettyFile                     // XML configuration
	deploy             []jettyDeploy
}

// jettyProp is a property of start.jar, with where it was set.
type jettyProp struct {
	value string
	file  string // "" for an argument
	line  int
	arg   int
	from  []model.Source
}

// jettyFile is an XML file that configures the server, in an environment.
type jettyFile struct {
	name, env string
	from      []model.Source // what names it
}

// folders finds home and base as BaseHome does: arguments, system properties, then start.jar's folder and the working folder.
func (s *jetty) folders() {
	s.home, s.homeFrom = s.folder("jetty.home")
	s.base, s.baseFrom = s.folder("jetty.base")
	if s.home == "" {
		archive := s.jettyStartJar()
		s.home, s.homeFrom = path.Dir(archive), append(s.from(s.cmd.Main), s.fromCwd(s.cmd.Main.Value)...)
	}
	if s.base == "" {
		s.base, s.baseFrom = s.abs("."), []model.Source{model.FromProc(s.PID, "cwd")}
	}
}

func (s *jetty) folder(key string) (string, []model.Source) {
	for _, a := range slices.Backward(s.cmd.Program) {
		for _, prefix := range []string{key + "=", "-D" + key + "="} {
			if v, ok := strings.CutPrefix(a.Value, prefix); ok && v != "" {
				return s.abs(v), s.from(a)
			}
		}
	}
	if p, ok := s.cmd.Property(key); ok && p.Value != "" {
		return s.abs(p.Value), s.from(p.From)
	}
	return "", nil
}

// platform reads the version from the launcher's manifest, else from a library's name.
func (s *jetty) platform() model.Platform {
	p := model.Platform{Name: "Eclipse Jetty", Home: model.Path(s.home)}
	p.Evidence.Add("name", s.from(s.cmd.Main)...)
	p.Evidence.Add("home", s.homeFrom...)
	if v, at := s.manifestValue(path.Join(s.home, "start.jar"), "Implementation-Version"); v != "" {
		setField(&p.Version, &p.Evidence, "version", v, at)
		return p
	}
	for _, e := range s.list("Jetty's libraries", path.Join(s.home, "lib")) {
		if v, ok := strings.CutPrefix(e.Name, "jetty-server-"); ok {
			setField(&p.Version, &p.Evidence, "version", strings.TrimSuffix(v, ".jar"), model.FromFile(model.Path(path.Join(s.home, "lib", e.Name)), 0))
		}
	}
	return p
}
