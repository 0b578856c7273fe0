package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestStateSize has a state folder that is deep, sparse and in part closed: what is counted is all of what can be seen, and the rest is told.
func TestStateSize(t *testing.T) {
	const queue = "var/lib/worker/queue/"
	deep := queue + strings.Repeat("d/", 100) + "leaf"
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		for _, name := range []string{deep, queue + "sparse size=1000000", queue + "closed err=EACCES", queue + "dead1/x err=EIO", queue + "dead2/x err=EIO"} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte("12345\n")})
		}
	})
	a, _ := run(t, m, "java-generic", analyze.Options{})
	if len(a.AnalysisInfo.State) != 1 {
		t.Fatalf("state: %+v", a.AnalysisInfo.State)
	}
	d := a.AnalysisInfo.State[0]
	if d.Files != 3 || d.Bytes != 1_000_006 || d.DiskBytes != 1024 { // with the fixture's empty file
		t.Errorf("%d files, %d bytes, %d on disk; want 3, 1000006, 1024", d.Files, d.Bytes, d.DiskBytes)
	}
	for reason, count := range map[string]int{"permission denied": 0, "input/output error": 2} {
		found := false
		for _, k := range a.AnalysisInfo.Skips {
			found = found || strings.HasPrefix(k.What, "size of state folder") && k.Reason == reason && k.Count == count && k.Incomplete
		}
		if !found {
			t.Errorf("no skip says %q of %d: %+v", reason, count, a.AnalysisInfo.Skips)
		}
	}
}

// TestStateBesideTheProgram has a database and a lock in the folder of the program: each is its file, and never the folder, which the image needs.
func TestStateBesideTheProgram(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		for fd, name := range map[string]string{"10": "worker.mv.db", "11": "lock", "12": "large.lock"} {
			a.Files = append(a.Files, txtar.File{Name: "proc/412/fd/" + fd + " -> /opt/worker/" + name}, txtar.File{Name: "proc/412/fdinfo/" + fd, Data: []byte("pos:\t0\nflags:\t0100002\n")})
		}
		a.Files = append(a.Files, txtar.File{Name: "opt/worker/worker.mv.db uid=995", Data: []byte("12345\n")}, txtar.File{Name: "opt/worker/lock uid=995"}, txtar.File{Name: "opt/worker/large.lock uid=995 size=4096"})
	})
	a, list := run(t, m, "java-generic", analyze.Options{})
	got := map[string]string{}
	for _, d := range a.AnalysisInfo.State {
		if d.SingleFile {
			got[string(d.Path)] = d.Kind
		}
	}
	want := map[string]string{"/opt/worker/worker.mv.db": "database", "/opt/worker/lock": "lock", "/opt/worker/large.lock": "unknown"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("single files (-want +got):\n%s", diff)
	}
	for _, f := range list {
		if _, is := want[string(f.Path)]; is && f.Decision == model.In {
			t.Errorf("%s is in the image: %v", f.Path, f.Reasons)
		}
	}
}

// TestClassPathElsewhere has a manifest that leads to files which are not the application's to read: they are named, and not read.
func TestClassPathElsewhere(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		replace(t, a, "opt/worker/lib/worker.jar!/META-INF/MANIFEST.MF", "missing.jar", "missing.jar ../../../etc/other/key ../../../proc/self/environ")
		a.Files = append(a.Files, txtar.File{Name: "etc/other/key mode=0600", Data: []byte("x")}, txtar.File{Name: "proc/self/environ", Data: []byte("A=b")})
	})
	a, _ := run(t, m, "java-generic", analyze.Options{})
	for path, reason := range map[string]string{"/etc/other/key": "the application's user cannot read it", "/proc/self/environ": "the kernel's"} {
		found := false
		for _, k := range a.AnalysisInfo.Skips {
			found = found || k.Path.String() == path && strings.Contains(k.Reason, reason)
			if k.Path.String() == path && strings.Contains(k.Reason, "zip") {
				t.Errorf("%s was read: %s", path, k.Reason)
			}
		}
		if !found {
			t.Errorf("no skip says of %s: %s; %+v", path, reason, a.AnalysisInfo.Skips)
		}
	}
}

// TestConfiguredLogs has a folder that only a logging configuration within the program names: nothing is open there now.
func TestConfiguredLogs(t *testing.T) {
	m := machine(t, "java-springboot", func(a *txtar.Archive) {
		for name, text := range map[string]string{
			"opt/orders/orders-1.4.2.jar!/BOOT-INF/classes/logback-spring.xml": `<configuration><property name="DIR" value="${ORDERS_LOGS:-/srv/audit}"/><appender name="A"><file>${DIR}/audit.txt</file></appender></configuration>`,
			"srv/audit/audit.txt uid=995":                                      "a line\n",
			"srv/audit/ uid=995 gid=994":                                       "",
		} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	})
	a, _ := run(t, m, "java-springboot", analyze.Options{})
	i := slices.IndexFunc(a.AnalysisInfo.Logs, func(l model.LogFile) bool { return l.Path == "/srv/audit/audit.txt" })
	if i < 0 {
		t.Fatalf("the log is not known: %+v", a.AnalysisInfo.Logs)
	}
	if from := a.AnalysisInfo.Logs[i].Evidence["path"]; len(from) != 1 || !strings.HasSuffix(string(from[0]), "logback-spring.xml:1") {
		t.Errorf("known by %v", from)
	}
}
