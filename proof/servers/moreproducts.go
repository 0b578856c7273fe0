package servers

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"a2c/proof/apps"
)

// Fuseki is a fat jar of another name: its manifest tells what it is.
func Fuseki() Server {
	return Server{
		Name: "products-fuseki", Kind: "java-generic", Ports: 19340, Ready: []int{19340},
		Program: jarProgram("fuseki", "org.apache.jena:jena-fuseki-server:4.10.0:jar", "2bf863649dd5ead4f69988203c491a01b59cccd83f1f29752cd93e401430d9c2", "jena-fuseki-server-4.10.0.jar"),
		Configure: func(_ context.Context, p Place) error {
			return firstError(os.Link(p.Program("fuseki/jena-fuseki-server-4.10.0.jar"), p.Path("triples.jar")), p.Give("run"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("run"), Env: p.Env(),
				Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-jar", "../triples.jar", "--localhost", "--port", fmt.Sprint(p.Port(0)), "--mem", "/shop"},
			}
		},
	}
}

// QuestDB is a module whose servers have their addresses in a file below the data's folder; a variable overrides one.
func QuestDB() Server {
	return Server{
		Name: "products-questdb", Kind: "java-generic", Ports: 19360, Ready: []int{19360, 19361, 19362, 19363},
		Program: jarProgram("questdb", "org.questdb:questdb:7.4.2:jar", "faa7155d7653627ee544c06970960133f765d8928ca1907156cbfde3b5987209", "questdb-7.4.2.jar"),
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("data/conf/server.conf", fmt.Sprintf("http.bind.to=127.0.0.1:%d\nhttp.min.net.bind.to=127.0.0.1:%d\npg.net.bind.to=127.0.0.1:1\nline.tcp.net.bind.to=127.0.0.1:%d\nline.udp.enabled=false\ntelemetry.enabled=false\n", p.Port(0), p.Port(1), p.Port(3))),
				p.Give("data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env(fmt.Sprint("QDB_PG_NET_BIND_TO=127.0.0.1:", p.Port(2))),
				Argv: []string{p.Java + "/bin/java", "-Xmx128m", "-p", p.Program("questdb/questdb-7.4.2.jar"), "-m", "io.questdb/io.questdb.ServerMain", "-d", p.Path("data")},
			}
		},
	}
}

// Hazelcast is a member of a cluster of one, whose port stands in a file of its own name.
func Hazelcast() Server {
	return Server{
		Name: "products-hazelcast", Kind: "java-generic", Ports: 19380, Ready: []int{19380},
		Program: jarProgram("hazelcast", "com.hazelcast:hazelcast:5.3.8:jar", "025449efcb40418e626345d2b6011d8702ca72651b30d655edbd72e5324095f0", "hazelcast-5.3.8.jar"),
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.Give("run"), p.Write("conf/member.xml", fmt.Sprintf(`<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <network>
    <port auto-increment="false">%d</port>
    <join><auto-detection enabled="false"/><multicast enabled="false"/><tcp-ip enabled="true"><member>127.0.0.1</member></tcp-ip></join>
    <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
  </network>
</hazelcast>
`, p.Port(0))))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("run"), Env: p.Env(),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-Dhazelcast.config=" + p.Path("conf/member.xml"), "-Dhazelcast.socket.bind.any=false", "-Dhazelcast.phone.home.enabled=false",
					"-cp", p.Program("hazelcast/hazelcast-5.3.8.jar"), "com.hazelcast.core.server.HazelcastMemberStarter",
				},
			}
		},
	}
}

// MockServer has its port as an argument and its address as a system property, in the environment.
func MockServer() Server {
	const name = "mockserver-netty-no-dependencies-5.15.0.jar"
	return Server{
		Name: "products-mockserver", Kind: "java-generic", Ports: 19400, Ready: []int{19400},
		Program:   jarProgram("mockserver", "org.mock-server:mockserver-netty-no-dependencies:5.15.0:jar", "866bd44bfda37a3dc7d95f89c3abb34175dab5014326cd74b3e03fd023eddebf", name),
		Configure: func(_ context.Context, p Place) error { return p.Give("run") },
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("run"), Env: p.Env("JAVA_TOOL_OPTIONS=-Xmx96m -Dmockserver.localBoundIP=127.0.0.1"),
				Argv: []string{p.Java + "/bin/java", "-jar", p.Program("mockserver", name), "-serverPort", fmt.Sprint(p.Port(0))},
			}
		},
	}
}

const artemisName = "apache-artemis-2.31.2"

// Artemis is a broker's instance that `artemis create` made, apart from the program, started by the instance's own script.
func Artemis() Server {
	return Server{
		Name: "products-artemis", Kind: "java-generic", Ports: 19420, Ready: []int{19420},
		Program: func(ctx context.Context, p Place) error {
			return p.Distribution(ctx, artemisName, "org.apache.activemq:apache-artemis:2.31.2:zip:bin", "897f9f2384fb52ee115abdaa66cd0f9c82e5d9fd4ad24d453f6a3fa06641746f", artemisName)
		},
		Configure: func(ctx context.Context, p Place) error {
			cmd := exec.CommandContext(ctx, p.Program(artemisName, "bin/artemis"), "create", p.Path("broker"), "--user", "admin", "--password", "admin", "--allow-anonymous", "--silent",
				"--no-autotune", "--no-web", "--no-amqp-acceptor", "--no-hornetq-acceptor", "--no-mqtt-acceptor", "--no-stomp-acceptor", "--host", "127.0.0.1", "--http-host", "127.0.0.1",
				"--default-port", fmt.Sprint(p.Port(0)), "--java-options", "-Xms64m -Xmx128m")
			cmd.Env = p.Env("PATH=${java}/bin:/usr/bin:/bin")
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("artemis create: %w\n%s", err, out)
			}
			return p.Give("broker")
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: "/", Env: p.Env(), Argv: []string{"/bin/sh", p.Path("broker/bin/artemis"), "run"}}
		},
	}
}

const activeMQName = "apache-activemq-5.18.3"

// ActiveMQ is ActiveMQ Classic with base and configuration apart from the program, by the command of bin/activemq.
func ActiveMQ() Server {
	return Server{
		Name: "products-activemq", Kind: "java-generic", Ports: 19440, Ready: []int{19440, 19441},
		Program: func(ctx context.Context, p Place) error {
			return p.Distribution(ctx, activeMQName, "org.apache.activemq:apache-activemq:5.18.3:zip:bin", "c5360b869e3380a8ea84d7da630f06831b1cf5dbe6aedba45d642224d4ee6679", activeMQName)
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.CopyFS(p.Path("base/conf"), os.DirFS(p.Program(activeMQName, "conf"))),
				p.Write("base/conf/activemq.xml", fmt.Sprintf(`<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="shop" persistent="false" useJmx="false">
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:%d?maximumConnections=100"/>
      <transportConnector name="stomp" uri="stomp://127.0.0.1:%d"/>
    </transportConnectors>
  </broker>
</beans>
`, p.Port(0), p.Port(1))),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("base"), Env: p.Env(),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx96m", "-Dactivemq.classpath=" + p.Path("base/conf"), "-Dactivemq.home=" + p.Program(activeMQName), "-Dactivemq.base=" + p.Path("base"),
					"-Dactivemq.conf=" + p.Path("base/conf"), "-Dactivemq.data=" + p.Path("base/data"), "-jar", p.Program(activeMQName, "bin/activemq.jar"), "start",
				},
			}
		},
	}
}
