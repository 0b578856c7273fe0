package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// quarkusFast is a fast-jar: the manifest of its runner names neither the application's archive nor the generated one.
const quarkusFast = `
-- proc/412/cmdline uid=995 gid=994 comm=java threads=30 start=50000 --
java
-jar
quarkus-run.jar
-- proc/412/exe -> /usr/lib/jvm/java-17-openjdk-amd64/bin/java --
-- proc/412/cwd -> /opt/counter --
-- proc/412/environ --
DB_HOST=db.example
-- proc/412/maps --
7f0c1e000000-7f0c1f021000 r-xp 00000000 fe:00 12 /usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so
-- opt/counter/quarkus-run.jar!/META-INF/MANIFEST.MF --
Main-Class: io.quarkus.bootstrap.runner.QuarkusEntryPoint
Class-Path: lib/boot/io.smallrye.config.smallrye-config-3.0.jar
-- opt/counter/lib/boot/io.smallrye.config.smallrye-config-3.0.jar!/META-INF/microprofile-config.properties --
library.url=jdbc:postgresql://library.example/l
-- opt/counter/quarkus/generated-bytecode.jar!/META-INF/MANIFEST.MF --
-- opt/counter/app/counter-1.0.jar!/application.properties --
quarkus.datasource.jdbc.url=jdbc:postgresql://${DB_HOST}:5433/counter
quarkus.datasource.password=${DB_PASSWORD}
%dev.quarkus.datasource.jdbc.url=jdbc:postgresql://dev.example/counter
partner.password=p4ss-of-the-partner
partner.url=http://packaged.example/api
-- opt/counter/app/counter-1.0.jar!/application-dev.properties --
other.url=jdbc:postgresql://profile.example/counter
-- opt/counter/config/application.properties --
partner.url=http://disk.example/api
-- opt/counter/.env --
DB_PASSWORD=p4ss-of-the-database
MAIL_HOST=mail.example
QUARKUS_REDIS_HOSTS=redis://cache.example:6380
`

// TestPackagedConfiguration has what a framework reads inside archives and from .env: what is in force is a dependency, each secret is found.
func TestPackagedConfiguration(t *testing.T) {
	tree := machine(t, "java-generic", func(a *txtar.Archive) {
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "proc/412/") })
		add(a, quarkusFast)
	})
	a, _ := run(t, tree, "java-quarkus", analyze.Options{})
	jar := "/opt/counter/app/counter-1.0.jar!/application.properties:"
	want := []string{
		"cache: Redis at cache.example:6380 out [] <QUARKUS_REDIS_HOSTS /opt/counter/.env:3>",
		"database: PostgreSQL counter at db.example:5433 out [] <quarkus.datasource.jdbc.url " + jar + "1>",
		"database: PostgreSQL l at library.example:5432 out [] <library.url /opt/counter/lib/boot/io.smallrye.config.smallrye-config-3.0.jar!/META-INF/microprofile-config.properties:1>",
		"http: HTTP at disk.example:80 out [] <partner.url /opt/counter/config/application.properties:1>",
		"mail: SMTP at mail.example:25 out [] <MAIL_HOST /opt/counter/.env:2>",
	}
	if diff := cmp.Diff(want, depends(a.AnalysisInfo.Dependencies)); diff != "" {
		t.Error(diff)
	}
	secrets := names(a.AnalysisInfo.Secrets)
	slices.Sort(secrets)
	if diff := cmp.Diff([]string{"file DB_PASSWORD /opt/counter/.env:1", "file partner.password " + jar + "4"}, secrets); diff != "" {
		t.Error(diff)
	}
	for _, k := range a.AnalysisInfo.Skips {
		if k.What == "configuration" {
			t.Errorf("skipped: %+v", k)
		}
	}
}

// TestLocatedConfiguration has files that a variable or a property of the framework names, outside of every folder where it looks by itself.
func TestLocatedConfiguration(t *testing.T) {
	for _, c := range []struct {
		kind, argument, variable string
		want                     []string
	}{
		{
			"java-micronaut", "-Dunused=x", "MICRONAUT_CONFIG_FILES=/srv/site/till.yml,file:/srv/site/more.properties,classpath:gone.yml,/srv/site/none.yml",
			[]string{
				"database: PostgreSQL till at db.example:5433 out [] <datasources.default.url /srv/site/till.yml:3>",
				"http: HTTP at more.example:80 out [] <partner.url /srv/site/more.properties:1>",
			},
		},
		{
			"java-quarkus", "-Dsmallrye.config.locations=/srv/folder,file:/srv/site/more.properties", "UNUSED=x",
			[]string{
				"database: MySQL stock at folder.example:3306 out [] <quarkus.datasource.jdbc.url /srv/folder/application.properties:1>",
				"http: HTTP at more.example:80 out [] <partner.url /srv/site/more.properties:1>",
			},
		},
		{"java-quarkus", "-Dunused=x", "MICRONAUT_CONFIG_FILES=/srv/site/till.yml", []string{}},
	} {
		tree := machine(t, "java-generic", func(a *txtar.Archive) {
			a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "proc/412/") })
			command := "java\n" + c.argument + "\n-jar\nquarkus-run.jar\n"
			if c.kind == "java-micronaut" {
				command = "java\n-cp\ntill.jar:lib/micronaut-context-4.7.14.jar:lib/micronaut-inject-4.7.14.jar\ntill.Till\n"
				add(a, "-- opt/counter/till.jar!/till/Till.class --\n-- opt/counter/lib/micronaut-context-4.7.14.jar!/x --\n-- opt/counter/lib/micronaut-inject-4.7.14.jar!/x --\n")
			}
			add(a, strings.Replace(quarkusFast, "java\n-jar\nquarkus-run.jar\n", command, 1))
			a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool {
				return strings.Contains(f.Name, "properties") || strings.HasSuffix(f.Name, ".env")
			})
			file(t, a, "proc/412/environ").Data = []byte(c.variable + "\n")
			add(a, `
-- srv/site/till.yml --
till.port: 5433
datasources.default:
  url: jdbc:postgresql://db.example:${till.port}/till
  password: p4ss-of-the-till
-- srv/site/more.properties --
partner.url=http://more.example/
-- srv/folder/application.properties --
quarkus.datasource.jdbc.url=jdbc:mysql://folder.example/stock
-- srv/folder/other.properties --
other.url=jdbc:mysql://other.example/x
`)
		})
		a, _ := run(t, tree, c.kind, analyze.Options{})
		got := depends(a.AnalysisInfo.Dependencies)
		if diff := cmp.Diff(append([]string{}, c.want...), append([]string{}, got...)); diff != "" {
			t.Errorf("%s %s: %s", c.kind, c.variable, diff)
		}
		found := slices.Contains(names(a.AnalysisInfo.Secrets), "file datasources.default.password /srv/site/till.yml:4")
		if found != (c.kind == "java-micronaut") {
			t.Errorf("%s: secrets %v", c.kind, names(a.AnalysisInfo.Secrets))
		}
	}
}
