package config

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// tomcat reads conf/ of an Apache Tomcat (tomcat.apache.org: "Introduction", CATALINA_HOME and CATALINA_BASE).
func (r *resolver) tomcat() {
	home, base := r.tomcatDirs()
	r.dir("home", home, r.c.Evidence["home"])
	for _, name := range []string{"bin", "conf", "lib", "logs", "webapps", "work"} {
		r.dir(name, path.Join(base, name), model.Derived(name+" below catalina.base"))
	}
	r.dir("tempDir", path.Join(base, "temp"), model.Derived("temp below catalina.base"))
	if p, ok := r.c.Java.Property("java.util.logging.config.file"); ok {
		r.document(r.s.Main.Abs(p.Value), "-Djava.util.logging.config.file"+fromArg(p.From, r.s.Main.PID))
	}
	conf := path.Join(base, "conf")
	r.document(path.Join(conf, "catalina.properties"), "catalina.properties of catalina.base")
	lookup := r.tomcatLookup(home, base)
	r.tomcatLoaders(home, base, lookup)
	server := r.serverXML(base)
	data, ok := r.read(server, "server.xml that the process was started with")
	if !ok {
		r.s.Skip(model.Skip{What: "server.xml", Path: model.Path(server), Reason: "not found: web applications are known by folder only", Incomplete: true})
		return
	}
	t, err := parse.ReadTomcatServer(data, lookup)
	if err != nil {
		r.skip(server, err)
		return
	}
	r.xml(server, t.Doc.Root, base, lookup)
	for _, e := range t.Doc.Unknown {
		r.s.Skip(model.Skip{What: "entity &" + e.Name + ";", Path: model.Path(server), Reason: "external entities are not read", Incomplete: true})
	}
	r.document(path.Join(conf, "web.xml"), "default web.xml of catalina.base")
	r.contextXML(path.Join(conf, "context.xml"), base, lookup)
	for _, h := range t.Hosts {
		r.tomcatHost(h, base, server, lookup)
	}
}

func (r *resolver) tomcatDirs() (home, base string) {
	if p, ok := r.c.Java.Property("catalina.home"); ok {
		home = r.s.Main.Abs(p.Value)
		r.c.Evidence["home"] = argSource(p.From, r.s.Main.PID)
	}
	if p, ok := r.c.Java.Property("catalina.base"); ok {
		base = r.s.Main.Abs(p.Value)
		r.dir("base", base, argSource(p.From, r.s.Main.PID))
	}
	if base == "" {
		base = home
		r.dir("base", base, model.Derived("catalina.base is catalina.home unless set"))
	}
	if base == "" {
		base = string(r.s.App.Base)
		r.dir("base", base, model.Derived("base folder of the application"))
	}
	if home == "" {
		home = base
		r.c.Evidence["home"] = model.Derived("catalina.home is catalina.base when only that is known")
	}
	return home, base
}

// serverXML is the file behind "-config" on the command line, else conf/server.xml (org.apache.catalina.startup.Catalina).
func (r *resolver) serverXML(base string) string {
	for i, a := range r.c.Java.Program {
		if a.Value == "-config" && i+1 < len(r.c.Java.Program) {
			name := r.c.Java.Program[i+1].Value
			if !strings.HasPrefix(name, "/") {
				name = path.Join(base, name)
			}
			return name
		}
	}
	return path.Join(base, "conf/server.xml")
}

// tomcatLookup resolves ${name} in Tomcat's documents.
func (r *resolver) tomcatLookup(home, base string) parse.Lookup {
	file := map[string]string{}
	for _, v := range r.c.Settings {
		if v.File == path.Join(base, "conf/catalina.properties") {
			file[v.Key] = v.Value
		}
	}
	property := func(name string) (string, bool) {
		p, ok := r.c.Java.Property(name)
		return p.Value, ok
	}
	return parse.TomcatLookup(file, property, r.s.Main.Getenv, home, base)
}

// xml keeps a document's settings, placeholders replaced, and refers to the files its attributes name relative to catalina.base.
func (r *resolver) xml(name string, root *parse.XMLElement, base string, lookup parse.Lookup) {
	settings := parse.XMLSettings(root)
	for i := range settings {
		settings[i].Value = parse.ExpandTomcat(settings[i].Value, lookup)
	}
	r.add(name, settings)
	for _, v := range settings {
		_, attr, _ := strings.Cut(v.Key, "@")
		if !tomcatFileAttr(attr) || v.Value == "" {
			continue
		}
		p := v.Value
		if i := pathIn(p); i != "" {
			p = i
		}
		if !strings.HasPrefix(p, "/") {
			p = path.Join(base, p)
		}
		if info, err := host.Stat(r.s.Root, p); err == nil && info.Type == host.Regular {
			r.refer(p, attr+" on "+string(model.FromFile(model.Path(name), v.Line)), model.LayerConfig, false)
			if attr == "pathname" {
				r.document(p, attr+" on "+string(model.FromFile(model.Path(name), v.Line)))
			}
		}
	}
}

// tomcatFileAttr lists the attributes of server.xml and context.xml that hold a file, absolute or relative to catalina.base
// (Configuration Reference: Connector, SSLHostConfig, Certificate, Realm, GlobalNamingResources).
func tomcatFileAttr(name string) bool {
	switch name {
	case "keystoreFile", "truststoreFile", "certificateFile", "certificateKeyFile", "certificateChainFile", "certificateKeystoreFile", "caCertificateFile",
		"certificateRevocationListFile", "crlFile", "SSLCertificateFile", "SSLCertificateKeyFile", "SSLCACertificateFile", "SSLPassword", "pathname",
		"configFile", "jaasConfigFile", "alternateContextXml":
		return true
	}
	return false
}

func (r *resolver) contextXML(name, base string, lookup parse.Lookup) *parse.TomcatContext {
	data, ok := r.read(name, "context of Tomcat")
	if !ok {
		return nil
	}
	ctx, err := parse.ReadTomcatContext(data, lookup)
	if err != nil {
		r.skip(name, err)
		return nil
	}
	r.xml(name, ctx.Element, base, lookup)
	return ctx
}

// tomcatHost refers to the web applications of a Host: its appBase, the contexts of server.xml, and those of conf/ENGINE/HOST.
func (r *resolver) tomcatHost(h parse.TomcatHost, base, server string, lookup parse.Lookup) {
	appBase, line := "webapps", 0
	if h.AppBase.Set {
		appBase, line = h.AppBase.Value, h.AppBase.Line
	}
	appBase = under(base, appBase)
	at := string(model.FromFile(model.Path(server), line))
	if h.Deploy {
		r.webApps(appBase, "appBase on "+at)
	}
	for _, c := range h.Contexts {
		r.docBase(c, appBase, string(model.FromFile(model.Path(server), c.DocBase.Line)))
	}
	dir := path.Join(base, "conf", h.Engine, h.Name)
	if h.XMLBase.Set {
		dir = under(base, h.XMLBase.Value)
	}
	list, err := r.s.Root.ReadDir(dir)
	if err != nil {
		return // no context of its own
	}
	for _, e := range list {
		name := path.Join(dir, e.Name)
		switch {
		case e.Name == "web.xml.default":
			r.document(name, "web.xml of a Host")
		case path.Ext(e.Name) == ".xml" || e.Name == "context.xml.default":
			if c := r.contextXML(name, base, lookup); c != nil && e.Name != "context.xml.default" {
				r.docBase(*c, appBase, string(model.FromFile(model.Path(name), c.DocBase.Line)))
			}
		}
	}
}

func under(base, p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	return path.Join(base, p)
}

func (r *resolver) docBase(c parse.TomcatContext, appBase, at string) {
	if !c.DocBase.Set {
		return
	}
	p := under(appBase, c.DocBase.Value)
	r.refer(p, "docBase on "+at, model.LayerApp, true)
	r.webApp(p, "docBase on "+at)
}

// webApps lists what Tomcat deploys from appBase: folders and wars; a war with an unpacked folder beside it runs from the folder.
func (r *resolver) webApps(appBase, reason string) {
	r.refer(appBase, reason, model.LayerApp, false)
	list, err := r.s.Root.ReadDir(appBase)
	if err != nil {
		r.skip(appBase, err)
		return
	}
	for _, e := range list {
		p := path.Join(appBase, e.Name)
		if e.Type == host.Dir || e.Type == host.Symlink || strings.EqualFold(path.Ext(e.Name), ".war") {
			r.webApp(p, reason)
		}
	}
}

// webApp reads the descriptors of one application: they hold resources, parameters and passwords.
func (r *resolver) webApp(p, reason string) {
	name := strings.TrimSuffix(path.Base(p), ".war")
	r.c.WebApps = append(r.c.WebApps, WebApp{Path: p, Name: name, Reason: "config: " + reason})
	info, err := host.Stat(r.s.Root, p)
	if err != nil {
		return
	}
	if info.Type != host.Dir {
		r.warDocuments(p)
		return
	}
	for _, d := range []string{
		"META-INF/context.xml", "WEB-INF/web.xml", "WEB-INF/classes/application.properties", "WEB-INF/classes/application.yml",
		"WEB-INF/classes/META-INF/persistence.xml", "WEB-INF/classes/hibernate.cfg.xml", "WEB-INF/applicationContext.xml",
	} {
		r.document(path.Join(p, d), "descriptor of a web application")
	}
	r.configsIn(path.Join(p, "WEB-INF/classes"), "configuration of a web application")
}

func (r *resolver) warDocuments(p string) {
	j, done := r.openJar(p)
	if j == nil {
		return
	}
	defer done()
	for _, d := range webDocuments() {
		r.entry(j, p, d)
	}
}

// webDocuments are the names of the descriptors and the configuration inside a web application, and inside of a jar with entities.
func webDocuments() []string {
	const classes = "WEB-INF/classes/"
	list := []string{
		"META-INF/context.xml", "WEB-INF/web.xml", "META-INF/persistence.xml", classes + "META-INF/persistence.xml", classes + "hibernate.cfg.xml",
		classes + "application.properties", classes + "application.yml", classes + "META-INF/microprofile-config.properties",
	}
	for _, d := range logDocuments() {
		list = append(list, classes+d)
	}
	return list
}

// entry reads one document inside an archive.
func (r *resolver) entry(j *parse.Jar, jar, name string) {
	if _, ok := j.Entry(name); !ok {
		return
	}
	data, err := j.Read(name, maxDocument)
	if err == nil {
		var settings []parse.Setting
		if settings, err = parseByName(name, data); err == nil {
			r.add(jar+"!/"+name, settings)
			return
		}
	}
	r.skip(jar+"!/"+name, err)
}
