package detect

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// standalone is a standalone server: one configuration file.
func (b *jboss) standalone() server {
	base := b.base()
	s := server{jvm: b.jvm, name: path.Base(base), artifact: base, base: base, from: b.homeFrom, platform: b.product()}
	if p, ok := b.props["jboss.server.base.dir"]; ok {
		s.from = p.from
	}
	file := b.configFile("server-config", b.dir("jboss.server.config.dir", base, "configuration"), "standalone.xml")
	c := b.config(file)
	if at, ok := b.options["yaml"]; ok {
		b.h.Skip(model.Skip{
			What: fmt.Sprintf("server configuration of process %d", b.PID), Path: model.Path(at.Value), Incomplete: true,
			Reason: "YAML that changes the configuration at the start is not read: ports and deployments may differ",
		})
	}
	b.configured(file, c.Properties)
	sockets := &jbossSockets{jboss: b, file: file, interfaces: []jbossInterfaces{{file, c.Interfaces}}}
	if len(c.Groups) > 0 {
		sockets.group = c.Groups[0]
		sockets.shift(c.Groups[0].PortOffset, file)
	}
	apps := jbossApps{jboss: b, file: file, config: c, content: []string{path.Join(b.dir("jboss.server.data.dir", base, "data"), "content")}}
	apps.defaults(c.Profiles)
	for _, p := range c.Profiles {
		s.ports = append(s.ports, sockets.used(p.Uses, file)...)
		apps.scanned(p)
	}
	s.ports = append(s.ports, sockets.management(c.Management, file)...)
	apps.managed(c.Deployments)
	s.webApps = apps.list
	return s
}

// configFile is the file that an option names, relative to dir.
func (b *jboss) configFile(option, dir, usual string) string {
	if at, ok := b.options[option]; ok && at.Value != "" {
		usual = at.Value
	}
	if path.IsAbs(usual) {
		return b.clean(usual)
	}
	return path.Join(dir, usual)
}

// config reads a configuration; it is empty when it cannot be read, which is a skip.
func (b *jboss) config(file string) *parse.JBossConfig {
	data, err := b.read(file)
	var c *parse.JBossConfig
	if err == nil {
		c, err = parse.ReadJBoss(data)
	}
	if err != nil {
		b.missing("server configuration", file, err)
		return &parse.JBossConfig{}
	}
	return c
}

// jbossApps collects the web applications of a server.
type jbossApps struct {
	*jboss
	file    string // configuration
	config  *parse.JBossConfig
	content []string // folders of managed content; the first that has it counts
	roots   map[string]bool
	list    []model.WebApp
}

func (a *jbossApps) kind() eeKind {
	return eeKind{view: a.view, descriptors: []string{"WEB-INF/jboss-web.xml"}}
}

// add takes an archive or folder over.
func (a *jbossApps) add(name, runtimeName, at, descriptor string, from ...model.Source) {
	for _, w := range a.kind().apps(name, runtimeName, at, from...) {
		if a.roots[runtimeName] && w.Name == name {
			w.Context = "/"
		}
		if descriptor != "" {
			setField(&w.Descriptor, &w.Evidence, "descriptor", descriptor, from...)
		}
		a.list = append(a.list, w)
	}
}

// defaults notes which deployments answer at "/" (Undertow's default-web-module).
func (a *jbossApps) defaults(profiles []parse.JBossProfile) {
	a.roots = map[string]bool{}
	for _, p := range profiles {
		for _, d := range p.Default {
			name, _ := a.expand(d.Value)
			a.roots[name] = true
		}
	}
}

// scanned are the deployments of the folders that are watched: those with a marker NAME.deployed (docs.wildfly.org, "Deployment Markers"). One that failed,
// was undeployed or is still waiting has another.
func (a *jbossApps) scanned(p parse.JBossProfile) {
	for _, s := range p.Scanners {
		if !s.Enabled {
			continue
		}
		dir, _ := a.expand(s.Path.Value)
		dir = a.path(dir, s.RelativeTo.Value)
		if dir == "" {
			continue
		}
		entries := a.jboss.list("deployments", dir)
		present := map[string]bool{}
		for _, e := range entries {
			present[e.Name] = true
		}
		for _, e := range entries {
			name, ok := strings.CutSuffix(e.Name, ".deployed")
			if ok && present[name] {
				a.add(name, name, path.Join(dir, name), "", model.FromFile(model.Path(path.Join(dir, e.Name)), 0))
			}
		}
	}
}

// managed are the deployments that the server keeps a copy of, or that lie where fs-archive says.
func (a *jbossApps) managed(list []parse.JBossDeployment) {
	for _, d := range list {
		at := ""
		if len(d.SHA1) > 2 && strings.Trim(d.SHA1, "0123456789abcdefABCDEF") == "" {
			for _, dir := range slices.Backward(a.content) {
				if held := path.Join(dir, d.SHA1[:2], d.SHA1[2:], "content"); at == "" || a.exists(held) {
					at = held
				}
			}
		} else if d.Archive.Value != "" {
			written, _ := a.expand(d.Archive.Value)
			at = a.path(written, d.RelativeTo)
		}
		if d.Enabled && at != "" {
			a.add(d.Name, d.RuntimeName, at, a.file, model.FromFile(model.Path(a.file), d.Line))
		}
	}
}

// path makes a path absolute: relative-to is a named folder or path of the configuration. "" when the name is unknown.
func (a *jbossApps) path(name, relativeTo string) string {
	for range 10 { // paths may be relative to others
		if path.IsAbs(name) || relativeTo == "" {
			return a.abs(name)
		}
		if p, ok := a.property(relativeTo); ok {
			return a.clean(p.value + "/" + name)
		}
		known := false
		for _, p := range a.config.Paths {
			if p.Name == relativeTo {
				head, _ := a.expand(p.Path)
				name, relativeTo, known = head+"/"+name, p.RelativeTo, true
				break
			}
		}
		if !known {
			return ""
		}
	}
	return ""
}
