package servers

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"a2c/proof/apps"
)

const (
	glassFishName   = "glassfish-8.0.0-JDK17-M12"
	payaraName      = "payara-web-5.2022.5"
	payaraMicroName = "payara-micro-6.2024.12.jar"
)

func glassFishProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, glassFishName, "org.glassfish.main.distributions:glassfish:8.0.0-JDK17-M12:zip", "da1ce7a323333ef01aa9b303df86dceac41e11b92aea3f74bbd8212d27941464", "glassfish8")
}

func payaraProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, payaraName, "fish.payara.distributions:payara-web:5.2022.5:zip", "a55c2b4a265c3e961eea55cc81e7a982335279016953b95e47ec472badcba73a", "payara5")
}

func payaraMicroProgram(ctx context.Context, p Place) error {
	if p.Have(payaraMicroName) {
		return nil
	}
	archive, err := p.FetchMaven(ctx, "fish.payara.extras:payara-micro:6.2024.12:jar", "3822f4efbe55840c8d7ac4a0bdddef0b7ff311b3b5612317cab6b05dc5642e9b")
	if err != nil {
		return err
	}
	return os.Link(archive, p.Program(payaraMicroName))
}

// GlassFishDomain has its domain elsewhere and the program behind a link `current`; asadmin waits for the server, which deploys what lies in its autodeploy folder.
func GlassFishDomain() Server {
	return Server{
		Name: "glassfish-domain", Kind: "java-glassfish", Ports: 18540, Program: glassFishProgram, Ready: []int{18540, 18541, 18542, 18546}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(os.CopyFS(p.Path("domains/shop"), os.DirFS(p.Program(glassFishName, "glassfish/domains/domain1"))),
				p.Edit("domains/shop/config/domain.xml",
					`<network-listener port="8080"`, fmt.Sprintf(`<network-listener address="127.0.0.1" port="%d"`, p.Port(0)),
					`<network-listener port="8181"`, fmt.Sprintf(`<network-listener address="127.0.0.1" port="%d"`, p.Port(1)),
					`<network-listener port="4848"`, fmt.Sprintf(`<network-listener address="127.0.0.1" port="%d"`, p.Port(2)),
					`<iiop-listener address="0.0.0.0" port="3700"`, fmt.Sprintf(`<iiop-listener address="127.0.0.1" port="%d"`, p.Port(3)),
					`address="0.0.0.0" port="3820"`, fmt.Sprintf(`address="127.0.0.1" port="%d"`, p.Port(4)),
					`address="0.0.0.0" port="3920"`, fmt.Sprintf(`address="127.0.0.1" port="%d"`, p.Port(5)),
					`address="0.0.0.0" port="8686"`, fmt.Sprintf(`address="127.0.0.1" port="%d"`, p.Port(6)),
					`<config name="server-config">`, `<config name="server-config">
      <jms-service type="REMOTE" default-jms-host="default_JMS_host"><jms-host name="default_JMS_host" host="localhost" port="7676"/></jms-service>`), // one of its own would listen everywhere
				p.War("domains/shop/autodeploy/shop.war", "shop"),
				os.Symlink(p.Program(glassFishName), p.Path("current")),
				p.Give("domains", "home"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{p.Path("current/bin/asadmin"), "start-domain", "--verbose", "--domaindir", p.Path("domains"), "shop"},
				Env: p.Env("HOME=${dir}/home"),
			}
		},
	}
}

// PayaraServer is started by the command that asadmin would use, as units do it; ports come from system properties of the configuration and of the
// command line, and the application lies unpacked elsewhere.
func PayaraServer() Server {
	return Server{
		Name: "payara-server", Kind: "java-glassfish", Ports: 18560, Program: payaraProgram, Ready: []int{18560, 18561, 18562, 18566}, Page: "/store/",
		Configure: func(ctx context.Context, p Place) error {
			err := firstError(os.CopyFS(p.Path("domains/shop"), os.DirFS(p.Program(payaraName, "glassfish/domains/domain1"))),
				p.Folder("elsewhere/shop", "shop"),
				p.Edit("domains/shop/config/domain.xml",
					`<network-listener port="8080"`, `<network-listener address="${shop.address}" port="${shop.http.port}"`,
					`<network-listener port="8181"`, `<network-listener address="${shop.address}" port="${shop.https.port}"`,
					`<network-listener port="4848"`, fmt.Sprintf(`<network-listener address="127.0.0.1" port="%d"`, p.Port(2)),
					`<iiop-listener address="0.0.0.0" port="3700"`, fmt.Sprintf(`<iiop-listener address="127.0.0.1" port="%d" enabled="false"`, p.Port(3)),
					`address="0.0.0.0" port="3820"`, fmt.Sprintf(`address="127.0.0.1" port="%d"`, p.Port(4)),
					`address="0.0.0.0" port="3920"`, fmt.Sprintf(`address="127.0.0.1" port="%d"`, p.Port(5)),
					`address="0.0.0.0" port="8686"`, fmt.Sprintf(`address="127.0.0.1" port="%d"`, p.Port(6)),
					`<hazelcast-config-specific-configuration></hazelcast-config-specific-configuration>`, `<hazelcast-config-specific-configuration enabled="false"/>`,
					`<server name="server" config-ref="server-config">`, fmt.Sprintf(`<server name="server" config-ref="server-config">
      <application-ref ref="shop" virtual-servers="server"/>
      <system-property name="shop.http.port" value="%d"/>`, p.Port(0)),
					"\n</domain>", p.Expand(payaraShop)),
				p.Give("domains", "home"))
			if err != nil {
				return err
			}
			return payaraCommand(ctx, p)
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: "/", Argv: []string{"/bin/sh", p.Path("start.sh")}, Env: p.Env("HOME=${dir}/home")}
		},
	}
}

// payaraCommand asks asadmin for the server's command and writes it to a script.
func payaraCommand(ctx context.Context, p Place) error {
	cmd := exec.CommandContext(ctx, p.Program(payaraName, "bin/asadmin"), "start-domain", "--dry-run", "--domaindir", p.Path("domains"), "shop")
	cmd.Env = p.Env("HOME=${dir}/home", "PATH=${java}/bin:/usr/bin:/bin")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("ask asadmin for the command: %w\n%s%s", err, problems.Bytes(), out)
	}
	script := []string{"exec"}
	for line := range strings.Lines(string(out)) {
		switch line = strings.TrimSpace(line); {
		case line == "-read-stdin": // asadmin would write the master password there
			script = append(script, "'-read-stdin' 'false'")
		case line == "true" && strings.HasSuffix(script[len(script)-1], "'-read-stdin' 'false'"), line == "", strings.Contains(line, " "):
		case strings.HasPrefix(line, "com.sun.enterprise.glassfish.bootstrap."):
			script = append(script, "-Xmx192m -XX:TieredStopAtLevel=1", "-Dshop.address=127.0.0.1", fmt.Sprintf("-Dshop.https.port=%d", p.Port(1)), line)
		default:
			script = append(script, "'"+line+"'")
		}
	}
	return os.WriteFile(p.Path("start.sh"), []byte(strings.Join(script, " ")+"\n"), 0o644)
}

// PayaraMicro unpacks itself into a temporary folder of its own; a file of commands says where it listens.
func PayaraMicro() Server {
	return Server{
		Name: "payara-micro", Kind: "java-glassfish", Ports: 18580, Program: payaraMicroProgram, Ready: []int{18580, 18581}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.War("apps/shop.war", "shop"),
				p.Write("preboot", "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener.address=127.0.0.1\n"),
				p.Give("tmp"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Env: p.Env(), Argv: []string{
					p.Java + "/bin/java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + p.Path("tmp"), "-Dhazelcast.socket.bind.any=false",
					"-jar", p.Program(payaraMicroName), "--deploy", "apps/shop.war", "--port", fmt.Sprint(p.Port(0)), "--startPort", fmt.Sprint(p.Port(1)),
					"--interfaces", "127.0.0.1", "--clusterMode", fmt.Sprint("tcpip:127.0.0.1:", p.Port(1)), "--preBootCommandFile", "preboot",
				},
			}
		},
	}
}

// PayaraInstance is an instance of its own node beside its domain's server; ports are system properties of the server, and it starts without asking the domain.
func PayaraInstance() Server {
	const home = "nodes/shop-node/shop1"
	return Server{
		Name: "payara-instance", Kind: "java-glassfish", Ports: 18600, Program: payaraProgram, Ready: []int{18600, 18601, 18602, 18606}, Page: "/store/",
		Configure: func(_ context.Context, p Place) error {
			domain := os.DirFS(p.Program(payaraName, "glassfish/domains/domain1"))
			err := firstError(os.CopyFS(p.Path(home), domain), p.Folder("elsewhere/shop", "shop"),
				p.Write("nodes/shop-node/agent/config/das.properties", "agent.das.port=18607\nagent.das.protocol=http\nagent.das.host=127.0.0.1\n"))
			if err != nil {
				return err
			}
			logging, err := os.ReadFile(p.Path(home, "config/logging.properties"))
			return firstError(err, p.Write(home+"/config/shop1-config/logging.properties", string(logging)), p.instance(home+"/config/domain.xml"), p.Give("nodes", "home"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Env: p.Env("HOME=${dir}/home", "AS_JAVA=${java}"),
				Argv: []string{p.Program(payaraName, "bin/asadmin"), "start-local-instance", "--verbose", "--sync", "none", "--nodedir", p.Path("nodes"), "--node", "shop-node", "shop1"},
			}
		},
	}
}

// instance makes the configuration that a domain has ready for further servers the one of the instance shop1.
func (p Place) instance(name string) error {
	text, err := os.ReadFile(p.Path(name))
	if err != nil {
		return err
	}
	at := bytes.Index(text, []byte(`<config name="default-config"`))
	if at < 0 {
		return fmt.Errorf("%s has no default-config", name)
	}
	mine := strings.NewReplacer(`<config name="default-config"`, `<config name="shop1-config"`, `"0.0.0.0"`, `"127.0.0.1"`,
		`<network-listener port="${ASADMIN`, `<network-listener address="127.0.0.1" port="${ASADMIN`,
		`<hazelcast-config-specific-configuration `, `<hazelcast-config-specific-configuration enabled="false" `).Replace(string(text[at:]))
	var server strings.Builder
	server.WriteString(`    <server name="shop1" node-ref="shop-node" config-ref="shop1-config">
      <application-ref ref="shop" virtual-servers="server"/>`)
	for i, key := range []string{"HTTP_LISTENER_PORT", "HTTP_SSL_LISTENER_PORT", "ASADMIN_LISTENER_PORT", "IIOP_LISTENER_PORT", "IIOP_SSL_LISTENER_PORT", "IIOP_SSL_MUTUALAUTH_PORT", "JMX_SYSTEM_CONNECTOR_PORT"} {
		fmt.Fprintf(&server, "\n      <system-property name=%q value=\"%d\"/>", key, p.Port(i))
	}
	if err := p.Write(name, string(text[:at])+mine); err != nil {
		return err
	}
	return p.Edit(name,
		"  </servers>", server.String()+"\n    </server>\n  </servers>",
		"  </nodes>", `    <node name="shop-node" type="CONFIG" node-host="localhost" install-dir="${com.sun.aas.productRoot}"/>`+"\n  </nodes>",
		"\n</domain>", p.Expand(payaraShop))
}

// payaraShop is the application's entry of a domain.xml; it lies unpacked elsewhere.
const payaraShop = `
  <applications>
    <application context-root="/store" object-type="user" name="shop" directory-deployed="true" location="file:${dir}/elsewhere/shop/">
      <property name="archiveType" value="war"/>
      <property name="isComposite" value="true"/>
      <module name="shop"><engine sniffer="web"/></module>
    </application>
  </applications>
</domain>`
