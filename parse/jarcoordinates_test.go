package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCoordinates(t *testing.T) {
	pom := func(g, a, v string) []string {
		return []string{"META-INF/maven/" + g + "/" + a + "/pom.properties", "#Created by Maven\ngroupId=" + g + "\nartifactId=" + a + "\nversion=" + v + "\n"}
	}
	manifest := func(text string) []string { return []string{ManifestName, "Manifest-Version: 1.0\n" + text + "\n"} }
	from := func(g, a string) string { return "META-INF/maven/" + g + "/" + a + "/pom.properties" }
	for name, c := range map[string]struct {
		file    string
		entries []string
		own     Coordinates
		shaded  []Coordinates
	}{
		"pom": {
			file: "lib/h2-2.3.232.jar", entries: pom("com.h2database", "h2", "2.3.232"),
			own: Coordinates{"com.h2database", "h2", "2.3.232", from("com.h2database", "h2")}, shaded: []Coordinates{},
		},
		"shaded": {
			file: "app-1.0.jar", entries: append(pom("b.c", "lib", "2"), pom("a.b", "app", "1.0")...),
			own: Coordinates{"a.b", "app", "1.0", from("a.b", "app")}, shaded: []Coordinates{{"b.c", "lib", "2", from("b.c", "lib")}},
		},
		"renamed": {
			file: "ROOT.war", entries: pom("a.b", "shop", "1.0"),
			own: Coordinates{"a.b", "shop", "1.0", from("a.b", "shop")}, shaded: []Coordinates{},
		},
		"shaded_into_another": {
			file: "driver-3.1.jar", entries: pom("b.c", "lib", "2"),
			own: Coordinates{"", "driver", "3.1", "file name"}, shaded: []Coordinates{{"b.c", "lib", "2", from("b.c", "lib")}},
		},
		"manifest": {
			file: "catalina.jar", entries: manifest("Implementation-Title: Apache Tomcat\nImplementation-Version: 10.1.30\nImplementation-Vendor: Apache"),
			own: Coordinates{"", "catalina", "10.1.30", ManifestName},
		},
		"bundle": {
			file: "spring-core-6.2.9.jar", entries: manifest("Implementation-Title: spring-core\nAutomatic-Module-Name: spring.core"),
			own: Coordinates{"org.springframework", "spring-core", "6.2.9", "file name"},
		},
		"bundle_group": {
			file: "jetty-util-12.0.16.jar", entries: manifest("Bundle-SymbolicName: org.eclipse.jetty.jetty-util;singleton:=true"),
			own: Coordinates{"org.eclipse.jetty", "jetty-util", "12.0.16", ManifestName},
		},
		"vendor_id": {
			file: "postgresql-42.7.4.jar", entries: manifest("Implementation-Vendor-Id: org.postgresql\nBundle-SymbolicName: org.postgresql.jdbc"),
			own: Coordinates{"org.postgresql", "postgresql", "42.7.4", ManifestName},
		},
		"broad_group": {
			file: "tribes-10.1.30.jar", entries: manifest("Bundle-SymbolicName: org.apache.tribes"),
			own: Coordinates{"", "tribes", "10.1.30", "file name"},
		},
		"family": {
			file: "spring-boot-actuator-3.5.7.jar",
			own:  Coordinates{"org.springframework.boot", "spring-boot-actuator", "3.5.7", "file name"}, shaded: nil,
		},
		"name_without_version": {
			file: "spring-core.jar", entries: manifest("Implementation-Version: 6.2.9"),
			own: Coordinates{"", "spring-core", "6.2.9", ManifestName},
		},
		"broken_pom": {
			file: "x.jar", entries: []string{"META-INF/maven/a/b/pom.properties", "groupId=a\n"},
			own: Coordinates{"", "x", "", "file name"},
		},
		"nothing": {file: "odd", own: Coordinates{"", "odd", "", "file name"}},
	} {
		t.Run(name, func(t *testing.T) {
			j, err := openBytes(pack(t, c.entries...))
			if err != nil {
				t.Fatal(err)
			}
			own, shaded := j.Coordinates(c.file)
			if diff := cmp.Diff(c.own, own); diff != "" {
				t.Errorf("own (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.shaded, shaded); diff != "" {
				t.Errorf("shaded (-want +got):\n%s", diff)
			}
		})
	}
}
