package config

import (
	"path"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// jboss knows the folders of a server's base (docs.wildfly.org: Admin Guide, "File system layout"): log and tmp are made anew at each start, wherever
// properties put them.
func (r *resolver) jboss() {
	r.generic()
	base := string(r.s.App.Base)
	folder := func(name, below string, properties ...string) {
		for _, key := range properties {
			if v, ok := r.c.Get(key); ok && v.Value != "" {
				r.dir(name, r.s.Main.Abs(v.Value), v.Source)
			}
		}
		if base != "" {
			r.dir(name, path.Join(base, below), model.Derived(below+" below the server's base"))
		}
	}
	r.jbossDocuments(base)
	for _, a := range r.s.App.WebApps {
		r.deployment(string(a.Path))
	}
	folder("logs", "log", "jboss.server.log.dir", "jboss.domain.log.dir")
	folder("tempDir", "tmp", "jboss.server.temp.dir", "jboss.domain.temp.dir")
}

// deployment reads the descriptors of one, unpacked or as the archive that the server has stored.
func (r *resolver) deployment(p string) {
	info, err := host.Stat(r.s.Root, p)
	switch {
	case err != nil:
	case info.Type != host.Dir:
		r.warDocuments(p)
	default:
		for _, d := range webDocuments() {
			r.document(path.Join(p, d), "descriptor of a deployment")
		}
	}
}

// jbossDocuments reads the configuration of a server of its own, or that of the domain.
func (r *resolver) jbossDocuments(base string) {
	if d, ok := JBossDomainOf(r.s, r.c.Java); ok {
		host := d.HostFile()
		r.document(host, "configuration of the host in its domain")
		r.document(d.DomainFile(r.jbossRemote(host)), "configuration of the domain")
		return
	}
	if base != "" {
		r.document(path.Join(base, "configuration", r.jbossFile()), "configuration of the server")
	}
}

// jbossRemote reports whether a host.xml that was read has a domain controller on another machine.
func (r *resolver) jbossRemote(file string) bool {
	for _, v := range r.c.Settings {
		if v.File == file && strings.HasPrefix(v.Key, "host/domain-controller/remote") {
			return true
		}
	}
	return false
}

// jbossFile is the name of the configuration in force.
func (r *resolver) jbossFile() string {
	if r.c.Java != nil {
		if at, ok := parse.ReadJBossCommand(r.c.Java.Program).Options["server-config"]; ok {
			return path.Base(at.Value)
		}
	}
	return "standalone.xml"
}

// JBossDomain is where the documents of a domain lie, by the command line of its host controller.
type JBossDomain struct {
	// Properties are those of the host controller's command line, with the folders that it has names for.
	Properties map[string]string
	options    map[string]parse.JavaArg
}

// JBossDomainOf is the domain that a managed server, a host controller or a process controller belongs to; ok is false for a server of its own. Which
// files a server has, only its host controller was told: a child of the same process controller. Of a server that has lost it the usual names are taken.
func JBossDomainOf(s *subject.Subject, java *parse.JavaCommand) (d JBossDomain, ok bool) {
	if java == nil {
		return d, false
	}
	command := parse.ReadJBossCommand(java.Program)
	switch command.Module.Value {
	case parse.JBossServerMain:
		if c := jbossController(s); c != nil {
			java, command = c, parse.ReadJBossCommand(c.Program)
		}
	case parse.JBossHost, parse.JBossProcess:
	default:
		return d, false
	}
	d.options, d.Properties = command.Options, map[string]string{}
	for _, p := range java.Properties {
		d.Properties[p.Name] = p.Value
	}
	for _, p := range command.Properties {
		if p.File == "" {
			d.Properties[p.Name] = p.Value
		}
	}
	home := string(s.App.Platform.Home)
	if at, ok := command.Options["jboss-home"]; ok {
		home = at.Value
	}
	if home == "" && java.Mode == parse.JavaJar {
		home = path.Dir(s.Main.Abs(java.Main.Value))
	}
	d.folder(s, "jboss.home.dir", home)
	base := d.folder(s, "jboss.domain.base.dir", path.Join(d.Properties["jboss.home.dir"], "domain"))
	for name, below := range map[string]string{"config": "configuration", "data": "data", "log": "log", "temp": "tmp"} {
		d.folder(s, "jboss.domain."+name+".dir", path.Join(base, below))
	}
	return d, true
}

func (d JBossDomain) folder(s *subject.Subject, name, otherwise string) string {
	if d.Properties[name] == "" {
		d.Properties[name] = otherwise
	}
	d.Properties[name] = s.Main.Abs(d.Properties[name])
	return d.Properties[name]
}

// jbossController is the command line of the host controller beside a managed server, nil when there is none.
func jbossController(s *subject.Subject) *parse.JavaCommand {
	parent := s.Host.Process(s.Main.PPID)
	if parent == nil || parse.ReadJBossCommand(parse.ReadJavaCommand(parent.Args(), parse.JavaSources{}).Program).Module.Value != parse.JBossProcess {
		return nil
	}
	for _, p := range s.Host.ChildrenOf(parent.PID) {
		c := parse.ReadJavaCommand(p.Args(), parse.JavaSources{})
		if parse.ReadJBossCommand(c.Program).Module.Value == parse.JBossHost {
			return c
		}
	}
	return nil
}

// HostFile is host.xml.
func (d JBossDomain) HostFile() string { return d.file("host.xml", "host-config") }

// DomainFile is domain.xml, or the copy of it that a host with a remote domain controller may keep. The option -c means it in a domain.
func (d JBossDomain) DomainFile(remote bool) string {
	usual := "domain.xml"
	if remote {
		usual = "domain.cached-remote.xml"
	}
	return d.file(usual, "server-config", "domain-config")
}

func (d JBossDomain) file(usual string, options ...string) string {
	for _, o := range options {
		if at, ok := d.options[o]; ok && at.Value != "" {
			usual = at.Value
		}
	}
	return under(d.Properties["jboss.domain.config.dir"], usual)
}
