package analyze_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// stands are the values of a configuration that come from documents of these names, in one line each.
func stands(c model.Configuration, names ...string) []string {
	var out []string
	for _, v := range c.Values {
		if slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(string(v.Place.Path), n) }) {
			out = append(out, fmt.Sprintf("%s = %s (%s:%d)", v.Key, v.Value, v.Place.Path, v.Place.Line))
		}
	}
	slices.Sort(out)
	return out
}

// TestDocumentsBeside has a configuration of logs within a Spring Boot program, with a password: it stands beside what Spring weighs, its placeholders are
// those of logback, and nothing of it overrides what is in force.
func TestDocumentsBeside(t *testing.T) {
	m := machine(t, "java-springboot", func(a *txtar.Archive) {
		a.Files = append(a.Files, txtar.File{
			Name: "opt/orders/orders-1.4.2.jar!/BOOT-INF/classes/logback-spring.xml",
			Data: []byte("<configuration>\n<property name=\"DIR\" value=\"${ORDERS_LOGS:-/srv/audit}\"/>\n<appender name=\"A\"><file>${DIR}/audit.txt</file>\n<password>p4ss-of-the-mail</password></appender>\n</configuration>\n"),
		})
	})
	var c model.Configuration
	run(t, m, "java-springboot", analyze.Options{Configured: func(found model.Configuration) { c = found }})
	const jar = "/opt/orders/orders.jar!/BOOT-INF/classes/logback-spring.xml:"
	want := []string{
		"configuration/appender[A]/file = /srv/audit/audit.txt (" + jar + "3)",
		"configuration/appender[A]/password = <redacted> (" + jar + "4)",
		"configuration/appender[A]@name = A (" + jar + "3)",
		"configuration/property[DIR]@name = DIR (" + jar + "2)",
		"configuration/property[DIR]@value = /srv/audit (" + jar + "2)",
	}
	if diff := cmp.Diff(want, stands(c, "logback-spring.xml")); diff != "" || c.Rules != "Spring Boot" {
		t.Errorf("%s (-want +got)\n%s", c.Rules, diff)
	}
}

// TestLogsOfPlainProgram has a configuration of logs where no order of precedence is known: "sys:" is no name with a default.
func TestLogsOfPlainProgram(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		replace(t, a, "opt/worker/conf/run.args", "-Dworker", "-Dqueue.logs=/var/lib/worker/queue -Dworker")
		a.Files = append(a.Files, txtar.File{Name: "opt/worker/conf/log4j2.properties", Data: []byte("appender.f.fileName=${sys:queue.logs}/worker.log\nappender.g.fileName=${sys:none:-/d}/x.log\n")})
	})
	var c model.Configuration
	run(t, m, "java-generic", analyze.Options{Configured: func(found model.Configuration) { c = found }})
	const file = " (/opt/worker/conf/log4j2.properties:"
	want := []string{"appender.f.fileName = /var/lib/worker/queue/worker.log" + file + "1)", "appender.g.fileName = /d/x.log" + file + "2)"}
	if diff := cmp.Diff(want, stands(c, "log4j2.properties")); diff != "" || c.Rules != "none" {
		t.Errorf("%s (-want +got)\n%s", c.Rules, diff)
	}
}

// TestPersistenceOfDeployment has a unit of persistence in an archive that WildFly deploys: its database is a dependency, its password a secret.
func TestPersistenceOfDeployment(t *testing.T) {
	const entry = "srv/shop/data/content/5f/1c/content!/WEB-INF/classes/META-INF/persistence.xml"
	m := machine(t, "java-jboss", func(a *txtar.Archive) {
		replace(t, a, "srv/shop/configuration/standalone.xml", "/>", `><deployments><deployment name="shop.war" runtime-name="shop.war"><content sha1="5f1c"/></deployment></deployments></server>`)
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "srv/shop/data/content/5f/1c/content") })
		a.Files = append(a.Files, txtar.File{Name: entry, Data: []byte(`<persistence><persistence-unit name="shop"><properties>
<property name="jakarta.persistence.jdbc.url" value="jdbc:postgresql://db.example:5433/shop"/>
<property name="jakarta.persistence.jdbc.password" value="p4ss-of-the-unit"/>
</properties></persistence-unit></persistence>`)})
	})
	var c model.Configuration
	a, _ := run(t, m, "java-jboss", analyze.Options{Configured: func(found model.Configuration) { c = found }})
	found := slices.ContainsFunc(depends(a.AnalysisInfo.Dependencies), func(d string) bool {
		return strings.HasPrefix(d, "database: PostgreSQL shop at db.example:5433 out") && strings.Contains(d, "/"+entry+":2")
	})
	if !found {
		t.Errorf("the database of %+v is not known: %v", a.AnalysisInfo.App.WebApps, depends(a.AnalysisInfo.Dependencies))
	}
	if !slices.ContainsFunc(names(a.AnalysisInfo.Secrets), func(s string) bool { return strings.HasSuffix(s, "/"+entry+":3") }) {
		t.Errorf("the password is not known: %v", names(a.AnalysisInfo.Secrets))
	}
	if got := stands(c, "persistence.xml"); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "jdbc.password]@value = <redacted>") }) {
		t.Errorf("a2c config shows %v", got)
	}
}
