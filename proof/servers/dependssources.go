package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// DependsStock is Quarkus with a data source, whose kind was fixed by the build and whose place the machine's own file says.
func DependsStock() Server {
	return Server{
		Name: "depends-stock", Kind: "java-quarkus", Ports: dependsStock, Ready: []int{dependsStock}, Page: "/stock",
		Program: func(ctx context.Context, p Place) error {
			return p.Build(ctx, "stock", p.Program("stock"), []string{"quarkus-app"})
		},
		Configure: func(_ context.Context, p Place) error {
			return p.Write("work/config/application.properties", fmt.Sprintf(`quarkus.http.port=%d
database.port=%d
quarkus.datasource.username=app
quarkus.datasource.password=secret-of-the-stock
quarkus.datasource.jdbc.url=jdbc:postgresql://127.0.0.1:${database.port}/stock
quarkus.datasource.jdbc.min-size=1
`, p.Port(0), dependsPostgres))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Path("work"), Env: p.Env(), Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-jar", p.Program("stock/quarkus-app/quarkus-run.jar")}}
		},
	}
}

// DependsTill is Micronaut with a data source in a file that the environment names.
func DependsTill() Server {
	return Server{
		Name: "depends-till", Kind: "java-micronaut", Ports: dependsTill, Ready: []int{dependsTill}, Page: "/till",
		Program: func(ctx context.Context, p Place) error {
			return p.Build(ctx, "till", p.Program("till"), []string{"till-1.0.0.jar", "lib"})
		},
		Configure: func(_ context.Context, p Place) error {
			return p.Write("etc/till.yml", fmt.Sprintf(`micronaut:
  server:
    port: %d
datasources:
  default:
    url: jdbc:postgresql://localhost:%d/till
    username: app
    password: secret-of-the-till
    minimum-idle: 1
`, p.Port(0), dependsPostgres))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Program("till"), Env: p.Env("MICRONAUT_CONFIG_FILES=${dir}/etc/till.yml"),
				Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-cp", "till-1.0.0.jar:lib/*", "till.Till"},
			}
		},
	}
}

// DependsBank is Liberty with a data source whose host, port and database are properties of their own, in a file that is included; and with an embedded one.
func DependsBank() Server {
	return Server{
		Name: "depends-bank", Kind: "java-liberty", Ports: dependsBank, Ready: []int{dependsBank}, Page: "/bank/items.jsp",
		Program: func(ctx context.Context, p Place) error {
			h2 := jarProgram("h2", "com.h2database:h2:2.3.232:jar", "8dae62d22db8982c3dcb3826edb9c727c5d302063a67eef7d63d82de401f07d3", "h2-2.3.232.jar")
			return firstError(libertyProgram(ctx, p), driver(ctx, p), h2(ctx, p))
		},
		Configure: func(_ context.Context, p Place) error {
			const server = "usr/servers/bank/"
			const page = `<%@ page import="java.sql.*,javax.sql.*,javax.naming.*" %><%
for (String name : new String[] {"bank", "notes"}) {
    DataSource d = (DataSource) new InitialContext().lookup("jdbc/" + name);
    try (Connection c = d.getConnection(); Statement s = c.createStatement(); ResultSet r = s.executeQuery("select 1")) {
        r.next();
        out.print(r.getInt(1));
    }
} %>`
			return firstError(
				p.Write(server+"server.xml", `<server>
  <featureManager><feature>jsp-2.3</feature><feature>jdbc-4.2</feature><feature>jndi-1.0</feature></featureManager>
  <include location="sources.xml"/>
  <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="${bank.port}" httpsPort="-1"/>
  <application type="war" location="bank.war"/>
</server>
`),
				p.Write(server+"sources.xml", `<server>
  <library id="drivers"><fileset dir="${server.config.dir}/drivers"/></library>
  <dataSource jndiName="jdbc/bank" type="javax.sql.DataSource">
    <jdbcDriver libraryRef="drivers"/>
    <connectionManager minPoolSize="1"/>
    <properties.postgresql
        serverName="${bank.database.host}"
        portNumber="${bank.database.port}"
        databaseName="bank" user="app" password="secret-of-the-bank"/>
  </dataSource>
  <dataSource jndiName="jdbc/notes" type="javax.sql.DataSource">
    <jdbcDriver libraryRef="drivers" javax.sql.DataSource="org.h2.jdbcx.JdbcDataSource"/>
    <connectionManager minPoolSize="1"/>
    <properties
        URL="jdbc:h2:file:${dir}/data/notes" user="sa" password=""/>
  </dataSource>
</server>
`),
				p.Write(server+"bootstrap.properties", fmt.Sprintf("bank.port=%d\nbank.database.host=127.0.0.1\nbank.database.port=%d\n", p.Port(0), dependsPostgres)),
				p.Write(server+"jvm.options", "-Xmx128m\n"),
				p.War(server+"apps/bank.war", "bank", [2]string{"items.jsp", page}),
				p.copy(p.Program("postgresql-jdbc", postgresDriver), server+"drivers/"+postgresDriver),
				p.copy(p.Program("h2/h2-2.3.232.jar"), server+"drivers/h2-2.3.232.jar"),
				p.Give("usr", "data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: "/", Argv: []string{p.Program(LibertyName, "bin/server"), "run", "bank"}, Env: p.Env("WLP_USER_DIR=${dir}/usr")}
		},
	}
}

// DependsJetty is a Jetty in a folder of its own, distribution and base in one, with all samples that it comes with. It talks to nobody and has no secret.
func DependsJetty() Server {
	return Server{
		Name: "depends-jetty", Kind: "java-jetty", Ports: dependsJetty, Ready: []int{dependsJetty}, Page: "/", Program: jetty12Program,
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.CopyFS(p.Path("jetty"), os.DirFS(p.Program(jetty12))),
				p.Write("jetty/start.ini", "--module=http\n--module=ee10-deploy\n"),
				p.Write("jetty/webapps/root/index.html", "root\n"),
				p.Give("jetty"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("jetty"), Env: p.Env(),
				Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-jar", "start.jar", "jetty.http.host=127.0.0.1", fmt.Sprint("jetty.http.port=", p.Port(0))},
			}
		},
	}
}
