package proof

import (
	"slices"
	"strings"
)

// configKind is one process that is known by its configuration. {DIR} stands for its folder, {STUB} for an archive with all main classes, which do nothing.
type configKind struct {
	name, kind string            // kind of application: "java-tomcat"; "" for what stands around applications
	main       string            // main class; "" when argv is a whole command
	argv, env  []string          // of the JVM
	jars       []string          // copies of the stub
	programs   map[string]string // name below the folder: what it is a copy of
	files      map[string]string // what the rounds make anew, as it is to be
	behind     []string          // those of files that another one of them leads to
	more       map[string]string // other files

	dir string
	pid int
}

func (k configKind) fill(text string) string { return strings.ReplaceAll(text, "{DIR}", k.dir) }

func configKinds() []configKind {
	return slices.Concat(configServers(), configProducts(), configFrameworks(), configOthers())
}

func configServers() []configKind {
	return []configKind{
		{
			name: "tomcat", kind: "java-tomcat", main: "org.apache.catalina.startup.Bootstrap",
			argv:   []string{"-Dcatalina.base={DIR}", "-Dcatalina.home={DIR}", "-cp", "{STUB}", "org.apache.catalina.startup.Bootstrap", "start"},
			behind: []string{"conf/catalina.properties", "conf/Catalina/localhost/app.xml"},
			files: map[string]string{
				"conf/server.xml":                 `<Server port="-1"><Service name="Catalina"><Connector port="18950"/><Engine name="Catalina"><Host name="localhost"/></Engine></Service></Server>`,
				"conf/catalina.properties":        "common.loader=x\n",
				"conf/Catalina/localhost/app.xml": `<Context docBase="/srv/app"></Context>`,
			},
		},
		{
			name: "jetty", kind: "java-jetty", main: "org.eclipse.jetty.xml.XmlConfiguration",
			argv:   []string{"-Djetty.home={DIR}", "-Djetty.base={DIR}", "-cp", "{STUB}", "org.eclipse.jetty.xml.XmlConfiguration", "{DIR}/etc/jetty.xml"},
			behind: []string{"modules/one.mod"},
			files: map[string]string{
				"etc/jetty.xml":    `<Configure id="Server" class="org.eclipse.jetty.server.Server"></Configure>`,
				"start.ini":        "--module=one\n",
				"start.d/more.ini": "jetty.http.port=18951\n",
				"modules/one.mod":  "[ini]\na=b\n",
			},
		},
		{
			name: "wildfly", kind: "java-jboss", main: "org.jboss.modules.Main",
			argv:  []string{"-Djboss.home.dir={DIR}", "-cp", "{STUB}", "org.jboss.modules.Main", "-mp", "{DIR}/modules", "org.jboss.as.standalone", "-P", "{DIR}/more.properties"},
			files: map[string]string{"standalone/configuration/standalone.xml": `<server xmlns="urn:jboss:domain:20.0"></server>`, "more.properties": "a=b\n"},
		},
		{
			name: "glassfish", kind: "java-glassfish", main: "com.sun.enterprise.glassfish.bootstrap.ASMain",
			argv: []string{"-Dcom.sun.aas.instanceRoot={DIR}", "-Dcom.sun.aas.installRoot={DIR}", "-cp", "{STUB}", "com.sun.enterprise.glassfish.bootstrap.ASMain", "-instancename", "server"},
			files: map[string]string{
				"config/domain.xml":                            `<domain><servers><server name="server" config-ref="server-config"></server></servers><configs><config name="server-config"></config></configs></domain>`,
				"config/branding/glassfish-version.properties": "product_name=GlassFish\n",
			},
		},
		{
			name: "liberty", kind: "java-liberty", main: "com.ibm.ws.kernel.boot.cmdline.EnvCheck", jars: []string{"bin/tools/ws-server.jar"},
			argv:   []string{"-cp", "{DIR}/bin/tools/ws-server.jar", "com.ibm.ws.kernel.boot.cmdline.EnvCheck", "one"},
			behind: []string{"usr/servers/one/more.xml", "usr/shared/config/all.xml", "usr/servers/one/variables/http.port"},
			files: map[string]string{
				"usr/servers/one/server.xml":                    `<server><include location="more.xml"/><include location="${shared.config.dir}/all.xml"/><httpEndpoint id="defaultHttpEndpoint" httpPort="${http.port}" httpsPort="${https.port}"/></server>`,
				"usr/servers/one/variables/http.port":           "18959\n",
				"usr/servers/one/variables/ports.properties":    "https.port=-1\n",
				"usr/servers/one/more.xml":                      `<server></server>`,
				"usr/shared/config/all.xml":                     `<server></server>`,
				"usr/servers/one/configDropins/overrides/x.xml": `<server></server>`,
				"usr/servers/one/bootstrap.properties":          "a=b\n",
				"lib/versions/openliberty.properties":           "com.ibm.websphere.productVersion=25\n",
			},
		},
	}
}

// configProducts are what runs in a server of its own kind.
func configProducts() []configKind {
	return []configKind{
		{
			name: "karaf", kind: "java-karaf", main: "org.apache.karaf.main.Main",
			argv: []string{"-Dkaraf.home={DIR}", "-Dkaraf.base={DIR}", "-cp", "{STUB}", "org.apache.karaf.main.Main"},
			files: map[string]string{
				"etc/system.properties": "a=b\n", "etc/config.properties": "a=b\n", "etc/org.apache.karaf.shell.cfg": "sshPort=18952\n", "etc/org.ops4j.pax.web.cfg": "a=b\n",
			},
		},
		{
			name: "felix", kind: "java-osgi", main: "org.apache.felix.main.Main",
			argv:  []string{"-Dfelix.config.properties=file:{DIR}/conf/config.properties", "-cp", "{STUB}", "org.apache.felix.main.Main"},
			files: map[string]string{"conf/config.properties": "a=b\n"},
		},
		{
			name: "websphere", kind: "java-websphere", main: "com.ibm.wsspi.bootstrap.WSPreLauncher",
			argv: []string{"-cp", "{STUB}", "com.ibm.wsspi.bootstrap.WSPreLauncher", "com.ibm.ws.runtime.WsServer", "{DIR}/config", "cell", "node", "server1"},
			files: map[string]string{
				"config/cells/cell/nodes/node/serverindex.xml": `<serverindex:ServerIndex xmlns:serverindex="x"></serverindex:ServerIndex>`,
			},
		},
		{
			name: "weblogic", kind: "java-weblogic", main: "weblogic.Server",
			argv:  []string{"-Dweblogic.RootDirectory={DIR}", "-cp", "{STUB}", "weblogic.Server"},
			files: map[string]string{"config/config.xml": `<domain><server><name>AdminServer</name></server></domain>`},
		},
	}
}

func configFrameworks() []configKind {
	return []configKind{
		{
			name: "springboot", kind: "java-springboot", main: "shop.Shop", jars: []string{"lib/spring-boot-3.5.0.jar"},
			argv:   []string{"-cp", "{STUB}:{DIR}/lib/spring-boot-3.5.0.jar", "shop.Shop"},
			behind: []string{"config/more.yml"},
			files: map[string]string{
				"application.yml": "server:\n  port: 18953\n", "application.properties": "a=b\n", "config/application.yaml": "spring: {config: {import: 'more.yml'}}\n", "config/more.yml": "a: b\n",
			},
		},
		{
			name: "quarkus", kind: "java-quarkus", main: "io.quarkus.runner.GeneratedMain", jars: []string{"app.jar", "lib/io.quarkus.quarkus-vertx-http-3.0.0.jar"},
			argv:  []string{"-cp", "{DIR}/app.jar", "io.quarkus.runner.GeneratedMain"},
			files: map[string]string{"config/application.properties": "a=b\n", "config/application.yaml": "a: b\n", ".env": "A=b\n"},
		},
		{
			name: "micronaut", kind: "java-micronaut", main: "shop.Micro", jars: []string{"lib/micronaut-context-4.0.0.jar", "lib/micronaut-http-server-netty-4.0.0.jar"},
			argv:  []string{"-cp", "{STUB}:{DIR}/lib/micronaut-context-4.0.0.jar:{DIR}/lib/micronaut-http-server-netty-4.0.0.jar", "shop.Micro"},
			files: map[string]string{"config/application.properties": "a=b\n", "config/application.yml": "a: b\n", "config/application.json": "{}\n"},
		},
		{
			name: "helidon", kind: "java-helidon", main: "shop.Heli", jars: []string{"lib/helidon-webserver-4.0.0.jar"},
			argv:  []string{"-cp", "{STUB}:{DIR}/lib/helidon-webserver-4.0.0.jar", "shop.Heli"},
			files: map[string]string{"application.yaml": "server: {port: 18954}\n"},
		},
		{
			name: "zookeeper", kind: "java-generic", main: "org.apache.zookeeper.server.quorum.QuorumPeerMain",
			argv:  []string{"-cp", "{STUB}", "org.apache.zookeeper.server.quorum.QuorumPeerMain", "{DIR}/zoo.cfg"},
			files: map[string]string{"zoo.cfg": "clientPort=18955\n"},
		},
		{
			name: "kafka", kind: "java-generic", main: "kafka.Kafka",
			argv:  []string{"-cp", "{STUB}", "kafka.Kafka", "{DIR}/server.properties"},
			files: map[string]string{"server.properties": "listeners=PLAINTEXT://127.0.0.1:18956\n"},
		},
		{
			name: "yajsw", kind: "java-generic", main: "org.rzo.yajsw.app.WrapperJVMMain",
			argv:  []string{"-Dwrapper.config={DIR}/wrapper.conf", "-cp", "{STUB}", "org.rzo.yajsw.app.WrapperJVMMain"},
			files: map[string]string{"wrapper.conf": "wrapper.java.app.mainclass=shop.Shop\n"},
		},
	}
}

// configOthers are shells under other names, which wait for a line that never comes.
func configOthers() []configKind {
	const wait = "#!/bin/sh\nread x <> {DIR}/wait\n"
	script := func(k configKind) configKind {
		k.argv = append([]string{"/bin/sh", "-ec", `mkfifo {DIR}/wait; exec "$@"`, "sh"}, k.argv...)
		return k
	}
	return []configKind{
		script(configKind{
			name: "dotnet", kind: "dotnet-generic", argv: []string{"{DIR}/dotnet", "{DIR}/app.dll"},
			programs: map[string]string{
				"dotnet": "dash", "shared/Microsoft.NETCore.App/9.0.0/libcoreclr.so": "libdl.so.2",
				"shared/Microsoft.AspNetCore.App/9.0.0/Microsoft.AspNetCore.Server.Kestrel.Core.dll": "libdl.so.2",
			},
			env: []string{"LD_PRELOAD={DIR}/shared/Microsoft.NETCore.App/9.0.0/libcoreclr.so:{DIR}/shared/Microsoft.AspNetCore.App/9.0.0/Microsoft.AspNetCore.Server.Kestrel.Core.dll"},
			files: map[string]string{
				"app.runtimeconfig.json": `{"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "9.0.0"}}}`,
				"app.deps.json":          `{"runtimeTarget": {"name": "x"}, "targets": {"x": {}}, "libraries": {}}`, "appsettings.json": `{"Kestrel": {"Endpoints": {"Http": {"Url": "http://127.0.0.1:18957"}}}}`,
				"appsettings.Production.json": `{}`,
			},
			more: map[string]string{"app.dll": wait},
		}),
		script(configKind{
			name: "mono", kind: "dotnet-mono", argv: []string{"{DIR}/mono", "{DIR}/xsp4.exe", "--appconfigfile={DIR}/shop.webapp"}, programs: map[string]string{"mono": "dash"},
			files: map[string]string{"shop.webapp": `<apps><web-application><vpath>/</vpath><path>/srv/shop</path></web-application></apps>`},
			more:  map[string]string{"xsp4.exe": wait},
		}),
		script(configKind{
			name: "nginx", argv: []string{"bash", "-c", `exec -a "nginx: master process nginx -c {DIR}/nginx.conf" {DIR}/nginx {DIR}/wait.sh`}, programs: map[string]string{"nginx": "dash"},
			behind: []string{"conf.d/shop.conf"},
			files:  map[string]string{"nginx.conf": "http { include {DIR}/conf.d/*; }\n", "conf.d/shop.conf": "server { location / { proxy_pass http://127.0.0.1:18950; } }\n"},
			more:   map[string]string{"wait.sh": wait},
		}),
		script(configKind{
			name: "apache", argv: []string{"{DIR}/apache2", "-c", "read x <> {DIR}/wait", "-f", "{DIR}/httpd.conf"}, programs: map[string]string{"apache2": "dash"},
			behind: []string{"sites/shop.conf"},
			files:  map[string]string{"httpd.conf": "Include {DIR}/sites/*.conf\n", "sites/shop.conf": "ProxyPass / http://127.0.0.1:18950/\n"},
		}),
		script(configKind{
			name: "haproxy", argv: []string{"{DIR}/haproxy", "-c", "read x <> {DIR}/wait", "-f", "{DIR}/haproxy.cfg"}, programs: map[string]string{"haproxy": "dash"},
			files: map[string]string{"haproxy.cfg": "listen x\n  bind 127.0.0.1:1\n  server a 127.0.0.1:18950\n"},
		}),
		script(configKind{
			name: "lighttpd", argv: []string{"{DIR}/lighttpd", "-c", "read x <> {DIR}/wait", "-f", "{DIR}/lighttpd.conf"}, programs: map[string]string{"lighttpd": "dash"},
			behind: []string{"more.conf"},
			files:  map[string]string{"lighttpd.conf": "include \"{DIR}/more.conf\"\n", "more.conf": "server.port = 18958\n"},
		}),
	}
}
