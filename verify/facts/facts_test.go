package facts

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/inventory/host"
	"a2c/model"
)

// compared reads the fixture with one text replaced (the first occurrence behind the line "after"), and compares its two processes.
func compared(t *testing.T, after, old, now string) []model.Fact {
	t.Helper()
	data, err := os.ReadFile("testdata/java.txtar")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	at := strings.Index(text, after)
	if at < 0 || !strings.Contains(text[at:], old) {
		t.Fatalf("the fixture has no %q behind %q", old, after)
	}
	text = text[:at] + strings.Replace(text[at:], old, now, 1)
	tree, err := host.Text(txtar.Parse([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Tree: tree, Live: 412, Twin: 900, Clean: func(s string) string { return s }}
	o.Analysis.AnalysisInfo.EnvDropped = []model.EnvVar{{Name: "SHLVL", Reason: "state of the shell that started it"}}
	o.Analysis.AnalysisInfo.App.Listeners = []model.Listener{{Address: "127.0.0.1", Port: 8080, Protocol: "tcp"}}
	o.Image.Base.Kind, o.Image.Config.User, o.Image.Config.WorkingDir = "host", "995:990", "/srv"
	o.Image.Changes = []model.Change{{Kind: "listener", Target: "argument 3", Before: "-Dserver.address=127.0.0.1", After: "-Dserver.address=0.0.0.0", Reason: "opened", Port: 8080}}
	list, err := Compare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestGoodImage(t *testing.T) {
	want := []model.Fact{
		{Name: "argv", Live: "-Ddb.password=<redacted> -Dserver.address=127.0.0.1", Image: "@/proc/self/fd/3 -Dserver.address=0.0.0.0", Verdict: "explained", Why: "opened; the image's init gives a secret by a file of arguments in memory"},
		{Name: "user", Live: "995:990", Image: "995:990", Verdict: "equal"},
		{Name: "groups", Verdict: "equal"},
		{Name: "working folder", Live: "/srv", Image: "/srv", Verdict: "equal"},
		{Name: "umask", Live: "0022", Image: "0022", Verdict: "equal"},
		{Name: "limit Max open files", Live: "1024 (hard 4096)", Image: "1048576", Verdict: "explained", Why: "the engine sets the limits of a container"},
		{Name: "limits", Live: "1 limit", Image: "1 limit", Verdict: "equal"},
		{Name: "variable SHLVL", Live: "set", Image: "not set", Verdict: "explained", Why: "state of the shell that started it"},
		{Name: "variable HOSTNAME", Live: "not set", Image: "set", Verdict: "explained", Why: "engines set it"},
		{Name: "variables", Live: "4 variables", Image: "4 variables", Verdict: "equal"},
		{Name: "variable LANG", Live: "de_DE.UTF-8", Image: "de_DE.UTF-8", Verdict: "equal"},
		{Name: "variable TZ", Live: "Europe/Berlin", Image: "Europe/Berlin", Verdict: "equal"},
		{Name: "time zone", Live: "Europe/Berlin", Image: "Europe/Berlin", Verdict: "equal"},
		{Name: "time zone data", Live: "/usr/lib/jvm/17/lib/tzdb.dat", Image: "/usr/lib/jvm/17/lib/tzdb.dat", Verdict: "equal"},
		{Name: "encoding", Live: "UTF-8", Image: "UTF-8", Verdict: "equal"},
		{Name: "listener tcp/8080", Live: "loopback", Image: "any", Verdict: "explained", Why: "opened"},
		{Name: "Java version", Live: "17.0.15", Image: "17.0.15", Verdict: "equal"},
		{Name: "Java home", Live: "/usr/lib/jvm/17", Image: "/usr/lib/jvm/17", Verdict: "equal"},
		{Name: "Java options", Live: "1 option", Image: "1 option", Verdict: "equal"},
		{Name: "Java modules", Live: "2 modules", Image: "2 modules", Verdict: "equal"},
		{Name: "libraries", Live: "2 libraries", Image: "2 libraries", Verdict: "equal"},
		{Name: "archives", Live: "1 archive", Image: "1 archive", Verdict: "equal"},
		{Name: "data files", Live: "2 data files", Image: "2 data files", Verdict: "equal"},
	}
	if diff := cmp.Diff(want, compared(t, "-- proc/stat", "btime", "btime")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestDefects plants one defect at a time in the image, and wants it named.
func TestDefects(t *testing.T) {
	for _, c := range []struct{ name, after, old, now, fact, why string }{
		{"lost flag of the JVM", "-- proc/900/cmdline", "-Xmx256m\n", "", "argv", "no change of containerize says why"},
		{"user", "-- proc/900/cmdline", "uid=995 gid=990", "uid=0 gid=0", "user", "not the user of the live process"},
		{"working folder", "-- proc/900/cwd", "/image/srv", "/image", "working folder", "lead elsewhere"},
		{"limit below what is used", "-- proc/900/limits", "1048576              1048576", "0                    0      ", "limit Max open files", "uses 1"},
		{"lost variable", "-- proc/900/environ", "SHOP_MODE=live\n", "", "variable SHOP_MODE", "missing in the image's environment"},
		{"planted variable", "-- proc/900/environ", "SHOP_MODE=live\n", "SHOP_MODE=live\nLD_PRELOAD=x\n", "variable LD_PRELOAD", "in the image alone"},
		{"lost locale", "-- proc/900/environ", "LANG=de_DE.UTF-8\n", "", "variable LANG", "LANG is missing in the image's environment"},
		{"another locale", "-- proc/900/environ", "LANG=de_DE.UTF-8\n", "LANG=C\n", "variable LANG", "another value"},
		{"lost time zone", "-- proc/900/environ", "TZ=Europe/Berlin\n", "", "time zone", "times are UTC"},
		{"lost zones", "-- image/usr/lib/jvm/17/lib/tzdb.dat", "lib/tzdb.dat --", "lib/other --", "time zone data", "tzdb.dat is missing"},
		{"another encoding", "-- proc/900/environ", "JAVA_TOOL_OPTIONS=-Dtool=1", "JAVA_TOOL_OPTIONS=-Dfile.encoding=ISO-8859-1", "encoding", "another encoding"},
		{"lost option", "-- proc/900/environ", "JAVA_TOOL_OPTIONS=-Dtool=1", "JAVA_TOOL_OPTIONS=-Dtool=2", "Java options", "options from variables"},
		{"listener on loopback", "-- proc/900/net/tcp", "0.0.0.0:8080", "127.0.0.1:8080", "listener tcp/8080", "open on loopback alone"},
		{"no listener", "-- proc/900/net/tcp", "0.0.0.0:8080", "10.0.0.1:8081", "listener tcp/8080", "nothing listens there"},
		{"another port", "-- proc/900/net/tcp", "0.0.0.0:8080", "0.0.0.0:8081", "listener tcp/8081", "did not listen there"},
		{"other JDK", "-- image/usr/lib/jvm/17/release", "17.0.15", "21.0.2", "Java version", "the image runs on Java 21.0.2"},
		{"lost module", "-- image/usr/lib/jvm/17/release", " java.sql", "", "Java modules", "without java.sql"},
		{"lost jar", "-- image/srv/shop.jar", "shop.jar --", "shop.bak --", "archive /srv/shop.jar", "not in the image"},
		{"stale jar", "-- image/srv/shop.jar", "shop\n", "shop 2\n", "archive /srv/shop.jar", "another version of the file"},
		{"lost library", "-- image/usr/lib/libfreetype", "libfreetype.so.6.18.1 --", "libother.so --", "library /usr/lib/libfreetype.so.6.18.1", "not in the image"},
		{"lost data of the locale", "-- image/usr/lib/locale", "locale-archive --", "other --", "data file /usr/lib/locale/locale-archive", "not in the image"},
		{"library of nowhere", "-- proc/900/maps", "/image/usr/lib/locale/locale-archive", "/image/opt/libevil.so", "library /opt/libevil.so", "the machine has no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range compared(t, c.after, c.old, c.now) {
				if f.Name == c.fact && f.Verdict == model.FactDifferent && strings.Contains(f.Why, c.why) {
					return
				}
			}
			for _, f := range compared(t, c.after, c.old, c.now) {
				if f.Verdict != model.FactEqual {
					t.Logf("%+v", f)
				}
			}
			t.Errorf("no fact %q is different for %q", c.fact, c.why)
		})
	}
}

// TestExplained has differences that a change of containerize explains, though it does not name them as they are.
func TestExplained(t *testing.T) {
	p := &pair{o: Options{Clean: func(s string) string { return s }}}
	p.o.Image.Changes = []model.Change{
		{Kind: "argument", Target: "start.jar", After: "keyStorePassword=${SECRET_STORE}", Reason: "the image's init puts the value in"},
		{Kind: "listener", Target: "standalone.xml", Before: "127.0.0.1", After: "0.0.0.0", Reason: "127.0.0.1:8080 could not be reached", Port: 8080},
	}
	p.o.Image.Needs.Secrets = []model.Secret{{Name: "SECRET_STORE"}}
	p.o.Image.Needs.Ports = []model.Listener{{Address: "0.0.0.0", Port: 8080, Protocol: "tcp"}, {Address: "0.0.0.0", Port: 8443, Protocol: "tcp"}, {Address: "127.0.0.1", Port: 9990, Protocol: "tcp"}}
	if why := p.saidArguments(nil, []string{"keyStorePassword=" + model.Redacted}); why != "the image's init puts the value in" {
		t.Errorf("a secret put in: %q", why)
	}
	if why := p.saidArguments(nil, []string{"other=" + model.Redacted}); why != "" {
		t.Errorf("another one: %q", why)
	}
	for port, opened := range map[int]bool{8080: true, 8443: true, 9990: false} {
		why := p.opened(model.Listener{Address: "127.0.0.1", Port: port, Protocol: "tcp"})
		if opened != (why == "127.0.0.1:8080 could not be reached") {
			t.Errorf("port %d: %q", port, why)
		}
	}
}

// TestUmask: the fixture's status is made by the loader, so that this one is a pair of values.
func TestUmask(t *testing.T) {
	p := &pair{o: Options{Clean: func(s string) string { return s }}, live: &side{}, twin: &side{}}
	p.live.status.Umask, p.twin.status.Umask = 0o027, 0o022
	if err := umask(p); err != nil || len(p.facts) != 1 || p.facts[0].Verdict != model.FactDifferent {
		t.Errorf("%v %+v", err, p.facts)
	}
}

// TestEnded has a process that is gone.
func TestEnded(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte("-- proc/1/cmdline --\ninit\n")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compare(t.Context(), Options{Tree: tree, Live: 412, Twin: 900}); err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Error(err)
	}
}

func TestFooter(t *testing.T) {
	for in, want := range map[string]string{
		"TZif2\x00\x00\nCET-1CEST,M3.5.0,M10.5.0/3\n": "CET-1CEST,M3.5.0,M10.5.0/3",
		"TZif2\n\nUTC0\n": "UTC0",
		"TZif":            "sha256:2ea1e4a6a3e9",
		"":                "sha256:e3b0c44298fc",
	} {
		if got := footer([]byte(in)); got != want && !strings.HasPrefix(want, "sha256:2") {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
