package proof

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// plantedApp is a real application whose configuration and process hold planted secrets.
type plantedApp struct {
	name    string
	command apps.Command
	port    int
	pid     int
}

// apps prepares the files of four kinds of applications. user is whom they run as.
func (p *planting) apps(b *Bench, site *apps.Site) []plantedApp {
	demo := filepath.Join(b.Dir, "demo")
	java := apps.Orders().Command(site).Argv[0]
	return []plantedApp{p.spring(java, demo), p.tomcat(java, demo), p.dotnet(b, demo), p.plainJava(java, demo)}
}

// spring is an executable jar with configuration inside, beside it, in the environment, in an argument file and in arguments.
func (p *planting) spring(java, demo string) plantedApp {
	const app = "spring"
	port := p.freePort()
	dir := filepath.Join(p.dir, app)
	jar := filepath.Join(dir, "orders.jar")
	p.jar(filepath.Join(demo, "opt", "orders", "orders.jar"), jar, "BOOT-INF/classes/application-extra.properties",
		p.text(app, jar+"!/BOOT-INF/classes/application-extra.properties", asProperties(),
			plain("# in the jar"), telling("password", "NAME=VALUE"), mute("random", "NAME: VALUE"), telling("client-secret", "NAME = VALUE")))
	p.file(app, "config/application.properties", asProperties(),
		plain("spring.main.banner-mode=off"), telling("password", "NAME=VALUE"), telling("keystore-password", "server.NAME = VALUE"), mute("web-token", "NAME=VALUE"),
		telling("ldap-bind", "# NAME=VALUE"), telling("connection-string", "NAME=VALUE"))
	p.file(app, "config/application-prod.yml", asJSONIn(kebab),
		plain("spring:"), plain("  main:"), telling("mail-password", `    NAME: "VALUE"`), mute("random", `    NAME: VALUE`), plain("partner:"), mute("url-password", `  NAME: "VALUE"`),
		telling("jwt-key", `  NAME: 'VALUE'`))
	p.file(app, "config/application-broken.yml", asJSONIn(kebab), telling("password", `  NAME: "VALUE`), plain("\t}: [broken"))
	env := p.text(app, filepath.Join(dir, "orders.env"), asShell(), plain("# EnvironmentFile="), telling("api-key", "NAME=VALUE"), mute("random", "NAME=VALUE"), telling("session-key", "NAME=VALUE"))
	p.write(filepath.Join(dir, "orders.env"), []byte(env))
	name := filepath.Join(dir, "java.args")
	first := len(p.list)
	p.write(name, []byte(p.text(app, name, asProperties(), plain("-Xmx192m -XX:+UseSerialGC"), telling("keystore-password", "-Djavax.NAME=VALUE"), mute("random", "-DNAME=VALUE"))))
	for i := range p.list[first:] { // of a word of an argument file the line is not told
		p.list[first+i].where.Line = 0
	}
	c := apps.Command{Dir: dir, Env: []string{
		"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + dir, fmt.Sprint("SERVER_PORT=", port), "SERVER_ADDRESS=127.0.0.1", "MANAGEMENT_SERVER_PORT=-1",
		"SPRING_DATASOURCE_URL=jdbc:h2:mem:" + app, "SPRING_DATASOURCE_PASSWORD=",
		p.env(app, "password", true), p.env(app, "cloud-key", true), p.env(app, "forge-token", false), p.env(app, "url-password", false), p.env(app, "random", false),
	}}
	for l := range strings.Lines(env) {
		if name, value, ok := strings.Cut(strings.TrimSpace(l), "="); ok && !strings.HasPrefix(l, "#") { // as systemd does
			c.Env = append(c.Env, name+"="+value)
		}
	}
	c.Argv = []string{
		java, "@java.args", p.arg(app, "ldap-bind", true, "-D", 2), p.arg(app, "random", false, "-D", 3), "-jar", jar,
		p.arg(app, "mail-password", true, "--", 6), p.arg(app, "master-key", true, "--", 7), p.arg(app, "random", false, "--", 8),
	}
	return plantedApp{name: app, command: c, port: port}
}

func asJSONIn(name func([]string) string) syntax { return syntax{name, asJSON().escape} }

// jar copies an archive and adds an entry.
func (p *planting) jar(from, to, entry, text string) {
	p.t.Helper()
	old, err := zip.OpenReader(from)
	if err != nil {
		p.t.Fatal(err)
	}
	defer old.Close() //nolint:errcheck // it was only read
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range old.File {
		if strings.HasSuffix(f.Name, "/") { // Copy takes no folders
			if _, err := w.Create(f.Name); err != nil {
				p.t.Fatal(err)
			}
			continue
		}
		if err := w.Copy(f); err != nil {
			p.t.Fatal(err)
		}
	}
	f, err := w.Create(entry)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		p.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.write(to, b.Bytes())
}

// tomcat is an instance with its own CATALINA_BASE.
func (p *planting) tomcat(java, demo string) plantedApp {
	const app = "tomcat"
	port := p.freePort()
	dir := filepath.Join(p.dir, app)
	home, _ := filepath.Glob(filepath.Join(demo, "opt", "tomcat-*"))
	if len(home) != 1 {
		p.t.Fatalf("Tomcats of the demo: %v", home)
	}
	p.file(app, "conf/server.xml", asXML(),
		plain(`<Server port="-1">`), plain(`  <GlobalNamingResources>`), telling("password", `    <Environment name="NAME" value="VALUE" type="java.lang.String"/>`), plain(`  </GlobalNamingResources>`),
		plain(`  <Service name="Catalina">`), plain(fmt.Sprintf(`    <Connector port="%d" address="127.0.0.1"/>`, port)), plain(`    <Engine name="Catalina" defaultHost="localhost">`),
		telling("ldap-bind", `      <Realm className="org.apache.catalina.realm.NullRealm" NAME="VALUE"/>`), mute("random", `      <Host name="localhost" NAME="VALUE"/>`), plain("    </Engine>"), plain("  </Service>"),
		telling("keystore-password", `  <!-- <Connector port="8443" NAME="VALUE"/> -->`), plain("</Server>"))
	p.file(app, "conf/context.xml", asXML(),
		plain("<Context>"), telling("password", `  <Resource name="jdbc/d" type="javax.sql.DataSource" driverClassName="none" username="u" NAME="VALUE"/>`),
		telling("mail-password", `  <Resource name="mail/s" type="javax.mail.Session" mail.NAME="VALUE"/>`), plain("</Context>"))
	p.file(app, "conf/web.xml", asXML(), plain("<web-app/>"))
	p.file(app, "webapps/hello/WEB-INF/web.xml", asXML(),
		plain("<web-app>"), telling("password", "  <context-param><param-name>NAME</param-name><param-value>VALUE</param-value></context-param>"),
		mute("random", "  <env-entry><env-entry-name>NAME</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>VALUE</env-entry-value></env-entry>"), plain("</web-app>"))
	p.file(app, "webapps/hello/WEB-INF/classes/META-INF/persistence.xml", asXML(),
		plain("<persistence><persistence-unit name=\"u\"><properties>"), telling("password", `  <property name="jakarta.persistence.jdbc.NAME" value="VALUE"/>`), mute("random", `  <property name="NAME" value="VALUE"/>`),
		plain("</properties></persistence-unit></persistence>"))
	p.file(app, "conf/tomcat.env.sh", asShell(), plain("# read by a start script"), telling("api-key", "export NAME='VALUE'"), mute("payment-token", "NAME=VALUE"))
	p.keyFile(app, "conf/server.pem")
	p.keyStore(app, "conf/server.p12")
	p.write(filepath.Join(dir, "webapps/hello/index.html"), []byte("hello\n"))
	bin := filepath.Join(home[0], "bin")
	return plantedApp{name: app, port: port, command: apps.Command{Dir: dir, Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", p.env(app, "client-secret", true)}, Argv: []string{
		java, "-Xmx128m", "-Dcatalina.home=" + home[0], "-Dcatalina.base=" + dir, "-Djava.io.tmpdir=/tmp", "-cp", filepath.Join(bin, "bootstrap.jar") + ":" + filepath.Join(bin, "tomcat-juli.jar"),
		"org.apache.catalina.startup.Bootstrap", "start",
	}}}
}

// dotnet is the portal with configuration of its own.
func (p *planting) dotnet(b *Bench, demo string) plantedApp {
	const app = "dotnet"
	port := p.freePort()
	dir := filepath.Join(p.dir, app)
	for _, from := range []string{filepath.Join(demo, "build", "portal", "Portal.dll"), filepath.Join(b.Repo, "testdata", "apps", "portal", "Portal.runtimeconfig.json")} {
		data, err := os.ReadFile(from)
		if err != nil {
			p.t.Fatal(err)
		}
		p.write(filepath.Join(dir, filepath.Base(from)), data)
	}
	p.file(app, "appsettings.json", asJSON(),
		plain("{"), plain(fmt.Sprintf(`  "Kestrel": {"Endpoints": {"Http": {"Url": "http://127.0.0.1:%d"}}},`, port)), plain(`  "ConnectionStrings": {`), telling("connection-string", `    "NAME": "VALUE"`), plain("  },"),
		telling("jwt-key", `  "NAME": "VALUE",`), mute("random", `  "NAME": "VALUE",`), telling("api-key", `  // "NAME": "VALUE",`), telling("mail-password", `  "NAME": "VALUE"`), plain("}"))
	p.file(app, "web.config", asXML(),
		plain("<configuration>"), telling("connection-string", `  <connectionStrings><add name="d" connectionString="VALUE"/></connectionStrings>`), plain("  <appSettings>"),
		telling("api-key", `    <add key="NAME" value="VALUE"/>`), mute("random", `    <add key="NAME" value="VALUE"/>`), plain("  </appSettings>"),
		telling("session-key", `  <system.web><machineKey validationKey="VALUE" validation="HMACSHA256"/></system.web>`), plain("</configuration>"))
	return plantedApp{name: app, port: port, command: apps.Command{Dir: dir, Env: []string{
		"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent", "DOTNET_NOLOGO=1", p.env(app, "connection-string", true), p.env(app, "web-token", false),
	}, Argv: []string{filepath.Join(demo, "usr", "share", "dotnet", "dotnet"), filepath.Join(dir, "Portal.dll"), p.arg(app, "password", true, "--", 2), p.arg(app, "random", false, "--", 3)}}}
}

// plainJava is a program without a framework, in whose folder files lie as Liberty has them.
func (p *planting) plainJava(java, demo string) plantedApp {
	const app = "plain"
	port := p.freePort()
	dir := filepath.Join(p.dir, app)
	data, err := os.ReadFile(filepath.Join(demo, "build", "h2.jar"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(filepath.Join(dir, "h2.jar"), data)
	p.file(app, "server.env", asShell(), plain("WLP_SKIP_MAXPERMSIZE=true"), telling("master-key", "NAME=VALUE"), mute("cloud-key", "NAME=VALUE"), mute("random", "NAME=VALUE"))
	p.file(app, "bootstrap.properties", asProperties(), telling("master-key", "NAME=VALUE"), mute("random", "NAME=VALUE"))
	p.file(app, "server.xml", asXML(),
		plain("<server>"), telling("password", `  <dataSource><properties user="u" NAME="VALUE"/></dataSource>`), mute("random", "  <NAME>VALUE</NAME>"), telling("session-key", "  <NAME>VALUE</NAME>"), plain("</server>"))
	p.file(app, "app.json", asJSON(), plain("{"), telling("client-secret", `  "NAME": "VALUE",`), mute("forge-token", `  "NAME": "VALUE"`), plain("}"))
	p.keyFile(app, "server.key")
	return plantedApp{name: app, port: port, command: apps.Command{Dir: dir, Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}, Argv: []string{
		java, "-Xmx64m", "-cp", filepath.Join(dir, "h2.jar"), "org.h2.tools.Server", "-tcp", "-tcpPort", fmt.Sprint(port),
	}}}
}

func (p *planting) freePort() int {
	l, err := new(net.ListenConfig).Listen(p.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start starts an application as a user, and waits until it answers.
func (p *planting) start(a *plantedApp, user string) {
	p.t.Helper()
	log := filepath.Join(p.dir, a.name+".log")
	cmd := session(p.t, log, a.command, credential(p.t, user))
	a.pid = cmd.Process.Pid
	p.t.Cleanup(func() { end(p.t, a.name, a.pid, cmd) })
	for deadline := time.Now().Add(time.Minute); accepts(p.t.Context(), a.port) != nil; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log)
			p.t.Fatalf("%s does not listen on port %d:\n%s", a.name, a.port, head(text))
		}
	}
}

// foundAt reports whether one of the secrets lies where this one was planted.
func (s planted) foundAt(list []model.Secret) bool {
	for _, k := range list {
		if k.Place.Kind != s.where.Kind {
			continue
		}
		switch k.Place.Kind {
		case "env":
			if k.Place.Key == s.where.Key {
				return true
			}
		case "argv":
			if k.Place.Arg == s.where.Arg {
				return true
			}
		default:
			if k.Place.Path == s.where.Path && k.Place.Line == s.where.Line && (k.Place.Line > 0 || k.Place.Key == "" || strings.HasSuffix(k.Place.Key, s.Name)) {
				return true
			}
		}
	}
	return false
}
