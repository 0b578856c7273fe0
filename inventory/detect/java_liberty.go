package detect

import (
	"context"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaLiberty is a server of Open Liberty or WebSphere Liberty: what `server run` and `server start` start.
type javaLiberty struct{ onJVM }

var _ Detector = javaLiberty{}

const libertyMain = "com.ibm.ws.kernel.boot.cmdline.EnvCheck"

// Name is ours: App2Container called these java-generic.
func (javaLiberty) Name() string { return "java-liberty" }

// Detect wants Liberty's launcher, ws-server.jar, that is not asked for a single action such as --stop.
func (d javaLiberty) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	j := d.seen.of(h, g.Main).jvm()
	if j == nil {
		return nil, ErrNotMine
	}
	archive := j.libertyArchive()
	if archive == "" || slices.ContainsFunc(j.cmd.Program, libertyAction) {
		return nil, ErrNotMine
	}
	l := newLiberty(j, archive)
	return []model.App{l.serves().app(d.Name(), g, j.from(j.cmd.Main)...)}, nil
}

// libertyArchive is bin/tools/ws-server.jar, by -jar or by its main class.
func (j *jvm) libertyArchive() string {
	switch {
	case j.cmd.Mode == parse.JavaJar && path.Base(j.cmd.Main.Value) == "ws-server.jar":
		name := j.abs(j.cmd.Main.Value)
		if main, _ := j.manifestValue(name, "Main-Class"); main == libertyMain {
			return name
		}
	case j.cmd.Main.Value == libertyMain:
		for _, e := range j.cmd.ClassPathEntries() {
			if path.Base(e) == "ws-server.jar" {
				return j.abs(e)
			}
		}
	}
	return ""
}

// libertyAction reports an argument that makes the launcher do something else than run the server.
func libertyAction(a parse.JavaArg) bool {
	name, _, _ := strings.Cut(a.Value, "=")
	return slices.Contains([]string{"--stop", "--status", "--status:fast", "--status:starting", "--list", "--create", "--package", "--dump", "--javadump", "--help", "--version", "--pause", "--resume"}, name)
}

// liberty is a server's configuration.
type liberty struct {
	*jvm
	parse.LibertyPlace
	from        []model.Source // of name and folder
	installFrom []model.Source
	product     model.Platform
	conf        *parse.LibertyServer
	elements    []*parse.LibertyPart
}

// newLiberty finds the folders as com.ibm.ws.kernel.boot.BootstrapConfig does: the installation above bin/tools, WLP_USER_DIR, WLP_OUTPUT_DIR.
func newLiberty(j *jvm, archive string) *liberty {
	l := &liberty{jvm: j, LibertyPlace: parse.LibertyPlace{Name: "defaultServer", Install: path.Dir(path.Dir(path.Dir(archive)))}}
	l.installFrom = append(j.from(j.cmd.Main), j.fromCwd(j.cmd.Main.Value)...)
	l.from = slices.Clone(l.installFrom)
	for _, a := range j.cmd.Program {
		if !strings.HasPrefix(a.Value, "-") {
			l.Name = a.Value
			l.from = append(j.from(a), l.installFrom...)
			break
		}
	}
	l.User = path.Join(l.Install, "usr")
	if v, ok := j.env.Get("WLP_USER_DIR"); ok && v != "" {
		l.User = j.abs(v)
		l.from = append(l.from, model.FromEnv(j.PID, "WLP_USER_DIR"))
	}
	l.Dir = path.Join(l.User, "servers", l.Name)
	l.Output = l.Dir
	if v, ok := j.env.Get("WLP_OUTPUT_DIR"); ok && v != "" {
		l.Output = path.Join(j.abs(v), l.Name)
	}
	return l
}

// serves reads the server's configuration.
func (l *liberty) serves() server {
	l.product = l.platform()
	l.Version = l.product.Version
	l.conf = parse.ReadLibertyServer(libertyFiles{l.view}, l.LibertyPlace, l.cmd)
	l.elements = l.conf.Parts
	return server{jvm: l.jvm, name: l.Name, artifact: l.Dir, base: l.Dir, from: l.from, platform: l.product, ports: l.ports(), webApps: l.webApps()}
}

// platform reads lib/versions/*.properties: a product on top of Open Liberty has a file of its own.
func (l *liberty) platform() model.Platform {
	p := model.Platform{Name: "Open Liberty", Home: model.Path(l.Install)}
	p.Evidence.Add("name", l.jvm.from(l.cmd.Main)...)
	p.Evidence.Add("home", l.installFrom...)
	for _, name := range []string{"openliberty.properties", "WebSphereApplicationServer.properties"} {
		file := path.Join(l.Install, "lib/versions", name)
		data, err := l.read(file)
		if err != nil {
			l.unread("version of Liberty", file, err)
			continue
		}
		settings, err := parse.ReadProperties(data)
		l.unread("version of Liberty", file, err)
		for _, s := range settings {
			from := model.FromFile(model.Path(file), s.Line)
			switch s.Key {
			case "com.ibm.websphere.productName":
				if name == "WebSphereApplicationServer.properties" {
					s.Value = "WebSphere Liberty" // it says "WebSphere Application Server", as the other product does
				}
				p.Evidence["name"] = nil
				setField(&p.Name, &p.Evidence, "name", s.Value, from)
			case "com.ibm.websphere.productVersion":
				p.Evidence["version"] = nil
				setField(&p.Version, &p.Evidence, "version", s.Value, from)
			}
		}
	}
	return p
}

// libertyFiles reads for parse.ReadLibertyServer.
type libertyFiles struct{ v *view }

var _ parse.LibertyHost = libertyFiles{}

func (f libertyFiles) Read(name string) ([]byte, error) { return f.v.read(name) }

func (f libertyFiles) Folder(what, dir string) []string {
	var names []string
	for _, e := range f.v.list(what, dir) {
		if e.Type == host.Dir || e.Type == host.Symlink && f.v.isDir(path.Join(dir, e.Name)) {
			e.Name += "/"
		}
		names = append(names, e.Name)
	}
	return names
}

func (f libertyFiles) IsDir(name string) bool { return f.v.isDir(name) }

func (f libertyFiles) Clean(name string) string { return f.v.clean(name) }

func (f libertyFiles) Abs(name string) string { return f.v.abs(name) }

func (f libertyFiles) Getenv(name string) (string, bool) { return f.v.env.Get(name) }

func (f libertyFiles) Unread(what, name string, err error) { f.v.unread(what, name, err) }

func (f libertyFiles) Missing(what, name string) { f.v.missing(what, name, unix.ENOENT) }

// libertySource is where a value of the configuration stands.
func libertySource(v parse.LibertyValue) model.Source {
	return model.FromFile(model.Path(v.File), v.Line)
}

func partSource(e *parse.LibertyPart) model.Source {
	return model.FromFile(model.Path(e.File), e.Line)
}
