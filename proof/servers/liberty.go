package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// LibertyName is the folder of the program that the layouts of Liberty share.
const LibertyName = "openliberty-webProfile8-21.0.0.12"

func libertyProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, LibertyName, "io.openliberty:openliberty-webProfile8:21.0.0.12:zip", "cd2d237ed7668192566698ee73f7fcf5da2a3f94ae790f42c6344ee31015fb9e", "wlp")
}

// LibertyUser has WLP_USER_DIR apart and the program behind a link `current`; ports and context roots come from bootstrap.properties, server.env and
// an include, the address from configDropins; one application lies outside, one in dropins.
func LibertyUser() Server {
	return Server{
		Name: "liberty-user", Kind: "java-liberty", Ports: 18640, Program: libertyProgram, Ready: []int{18640}, Page: "/admin/tool/",
		Configure: func(_ context.Context, p Place) error {
			const server = "usr/servers/shop/"
			return firstError(
				p.Write(server+"server.xml", `<server>
  <featureManager><feature>servlet-4.0</feature></featureManager>
  <variable name="admin.root" defaultValue="/unused"/>
  <include location="${shared.config.dir}/common.xml"/>
  <httpEndpoint id="defaultHttpEndpoint" httpPort="${env.HTTP_PORT}" httpsPort="-1"/>
  <webApplication id="tool" name="tool" location="${dir}/elsewhere/tool.war" contextRoot="${admin.root}"/>
</server>
`),
				p.Write("usr/shared/config/common.xml", `<server><application type="war" location="shop.war"/></server>`+"\n"),
				p.Write(server+"configDropins/overrides/address.xml", `<server><httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1"/></server>`+"\n"),
				p.Write(server+"bootstrap.properties", "admin.root=admin/tool\n"),
				p.Write(server+"server.env", fmt.Sprintf("HTTP_PORT=%d\n", p.Port(0))),
				p.Write(server+"jvm.options", "-Xmx96m\n"),
				p.War("elsewhere/tool.war", "tool"),
				p.War(server+"apps/shop.war", "shop"),
				p.War(server+"dropins/hello.war", "hello"),
				os.Symlink(p.Program(LibertyName), p.Path("current")),
				p.Give("usr"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: "/", Argv: []string{p.Path("current/bin/server"), "run", "shop"}, Env: p.Env("WLP_USER_DIR=${dir}/usr")}
		},
	}
}

// LibertyOutput starts the launcher's archive itself, with WLP_OUTPUT_DIR apart, HTTPS, ports from the command line and a folder as application.
func LibertyOutput() Server {
	return Server{
		Name: "liberty-output", Kind: "java-liberty", Ports: 18660, Program: libertyProgram, Ready: []int{18660, 18661}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("usr/servers/defaultServer/server.xml", `<server>
  <featureManager><feature>servlet-4.0</feature><feature>transportSecurity-1.0</feature></featureManager>
  <keyStore id="defaultKeyStore" password="changeit"/>
  <httpEndpoint id="web" host="${web.host}" httpPort="${web.port}" httpsPort="${web.port+1}"/>
  <httpEndpoint id="defaultHttpEndpoint" enabled="false"/>
  <webApplication id="site" location="site" contextRoot="/"/>
</server>
`),
				p.Write("usr/servers/defaultServer/variables/web.host", "127.0.0.1"),
				p.Write("usr/shared/apps/site/index.html", "site\n"),
				p.Write("usr/shared/apps/site/WEB-INF/web.xml", `<web-app xmlns="http://xmlns.jcp.org/xml/ns/javaee" version="3.1"/>`+"\n"),
				p.Give("usr", "out"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env("WLP_USER_DIR=${dir}/usr", "WLP_OUTPUT_DIR=${dir}/out"),
				Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-jar", p.Program(LibertyName, "bin/tools/ws-server.jar"), "defaultServer", "--", fmt.Sprint("--web.port=", p.Port(0))},
			}
		},
	}
}
