package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

const tomcatName = "apache-tomcat-10.1.30"

func tomcatProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, tomcatName, "org.apache.tomcat:tomcat:10.1.30:tar.gz", "8de5a808f3dc762ace67948cd90d1327b116816622044dc8750f04207df90a2e", tomcatName)
}

// TomcatBase has CATALINA_BASE apart and the program behind a link `current`; the port comes from the environment, an application lies outside appBase.
func TomcatBase() Server {
	return Server{
		Name: "tomcat-base", Kind: "java-tomcat", Ports: 18300, Program: tomcatProgram, Ready: []int{18300, 18301}, Page: "/shop/admin/",
		Configure: func(_ context.Context, p Place) error {
			err := p.Write("base/conf/server.xml", fmt.Sprintf(`<Server port="%d">
  <Service name="Catalina">
    <Connector port="${HTTP_PORT}" address="127.0.0.1"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="apps"/>
    </Engine>
  </Service>
</Server>
`, p.Port(1)))
			return firstError(err,
				os.Symlink(p.Program(tomcatName, "conf/web.xml"), p.Path("base/conf/web.xml")),
				p.Write("base/conf/Catalina/localhost/shop#admin.xml", `<Context docBase="${dir}/elsewhere/admin.war"/>`+"\n"),
				p.War("elsewhere/admin.war", "admin"),
				p.War("base/apps/ROOT.war", "root"),
				os.Symlink(p.Program(tomcatName), p.Path("current")),
				p.Give("base/apps", "base/logs", "base/temp", "base/work"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{p.Path("current/bin/catalina.sh"), "run"},
				Env: p.Env("CATALINA_BASE=${dir}/base", fmt.Sprint("HTTP_PORT=", p.Port(0)),
					"CATALINA_OPTS=-Xmx64m -Dorg.apache.tomcat.util.digester.PROPERTY_SOURCE=org.apache.tomcat.util.digester.EnvironmentPropertySource"),
			}
		},
	}
}

// TomcatHome is one copied folder for everything, as many have it, with JMX and a server.xml of another name.
func TomcatHome() Server {
	return Server{
		Name: "tomcat-home", Kind: "java-tomcat", Ports: 18320, Program: tomcatProgram, Ready: []int{18320, 18322}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error {
			err := os.CopyFS(p.Path("tomcat"), os.DirFS(p.Program(tomcatName)))
			return firstError(err,
				os.RemoveAll(p.Path("tomcat/webapps")),
				p.War("tomcat/webapps/shop##2.war", "shop"),
				os.Rename(p.Path("tomcat/conf/server.xml"), p.Path("tomcat/conf/shop.xml")),
				p.Edit("tomcat/conf/shop.xml",
					`<Server port="8005"`, `<Server port="-1"`,
					`<Connector port="8080" protocol="HTTP/1.1"`, fmt.Sprintf(`<Connector port="%d" address="127.0.0.1" protocol="HTTP/1.1"`, p.Port(0))),
				p.Give("tomcat"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Path("tomcat/bin/catalina.sh"), "run", "-config", "conf/shop.xml"},
				Env: p.Env(fmt.Sprintf("CATALINA_OPTS=-Xmx64m -Dcom.sun.management.jmxremote.port=%d -Dcom.sun.management.jmxremote.rmi.port=%d "+
					"-Dcom.sun.management.jmxremote.host=127.0.0.1 -Djava.rmi.server.hostname=127.0.0.1 "+
					"-Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false", p.Port(2), p.Port(2))),
			}
		},
	}
}
