package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// jettyRealm is what Jetty's sample says, without its comments.
const jettyRealm = `jdbcdriver = org.gjt.mm.mysql.Driver
url = jdbc:mysql://localhost/jetty
username = jetty
password = jetty
usertable = users
usertablekey = id
usertableuserfield = username
usertablepasswordfield = pwd
roletable = roles
roletablekey = id
roletablerolefield = role
userroletable = user_roles
userroletableuserkey = user_id
userroletablerolekey = role_id
cachetime = 300
`

// TestJettySamples has a Jetty in its own folder: what its distribution shows as examples configures nothing. A realm that somebody made of the sample does.
func TestJettySamples(t *testing.T) {
	const parts = `<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><hashes><hash alg="SHA-256">6852aa0f4e42a2db745bab80e384951a6a65b9215d041081d675780999027e81</hash></hashes></bom>
`
	const realm = "/opt/jetty-12/etc/jdbcRealm.properties"
	samples := "/opt/jetty-12/VERSION.txt /opt/jetty-12/jetty-home-12.0.16-cyclonedx.xml /opt/jetty-12/modules/demo.d/realm.properties /opt/jetty-12/bin/jetty.sh /opt/jetty-12/lib/ee8/jetty-ee8-annotations.jar"
	for _, c := range []struct {
		name, realm      string
		depends, secrets []string
		in, out          string
	}{
		{"as shipped", "# a sample\n" + jettyRealm, nil, nil, "/opt/jetty-12/etc/jetty.xml /opt/jetty-12/modules/http.mod", samples + " " + realm},
		{
			"own", strings.Replace(jettyRealm, "localhost", "db.example", 1),
			[]string{"database: MySQL jetty at db.example:3306 out [] <url " + realm + ":2>"},
			[]string{"file password " + realm + ":4"},
			"/opt/jetty-12/etc/jetty.xml " + realm, samples,
		},
		{
			"another driver", strings.Replace(jettyRealm, "org.gjt.mm.mysql.Driver", "com.mysql.cj.jdbc.Driver", 1),
			[]string{"database: MySQL jetty at localhost:3306 out [127.0.0.1] <url " + realm + ":2>"},
			[]string{"file password " + realm + ":4"},
			realm, samples,
		},
	} {
		tree := machine(t, "java-jetty", func(a *txtar.Archive) {
			replace(t, a, "proc/412/cmdline", "-Djetty.base=/srv/shop\n", "")
			a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool {
				return strings.HasPrefix(f.Name, "proc/413/") || strings.HasPrefix(f.Name, "srv/") || strings.HasPrefix(f.Name, "proc/412/cwd") || f.Name == "opt/jetty-12/VERSION.txt"
			})
			add(a, "-- proc/412/cwd -> /opt/jetty-12 --\n-- opt/jetty-12/start.d/http.ini --\n--module=http\n"+
				"-- opt/jetty-12/VERSION.txt --\n + 1234 set password = s3cret-of-the-notes\n"+
				"-- opt/jetty-12/modules/demo.d/realm.properties --\nadmin.password: CRYPT:adpexzg3FUZAk\n"+
				"-- opt/jetty-12/jetty-home-12.0.16-cyclonedx.xml --\n"+parts+"-- opt/jetty-12/etc/jdbcRealm.properties --\n"+c.realm)
		})
		a, list := run(t, tree, "java-jetty", analyze.Options{})
		if a.AnalysisInfo.App.Base != "/opt/jetty-12" {
			t.Fatalf("the base is %s", a.AnalysisInfo.App.Base)
		}
		if diff := cmp.Diff(c.depends, depends(a.AnalysisInfo.Dependencies)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		var secrets []string
		secrets = append(secrets, names(a.AnalysisInfo.Secrets)...)
		if diff := cmp.Diff(c.secrets, secrets); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		decided(t, list, c.in, c.out)
	}
}
