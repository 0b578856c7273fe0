package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// jboss is one process of WildFly: what its command line says (org.jboss.as.server.Main, org.jboss.as.host.controller.Main).
type jboss struct {
	*jvm
	module     parse.JavaArg
	modulePath string
	options    map[string]parse.JavaArg // "server-config" and the like, by their long names
	props      map[string]jbossProperty
	home       string
	homeFrom   []model.Source
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
	b := &jboss{jvm: j, options: map[string]parse.JavaArg{}, props: map[string]jbossProperty{}}
	args := b.modules(j.cmd.Program)
	switch b.module.Value {
	case jbossStandalone, jbossProcess, jbossHost, jbossServer:
	default:
		return nil
	}
	for _, p := range j.cmd.Properties {
		b.set(p.Name, p.Value, p.From)
	}
	b.arguments(args)
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

// modules reads the arguments of JBoss Modules (org.jboss.modules.Main) and returns those of the module.
func (b *jboss) modules(args []parse.JavaArg) []parse.JavaArg {
	for i := 0; i < len(args); i++ {
		switch v := args[i].Value; {
		case slices.Contains([]string{"-mp", "-modulepath", "--modulepath"}, v):
			if i++; i < len(args) {
				b.modulePath = args[i].Value
			}
		case slices.Contains([]string{"-jaxpmodule", "-logmodule", "-secmgrmodule", "-dep", "-deps", "-dependencies", "-cp", "-classpath", "-config", "-addindex", "-javaagent"}, v):
			i++
		case strings.HasPrefix(v, "-"):
		default:
			b.module = args[i]
			b.module.Value, _, _ = strings.Cut(v, ":") // "name:slot"
			return args[i+1:]
		}
	}
	return nil
}

func (b *jboss) set(name, value string, at parse.JavaArg) {
	b.props[name] = jbossProperty{name: name, value: value, arg: max(at.Index, 0), from: b.from(at)}
}

// jbossOption is the long name of an option that a2c needs the value of.
func jbossOption(name string) string {
	switch name {
	case "-c", "--server-config", "--read-only-server-config", "-server-config":
		return "server-config"
	case "--domain-config", "--read-only-domain-config":
		return "domain-config"
	case "--host-config", "--read-only-host-config":
		return "host-config"
	case "-P", "--properties", "-properties":
		return "properties"
	case "-y", "--yaml":
		return "yaml"
	case "-jboss-home", "--pc-address", "--pc-port", "-default-jvm", "-jvm", "-mp", "-u", "--backup", "--stability":
		return strings.TrimLeft(name, "-")
	}
	return ""
}

// passedOn reads what the process controller hands to the host controller: options of its JVM, "--", its arguments (bin/domain.sh). The domain's folder
// stands there alone, and until the host controller runs nothing else says which domain it is.
func (b *jboss) passedOn(args []parse.JavaArg) {
	if i := slices.IndexFunc(args, func(a parse.JavaArg) bool { return a.Value == "--" }); i >= 0 && b.module.Value == jbossProcess {
		b.arguments(args[i+1:])
	}
}

// arguments reads those of the module. The process controller's end at "--"; the rest is for the host controller.
func (b *jboss) arguments(args []parse.JavaArg) {
	for i := 0; i < len(args); i++ {
		v := args[i].Value
		if v == "--" {
			b.passedOn(args[i+1:])
			return
		}
		if def, ok := strings.CutPrefix(v, "-D"); ok {
			name, value, joined := strings.Cut(def, "=")
			if !joined {
				value = "true"
			}
			b.set(name, value, args[i])
			continue
		}
		name, value, joined := strings.Cut(v, "=")
		option := jbossOption(name)
		iface, bind := strings.CutPrefix(name, "-b")
		if option == "" && !bind {
			continue
		}
		at := args[i]
		at.Value = value
		if !joined {
			if i++; i == len(args) {
				return
			}
			at = args[i]
		}
		switch {
		case bind && iface == "":
			b.set("jboss.bind.address", at.Value, at)
		case bind:
			b.set("jboss.bind.address."+iface, at.Value, at)
		case option == "properties":
			b.properties(at)
		default:
			b.options[option] = at
		}
	}
}

// properties reads the file of -P, a URL or a path.
func (b *jboss) properties(at parse.JavaArg) {
	name := b.abs(parse.FileURI(at.Value))
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
	variable := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
	for _, key := range []string{variable, strings.TrimPrefix(name, "env.")} {
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
