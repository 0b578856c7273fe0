package startlog

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/inventory/host"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, log string
		want      string // level and flags of each
	}{
		{"nothing", "12:00:01 INFO started in 3 s, 0 errors\n", ""},
		{"java.util.logging", "30-Nov-2026 16:00:01.123 SEVERE [main] org.apache.X.y Error deploying\njava.io.FileNotFoundException: /srv/a (No such file)\n\tat java.io.X.open(X.java:1)\n", "error,error missing"},
		{"Logback", "2026-11-30T16:00:01 WARN 7 --- [main] o.s.X : Unable to start\n2026-11-30T16:00:02 WARN 7 --- [main] o.s.X : Unable to start\n", "warning x2"},
		{"uncaught", "Exception in thread \"main\" java.lang.NoClassDefFoundError: org/a/B\n\tat a.b(C.java:1)\nCaused by: java.lang.ClassNotFoundException: org.a.B\n", "error missing,error missing"},
		{"native", "java.lang.UnsatisfiedLinkError: libfreetype.so.6: cannot open shared object file: No such file or directory\n", "error missing"},
		{"cut off", "ERROR o.a.Pool : no connection\njava.net.ConnectException: Connection refused\n", "error,warning network"},
		{".NET", "fail: Microsoft.Extensions.Hosting.Internal.Host[11]\n      Hosting failed to start\nUnhandled exception. System.IO.FileNotFoundException: Could not load file or assembly 'X'\n", "error,error missing"},
		{".NET warning", "warn: Microsoft.AspNetCore.X[3]\n      Failed to determine the https port\n", "warning"},
		{"DLL", " ---> System.DllNotFoundException: Unable to load shared library 'libx'\n", "error missing"},
		{"JSON", `{"time":"x","level":"ERROR","message":"broken"}` + "\n", "error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range Find(strings.Split(c.log, "\n")) {
				s := p.Level
				if p.Missing {
					s += " missing"
				}
				if p.Network {
					s += " network"
				}
				if p.Count > 1 {
					s += " x2"
				}
				got = append(got, s)
			}
			if strings.Join(got, ",") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestWithout: the same trouble at another time, in another thread, with other numbers, is no other trouble.
func TestWithout(t *testing.T) {
	live := []string{
		"30-Nov-2026 10:11:12.001 WARNING [main] org.a.B.c Creation of SecureRandom took [132] milliseconds.",
		"java.io.FileNotFoundException: /srv/a (No such file or directory)",
	}
	twin := []string{
		"30-Nov-2026 16:00:00.999 WARNING [Catalina-utility-1] org.a.B.c Creation of SecureRandom took [2,001] milliseconds.",
		"Caused by: java.io.FileNotFoundException: /srv/a (No such file or directory)",
		"java.io.FileNotFoundException: /srv/b (No such file or directory)",
	}
	got := Without(Find(twin), live)
	if len(got) != 1 || !strings.Contains(got[0].Text, "/srv/b") {
		t.Errorf("%+v", got)
	}
}

func TestRead(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte("-- log --\nfirst\n" + strings.Repeat("x\n", 3*part/2) + "last\n")))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := Read(tree, "/log")
	if err != nil || lines[0] != "first" || lines[len(lines)-2] != "last" {
		t.Error(err, lines[0], lines[len(lines)-2:])
	}
	if _, err := Read(tree, "/other"); err == nil {
		t.Error("a log that is not there is read")
	}
}

// FuzzFind: any log is read without a panic, and has nothing that it does not have itself.
func FuzzFind(f *testing.F) {
	f.Add("fail: X[1]\n      y\nCaused by: java.lang.NoClassDefFoundError: a/B\n")
	f.Fuzz(func(t *testing.T, log string) {
		lines := strings.Split(log, "\n")
		list := Find(lines)
		if rest := Without(list, lines); len(rest) != 0 {
			t.Errorf("%q is not in its own log", rest[0].Text)
		}
	})
}
