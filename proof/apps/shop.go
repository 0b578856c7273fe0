package apps

import (
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
)

const tomcatVersion = "10.1.30"

// Shop is Apache Tomcat, the binary distribution, with CATALINA_HOME and CATALINA_BASE apart and our WAR (testdata/apps/shop), which reads
// an H2 file database through a JNDI DataSource.
func Shop() App {
	return App{
		Name: "shop", Title: "Apache Tomcat " + tomcatVersion + " with a WAR", Kind: "java-tomcat",
		Listens: []Listen{{Offset: 0, Purpose: "http"}, {Offset: 5, Purpose: "shutdown"}},
		Asks: []Ask{
			{Path: "/shop/items", Status: 200, Why: "the servlet reads the database through JNDI, with the password"},
			{Path: "/shop/", Status: 200, Why: "a JSP was compiled and run"},
			{Path: "/shop/static/shop.css", Status: 200, Why: "a static file of the WAR"},
			{Path: "/shop/none", Status: 404, Why: "Tomcat's own error page"},
		},
		Tools:     []Tool{jdk(), maven()},
		Program:   installShop,
		Configure: configureShop,
		Command:   shopCommand,
		Residue:   []string{"/tmp/hsperfdata_a2c-demo-shop"}, // the JVM leaves the folder
	}
}

func shopHome(s *Site) string { return s.path("opt", "tomcat-"+tomcatVersion) }

func installShop(ctx context.Context, s *Site) error {
	archive, err := s.FetchMaven(ctx, "org.apache.tomcat:tomcat:"+tomcatVersion+":tar.gz", "8de5a808f3dc762ace67948cd90d1327b116816622044dc8750f04207df90a2e")
	if err != nil {
		return err
	}
	driver, err := s.FetchMaven(ctx, "com.h2database:h2:2.3.232:jar", "8dae62d22db8982c3dcb3826edb9c727c5d302063a67eef7d63d82de401f07d3")
	if err != nil {
		return err
	}
	home := shopHome(s)
	if err := unpack(archive, home, "apache-tomcat-"+tomcatVersion); err != nil {
		return err
	}
	for _, d := range []string{"logs", "temp", "work", "webapps"} { // CATALINA_BASE has its own
		if err := os.RemoveAll(filepath.Join(home, d)); err != nil {
			return err
		}
	}
	if err := shareTree(home); err != nil {
		return err
	}
	if err := buildShop(ctx, s); err != nil {
		return err
	}
	return copyFile(driver, s.path("build", "h2.jar"))
}

// buildShop compiles the servlet against Tomcat's own API jars and packs the WAR.
func buildShop(ctx context.Context, s *Site) error {
	java, err := JavaHome()
	if err != nil {
		return err
	}
	out := s.path("build", "shop")
	if err := freshFolder(out, filepath.Join(out, "WEB-INF", "classes")); err != nil {
		return err
	}
	if err := os.CopyFS(out, os.DirFS(s.source("shop", "src", "main", "webapp"))); err != nil {
		return err
	}
	err = s.run(ctx, nil, filepath.Join(java, "bin", "javac"), "-encoding", "UTF-8", "--release", "17",
		"-cp", filepath.Join(shopHome(s), "lib", "servlet-api.jar"), "-d", filepath.Join(out, "WEB-INF", "classes"),
		s.source("shop", "src", "main", "java", "shop", "Items.java"))
	if err != nil {
		return err
	}
	return zipFolder(out, s.path("build", "shop.war"))
}

func configureShop(s *Site) error {
	a := Shop()
	base, data, logs := s.path("srv", "shop"), s.path("var/lib", "shop"), s.path("var/log", "shop")
	if err := freshFolder(base, data, logs, filepath.Join(base, "bin"), filepath.Join(base, "lib"), filepath.Join(base, "conf", "Catalina", "localhost")); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(base, "conf.dist"), os.DirFS(filepath.Join(shopHome(s), "conf"))); err != nil {
		return err
	}
	for _, name := range []string{"catalina.properties", "context.xml", "logging.properties", "server.xml", "tomcat-users.xml", "web.xml"} {
		if err := os.Rename(filepath.Join(base, "conf.dist", name), filepath.Join(base, "conf", name)); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(filepath.Join(base, "conf.dist")); err != nil {
		return err
	}
	err := Edit(filepath.Join(base, "conf", "server.xml"),
		`<Server port="8005"`, fmt.Sprintf(`<Server port="%d"`, s.Port(a, 1)),
		`<Connector port="8080" protocol="HTTP/1.1"`, fmt.Sprintf(`<Connector port="%d" address="127.0.0.1" protocol="HTTP/1.1"`, s.Port(a, 0)))
	if err != nil {
		return err
	}
	if err := shopFiles(s, base, data); err != nil {
		return err
	}
	if err := s.own(a, readOnly, filepath.Join(base, "conf"), filepath.Join(base, "bin"), filepath.Join(base, "lib")); err != nil {
		return err
	}
	return s.own(a, writable, data, logs, filepath.Join(base, "webapps"), filepath.Join(base, "work"), filepath.Join(base, "temp"))
}

// shopFiles writes what Tomcat's distribution does not hold.
func shopFiles(s *Site, base, data string) error {
	context := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<Context>
  <Resource name="jdbc/shop" auth="Container" type="javax.sql.DataSource" driverClassName="org.h2.Driver"
            url="jdbc:h2:file:%s/shop" username="shop" password="%s" maxTotal="8"/>
</Context>
`, data, html.EscapeString(s.secret("shop", "database")))
	if err := os.WriteFile(filepath.Join(base, "conf", "Catalina", "localhost", "shop.xml"), []byte(context), 0o644); err != nil {
		return err
	}
	setenv := fmt.Sprintf("# read by catalina.sh\nCATALINA_OPTS=\"-Xms64m -Xmx256m -Djava.awt.headless=true\"\nexport %s='%s'\n",
		s.keyName("shop", "setenv"), s.secret("shop", "setenv"))
	if err := os.WriteFile(filepath.Join(base, "bin", "setenv.sh"), []byte(setenv), 0o644); err != nil {
		return err
	}
	if err := copyFile(s.path("build", "h2.jar"), filepath.Join(base, "lib", "h2-2.3.232.jar")); err != nil {
		return err
	}
	for _, d := range []string{"webapps", "work", "temp"} {
		if err := os.Mkdir(filepath.Join(base, d), 0o755); err != nil {
			return err
		}
	}
	if err := os.Symlink(s.path("var/log", "shop"), filepath.Join(base, "logs")); err != nil {
		return err
	}
	return copyFile(s.path("build", "shop.war"), filepath.Join(base, "webapps", "shop.war"))
}

func shopCommand(s *Site) Command {
	java, _ := JavaHome() // found when the WAR was compiled
	hostile, _ := s.hostileVariables("shop")
	return Command{
		Argv: []string{filepath.Join(shopHome(s), "bin", "catalina.sh"), "run"},
		Dir:  s.path("srv", "shop"),
		Env: append([]string{
			"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "JAVA_HOME=" + java,
			"CATALINA_HOME=" + shopHome(s), "CATALINA_BASE=" + s.path("srv", "shop"),
			s.keyName("shop", "env") + "=" + s.secret("shop", "env"),
		}, hostile...),
	}
}

// Edit replaces each old text, which must stand exactly once, by the new one after it.
func Edit(file string, pairs ...string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := string(b)
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			return fmt.Errorf("edit %s: %q stands %d times in it, not once", file, pairs[i], n)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return os.WriteFile(file, []byte(text), 0o644)
}
