package proof

import (
	"archive/tar"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/proof/apps"
)

// opt and etc are files of the probe.
func (d *defects) opt(name string) string { return filepath.Join(d.site.Dir, "opt/probe", name) }

func (d *defects) settings() string { return filepath.Join(d.site.Dir, "etc/probe/probe.properties") }

// ofFiles are files that are missing, or are not as they are on the machine.
func (d *defects) ofFiles() []defect {
	remove := func(names ...string) func(*testing.T, *mutant) {
		return func(t *testing.T, m *mutant) { m.remove(t, names...) }
	}
	mode := func(name string, mode int64) func(*testing.T, *mutant) {
		return func(t *testing.T, m *mutant) { m.mode(t, name, mode, 0, 0) }
	}
	return []defect{
		{name: "removed jar", spoil: remove(d.opt("lib/greeting.jar")), says: []string{"archive " + d.opt("lib/greeting.jar"), "missing"}},
		{name: "missing native library", spoil: remove(d.opt("native/libgreet.so")), says: []string{"library " + d.opt("native/libgreet.so"), "missing"}},
		{name: "missing library of the system", spoil: func(t *testing.T, m *mutant) { m.remove(t, m.matching(t, "/*/*/*/libz.so*")...) }, says: []string{"libz.so", "missing"}},
		{name: "missing font", spoil: remove(d.opt("fonts/label.ttf")), says: []string{"font " + d.opt("fonts/label.ttf"), "missing"}},
		{name: "missing static file", spoil: remove(d.opt("www/probe.css")), says: []string{"www/probe.css", "missing"}},
		{name: "missing virtual host", spoil: remove(d.opt("hosts/news.probe.example.html")), says: []string{"news.probe.example", "missing", "of news.probe.example"}},
		{name: "broken symbolic link", spoil: func(t *testing.T, m *mutant) {
			m.entry(t, tar.Header{Name: d.opt("data/current"), Typeflag: tar.TypeSymlink, Linkname: "release-1", Mode: 0o777}, nil)
		}, says: []string{d.opt("data/current"), "release-1", "broken"}},
		{name: "lost setuid", spoil: mode(d.opt("bin/rights"), 0o755), says: []string{d.opt("bin/rights"), "mode 4755", "mode 0755", "setuid"}},
		{name: "lost right to execute", spoil: mode(d.opt("bin/rights"), 0o4644), says: []string{d.opt("bin/rights"), "mode 4644", "cannot be executed"}},
		{name: "wrong file mode", spoil: mode(d.settings(), 0o600), says: []string{d.settings(), "mode 0600", "cannot be read"}},
		{name: "wrong owner", spoil: func(t *testing.T, m *mutant) { m.mode(t, d.settings(), 0o640, 1, 1) }, says: []string{d.settings(), "owner 1:1", "belongs to somebody else"}},
		{
			name: "stale configuration", spoil: func(t *testing.T, m *mutant) { m.replace(t, d.settings(), "slow and steady", "fast and furious") },
			says: []string{d.settings(), "/settings", "fast and furious"},
		},
		{
			name: "stale configuration of equal length", spoil: func(t *testing.T, m *mutant) { m.replace(t, d.settings(), "slow and steady", "fast and greedy") },
			says: []string{d.settings(), "stale", "fast and greedy"},
		},
		{name: "missing state file", args: []string{"--state", "empty"}, says: []string{"/count", "began without its state", filepath.Join(d.site.Dir, "var/lib/probe")}},
	}
}

// ofProcess are properties of the process that the image starts.
func (d *defects) ofProcess() []defect {
	env := func(pairs ...string) func(*testing.T, *mutant) {
		return func(_ *testing.T, m *mutant) { m.env(pairs...) }
	}
	user := func(numbers string) func(*testing.T, *mutant) {
		return func(_ *testing.T, m *mutant) { m.config.User = numbers }
	}
	argument := func(old, now string) func(*testing.T, *mutant) {
		return func(t *testing.T, m *mutant) { m.argument(t, old, now) }
	}
	return []defect{
		{name: "wrong umask", spoil: func(t *testing.T, m *mutant) {
			at := slices.Index(m.config.Entrypoint, "--")
			if at < 0 {
				t.Fatalf("no init stands before the program: %q", m.config.Entrypoint)
			}
			m.config.Entrypoint = slices.Clone(m.config.Entrypoint[at+1:])
		}, says: []string{"umask differs: 0027 / 0022"}},
		{name: "wrong user", spoil: user("65534:65534"), says: []string{"user differs", "65534:65534"}},
		{name: "root in place of the user", spoil: user("0:0"), says: []string{"user differs", "0:0"}},
		{name: "lost variable", spoil: env("PROBE_NAME"), says: []string{"PROBE_NAME is missing in the image's environment"}},
		{name: "wrong locale", spoil: env("LC_ALL=tr_TR.UTF-8"), says: []string{"variable LC_ALL differs: not set / tr_TR.UTF-8"}},
		{name: "lost locale", spoil: env("LANG"), says: []string{"LANG is missing in the image's environment"}},
		{name: "wrong encoding", spoil: env("JAVA_TOOL_OPTIONS=-Dfile.encoding=ISO-8859-1"), says: []string{"encoding differs: UTF-8 / ISO-8859-1"}},
		{name: "wrong time zone", spoil: env("TZ=America/Los_Angeles"), says: []string{"time zone differs: Europe/Berlin / America/Los_Angeles"}},
		{name: "lost time zone", spoil: env("TZ"), says: []string{"variable TZ differs", "time zone differs: Europe/Berlin / UTC"}},
		{name: "lost flag of the JVM", spoil: argument("-Dprobe.mode=brisk", ""), says: []string{"argv differs: -Dprobe.mode=brisk / none"}},
		{name: "other limit of the heap", spoil: argument("-Xmx128m", "-Xmx96m"), says: []string{"argv differs: -Xmx128m / -Xmx96m"}},
		{name: "wrong working folder", spoil: func(_ *testing.T, m *mutant) { m.config.WorkingDir = "/" }, says: []string{"working folder differs: " + d.opt("") + " / /"}},
		{name: "listens elsewhere", spoil: argument(":18", ":28"), args: []string{"--timeout", "15s"}, says: []string{"is not open after 15s", "did not listen there"}},
		{name: "program that is not there", spoil: argument("/bin/java", "/bin/jawa"), says: []string{"/bin/jawa", "no such file"}},
	}
}

// ofRuntime are defects of the Java runtime.
func (d *defects) ofRuntime(t *testing.T) []defect {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	other, why := otherJava(home)
	return []defect{
		{name: "missing data of time zones", spoil: func(t *testing.T, m *mutant) { m.remove(t, filepath.Join(home, "lib/tzdb.dat")) }, says: []string{"lib/tzdb.dat", "missing"}},
		{name: "missing certificate of an authority", spoil: spoilTrust(home), says: []string{"/trust", "trusted certificates /etc/ssl/certs/java/cacerts"}},
		{name: "other Java", unless: why, spoil: func(t *testing.T, m *mutant) {
			m.tree(t, other, "lib/src.zip", "jmods", "man", "include")
			for _, name := range []string{"libdl.so.2", "libpthread.so.0", "librt.so.1"} { // of glibc before 2.34, which it was linked with
				if text, err := os.ReadFile("/usr/lib/x86_64-linux-gnu/" + name); err == nil {
					m.entry(t, tar.Header{Name: "/usr/lib/x86_64-linux-gnu/" + name, Typeflag: tar.TypeReg, Mode: 0o755}, text)
				}
			}
			m.argument(t, home, other)
		}, says: []string{"Java version differs: 17", "the image runs on Java"}},
		{name: "missing library of the runtime", spoil: func(t *testing.T, m *mutant) { m.remove(t, filepath.Join(home, "lib/libfontmanager.so")) }, says: []string{"lib/libfontmanager.so", "missing"}},
	}
}

// otherJava is the home of a Java of another major version, or why there is none.
func otherJava(home string) (string, string) {
	releases, err := filepath.Glob("/usr/lib/jvm/*/release")
	if err != nil {
		return "", err.Error()
	}
	for _, r := range releases {
		text, _ := os.ReadFile(r) // one that cannot be read is none
		if dir := filepath.Dir(r); dir != home && strings.Contains(string(text), "JAVA_VERSION=") && !strings.Contains(string(text), `JAVA_VERSION="17`) {
			return dir, ""
		}
	}
	return "", "the machine has no other Java"
}

// spoilTrust takes one authority out of the certificates that the runtime trusts.
func spoilTrust(home string) func(*testing.T, *mutant) {
	return func(t *testing.T, m *mutant) {
		const store = "/etc/ssl/certs/java/cacerts"
		m.change(t, store, func(_ *tar.Header, content []byte) []byte {
			copied := m.file + ".cacerts"
			if err := os.WriteFile(copied, content, 0o600); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = os.Remove(copied) }()
			delete := exec.CommandContext(t.Context(), filepath.Join(home, "bin/keytool"), "-delete", "-alias", "debian:isrg_root_x1.pem", "-keystore", copied, "-storepass", "changeit")
			if out, err := delete.CombinedOutput(); err != nil {
				t.Fatalf("keytool: %v\n%s", err, out)
			}
			after, err := os.ReadFile(copied)
			if err != nil {
				t.Fatal(err)
			}
			return after
		})
	}
}
