package detect

// suites look at data and at machines.
func suites() []product {
	return []product{
		{
			name: "Apache SkyWalking", source: "bin/oapService.sh",
			main: []string{"org.apache.skywalking.oap.server.starter.OAPServerStartUp"}, version: []string{"org.apache.skywalking:server-starter", "server-starter"},
			usual: "11800 grpc 12800 http",
		},
		{
			name: "Metabase", source: "metabase.com: Running the JAR file",
			main: []string{"metabase.core", "metabase.core.bootstrap"}, jar: []string{"metabase.jar"},
			ports: variablePorts(portFlag{"http", "MB_JETTY_PORT", "MB_JETTY_HOST"}, portFlag{"https", "MB_JETTY_SSL_PORT", "MB_JETTY_HOST"}), usual: "3000 http",
		},
		{
			name: "OpenRefine", source: "refine",
			main: []string{"com.google.refine.Refine"}, version: []string{"org.openrefine:openrefine-server", "openrefine-server"},
			ports: propertyPorts(portFlag{"http", "refine.port", "refine.interface"}), usual: "3333 http",
		},
		{
			name: "LanguageTool", source: "dev.languagetool.org: HTTP Server",
			main:    []string{"org.languagetool.server.HTTPServer", "org.languagetool.server.HTTPSServer"},
			version: []string{"org.languagetool:languagetool-server", "org.languagetool:languagetool-core"},
			ports:   flagPorts(portFlag{purpose: "http", port: "port|p"}), usual: "8081 http",
		},
		{
			name: "Stanford CoreNLP Server", source: "stanfordnlp.github.io: CoreNLP Server",
			main: []string{"edu.stanford.nlp.pipeline.StanfordCoreNLPServer"}, version: []string{"edu.stanford.nlp:stanford-corenlp"},
			ports: flagPorts(portFlag{purpose: "http", port: "port"}), usual: "9000 http",
		},
		{
			name: "OpenNMS", source: "bin/opennms: -jar lib/opennms_bootstrap.jar",
			main: []string{"org.opennms.bootstrap.Bootstrap"}, jar: []string{"opennms_bootstrap.jar"}, version: []string{"@Implementation-Version"},
			base: "opennms.home", usual: "8980 http 8101 ssh 1099 naming 18980 jmx",
		},
		{
			name: "Zabbix Java gateway", source: "sbin/zabbix_java/startup.sh",
			main: []string{"com.zabbix.gateway.JavaGateway"}, version: []string{"zabbix:zabbix-java-gateway"},
			ports: propertyPorts(portFlag{"management", "zabbix.listenPort", "zabbix.listenIP"}), usual: "10052 management",
		},
		{
			name: "WSO2 Carbon", source: "bin/wso2server.sh",
			main: []string{"org.wso2.carbon.bootstrap.Bootstrap"}, base: "carbon.home", usual: "9443 https 9763 http 8243 https 8280 http 9999 jmx 11111 jmx",
		},
	}
}

// houses serve people at once: mail, talk, films, games.
func houses() []product {
	return []product{
		{
			name: "Apache James", source: "james-server-APP-VERSION: -jar, bin/james",
			main: []string{
				"org.apache.james.app.spring.JamesAppSpringMain", "org.apache.james.MemoryJamesServerMain", "org.apache.james.JPAJamesServerMain",
				"org.apache.james.CassandraJamesServerMain", "org.apache.james.DistributedJamesServerMain", "org.apache.james.PostgresJamesServerMain",
				"org.apache.james.CassandraRabbitMQJamesServerMain",
			},
			jar: []string{"james-server-*-app.jar"}, version: []string{"org.apache.james:james-server-core", "org.apache.james:james-server-guice-common"},
			usual: "8000 management 80 http 9999 jmx",
		},
		{
			name: "Tigase XMPP Server", source: "scripts/tigase.sh",
			main: []string{"tigase.server.XMPPServer"}, version: []string{"tigase:tigase-server"}, usual: "5222 messaging 5269 messaging 5280 http 8080 http",
		},
		{
			name: "Jitsi Videobridge", source: "jvb.sh",
			main: []string{"org.jitsi.videobridge.MainKt", "org.jitsi.videobridge.Main"}, version: []string{"org.jitsi:jitsi-videobridge"},
			usual: "8080 management 9090 http",
		},
		{
			name: "Jitsi Conference Focus", source: "jicofo.sh",
			main: []string{"org.jitsi.jicofo.Main"}, version: []string{"org.jitsi:jicofo"}, usual: "8888 management",
		},
		{
			name: "Red5", source: "red5.sh",
			main: []string{"org.red5.server.Bootstrap"}, version: []string{"org.red5:red5-server"}, base: "red5.root", usual: "5080 http",
		},
		{
			name: "Wowza Streaming Engine", source: "bin/startup.sh",
			main: []string{"com.wowza.wms.bootstrap.Bootstrap"}, base: "com.wowza.wms.AppHome", usual: "8086 management 8087 management 8088 http",
		},
		{
			name: "Minecraft server", source: "minecraft.net, papermc.io, fabricmc.net: -jar server.jar",
			main: []string{
				"net.minecraft.server.Main", "net.minecraft.server.MinecraftServer", "net.minecraft.bundler.Main", "io.papermc.paperclip.Paperclip",
				"io.papermc.paperclip.Main", "org.bukkit.craftbukkit.Main", "org.bukkit.craftbukkit.bootstrap.Main",
				"net.fabricmc.loader.launch.server.FabricServerLauncher", "net.fabricmc.loader.impl.launch.server.FabricServerLauncher",
				"net.fabricmc.installer.ServerLauncher", "cpw.mods.bootstraplauncher.BootstrapLauncher",
			},
			jar: []string{"minecraft_server*.jar", "paper-[0-9]*.jar", "spigot-[0-9]*.jar", "craftbukkit-[0-9]*.jar"}, ports: minecraftPorts,
		},
		{
			name: "Velocity", source: "papermc.io: Velocity",
			main: []string{"com.velocitypowered.proxy.Velocity"}, jar: []string{"velocity-[0-9]*.jar"}, version: []string{"@Implementation-Version"},
		},
		{
			name: "BungeeCord", source: "spigotmc.org: BungeeCord",
			main: []string{"net.md_5.bungee.Bootstrap", "net.md_5.bungee.BungeeCord"}, jar: []string{"BungeeCord.jar"}, version: []string{"@Implementation-Version"},
		},
	}
}
