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

// javaGlassFish is GlassFish, Payara Server or Payara Micro: one instance of a domain. All keep what is in force in config/domain.xml of the instance's folder.
type javaGlassFish struct{ onJVM }

var _ Detector = javaGlassFish{}

// Name is App2Container's application type.
func (javaGlassFish) Name() string { return "java-glassfish" }

// Detect wants the server's main class with the instance's folder, the asadmin that waits for such a server, or Payara Micro's main class.
func (d javaGlassFish) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	if i := d.seen.launchedGlassFish(h, g); i >= 0 {
		p := g.Children[i]
		rest := append(slices.Delete(slices.Clone(g.Children), i, i+1), g.Main)
		j, g = d.seen.of(h, p).jvm(), host.Group{Main: p, Children: rest, Launchers: g.Launchers}
	}
	switch {
	case j.isGlassFish():
		s := newGlassFish(j).serves()
		return []model.App{s.app(d.Name(), g, j.from(j.cmd.Main)...)}, nil
	case j.isPayaraMicro():
		s := newPayaraMicro(j).serves()
		return []model.App{s.app(d.Name(), g, j.from(j.cmd.Main)...)}, nil
	}
	return nil, ErrNotMine
}

// isGlassFish looks for the main class (ASMain until GlassFish 7) and the folder of the instance, which the launcher always gives.
func (j *jvm) isGlassFish() bool {
	main := simpleName(j.cmd.Main.Value)
	_, ok := j.cmd.Property("com.sun.aas.instanceRoot")
	return ok && (main == "ASMain" || main == "GlassFishMain")
}

// launchedGlassFish finds the server among the children of an asadmin that started it and stays; -1 when the group is none.
func (v views) launchedGlassFish(h *host.Host, g host.Group) int {
	if j := v.of(h, g.Main).jvm(); j == nil || !j.launchesGlassFish() {
		return -1
	}
	return slices.IndexFunc(g.Children, func(p *host.Process) bool {
		c := v.of(h, p).jvm()
		return c != nil && c.isGlassFish()
	})
}

// launchesGlassFish reports an asadmin that starts a server; with --verbose or --watchdog it stays as its parent.
func (j *jvm) launchesGlassFish() bool {
	jar := path.Base(j.cmd.Main.Value)
	return j.cmd.Mode == parse.JavaJar && (jar == "appserver-cli.jar" || jar == "admin-cli.jar") &&
		slices.ContainsFunc(j.cmd.Program, func(a parse.JavaArg) bool {
			return slices.Contains([]string{"start-domain", "start-local-instance", "start-instance"}, a.Value)
		})
}

// glassFish is an instance with its configuration.
type glassFish struct {
	*jvm
	root       string // the instance's folder
	rootFrom   []model.Source
	home       string // the installation, "" for Payara Micro
	file       string // domain.xml
	domain     *parse.GlassFishDomain
	server     parse.GlassFishServer
	clusters   []parse.GlassFishServer // that the server is a member of
	config     parse.GlassFishConfig
	properties map[string]glassFishProperty
}

type glassFishProperty struct {
	value     string
	arg, line int // of the command line, or of domain.xml
	from      []model.Source
}

func newGlassFish(j *jvm) *glassFish {
	root := j.property("com.sun.aas.instanceRoot")
	f := &glassFish{jvm: j, root: j.abs(root.Value), rootFrom: j.from(root.From)}
	if p, ok := j.cmd.Property("com.sun.aas.installRoot"); ok {
		f.home = j.abs(p.Value)
	}
	name := "server"
	for i, a := range j.cmd.Program {
		if a.Value == "-instancename" && i+1 < len(j.cmd.Program) {
			name = j.cmd.Program[i+1].Value
		}
	}
	f.readDomain(name)
	return f
}

// serves is the instance as an application.
func (f *glassFish) serves() server {
	return server{
		jvm: f.jvm, name: path.Base(f.root), artifact: f.root, base: f.root, from: f.rootFrom,
		platform: f.platform(), ports: f.ports(), webApps: f.webApps(),
	}
}

// platform reads config/branding/glassfish-version.properties: product.version since GlassFish 8, else the numbers.
func (f *glassFish) platform() model.Platform {
	p := model.Platform{Name: "GlassFish", Home: model.Path(f.home)}
	p.Evidence.Add("name", f.from(f.cmd.Main)...)
	if f.home != "" {
		p.Evidence.Add("home", f.from(f.property("com.sun.aas.installRoot").From)...)
	}
	name := path.Join(f.home, "config/branding/glassfish-version.properties")
	data, err := f.read(name)
	f.unread("product", name, err)
	if err == nil {
		f.brand(&p, data, name)
	}
	return p
}

// brand takes name and version from the properties of the product.
func (f *glassFish) brand(p *model.Platform, data []byte, file string) {
	settings, err := parse.ReadProperties(data)
	f.unread("product", file, err)
	var numbers [3]string
	line := 0
	for _, s := range settings {
		from := model.FromFile(model.Path(file), s.Line)
		switch s.Key {
		case "product.name", "product_name":
			setField(&p.Name, &p.Evidence, "name", s.Value, from)
		case "product.version":
			setField(&p.Version, &p.Evidence, "version", s.Value, from)
		case "major_version":
			numbers[0], line = s.Value, s.Line
		case "minor_version":
			numbers[1] = s.Value
		case "update_version":
			numbers[2] = s.Value
		}
	}
	if p.Version == "" && numbers[0] != "" {
		version := strings.TrimRight(strings.Join(numbers[:], "."), ".")
		setField(&p.Version, &p.Evidence, "version", version, model.FromFile(model.Path(file), line))
	}
}
