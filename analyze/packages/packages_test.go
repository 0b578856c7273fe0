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
	unread := []model.Skip{{What: "packages of files", Path: "/var/lib/rpm", Reason: "a2c reads the databases of dpkg and apk, not rpm's", Remedy: "rpm -qf PATH tells the package of a file"}}
	if diff := cmp.Diff(unread, skips); diff != "" {
		t.Errorf("skips (-want +got):\n%s", diff)
	}
}
