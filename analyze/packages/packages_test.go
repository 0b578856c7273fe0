package packages_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/packages"
	"a2c/inventory/host"
	"a2c/model"
)

const debian = `
-- lib -> usr/lib --
-- var/lib/dpkg/status --
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9

Package: dash
Status: install ok installed
Architecture: amd64
Version: 0.5

Package: bash
Status: install ok installed
Version: 5.2
-- var/lib/dpkg/diversions --
/usr/bin/sh
/usr/bin/sh.distrib
dash
-- var/lib/dpkg/info/libc6:amd64.list --
/.
/lib
/lib/libc.so.6
-- var/lib/dpkg/info/dash.list --
/usr/bin/sh
-- var/lib/dpkg/info/bash.list --
/usr/bin/sh
/usr/bin/bash
-- var/lib/dpkg/info/unknown.list --
/usr/bin/x
-- var/lib/dpkg/info/unknown.md5sums --
/usr/bin/y
-- usr/lib/apk/db/installed --
P:musl
V:1.2
F:lib
R:ld-musl.so.1
-- var/lib/rpm/rpmdb.sqlite --
x
`

func TestOwners(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(debian)))
	if err != nil {
		t.Fatal(err)
	}
	got, skips, err := packages.Owners(t.Context(), tree, func(p string) bool {
		return slices.Contains([]string{"/usr/lib/libc.so.6", "/usr/bin/sh", "/usr/bin/sh.distrib", "/usr/bin/x", "/usr/bin/y", "/usr/lib/ld-musl.so.1", "/opt/a"}, p)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"/usr/lib/libc.so.6": "libc6:amd64 2.36-9", "/usr/bin/sh": "dash 0.5", "/usr/bin/sh.distrib": "bash 5.2", "/usr/bin/x": "unknown", "/usr/lib/ld-musl.so.1": "musl 1.2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
	unread := []model.Skip{{What: "packages of files", Path: "/var/lib/rpm", Reason: "rpm's database is no database of SQLite 3", Remedy: "rpm -qf PATH tells the package of a file"}}
	if diff := cmp.Diff(unread, skips); diff != "" {
		t.Errorf("skips (-want +got):\n%s", diff)
	}
}

const involved = `
-- lib -> usr/lib --
-- var/lib/dpkg/status --
Package: tomcat
Status: install ok installed
Version: 10
-- var/lib/dpkg/info/tomcat.list --
/.
/etc
/etc/tomcat
/etc/tomcat/server.xml
/etc/tomcat/policy
/lib
/lib/systemd
/lib/systemd/system
/lib/systemd/system/tomcat.service
/usr
/usr/share
/usr/share/doc
/usr/share/doc/tomcat
/usr/share/doc/tomcat/copyright
/usr/share/doc/tomcat/examples
/usr/share/doc/tomcat/examples/a
/usr/share/doc/tomcat-a
/usr/share/java
/usr/share/java/tomcat.jar
/usr/share/java/tomcat-de.jar
/usr/share/tomcat
/usr/share/tomcat/bin.jar
/usr/share/tomcat/bin
/usr/share/tomcat/bin/start.sh
../../etc/shadow
-- var/lib/dpkg/info/other.list --
/etc
/lib
/lib/systemd
/lib/systemd/system
/lib/systemd/system/other.service
/usr
/usr/share
/usr/share/doc
/usr/share/doc/other
/usr/share/java
/usr/share/java/other.jar
`

func TestRest(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(involved)))
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"/etc", "/etc/tomcat", "/etc/tomcat/server.xml", "/usr", "/usr/share", "/usr/share/java", "/usr/share/java/tomcat.jar", "/usr/share/tomcat", "/usr/share/tomcat/bin.jar"}
	got, err := packages.Rest(t.Context(), tree, map[string]bool{"tomcat 10": true}, func(p string) bool { return slices.Contains(known, p) })
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, p := range []string{
		"/etc/tomcat/policy", "/usr/lib/systemd/system/tomcat.service", "/usr/share/doc/tomcat", "/usr/share/doc/tomcat-a", "/usr/share/java/tomcat-de.jar", "/usr/share/tomcat/bin",
	} {
		want[p] = "tomcat 10"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
	if got, err := packages.Rest(t.Context(), tree, nil, func(string) bool { return false }); len(got) > 0 || err != nil {
		t.Errorf("of no package: %v, %v", got, err)
	}
}
