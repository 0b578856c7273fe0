package detect

// workshop is what builds and keeps applications.
func workshop() []product {
	return []product{
		{
			name: "Jenkins", source: "its service unit: -jar jenkins.war",
			main: []string{"executable.Main"}, jar: []string{"jenkins.war"}, version: []string{"@Jenkins-Version"},
			ports: flagPorts(
				portFlag{"http", "httpPort", "httpListenAddress"}, portFlag{"https", "httpsPort", "httpsListenAddress"}, portFlag{purpose: "https", port: "http2Port", address: "http2ListenAddress"}),
			usual: "8080 http 50000 management",
		},
		{
			name: "Gerrit Code Review", source: "gerrit.sh: -jar bin/gerrit.war",
			jar: []string{"gerrit.war"}, version: []string{"@Implementation-Version"},
			usual: "8080 http 29418 ssh",
		},
		{
			name: "Sonatype Nexus Repository", source: "bin/nexus",
			main: []string{"org.sonatype.nexus.karaf.NexusMain", "org.sonatype.nexus.bootstrap.entrypoint.NexusRepositoryApplication"},
			jar:  []string{"sonatype-nexus-repository-*.jar"}, version: []string{"=sonatype-nexus-repository", "org.sonatype.nexus:nexus-main"},
			usual: "8081 http 8443 https",
		},
		{
			name: "Sonatype Nexus Repository 2", source: "bin/nexus",
			main:    []string{"org.sonatype.nexus.bootstrap.jsw.JswLauncher", "org.sonatype.nexus.bootstrap.Launcher"},
			version: []string{"org.sonatype.nexus:nexus-bootstrap"}, usual: "8081 http",
		},
		{
			name: "SonarQube", source: "bin/linux-x86-64/sonar.sh: -jar lib/sonar-application-VERSION.jar",
			jar: []string{"sonar-application-*.jar"}, version: []string{"=sonar-application"},
			usual: "9000 http 9001 database 9002 cluster 9003 cluster",
		},
		{
			name: "GoCD server", source: "bin/go-server: -jar lib/go.jar",
			main: []string{"com.thoughtworks.go.server.util.GoLauncher"}, version: []string{"@Go-Version"},
			ports: propertyPorts(portFlag{purpose: "http", port: "cruise.server.port"}), usual: "8153 http 8154 https",
		},
		{
			name: "Gitblit", source: "gitblit.sh",
			main: []string{"com.gitblit.GitBlitServer"}, jar: []string{"gitblit.jar"}, version: []string{"com.gitblit:gitblit", "@Implementation-Version"},
			ports: flagPorts(portFlag{purpose: "http", port: "httpPort"}, portFlag{purpose: "https", port: "httpsPort"}), usual: "8080 http 8443 https 29418 ssh",
		},
		{
			name: "Bitbucket", source: "bin/start-bitbucket.sh",
			main:    []string{"com.atlassian.bitbucket.internal.launcher.BitbucketServerLauncher"},
			version: []string{"com.atlassian.bitbucket.server:bitbucket-launcher"}, base: "bitbucket.home", usual: "7990 http 7999 ssh 5701 cluster 7992 database",
		},
		{
			name: "Fisheye and Crucible", source: "bin/fisheyectl.sh: -jar fisheyeboot.jar",
			main: []string{"com.cenqua.fisheye.FishEyeCtl"}, jar: []string{"fisheyeboot.jar"}, version: []string{"@Implementation-Version"}, base: "fisheye.inst",
			usual: "8060 http 8059 shutdown",
		},
		{
			name: "Sonatype IQ Server", source: "its documentation: -jar nexus-iq-server-VERSION.jar server",
			jar: []string{"nexus-iq-server-*.jar"}, version: []string{"=nexus-iq-server"}, usual: "8070 http 8071 management",
		},
		{
			name: "Reposilite", source: "reposilite.com: Standalone",
			main: []string{"com.reposilite.ReposiliteLauncherKt"}, jar: []string{"reposilite-*.jar"}, version: []string{"=reposilite"},
			ports: flagPorts(portFlag{"http", "port|p", "hostname|h"}), usual: "8080 http",
		},
	}
}

// laboratory is what tests and measures applications.
func laboratory() []product {
	return []product{
		{
			name: "WireMock", source: "wiremock.org: Running as a Standalone Process",
			main:    []string{"wiremock.Run", "com.github.tomakehurst.wiremock.standalone.WireMockServerRunner"},
			jar:     []string{"wiremock-standalone-*.jar", "wiremock-jre8-standalone-*.jar"},
			version: []string{"org.wiremock:wiremock-standalone", "=wiremock-jre8-standalone"}, ports: wireMockPorts,
		},
		{
			name: "MockServer", source: "mock-server.com: Running MockServer",
			main: []string{"org.mockserver.cli.Main"}, jar: []string{"mockserver-netty-*.jar"},
			version: []string{"org.mock-server:mockserver-netty", "@Implementation-Version"}, ports: mockServerPorts, usual: "1080 http",
		},
		{
			name: "Selenium Server", source: "selenium.dev: Grid: -jar selenium-server-VERSION.jar",
			main: []string{"org.openqa.grid.selenium.GridLauncherV3", "org.openqa.selenium.grid.Bootstrap", "org.openqa.selenium.grid.Main"},
			jar:  []string{"selenium-server-[0-9]*.jar", "selenium-server-standalone-*.jar"}, version: []string{"=selenium-server", "=selenium-server-standalone"},
			ports: flagPorts(portFlag{"http", "port", "host"}), usual: "4444 http 4442 messaging 4443 messaging 5555 http",
		},
		{
			name: "Prometheus JMX Exporter", source: "its README: standalone", main: []string{"io.prometheus.jmx.WebServer", "io.prometheus.jmx.Standalone"},
			jar: []string{"jmx_prometheus_httpserver-*.jar", "jmx_prometheus_standalone-*.jar"}, version: []string{"=jmx_prometheus_httpserver", "=jmx_prometheus_standalone"},
		},
		{
			name: "Apache Tika Server", source: "tika.apache.org: TikaServer",
			main: []string{"org.apache.tika.server.core.TikaServerCli"}, jar: []string{"tika-server-*.jar"},
			version: []string{"org.apache.tika:tika-server-standard", "org.apache.tika:tika-server-core"},
			ports:   flagPorts(portFlag{"http", "port|p", "host|h"}), usual: "9998 http",
		},
		{
			name: "Openfire", source: "bin/openfire.sh: -jar lib/startup.jar",
			main: []string{"org.jivesoftware.openfire.starter.ServerStarter"}, version: []string{"org.igniterealtime.openfire:xmppserver"},
			usual: "5222 messaging 5223 messaging 5269 messaging 9090 management 9091 management 7070 http 7443 https",
		},
		{
			name: "Apache JMeter", source: "bin/jmeter, bin/jmeter-server: -jar bin/ApacheJMeter.jar",
			main: []string{"org.apache.jmeter.NewDriver"}, jar: []string{"ApacheJMeter.jar"},
			version: []string{"org.apache.jmeter:ApacheJMeter_core", "@Implementation-Version"}, usual: "1099 naming 4445 management",
		},
	}
}
