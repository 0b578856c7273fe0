package detect

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// jboss is one process of WildFly: what its command line says (org.jboss.as.server.Main, org.jboss.as.host.controller.Main).
type jboss struct {
	*jvm
	module   parse.JavaArg
	options  map[string]parse.JavaArg // "server-config" and the like, by their long names
	props    map[string]jbossProperty
	home     string
	homeFrom []model.Source
}

// jbossProperty is a system property with where it was set; arg is its argument, 0 when it is not one.
type jbossProperty struct {
	name, value string
	arg         int
	from        []model.Source
}

// newJBoss reads the command line: "java … -jar jboss-modules.jar -mp modules org.jboss.as.standalone -c standalone-full.xml".
func newJBoss(j *jvm) *jboss {
	main := j.cmd.Main.Value
	if (j.cmd.Mode != parse.JavaJar || path.Base(main) != "jboss-modules.jar") && main != "org.jboss.modules.Main" {
		return nil
	}
	b := &jboss{jvm: j, props: map[string]jbossProperty{}}
	command := parse.ReadJBossCommand(j.cmd.Program)
	b.module, b.options = command.Module, command.Options
	switch b.module.Value {
	case jbossStandalone, jbossProcess, jbossHost, jbossServer:
	default:
		return nil
	}
	for _, p := range j.cmd.Properties {
		b.set(p.Name, p.Value, p.From)
	}
	for _, p := range command.Properties {
		if p.File != "" {
			b.properties(p.From, p.File)
			continue
		}
		b.set(p.Name, p.Value, p.From)
	}
	if home, ok := b.props["jboss.home.dir"]; ok {
		b.home, b.homeFrom = j.abs(home.value), home.from
	} else if at, ok := b.options["jboss-home"]; ok {
		b.home, b.homeFrom = j.abs(at.Value), j.from(at)
	} else {
		b.home, b.homeFrom = b.besideModules()
	}
	return b
}

// besideModules is the folder of jboss-modules.jar, which the server takes for its home.
func (b *jboss) besideModules() (string, []model.Source) {
	at, entries := b.cmd.Main, []string{b.cmd.Main.Value}
	if b.cmd.Mode != parse.JavaJar {
		at, entries = b.cmd.ClassPath, b.cmd.ClassPathEntries()
	}
	for _, e := range entries {
		if path.Base(e) == "jboss-modules.jar" {
			return path.Dir(b.abs(e)), append(b.from(at), b.fromCwd(e)...)
		}
	}
	return "", nil
}

func (b *jboss) set(name, value string, at parse.JavaArg) {
	b.props[name] = jbossProperty{name: name, value: value, arg: max(at.Index, 0), from: b.from(at)}
}

// properties reads the file of -P, a URL or a path.
func (b *jboss) properties(at parse.JavaArg, file string) {
	name := b.abs(parse.FileURI(file))
	data, err := b.read(name)
	if err != nil {
		b.missing("properties", name, err)
		return
	}
	settings, err := parse.ReadProperties(data)
	b.unread("properties", name, err)
	for _, s := range settings {
		b.props[s.Key] = jbossProperty{name: s.Key, value: s.Value, from: append(b.from(at), model.FromFile(model.Path(name), s.Line))}
	}
}

// configured adds the properties of the configuration, which override those of the command line.
func (b *jboss) configured(file string, list []parse.JBossProperty) {
	for _, p := range list {
		value, _ := b.expand(p.Value.Value)
		b.props[p.Name.Value] = jbossProperty{name: p.Name.Value, value: value, from: []model.Source{model.FromFile(model.Path(file), p.Value.Line)}}
	}
}

// expand resolves an expression and returns the properties that it took.
func (b *jboss) expand(written string) (string, []jbossProperty) {
	var used []jbossProperty
	value := parse.ExpandJBoss(written, func(name string) (string, bool) {
		p, ok := b.property(name)
		if ok {
			used = append(used, p)
		}
		return p.value, ok
	})
	return value, used
}

// property is a system property, else the environment's variable of that name in capitals, else "env.NAME" (org.jboss.dmr.ValueExpressionResolver).
func (b *jboss) property(name string) (jbossProperty, bool) {
	if p, ok := b.props[name]; ok {
		return p, true
	}
	if dir, ok := b.dirs()[name]; ok {
		return jbossProperty{name: name, value: dir, from: b.homeFrom}, true
	}
	for _, key := range []string{parse.JBossVariable(name), strings.TrimPrefix(name, "env.")} {
		if v, ok := b.env.Get(key); ok {
			return jbossProperty{name: key, value: v, from: []model.Source{model.FromEnv(b.PID, key)}}, true
		}
		if key == name {
			break // no "env."
		}
	}
	return jbossProperty{}, false
}

// dirs are the folders that have names.
func (b *jboss) dirs() map[string]string {
	base := b.base()
	data := b.dir("jboss.server.data.dir", base, "data")
	return map[string]string{
		"jboss.home.dir": b.home, "jboss.server.base.dir": base, "jboss.server.data.dir": data,
		"jboss.server.config.dir": b.dir("jboss.server.config.dir", base, "configuration"),
		"jboss.server.log.dir":    b.dir("jboss.server.log.dir", base, "log"),
		"jboss.server.temp.dir":   b.dir("jboss.server.temp.dir", base, "tmp"),
		"jboss.domain.base.dir":   b.domainBase(), "jboss.domain.config.dir": b.dir("jboss.domain.config.dir", b.domainBase(), "configuration"),
	}
}

// dir is the folder that a property names, else the usual one.
func (b *jboss) dir(property, base, usual string) string {
	if p, ok := b.props[property]; ok && p.value != "" {
		return b.abs(p.value)
	}
	return path.Join(base, usual)
}

// base is a server's own folder.
func (b *jboss) base() string {
	if b.module.Value == jbossServer {
		return b.dir("jboss.server.base.dir", b.dir("jboss.domain.servers.dir", b.domainBase(), "servers"), b.serverName())
	}
	return b.dir("jboss.server.base.dir", b.home, "standalone")
}

func (b *jboss) domainBase() string { return b.dir("jboss.domain.base.dir", b.home, "domain") }

// serverName is that of a domain's server: the host controller sets a property "[Server:shop]".
func (b *jboss) serverName() string {
	for name := range b.props {
		if s, ok := strings.CutPrefix(name, "[Server:"); ok {
			return strings.TrimSuffix(s, "]")
		}
	}
	return ""
}

// why is what shows that the process is one of WildFly's.
func (b *jboss) why() []model.Source { return append(b.from(b.cmd.Main), b.from(b.module)...) }
