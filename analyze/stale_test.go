package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// TestStale changes what lies at the paths of a running application, as upgrades and deployments do. Each change is told with what to do;
// what programs delete on purpose is none.
func TestStale(t *testing.T) {
	const (
		java = "usr/lib/jvm/java-17-openjdk-amd64/bin/java"
		vm   = "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so"
		jar  = "opt/orders/orders-1.4.2.jar"
		link = "opt/orders/orders.jar"
	)
	mark := func(a *txtar.Archive, name, target string) { // what the kernel prints of it
		f := file(t, a, name)
		f.Name = name + " -> " + target + " (deleted)"
	}
	remove := func(a *txtar.Archive, name string) { // a file of the marked name holds what the descriptor still leads to
		for i, f := range a.Files {
			if rest, ok := strings.CutPrefix(f.Name, name); ok && (rest == "" || rest[0] == '!' || rest[0] == ' ') {
				a.Files[i].Name = name + " (deleted)" + rest
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*txtar.Archive)
		want   []string // what, path and beginning of the reason of each skip that says to start it again
	}{
		"nothing": {func(*txtar.Archive) {}, nil},
		"JVM upgraded": {func(a *txtar.Archive) {
			mark(a, "proc/412/exe", "/"+java)
			replace(t, a, "proc/412/maps", vm, vm+" (deleted)")
		}, []string{
			"file of the runtime of process 412 " + vm + " has been replaced",
			"program of process 412 /" + java + " has been replaced",
		}},
		"JVM removed": {func(a *txtar.Archive) {
			mark(a, "proc/412/exe", "/"+java)
			remove(a, java)
		}, []string{"program of process 412 /" + java + " has been deleted"}},
		"jar removed": {func(a *txtar.Archive) {
			mark(a, "proc/412/fd/6", "/"+jar)
			remove(a, jar)
		}, []string{"file of the application of process 412 /" + jar + " has been deleted"}},
		"jar replaced": {
			func(a *txtar.Archive) { mark(a, "proc/412/fd/6", "/"+jar) },
			[]string{"file of the application of process 412 /" + jar + " has been replaced"},
		},
		"jar moved away and another in its place": {func(a *txtar.Archive) {
			file(t, a, "proc/412/fd/6").Name = "proc/412/fd/6 -> /opt/orders/backup/orders.jar"
			a.Files = append(a.Files, txtar.File{Name: "opt/orders/backup/orders.jar", Data: []byte("old")})
		}, []string{"file of the application of process 412 /" + link + " is not open"}},
		"jar written over": {func(a *txtar.Archive) {
			for i := range a.Files {
				if strings.HasPrefix(a.Files[i].Name, jar+"!/") {
					a.Files[i].Name += " mtime=1900000000"
				}
			}
			a.Files = append(a.Files, txtar.File{Name: jar + " mtime=1900000000"})
		}, []string{"file of the application of process 412 /" + link + " has been written to"}},
		"another version behind the link": {
			func(a *txtar.Archive) {
				file(t, a, link).Name = link + " -> new.jar"
				a.Files = append(a.Files, txtar.File{Name: "opt/orders/new.jar!/META-INF/MANIFEST.MF", Data: file(t, a, jar+"!/META-INF/MANIFEST.MF").Data})
			},
			[]string{"file of the application of process 412 /" + link + " is not open"},
		},
		"working folder removed": {
			func(a *txtar.Archive) { mark(a, "proc/412/cwd", "/srv/gone") },
			[]string{"working folder of process 412 /srv/gone has been deleted"},
		},
		"system library upgraded, and one that JNA unpacked": {func(a *txtar.Archive) {
			f := file(t, a, "proc/412/maps")
			f.Data = append(f.Data, "7f1-7f2 r-xp 0 fe:00 90 /usr/lib/libgone.so.1 (deleted)\n7f3-7f4 r-xp 0 fe:00 91 /usr/lib/libz.so.1 (deleted)\n7f5-7f6 r-xp 0 fe:00 92 /tmp/jna-1/jna1.so (deleted)\n"...)
		}, []string{"library and 1 others of process 412 /usr/lib/libgone.so.1 has been deleted"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := run(t, machine(t, "java-springboot", c.change), "java-springboot", analyze.Options{})
			var got []string
			for _, k := range a.AnalysisInfo.Skips {
				if k.Remedy == "restart the application, then analyze again" {
					got = append(got, k.What+" "+k.Path.String()+" "+k.Reason)
				}
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("skips:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if strings.Contains(string(a.AnalysisInfo.Cwd)+string(a.AnalysisInfo.Exe), "(deleted)") {
				t.Errorf("cwd %s, exe %s", a.AnalysisInfo.Cwd, a.AnalysisInfo.Exe)
			}
		})
	}
}
