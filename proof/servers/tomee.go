package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

const (
	tomEEName     = "apache-tomee-webprofile-9.0.0"
	tomEEPlusName = "apache-tomee-plus-9.0.0" // with ActiveMQ
)

func tomEEProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, tomEEName, "org.apache.tomee:apache-tomee:9.0.0:tar.gz:webprofile", "bd2490ef348f757d00fbfd96fee5584eaadf9886d3b0b56c1aac24482469def2", tomEEName)
}

func tomEEPlusProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, tomEEPlusName, "org.apache.tomee:apache-tomee:9.0.0:tar.gz:plus", "328c545bc94f4de1bfb915068b6929f3a5428506a12b88560719d6516f2e7de5", tomEEPlusName)
}

func tomEEServer(p Place, shutdown int) string {
	return fmt.Sprintf(`<Server port="%d">
  <Listener className="org.apache.tomee.catalina.ServerListener"/>
  <Service name="Catalina">
    <Connector port="%d" address="127.0.0.1"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps"/>
    </Engine>
  </Service>
</Server>
`, shutdown, p.Port(0))
}

// TomEEBase has CATALINA_BASE apart and the program behind a link `current`; conf/tomee.xml deploys a folder with a war and an enterprise archive.
func TomEEBase() Server {
	return Server{
		Name: "tomee-base", Kind: "java-tomee", Ports: 18360, Program: tomEEProgram, Ready: []int{18360, 18361}, Page: "/portal/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.Write("base/conf/server.xml", tomEEServer(p, p.Port(1))),
				os.Symlink(p.Program(tomEEName, "conf/web.xml"), p.Path("base/conf/web.xml")),
				p.Write("base/conf/tomee.xml", `<tomee><Deployments dir="apps"/></tomee>`+"\n"),
				p.War("base/webapps/shop.war", "shop"),
				p.War("base/apps/admin.war", "admin"),
				p.Ear("base/apps/suite.ear", "portal", "/portal"),
				os.Symlink(p.Program(tomEEName), p.Path("current")),
				p.Give("base", "base/temp"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{p.Path("current/bin/catalina.sh"), "run"},
				Env: p.Env("CATALINA_BASE=${dir}/base", "CATALINA_OPTS=-Xmx96m -XX:TieredStopAtLevel=1"),
			}
		},
	}
}

// TomEEPlain is started without any script and without the agent, as units often do it: an application in a folder, a server.xml of another name, and a
// broker of its own.
func TomEEPlain() Server {
	return Server{
		Name: "tomee-plain", Kind: "java-tomee", Ports: 18380, Program: tomEEPlusProgram, Ready: []int{18380, 18381}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.Write("base/conf/shop.xml", tomEEServer(p, -1)),
				os.Symlink(p.Program(tomEEPlusName, "conf/web.xml"), p.Path("base/conf/web.xml")),
				p.Write("base/conf/tomee.xml", fmt.Sprintf(`<tomee>
  <Resource id="broker" type="ActiveMQResourceAdapter">
    BrokerXmlConfig = broker:(tcp://127.0.0.1:%d)?useJmx=false&amp;persistent=false
  </Resource>
</tomee>
`, p.Port(1))),
				p.Folder("base/webapps/shop", "shop"),
				p.Give("base", "base/temp"))
		},
		Command: func(p Place) apps.Command {
			bin := p.Program(tomEEPlusName, "bin")
			return apps.Command{
				Dir: "/", Env: p.Env(), Argv: []string{
					p.Java + "/bin/java", "-Xmx96m", "-XX:TieredStopAtLevel=1", "-cp", bin + "/bootstrap.jar:" + bin + "/tomcat-juli.jar",
					"-Dcatalina.home=" + p.Program(tomEEPlusName), "-Dcatalina.base=" + p.Path("base"), "-Djava.io.tmpdir=" + p.Path("base/temp"),
					"org.apache.catalina.startup.Bootstrap", "-config", "conf/shop.xml", "start",
				},
			}
		},
	}
}
