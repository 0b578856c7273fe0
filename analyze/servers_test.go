package analyze_test

import (
	"strings"
	"testing"

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
				"/srv/shop/deployments/shop.war.deployed /srv/shop/data/content/5f/1c/content /srv/shop/configuration/logging.properties",
			"/opt/wildfly-34/bin/client/jboss-client.jar /opt/wildfly-34/bin/jboss-cli.xml /opt/wildfly-34/docs/schema/wildfly.xsd " +
				"/opt/wildfly-34/standalone/configuration/standalone.xml /opt/wildfly-34/domain/configuration/domain.xml " +
				"/opt/wildfly-34/appclient/configuration/appclient.xml /srv/shop/configuration/standalone_xml_history/standalone.last.xml " +
				"/srv/shop/log/server.log /srv/shop/log/audit.txt /srv/shop/tmp/vfs/deployment/shop.war",
		},
		{
			"java-jetty",
			"/opt/jetty /opt/jetty-12/start.jar /opt/jetty-12/etc/jetty.xml /opt/jetty-12/lib/jetty-server.jar /opt/jetty-12/modules/http.mod " +
				"/opt/jetty-12/lib/ee10/jetty-ee10-webapp.jar /opt/jetty-12/lib/jetty-util.jar /srv/shop/start.d/http.ini /srv/shop/webapps/shop.war",
			"/opt/jetty-12/bin/jetty.sh /opt/jetty-12/lib/jetty-ee8-webapp.jar /opt/jetty-12/lib/ee8/jetty-ee8-annotations.jar /srv/shop/logs/2026_11_24.request.log",
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
