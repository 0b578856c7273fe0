package analyze_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestServers has servers whose files lie in a base, a home and the system: what must be in and what must not.
func TestServers(t *testing.T) {
	const gac = "/usr/lib/mono/gac/"
	cases := []struct {
		kind    string
		in, out string // paths, with spaces between them
	}{
		{
			"java-jboss",
			"/opt/wildfly /opt/wildfly-34/jboss-modules.jar /opt/wildfly-34/modules/system/layers/base/org/jboss/as/server/main/server.jar " +
				"/opt/wildfly-34/welcome-content/index.html /opt/wildfly-34/bin/product.conf /srv/shop/configuration/standalone.xml /srv/shop/deployments/shop.war " +
				"/opt/wildfly-34/modules/.galleon/module.xml /srv/shop/deployments/shop.war.deployed /srv/shop/data/content/5f/1c/content /srv/shop/configuration/logging.properties",
			"/opt/wildfly-34/bin/client/jboss-client.jar /opt/wildfly-34/bin/jboss-cli.xml /opt/wildfly-34/docs/schema/wildfly.xsd /opt/wildfly-34/.galleon/provisioned.xml " +
				"/opt/wildfly-34/standalone/configuration/standalone.xml /opt/wildfly-34/domain/configuration/domain.xml " +
				"/opt/wildfly-34/appclient/configuration/appclient.xml /srv/shop/configuration/standalone_xml_history/standalone.last.xml " +
				"/srv/shop/log/server.log /srv/shop/log/audit.txt /srv/shop/tmp/vfs/deployment/shop.war",
		},
		{
			"java-jetty",
			"/opt/jetty /opt/jetty-12/start.jar /opt/jetty-12/LICENSE.txt /opt/jetty-12/etc/jetty.xml /opt/jetty-12/lib/jetty-server.jar /opt/jetty-12/modules/http.mod " +
				"/opt/jetty-12/lib/ee10/jetty-ee10-webapp.jar /opt/jetty-12/lib/jetty-util.jar /srv/shop/start.d/http.ini /srv/shop/webapps/shop.war",
			"/opt/jetty-12/bin/jetty.sh /opt/jetty-12/VERSION.txt /opt/jetty-12/jetty-home-12.0.16-cyclonedx.json /opt/jetty-12/lib/jetty-ee8-webapp.jar /opt/jetty-12/lib/ee8/jetty-ee8-annotations.jar /srv/shop/logs/2026_11_24.request.log",
		},
		{
			"java-glassfish",
			"/opt/glassfish7/glassfish/modules/glassfish.jar /opt/glassfish7/glassfish/modules/web-core.jar /opt/glassfish7/mq/lib/imqjmsra.rar /srv/domains/shop/config/domain.xml",
			"/opt/glassfish7/other/notes.txt",
		},
		{
			"java-liberty",
			"/opt/wlp/bin/tools/ws-server.jar /opt/wlp/lib/kernel.jar /opt/wlp/dev/api/spec/servlet.jar /opt/wlp/usr/servers/shop/server.xml " +
				"/opt/wlp/usr/servers/shop/apps/dev/javadoc/index.html /opt/wlp/usr/servers/shop/dropins/shop.war/index.html",
			"/opt/wlp/dev/api/ibm/javadoc/com.ibm.websphere.servlet_1.0-javadoc.zip",
		},
		{
			"dotnet-mono",
			"/usr/bin/mono /usr/bin/mono-sgen /usr/bin/mcs /usr/bin/sh /usr/bin/dash /usr/lib/libMonoPosixHelper.so /usr/lib/mono/4.5/mscorlib.dll /usr/lib/mono/4.5/mcs.exe " +
				"/usr/lib/mono/4.5/fastcgi-mono-server4.exe /usr/lib/mono/4.5/System.Web.dll /etc/mono/config /etc/mono/4.5/machine.config " +
				"/usr/share/.mono /etc/mono/certstore/certs/Trust/a.cer /srv/www/Default.aspx /srv/www/bin/Shop.dll /srv/blog/Default.aspx /srv/apps/blog.webapp " +
				gac + "System.Web/4.0.0.0__b03f5f7f11d50a3a/System.Web.dll " + gac + "System.Data/4.0.0.0__b77a5c561934e089/System.Data.dll",
			"/usr/lib/mono/4.5/monodis.exe /usr/lib/mono/4.5/System.Windows.Forms.dll /usr/lib/mono/4.5-api/System.Web.dll " +
				"/usr/lib/mono/xbuild/14.0/bin/xbuild.exe /etc/mono/certstore/keypairs/a.xml " + gac + "System.Data/4.0.0.0__b77a5c561934e089/System.Data.pdb " +
				gac + "System.Windows.Forms/4.0.0.0__b77a5c561934e089/System.Windows.Forms.dll",
		},
	}
	for _, c := range cases {
		t.Run(c.kind, func(t *testing.T) {
			_, list := run(t, machine(t, c.kind, nil), c.kind, analyze.Options{})
			decided(t, list, c.in, c.out)
		})
	}
}

// decided demands that paths, with spaces between them, are in the image, and others not.
func decided(t *testing.T, list []model.File, in, out string) {
	t.Helper()
	is := map[string]bool{}
	for _, f := range list {
		is[string(f.Path)] = f.Decision == model.In
	}
	for p := range strings.FieldsSeq(in) {
		if !is[p] {
			t.Errorf("%s is not in", p)
		}
	}
	for p := range strings.FieldsSeq(out) {
		if is[p] {
			t.Errorf("%s is in", p)
		}
	}
}

// TestClassPath has libraries that a script entered into the class path one by one, and another release among them.
func TestClassPath(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		file(t, a, "proc/412/cmdline").Data = []byte("java\n-cp\n/opt/tool/lib/tool-2.jar:/opt/tool/lib/a.jar:/opt/tool/lib/b.jar:/opt/tool/plugins/x.jar\nTool\n")
		for _, name := range []string{
			"lib/tool-2.jar", "lib/a.jar", "lib/b.jar", "lib/tool-1.jar", "lib/native.so", "plugins/x.jar", "plugins/y.jar", "bin/tool", "bin/tool.bat",
		} {
			a.Files = append(a.Files, txtar.File{Name: "opt/tool/" + name})
		}
	})
	_, list := run(t, m, "java-generic", analyze.Options{})
	decided(t, list,
		"/opt/tool/lib/tool-2.jar /opt/tool/lib/a.jar /opt/tool/lib/b.jar /opt/tool/lib/native.so /opt/tool/plugins/x.jar /opt/tool/plugins/y.jar /opt/tool/bin/tool",
		"/opt/tool/lib/tool-1.jar /opt/tool/bin/tool.bat")
}

// TestPropertiesLauncher has a folder that loader.properties puts on the class path, with configuration in it.
func TestPropertiesLauncher(t *testing.T) {
	m := machine(t, "java-springboot", func(a *txtar.Archive) {
		replace(t, a, "proc/412/cmdline", "-jar\n/opt/orders/orders.jar", "-cp\n/opt/orders/orders.jar\norg.springframework.boot.loader.launch.PropertiesLauncher")
		for name, text := range map[string]string{
			"var/lib/orders/loader.properties": "loader.path=/srv/extra, lib/*,/srv/none\n",
			"srv/extra/application-site.yml":   "partner.token: s3cret-of-the-folder\n",
			"srv/extra/config/logback.xml":     "",
			"var/lib/orders/lib/driver.jar":    "",
			"srv/other/application-site.yml":   "",
		} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	})
	a, list := run(t, m, "java-springboot", analyze.Options{})
	decided(t, list, "/var/lib/orders/loader.properties /srv/extra/application-site.yml /srv/extra/config/logback.xml /var/lib/orders/lib/driver.jar", "/srv/other/application-site.yml")
	found := false
	for _, s := range a.AnalysisInfo.Secrets {
		found = found || s.Place.Path == "/srv/extra/application-site.yml" && s.Place.Line == 1
	}
	if !found {
		t.Errorf("the secret of the folder is not found: %+v", a.AnalysisInfo.Secrets)
	}
}

// TestTomcatLoaders has archives that a class loader of catalina.properties finds: behind links, named by a manifest beside what a link leads to, in a
// folder of their own.
func TestTomcatLoaders(t *testing.T) {
	m := machine(t, "java-tomcat", func(a *txtar.Archive) {
		for name, text := range map[string]string{
			"srv/shop/conf/catalina.properties":                  `common.loader="${catalina.base}/lib","${catalina.base}/lib/*.jar","${catalina.home}/lib","${catalina.home}/lib/*.jar","/srv/drivers/*.jar"` + "\n",
			"usr/share/java/jasper-10.jar!/META-INF/MANIFEST.MF": "Manifest-Version: 1.0\nClass-Path: ecj.jar none.jar\n",
			"usr/share/java/ecj-3.jar":                           "",
			"usr/share/java/other.jar":                           "",
			"srv/drivers/driver.jar":                             "",
			"srv/drivers/driver.sql":                             "",
		} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
		for name, target := range map[string]string{
			"opt/tomcat/lib/jasper.jar": "../../../usr/share/java/jasper.jar", "usr/share/java/jasper.jar": "jasper-10.jar", "usr/share/java/ecj.jar": "ecj-3.jar",
		} {
			a.Files = append(a.Files, txtar.File{Name: name + " -> " + target})
		}
	})
	_, list := run(t, m, "java-tomcat", analyze.Options{})
	decided(t, list,
		"/opt/tomcat/lib/jasper.jar /usr/share/java/jasper.jar /usr/share/java/jasper-10.jar /usr/share/java/ecj.jar /usr/share/java/ecj-3.jar /srv/drivers/driver.jar",
		"/usr/share/java/other.jar /srv/drivers/driver.sql")
}

// TestTomcatHome has a home with folders that the base has too and files from which a package makes its configuration: out, but for what is named.
func TestTomcatHome(t *testing.T) {
	m := machine(t, "java-tomcat", func(a *txtar.Archive) {
		replace(t, a, "proc/412/cmdline", "-Dcatalina.home=/opt/tomcat", "-Dcatalina.home=/usr/share/tomcat10")
		replace(t, a, "proc/412/cmdline", "-Xmx256m", "-Xmx256m\n-Dshop.key=/usr/share/tomcat10/conf/key.p12\n-Dshop.users=/usr/share/tomcat10/etc/users.xml")
		for _, name := range []string{"bin/bootstrap.jar", "conf/server.xml", "conf/key.p12", "etc/server.xml", "etc/users.xml", "default.template", "lib/etc/a.template", "webapps/docs/index.html"} {
			a.Files = append(a.Files, txtar.File{Name: "usr/share/tomcat10/" + name})
		}
	})
	_, list := run(t, m, "java-tomcat", analyze.Options{})
	const home = "/usr/share/tomcat10/"
	decided(t, list, home+"bin/bootstrap.jar "+home+"conf/key.p12 "+home+"etc/users.xml "+home+"lib/etc/a.template",
		home+"conf/server.xml "+home+"etc/server.xml "+home+"default.template "+home+"webapps/docs/index.html")
}
