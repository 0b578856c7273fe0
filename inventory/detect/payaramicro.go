package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// payaraMicro is Payara Micro: a jar that unpacks a domain into a folder, its own for each start unless --rootdir names one, and keeps there what is in
// force. Options have no case (fish.payara.micro.cmd.options.RuntimeOptions).
type payaraMicro struct {
	*glassFish
	program   string // the archive that runs
	options   map[string]parse.JavaArg
	archives  []parse.JavaArg // --deploy, and archives without an option
	temporary bool            // the folder is only this run's
}

const payaraMicroPackage = "fish.payara.micro."

// isPayaraMicro looks at the main class, also that of the archive.
func (j *jvm) isPayaraMicro() bool {
	switch j.cmd.Mode {
	case parse.JavaClass:
		return strings.HasPrefix(j.cmd.Main.Value, payaraMicroPackage)
	case parse.JavaJar:
		a, done, err := j.jar(j.abs(j.cmd.Main.Value))
		if err != nil {
			return false // the kinds of single archives say so
		}
		defer done()
		m, err := a.Manifest()
		return err == nil && strings.HasPrefix(m.Value("Main-Class"), payaraMicroPackage)
	}
	return false
}

func newPayaraMicro(j *jvm) *payaraMicro {
	m := &payaraMicro{glassFish: &glassFish{jvm: j}, options: map[string]parse.JavaArg{}}
	if j.cmd.Mode == parse.JavaJar {
		m.program = j.abs(j.cmd.Main.Value)
	} else {
		m.program, _ = j.archiveOf(j.cmd.Main.Value)
	}
	args := j.cmd.Program
	for i := 0; i < len(args); i++ {
		name, option := strings.CutPrefix(strings.ToLower(args[i].Value), "--")
		switch {
		case !option:
			m.archives = append(m.archives, args[i])
		case slices.Contains(payaraMicroValues(), name) && i+1 < len(args):
			i++
			if name == "deploy" {
				m.archives = append(m.archives, args[i])
			} else {
				m.options[name] = args[i]
			}
		}
	}
	m.findRoot()
	if m.root != "" {
		m.readDomain("server")
	} else {
		m.domain = &parse.GlassFishDomain{}
	}
	return m
}

// payaraMicroValues are the options whose value is the next argument and that tell something; those of other options look like archives, and are none.
func payaraMicroValues() []string {
	return []string{
		"deploy", "deploymentdir", "deploydir", "port", "sslport", "rootdir", "startport", "name", "contextroot", "domainconfig",
		"prebootcommandfile", "postbootcommandfile", "postdeploycommandfile", "logproperties", "systemproperties", "deployfromgav", "addlibs", "addjars",
	}
}

// findRoot finds the instance's folder: --rootdir, that of the launcher that --outputlauncher wrote, else the one whose files are open.
func (m *payaraMicro) findRoot() {
	if at, ok := m.options["rootdir"]; ok {
		m.root, m.rootFrom = m.abs(at.Value), m.from(at)
		return
	}
	if path.Base(m.program) == "launch-micro.jar" {
		m.root, m.rootFrom = path.Dir(m.program), m.from(m.cmd.Main)
		return
	}
	m.temporary = true
	fds, err := m.FDs()
	m.skip("fd", err)
	for _, fd := range fds {
		for _, below := range []string{"/runtime/", "/lib/install/", "/logs/"} {
			root, _, ok := strings.Cut(fd.Target, below)
			if ok && path.IsAbs(root) && m.exists(path.Join(root, "config/domain.xml")) {
				m.root, m.rootFrom = root, []model.Source{model.FromProc(m.PID, "fd")}
				return
			}
		}
	}
}

// serves is the instance as an application. Where domain.xml cannot be seen, the arguments tell the ports.
func (m *payaraMicro) serves() server {
	s := server{jvm: m.jvm, name: stem(m.program), artifact: m.program, base: path.Dir(m.program), from: m.from(m.cmd.Main), platform: m.product()}
	archives := m.deployed()
	switch {
	case !m.temporary:
		s.base, s.from = m.root, append(s.from, m.rootFrom...)
	case len(archives) > 0 && archives[0].argument:
		s.base, s.from = path.Dir(archives[0].at), append(s.from, archives[0].from...)
	}
	if len(archives) == 1 {
		s.name = stem(archives[0].at)
	}
	if at, ok := m.options["name"]; ok {
		s.name, s.from = at.Value, append(s.from, m.from(at)...)
	}
	if m.root == "" {
		s.ports, s.webApps = m.argumentPorts(), m.argumentApps(archives)
		return s
	}
	s.ports, s.webApps = m.ports(), m.webApps()
	for i := range s.ports {
		if m.temporary {
			s.ports[i].binding = nil // a setting in a file that the next start makes anew
		}
	}
	for i := range s.webApps {
		w := &s.webApps[i]
		if m.temporary {
			w.Descriptor = ""
			delete(w.Evidence, "descriptor")
		}
		for _, a := range archives {
			if stem(a.at) == w.Name {
				w.Path = model.Path(a.at)
				w.Evidence.Add("path", a.from...)
			}
		}
	}
	return s
}

// payaraArchive is an archive that the command line deploys.
type payaraArchive struct {
	at, context string // context is "" unless it is written
	argument    bool   // lies on its own, not in the uber jar
	from        []model.Source
}

// deployed are the archives of --deploy ("file" or "file:context"), of --deploymentdir, and of an uber jar (MICRO-INF/deploy).
func (m *payaraMicro) deployed() []payaraArchive {
	var out []payaraArchive
	for _, a := range m.archives {
		found := payaraArchive{at: m.abs(a.Value), argument: true, from: m.from(a)}
		if i := strings.LastIndexByte(a.Value, ':'); i > 0 && !m.exists(found.at) {
			found.at, found.context = m.abs(a.Value[:i]), a.Value[i+1:]
		}
		if m.exists(found.at) {
			out = append(out, found)
		}
	}
	for _, option := range []string{"deploymentdir", "deploydir"} {
		at, ok := m.options[option]
		if !ok {
			continue
		}
		dir := m.abs(at.Value)
		for _, e := range m.list("deployments", dir) {
			if e.Name[0] != '.' {
				out = append(out, payaraArchive{at: path.Join(dir, e.Name), argument: true, from: m.from(at)})
			}
		}
	}
	return append(out, m.inside()...)
}

// inside are the archives in an uber jar.
func (m *payaraMicro) inside() []payaraArchive {
	var out []payaraArchive
	if j, done, err := m.jar(m.program); err == nil {
		for _, e := range j.Entries() {
			if name, ok := strings.CutPrefix(e.Name, "MICRO-INF/deploy/"); ok && name != "" && !strings.Contains(name, "/") {
				at := m.program + "!/" + e.Name
				out = append(out, payaraArchive{at: at, from: []model.Source{model.FromFile(model.Path(at), 0)}})
			}
		}
		done()
	}
	return out
}

// argumentApps are the web applications of the archives, where their own descriptors or names tell their contexts.
func (m *payaraMicro) argumentApps(archives []payaraArchive) []model.WebApp {
	var list []model.WebApp
	kind := eeKind{view: m.view, descriptors: glassFishDescriptors()}
	for i, a := range archives {
		for _, w := range kind.apps(stem(a.at), path.Base(a.at), a.at, a.from...) {
			if at, ok := m.options["contextroot"]; ok && i == 0 && a.context == "" {
				a.context = at.Value
			}
			if a.context != "" {
				w.Context = asContext(a.context)
			}
			list = append(list, w)
		}
	}
	return list
}

// argumentPorts are the ports of the command line, with Payara Micro's defaults.
func (m *payaraMicro) argumentPorts() []port {
	var ports []port
	for _, o := range [][3]string{{"port", "http", "8080"}, {"sslport", "https", ""}, {"startport", "cluster", "6900"}} {
		p := port{number: number(o[2]), purpose: o[1], from: m.from(m.cmd.Main)}
		if at, ok := m.options[o[0]]; ok {
			p.number, p.from = number(at.Value), m.from(at)
		}
		if p.number > 0 {
			ports = append(ports, p)
		}
	}
	return ports
}

// product reads name and version in the archive.
func (m *payaraMicro) product() model.Platform {
	p := model.Platform{Name: "Payara Micro"}
	p.Evidence.Add("name", m.from(m.cmd.Main)...)
	const entry = "MICRO-INF/domain/branding/glassfish-version.properties"
	name := path.Join(m.root, "config/branding/glassfish-version.properties")
	data, err := m.read(name)
	if err != nil {
		var j *parse.Jar
		var done func()
		name = m.program + "!/" + entry
		if j, done, err = m.jar(m.program); err == nil {
			data, err = j.Read(entry, entryLimit)
			done()
		}
	}
	m.unread("product", name, err)
	if err == nil {
		m.brand(&p, data, name)
	}
	return p
}
