package detect

import (
	"path"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// jbossDomain is the configuration of a host in a domain: host.xml, and domain.xml, which a host with a remote domain controller may have as a copy.
type jbossDomain struct {
	control              *jboss // host controller, or what else is known of the domain
	pids                 []model.Source
	base                 string
	hostFile, domainFile string
	host, domain         *parse.JBossConfig
}

// domainOf reads the configuration that a process of a domain has, by the command line of its host controller: the process itself, a child of the same
// process controller, or, when that cannot be seen, of none.
func (d javaJBoss) domainOf(h *host.Host, b *jboss) jbossDomain {
	m := jbossDomain{control: b}
	parent := d.jboss(h, h.Process(b.PPID))
	if parent != nil {
		m.pids = append(m.pids, model.FromProc(parent.PID, "cmdline"))
		for _, p := range h.ChildrenOf(parent.PID) {
			if c := d.jboss(h, p); c != nil && c.module.Value == jbossHost && b.module.Value == jbossServer {
				m.control = c
				m.pids = append(m.pids, model.FromProc(c.PID, "cmdline"))
			}
		}
	}
	c := m.control
	m.base = c.domainBase()
	dir := c.dir("jboss.domain.config.dir", m.base, "configuration")
	m.hostFile = c.configFile("host-config", dir, "host.xml")
	m.host = c.config(m.hostFile)
	usual := "domain.xml"
	if m.host.Remote {
		usual = "domain.cached-remote.xml"
	}
	if at, ok := c.options["server-config"]; ok { // -c means the domain's configuration here
		c.options["domain-config"] = at
	}
	m.domainFile = c.configFile("domain-config", dir, usual)
	m.domain = c.config(m.domainFile)
	return m
}

// serves is one of the domain's servers, or its controllers.
func (m jbossDomain) serves(b *jboss) server {
	if b.module.Value != jbossServer {
		return m.controllers(b)
	}
	base, name := b.base(), b.serverName()
	s := server{jvm: b.jvm, name: name, artifact: base, base: base, from: m.pids, platform: b.product()}
	s.from = append(s.from, b.props["[Server:"+name+"]"].from...)
	if host := m.host.Name.Value; host != "" {
		s.name = host + "/" + name
		s.from = append(s.from, model.FromFile(model.Path(m.hostFile), m.host.Name.Line))
	}
	var own parse.JBossServer
	var group parse.JBossServerGroup
	for _, o := range m.host.Servers {
		if o.Name == name {
			own = o
			s.from = append(s.from, model.FromFile(model.Path(m.hostFile), o.Line))
		}
	}
	for _, g := range m.domain.ServerGroups {
		if g.Name == own.Group {
			group = g
		}
	}
	b.configured(m.domainFile, m.domain.Properties)
	b.configured(m.domainFile, group.Properties)
	b.configured(m.hostFile, m.host.Properties)
	b.configured(m.hostFile, own.Properties)
	sockets := m.sockets(b, own, group)
	apps := jbossApps{jboss: b, file: m.domainFile, config: m.domain, content: []string{ // the server has a copy of what the host controller keeps
		path.Join(b.dir("jboss.server.data.dir", base, "data"), "content"), path.Join(m.control.dir("jboss.domain.data.dir", m.base, "data"), "content"),
	}}
	profiles := m.profiles(group.Profile)
	apps.defaults(profiles)
	for _, p := range profiles {
		s.ports = append(s.ports, sockets.used(p.Uses, m.domainFile)...)
	}
	apps.managed(m.deployments(group))
	s.webApps = apps.list
	return s
}

// deployments are those of the domain that a server group has, which may rename or switch them off.
func (m jbossDomain) deployments(group parse.JBossServerGroup) []parse.JBossDeployment {
	var out []parse.JBossDeployment
	for _, d := range m.domain.Deployments {
		for _, c := range group.Deployments {
			if c.Name != d.Name {
				continue
			}
			d.Enabled = c.Enabled
			if c.RuntimeName != c.Name {
				d.RuntimeName = c.RuntimeName
			}
			out = append(out, d)
		}
	}
	return out
}

// sockets are the bindings of a server: its own group and offset count before its server group's, before those of the binding group.
func (m jbossDomain) sockets(b *jboss, own parse.JBossServer, group parse.JBossServerGroup) *jbossSockets {
	s := &jbossSockets{jboss: b, file: m.domainFile, interfaces: []jbossInterfaces{{m.hostFile, own.Interfaces}, {m.hostFile, m.host.Interfaces}, {m.domainFile, m.domain.Interfaces}}}
	name := group.SocketGroup
	if own.SocketGroup != "" {
		name = own.SocketGroup
	}
	for _, g := range m.domain.Groups {
		if g.Name == name {
			s.group = g
			s.group.Bindings = m.bindings(g, map[string]bool{})
			s.shift(g.PortOffset, m.domainFile)
		}
	}
	s.shift(group.PortOffset, m.domainFile)
	s.shift(own.PortOffset, m.hostFile)
	return s
}

// bindings are a group's own and those of the groups that it includes.
func (m jbossDomain) bindings(g parse.JBossSocketGroup, seen map[string]bool) []parse.JBossBinding {
	out := slices.Clone(g.Bindings)
	seen[g.Name] = true
	for _, name := range g.Include {
		for _, o := range m.domain.Groups {
			if o.Name == name && !seen[name] {
				out = append(out, m.bindings(o, seen)...)
			}
		}
	}
	return out
}

// profiles is the profile of that name and all that it includes.
func (m jbossDomain) profiles(name string) []parse.JBossProfile {
	var out []parse.JBossProfile
	todo, seen := []string{name}, map[string]bool{}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, p := range m.domain.Profiles {
			if p.Name == at {
				out = append(out, p)
				todo = append(todo, p.Include...)
			}
		}
	}
	return out
}

// controllers are the host controller and the process controller.
func (m jbossDomain) controllers(b *jboss) server {
	s := server{jvm: b.jvm, name: path.Base(m.base), artifact: m.base, base: m.base, from: b.homeFrom, platform: b.product()}
	if p, ok := b.props["jboss.domain.base.dir"]; ok {
		s.from = p.from
	}
	if host := m.host.Name.Value; host != "" {
		s.name = host
		s.from = append(slices.Clone(s.from), model.FromFile(model.Path(m.hostFile), m.host.Name.Line))
	}
	b.configured(m.hostFile, m.host.Properties)
	sockets := &jbossSockets{jboss: b, interfaces: []jbossInterfaces{{m.hostFile, m.host.Interfaces}}}
	s.ports = sockets.management(m.host.Management, m.hostFile)
	if at, ok := b.options["pc-port"]; ok { // where servers and host controller report to the process controller
		p := port{number: number(at.Value), purpose: "management", from: b.from(at)}
		if a, ok := b.options["pc-address"]; ok {
			p.address = a.Value
		}
		s.ports = append(s.ports, p)
	}
	return s
}
