package analyze_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestNotNeeded has packages of which something is in, and one of which nothing is: of the first ones the rest is listed as left out, of the second
// nothing is.
func TestNotNeeded(t *testing.T) {
	m := machine(t, "java-tomcat", func(a *txtar.Archive) {
		for name, text := range map[string]string{
			"var/lib/dpkg/status": "Package: openjdk\nStatus: install ok installed\nVersion: 17\n\nPackage: nginx\nStatus: install ok installed\nVersion: 1\n",
			"var/lib/dpkg/info/openjdk.list": strings.Join([]string{
				"/usr", "/usr/bin", "/usr/bin/jcmd-17", "/usr/lib/jvm", "/usr/lib/jvm/java-17-openjdk-amd64", "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
				"/usr/lib/jvm/java-17-openjdk-amd64/jmods", "/usr/lib/jvm/java-17-openjdk-amd64/jmods/java.base.jmod", "/usr/share/doc", "/usr/share/doc/openjdk",
				"/usr/share/doc/openjdk/copyright", "/usr/share/doc/openjdk/gone", "/etc/openjdk.conf", "/etc/not-there.conf",
			}, "\n") + "\n",
			"var/lib/dpkg/info/nginx.list":    "/usr\n/usr/share/doc\n/usr/share/doc/nginx\n/usr/share/doc/nginx/copyright\n/usr/sbin/nginx\n",
			"usr/bin/jcmd-17":                 "",
			"usr/share/doc/openjdk/copyright": "",
			"usr/share/doc/nginx/copyright":   "",
			"usr/sbin/nginx":                  "",
			"etc/openjdk.conf":                "",
		} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	})
	_, list := run(t, m, "java-tomcat", analyze.Options{})
	said := map[string]model.File{}
	for _, f := range list {
		said[string(f.Path)] = f
	}
	for _, p := range []string{"/usr/bin/jcmd-17", "/usr/share/doc/openjdk", "/etc/openjdk.conf"} {
		f := said[p]
		if f.Decision != model.Out || len(f.Reasons) != 1 || !strings.HasPrefix(f.Reasons[0], "package: of openjdk 17, ") {
			t.Errorf("%s is %q because of %q", p, f.Decision, f.Reasons)
		}
		if f.Type == "file" && f.Package != "openjdk 17" {
			t.Errorf("%s is of the package %q", p, f.Package)
		}
	}
	if f := said["/usr/lib/jvm/java-17-openjdk-amd64/bin/java"]; f.Decision != model.In || f.Package != "openjdk 17" {
		t.Errorf("the program is %q, of the package %q", f.Decision, f.Package)
	}
	for _, p := range []string{"/usr/share/doc/openjdk/copyright", "/etc/not-there.conf", "/usr/share/doc", "/usr/share/doc/nginx", "/usr/sbin/nginx", "/usr/lib/jvm/java-17-openjdk-amd64/jmods/java.base.jmod"} {
		if f, listed := said[p]; listed {
			t.Errorf("%s is listed: %q because of %q", p, f.Decision, f.Reasons)
		}
	}
}
