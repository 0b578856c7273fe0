package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"a2c/proof/apps"
)

// The applications of the proof `dependencies` and what they talk to. Each port is known to the others.
const (
	dependsPostgres = 19700
	dependsRedis    = 19720
	dependsBroker   = 19740
	dependsShop     = 19760
	dependsGate     = 19780
	dependsLedger   = 19800
	dependsWild     = 19820
	dependsStock    = 19840
	dependsTill     = 19850
	dependsBank     = 19900
	dependsJetty    = 19910
)

const postgresDriver = "postgresql-42.7.8.jar"

// driver puts the JDBC driver of PostgreSQL below the programs.
func driver(ctx context.Context, p Place) error {
	return jarProgram("postgresql-jdbc", "org.postgresql:postgresql:42.7.8:jar", "2a32a9dcbc42d67a50ad3a0de5efd102c8d2be46720045f2cbd6689f160ab7c7", postgresDriver)(ctx, p)
}

// Depends are the servers that the applications of the proof need, and the applications, in the order in which they start.
func Depends() []Server {
	return []Server{Postgres(), Redis(), DependsBroker(), DependsShop(), DependsWildFly(), DependsGate(), DependsLedger(), DependsStock(), DependsTill(), DependsBank(), DependsJetty()}
}

// debian unpacks packages of Debian below the programs: nothing is installed, so no service of theirs starts.
func debian(ctx context.Context, p Place, name string, packages ...string) error {
	if p.Have(name) {
		return nil
	}
	aside := p.Program("." + name)
	if err := errors.Join(os.RemoveAll(aside), os.MkdirAll(aside, 0o755)); err != nil {
		return err
	}
	cache := filepath.Join(p.Cache, "deb-"+name)
	if err := apps.Download(ctx, cache, packages...); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(cache, "*.deb"))
	if err != nil {
		return err
	}
	for _, deb := range found {
		if out, err := exec.CommandContext(ctx, "dpkg-deb", "-x", deb, aside).CombinedOutput(); err != nil {
			return fmt.Errorf("dpkg-deb -x %s: %w\n%s", deb, err, out)
		}
	}
	return os.Rename(aside, p.Program(name))
}

// libraries are the folders of the unpacked packages' libraries.
func libraries(p Place, name string) string {
	found, _ := filepath.Glob(p.Program(name, "usr/lib/*-linux-gnu")) // the pattern is right
	return "LD_LIBRARY_PATH=" + strings.Join(found, ":")
}

// Postgres is Debian's, with a cluster of its own.
func Postgres() Server {
	bin := func(p Place, name string) string {
		found, _ := filepath.Glob(p.Program("postgres/usr/lib/postgresql/*/bin", name))
		return strings.Join(found, "")
	}
	return Server{
		Name: "depends-postgres", Ports: dependsPostgres, Ready: []int{dependsPostgres},
		Program: func(ctx context.Context, p Place) error {
			return firstError(debian(ctx, p, "postgres", "postgresql-15", "libpq5"), driver(ctx, p))
		},
		Configure: func(ctx context.Context, p Place) error {
			if err := p.Give("data"); err != nil {
				return err
			}
			as := func(stdin string, argv ...string) error {
				cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
				cmd.Dir, cmd.Env, cmd.Stdin = "/", p.Env(libraries(p, "postgres")), strings.NewReader(stdin)
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(p.UID), Gid: uint32(p.GID)}}
				if out, err := cmd.CombinedOutput(); err != nil {
					return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
				}
				return nil
			}
			return firstError(os.Chmod(p.Path("data"), 0o700),
				as("", bin(p, "initdb"), "-D", p.Path("data"), "-U", "app", "-A", "trust", "-E", "UTF8", "--no-sync"),
				as("create database ledger;\ncreate database shop;\ncreate database wild;\ncreate database stock;\ncreate database till;\ncreate database bank;\n", bin(p, "postgres"), "--single", "-D", p.Path("data"), "postgres"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env(libraries(p, "postgres")), Argv: []string{
					bin(p, "postgres"), "-D", p.Path("data"), "-p", fmt.Sprint(p.Port(0)), "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
				},
			}
		},
	}
}

// Redis is Debian's, with a configuration of its own.
func Redis() Server {
	return Server{
		Name: "depends-redis", Ports: dependsRedis, Ready: []int{dependsRedis},
		Program: func(ctx context.Context, p Place) error {
			return debian(ctx, p, "redis", "redis-server", "redis-tools", "libjemalloc2", "liblzf1", "liblua5.1-0", "lua-bitop", "lua-cjson", "libhiredis0.14")
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.Write("redis.conf", fmt.Sprintf("bind 127.0.0.1\nport %d\nsave \"\"\ndir ${dir}/data\n", p.Port(0))), p.Give("data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: "/", Env: p.Env(libraries(p, "redis")), Argv: []string{p.Program("redis/usr/bin/redis-server"), p.Path("redis.conf")}}
		},
	}
}

// DependsBroker is Artemis again, under another name.
func DependsBroker() Server {
	s := Artemis()
	s.Name, s.Ports, s.Ready = "depends-broker", dependsBroker, []int{dependsBroker}
	return s
}

// DependsShop is Tomcat with two pools of JNDI: one of PostgreSQL, one of an embedded database.
func DependsShop() Server {
	return Server{
		Name: "depends-shop", Kind: "java-tomcat", Ports: dependsShop, Ready: []int{dependsShop}, Page: "/items.jsp",
		Program: func(ctx context.Context, p Place) error {
			h2 := jarProgram("h2", "com.h2database:h2:2.3.232:jar", "8dae62d22db8982c3dcb3826edb9c727c5d302063a67eef7d63d82de401f07d3", "h2-2.3.232.jar")
			return firstError(tomcatProgram(ctx, p), driver(ctx, p), h2(ctx, p))
		},
		Configure: func(_ context.Context, p Place) error {
			const page = `<%@ page import="java.sql.*,javax.sql.*,javax.naming.*" %><%
for (String name : new String[] {"shop", "cache"}) {
    DataSource d = (DataSource) new InitialContext().lookup("java:comp/env/jdbc/" + name);
    try (Connection c = d.getConnection(); Statement s = c.createStatement(); ResultSet r = s.executeQuery("select 1")) {
        r.next();
        out.print(r.getInt(1));
    }
} %>`
			return firstError(
				p.Write("base/conf/server.xml", fmt.Sprintf(`<Server port="-1">
  <Service name="Catalina">
    <Connector port="%d" address="127.0.0.1"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="apps"/>
    </Engine>
  </Service>
</Server>
`, p.Port(0))),
				p.Write("base/conf/Catalina/localhost/ROOT.xml", fmt.Sprintf(`<Context docBase="${dir}/elsewhere/shop.war">
  <Resource name="jdbc/shop" type="javax.sql.DataSource" driverClassName="org.postgresql.Driver"
            url="jdbc:postgresql://localhost:%d/shop" username="app" password="secret-of-the-pool" minIdle="1"/>
  <Resource name="jdbc/cache" type="javax.sql.DataSource" driverClassName="org.h2.Driver"
            url="jdbc:h2:file:${dir}/data/cache" username="sa" password="" minIdle="1"/>
</Context>
`, dependsPostgres)),
				p.Write("base/conf/catalina.properties", "common.loader=\"${catalina.base}/lib/*.jar\",\"${catalina.home}/lib/*.jar\"\nserver.loader=\nshared.loader=\n"),
				os.Symlink(p.Program(tomcatName, "conf/web.xml"), p.Path("base/conf/web.xml")),
				p.War("elsewhere/shop.war", "shop", [2]string{"items.jsp", page}),
				p.copy(p.Program("postgresql-jdbc", postgresDriver), "base/lib/"+postgresDriver),
				p.copy(p.Program("h2/h2-2.3.232.jar"), "base/lib/h2-2.3.232.jar"),
				p.Give("base/apps", "base/logs", "base/temp", "base/work", "data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Dir, Argv: []string{p.Program(tomcatName, "bin/catalina.sh"), "run"}, Env: p.Env("CATALINA_BASE=${dir}/base", "CATALINA_OPTS=-Xmx96m")}
		},
	}
}

// copy copies a file of the programs into the layout.
func (p Place) copy(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return firstError(os.MkdirAll(filepath.Dir(p.Path(to)), 0o755), os.WriteFile(p.Path(to), data, 0o644))
}

// DependsWildFly is WildFly with a data source in its configuration, whose driver is deployed, and which opens a connection at the start.
func DependsWildFly() Server {
	return Server{
		Name: "depends-wildfly", Kind: "java-jboss", Ports: dependsWild, Ready: []int{dependsWild, dependsWild + 2}, Page: "/hello/",
		Program: func(ctx context.Context, p Place) error {
			return firstError(wildFlyProgram(ctx, p), driver(ctx, p))
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(wildFlyConfig(p, "standalone/configuration", "base/configuration"),
				p.Edit("base/configuration/standalone.xml", "                <drivers>\n", fmt.Sprintf(`                <datasource jndi-name="java:jboss/datasources/wild" pool-name="wild" enabled="true">
                    <connection-url>jdbc:postgresql://127.0.0.1:%d/wild</connection-url>
                    <driver>postgresql.jar</driver>
                    <pool>
                        <min-pool-size>1</min-pool-size>
                        <prefill>true</prefill>
                    </pool>
                    <security user-name="app" password="secret-of-the-datasource"/>
                </datasource>
                <drivers>
`, dependsPostgres)),
				p.copy(p.Program("postgresql-jdbc", postgresDriver), "base/deployments/postgresql.jar"),
				p.War("base/deployments/hello.war", "hello"),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Env: p.Env("JAVA_OPTS=" + wildFlyJVM), Argv: []string{
					p.Program(wildFlyName, "bin/standalone.sh"), "-Djboss.server.base.dir=" + p.Path("base"),
					fmt.Sprint("-Djboss.http.port=", p.Port(0)), fmt.Sprint("-Djboss.https.port=", p.Port(1)), fmt.Sprint("-Djboss.management.http.port=", p.Port(2)),
				},
			}
		},
	}
}

// DependsGate is ASP.NET Core with a web service and a broker behind it.
func DependsGate() Server {
	return Server{
		Name: "depends-gate", Kind: "dotnet-generic", Ports: dependsGate, Ready: []int{dependsGate}, Page: "/", Tools: apps.DotnetTools(),
		Program: func(ctx context.Context, p Place) error {
			return firstError(dotnetKit(ctx, p), p.CompileDotnet(ctx, p.Program(kit), p.Program("gate/Gate.dll"), "gate/Gate.cs"))
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.copy(p.Program("gate/Gate.dll"), "app/Gate.dll"),
				p.Write("app/Gate.runtimeconfig.json", webConfig),
				p.Write("app/appsettings.json", fmt.Sprintf(`{
  "Kestrel": { "Endpoints": { "Http": { "Url": "http://127.0.0.1:%d" } } },
  "Upstream": { "Url": "http://127.0.0.1:%d/index.html" },
  "Broker": {
    "Host": "127.0.0.1",
    "Port": %d
  }
}
`, p.Port(0), dependsShop, dependsBroker)))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Path("app"), Env: p.Env("DOTNET_NOLOGO=1"), Argv: []string{p.Program(kit, "root/dotnet"), p.Path("app/Gate.dll")}}
		},
	}
}

// DependsLedger is Spring Boot with a database, a cache and a web service behind it.
func DependsLedger() Server {
	return Server{
		Name: "depends-ledger", Kind: "java-springboot", Ports: dependsLedger, Ready: []int{dependsLedger}, Page: "/ledger",
		Program: func(ctx context.Context, p Place) error {
			return p.Build(ctx, "ledger", p.Program("ledger"), []string{"ledger-1.0.0.jar"})
		},
		Configure: func(_ context.Context, p Place) error {
			return p.Write("work/application.yml", fmt.Sprintf(`server:
  address: 127.0.0.1
  port: %d
spring:
  datasource:
    url: jdbc:postgresql://127.0.0.1:%d/ledger
    username: app
    password: secret-of-the-ledger
  data:
    redis:
      host: localhost
      port: %d
partner:
  base-url: http://127.0.0.1:%d/
`, p.Port(0), dependsPostgres, dependsRedis, dependsGate))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Path("work"), Env: p.Env(), Argv: []string{p.Java + "/bin/java", "-Xmx128m", "-jar", p.Program("ledger/ledger-1.0.0.jar")}}
		},
	}
}
