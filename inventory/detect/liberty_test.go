package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// libertyCase runs a server whose files are these, below its folder unless they begin with a slash, and returns its endpoints, its applications and what
// could not be read.
func libertyCase(t *testing.T, version, files string) []string {
	t.Helper()
	archive := txtar.Parse([]byte(files))
	for i, f := range archive.Files {
		archive.Files[i].Name = strings.TrimPrefix(f.Name, "/")
		if !strings.HasPrefix(f.Name, "/") {
			archive.Files[i].Name = "wlp/usr/servers/one/" + f.Name
		}
	}
	archive.Files = append(archive.Files,
		txtar.File{Name: "proc/stat", Data: []byte("btime 1763971200\n")},
		txtar.File{Name: "proc/9/cmdline threads=20", Data: []byte("java\n-jar\n/wlp/bin/tools/ws-server.jar\none\n")},
		txtar.File{Name: "proc/9/exe -> /usr/bin/java"}, txtar.File{Name: "proc/9/cwd -> /"},
		txtar.File{Name: "proc/9/environ", Data: []byte("TILL=9999\n")},
		txtar.File{Name: "wlp/lib/versions/openliberty.properties", Data: []byte("com.ibm.websphere.productVersion=" + version + "\n")},
		txtar.File{Name: "wlp/bin/tools/ws-server.jar!/META-INF/MANIFEST.MF", Data: []byte("Main-Class: " + libertyMain + "\n")})
	got, err := find(t, archive)
	if err != nil || len(got.Apps) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	var lines []string
	for _, c := range got.Apps[0].Connectors {
		lines = append(lines, fmt.Sprintf("%s %s:%d", c.Purpose, c.Address, c.Port))
	}
	for _, w := range got.Apps[0].WebApps {
		lines = append(lines, "application "+w.Name+" "+w.Context)
	}
	for _, s := range got.Skips {
		if s.Incomplete {
			lines = append(lines, "unread "+s.Path.String()+": "+s.Reason)
		}
	}
	return lines
}

// TestLibertyIncludes goes through what openliberty.io, "Server configuration overview", and com.ibm.ws.config say of includes and of elements that
// several files name.
func TestLibertyIncludes(t *testing.T) {
	const (
		server   = "-- server.xml --\n<server><httpEndpoint id='defaultHttpEndpoint' host='10.0.0.1'/>%s</server>\n"
		other    = "-- %s --\n<server><httpEndpoint id='defaultHttpEndpoint' host='10.0.0.2' httpPort='8080'/></server>\n"
		endpoint = "<httpEndpoint id='defaultHttpEndpoint' host='10.0.0.1'/>"
	)
	with := func(include string, files ...string) string {
		return fmt.Sprintf(server, include) + strings.Join(files, "")
	}
	const port = "-- server.xml --\n<server><httpEndpoint id='defaultHttpEndpoint' httpPort='${p}'/></server>\n"
	variable := func(name, text string) string { return "-- variables/" + name + " --\n" + text + "\n" }
	file := func(name, text string) string { return "-- " + name + " --\n<server>" + text + "</server>\n" }
	for _, tc := range []struct {
		name, files, version string
		want                 []string
	}{
		{name: "merge is what happens by itself", files: with("<include location='a.xml'/>", fmt.Sprintf(other, "a.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "an unknown behavior is merge", files: with("<include location='a.xml' onConflict='never'/>", fmt.Sprintf(other, "a.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "ignore", files: with("<include location='a.xml' onConflict='IGNORE'/>", fmt.Sprintf(other, "a.xml")), want: []string{"http 10.0.0.1:9080"}},
		{name: "what ignore names alone counts", files: with("<include location='a.xml' onConflict='ignore'/>", file("a.xml", "<httpEndpoint id='x' httpPort='1' host='::1'/>")), want: []string{"http 10.0.0.1:9080", "http ::1:1"}},
		{name: "ignore before there is a conflict", files: "-- server.xml --\n<server><include location='a.xml' onConflict='ignore'/>" + endpoint + "</server>\n" + fmt.Sprintf(other, "a.xml"), want: []string{"http 10.0.0.1:8080"}},
		{name: "replace replaces attributes that both set", files: with("<include location='a.xml' onConflict='replace'/>", file("a.xml", "<httpEndpoint id='defaultHttpEndpoint' httpPort='8080'/>")), want: []string{"http 10.0.0.1:8080"}},
		{name: "an include in an ignored one is ignored", files: with("<include location='a.xml' onConflict='ignore'/>", file("a.xml", "<include location='b.xml'/>"), fmt.Sprintf(other, "b.xml")), want: []string{"http 10.0.0.1:9080"}},
		{name: "whatever it says itself", files: with("<include location='a.xml' onConflict='ignore'/>", file("a.xml", "<include location='b.xml' onConflict='replace'/>"), fmt.Sprintf(other, "b.xml")), want: []string{"http 10.0.0.1:9080"}},
		{name: "two files that do not include one another", files: with("<include location='a.xml'/><include location='b.xml' onConflict='ignore'/>", file("a.xml", "<httpEndpoint id='x' httpPort='1' host='::1'/>"), file("b.xml", "<httpEndpoint id='x' httpPort='2' httpsPort='3'/>")), want: []string{"http 10.0.0.1:9080", "http ::1:1"}},
		{name: "overrides and defaults", files: with("", fmt.Sprintf(other, "configDropins/defaults/z.xml"), file("configDropins/overrides/A.xml", "<httpEndpoint id='defaultHttpEndpoint' httpPort='1'/>"), file("configDropins/overrides/b.xml", "<httpEndpoint id='defaultHttpEndpoint' httpPort='2'/>")), want: []string{"http 10.0.0.1:2"}},
		{name: "features replaced", files: "-- server.xml --\n<server><featureManager><feature>ssl-1.0</feature></featureManager><include location='a.xml' onConflict='replace'/></server>\n" + file("a.xml", "<featureManager><feature>servlet-4.0</feature></featureManager>"), want: []string{"http localhost:9080"}},
		{name: "features merged", files: "-- server.xml --\n<server><featureManager><feature>ssl-1.0</feature></featureManager><include location='a.xml'/></server>\n" + file("a.xml", "<featureManager><feature>servlet-4.0</feature></featureManager>"), want: []string{"http localhost:9080", "https localhost:9443"}},
		{name: "features ignored", files: "-- server.xml --\n<server><featureManager><feature>servlet-4.0</feature></featureManager><include location='a.xml' onConflict='ignore'/></server>\n" + file("a.xml", "<featureManager><feature>ssl-1.0</feature></featureManager>"), want: []string{"http localhost:9080"}},
		{name: "one monitor of all files", files: with("<applicationMonitor dropinsEnabled='false'/><include location='a.xml'/>", file("a.xml", "<applicationMonitor pollingRate='1s'/>"), "-- dropins/a.war!/index.html --\n"), want: []string{"http 10.0.0.1:9080"}},
		{name: "applications of equal ID", files: with("<application id='a' location='a.war'/><include location='a.xml'/>", file("a.xml", "<application id='a' contextRoot='/x'/>"), "-- apps/a.war!/index.html --\n"), want: []string{"http 10.0.0.1:9080", "application a /x"}},

		{name: "absolute", files: with("<include location='/etc/a.xml'/>", fmt.Sprintf(other, "/etc/a.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "by a variable of an include before", files: with("<include location='v.xml'/><include location='${where}/a.xml'/>", file("v.xml", "<variable name='where' value='/etc'/>"), fmt.Sprintf(other, "/etc/a.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "URI", files: with("<include location='file:///etc/a.xml'/>", fmt.Sprintf(other, "/etc/a.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "relative to the file that includes", files: with("<include location='sub/a.xml'/>", file("sub/a.xml", "<include location='b.xml'/>"), fmt.Sprintf(other, "sub/b.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "remote", files: with("<include location='https://conf.example/a.xml'/>"), want: []string{"http 10.0.0.1:9080", "unread https://conf.example/a.xml: lies on another machine: not read"}},
		{name: "missing", files: with("<include location='none.xml'/>"), want: []string{"http 10.0.0.1:9080", "unread /wlp/usr/servers/one/none.xml: no such file any more"}},
		{name: "missing and optional", files: with("<include location='none.xml' optional='TRUE'/><include location='none/' optional='true'/>"), want: []string{"http 10.0.0.1:9080"}},
		{name: "of itself", files: with("<include location='a.xml'/>", file("a.xml", "<include location='server.xml'/><include location='./a.xml'/><httpEndpoint id='defaultHttpEndpoint' httpPort='8080'/>")), want: []string{"http 10.0.0.1:8080"}},
		{name: "twice", files: with("<include location='a.xml'/><include location='a.xml'/>", fmt.Sprintf(other, "a.xml")), want: []string{"http 10.0.0.2:8080"}},
		{name: "folder", files: with("<include location='sub/'/>", file("sub/b.xml", "<httpEndpoint id='defaultHttpEndpoint' httpPort='2'/>"), file("sub/A.xml", "<httpEndpoint id='defaultHttpEndpoint' httpPort='1'/>"), file("sub/deeper/c.xml", "<httpEndpoint id='defaultHttpEndpoint' httpPort='3'/>"), file("sub/d.txt", "<httpEndpoint id='defaultHttpEndpoint' httpPort='4'/>")), want: []string{"http 10.0.0.1:2"}},
		{name: "folder that is ignored", files: with("<include location='sub/' onConflict='ignore'/>", fmt.Sprintf(other, "sub/a.xml")), want: []string{"http 10.0.0.1:9080"}},
		{name: "folder without a slash", files: with("<include location='sub'/>", fmt.Sprintf(other, "sub/a.xml")), want: []string{"http 10.0.0.1:9080", "unread /wlp/usr/servers/one/sub: " + "is a folder, and is not written with a slash at its end: Liberty does not read it"}},
		{name: "folder of an older Liberty", files: with("<include location='sub/'/>", fmt.Sprintf(other, "sub/a.xml")), version: "23.0.0.9", want: []string{"http 10.0.0.1:9080", "unread /wlp/usr/servers/one/sub: " + "is a folder, which Liberty reads from 23.0.0.10 on"}},

		{name: "a later variable takes the place of the whole", files: "-- server.xml --\n<server><variable name='till' value='1'/><variable name='till' defaultValue='2'/><httpEndpoint id='defaultHttpEndpoint' httpPort='${till}'/></server>\n", want: []string{"http localhost:9999"}},
		{name: "a variable that is ignored", files: with("<variable name='p' value='1'/><include location='a.xml' onConflict='ignore'/><httpEndpoint id='x' httpPort='${p}' host='::1'/>", file("a.xml", "<variable name='p' value='2'/>")), want: []string{"http 10.0.0.1:9080", "http ::1:1"}},
		{name: "a variable in a file", files: port + variable("p", "8080"), want: []string{"http localhost:8080"}},
		{name: "before bootstrap.properties", files: port + variable("p", "8080") + "-- bootstrap.properties --\np=1\n", want: []string{"http localhost:8080"}},
		{name: "behind what the configuration sets", files: "-- server.xml --\n<server><variable name='p' value='1'/><httpEndpoint id='defaultHttpEndpoint' httpPort='${p}'/></server>\n" + variable("p", "8080"), want: []string{"http localhost:1"}},
		{name: "before its default", files: "-- server.xml --\n<server><variable name='p' defaultValue='1'/><httpEndpoint id='defaultHttpEndpoint' httpPort='${p}'/></server>\n" + variable("p", "8080"), want: []string{"http localhost:8080"}},
		{name: "an empty file is none", files: port + "-- variables/p --\n", want: nil},
		{name: "properties", files: port + variable("x.properties", "p 8080\nq=1"), want: []string{"http localhost:8080"}},
		{name: "properties of a folder in it are a variable", files: port + variable("sub/x.properties", "p=8080"), want: nil},
		{name: "a folder in it", files: strings.ReplaceAll(port, "${p}", "${sub/p}") + variable("sub/p", "8080"), want: []string{"http localhost:8080"}},
		{name: "not deeper", files: strings.ReplaceAll(port, "${p}", "${sub/deeper/p}") + variable("sub/deeper/p", "8080"), want: nil},
		{name: "not above", files: strings.ReplaceAll(port, "${p}", "${../p}") + "-- p --\n8080\n", want: nil},
		{name: "other folders", files: port + variable("p", "1") + "-- bootstrap.properties --\nVARIABLE_SOURCE_DIRS=/etc/a:/etc/b\n-- /etc/a/p --\n8080\n-- /etc/b/q --\n1\n", want: []string{"http localhost:8080"}},
		{name: "a later folder", files: port + "-- bootstrap.properties --\nVARIABLE_SOURCE_DIRS=/etc/a:/etc/b\n-- /etc/a/p --\n1\n-- /etc/b/p --\n8080\n", want: []string{"http localhost:8080"}},
		{name: "a variable of another", files: port + variable("p", "${q}") + variable("q", "8080"), want: []string{"http localhost:8080"}},
		{name: "no regular file", files: port + "-- variables/p type=fifo --\n", want: []string{"unread /wlp/usr/servers/one/variables/p: is no regular file"}},
		{name: "no regular file of properties", files: port + "-- variables/p.properties type=fifo --\n", want: []string{"unread /wlp/usr/servers/one/variables/p.properties: is no regular file"}},
		{name: "more than is read", files: port + "-- variables/p size=5000000 --\n", want: []string{"unread /wlp/usr/servers/one/variables/p: is larger than the limit"}},
		{name: "a secret that nothing asks for", files: port + variable("p", "8080") + "-- variables/password err=EIO --\n", want: []string{"http localhost:8080"}},
		{name: "a configuration of a client", files: with("<include location='a.xml'/>", "-- a.xml --\n<client><httpEndpoint id='defaultHttpEndpoint' httpPort='1'/></client>\n"), want: []string{"http 10.0.0.1:9080"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.version == "" {
				tc.version = "24.0.0.1"
			}
			if diff := cmp.Diff(tc.want, libertyCase(t, tc.version, tc.files)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestLibertyFilesEnd holds that files which include each other by the hundred are said not to be read all.
func TestLibertyFilesEnd(t *testing.T) {
	files := "-- server.xml --\n<server>" + strings.Repeat("<include location='a.xml'/>", 305) + "</server>\n-- a.xml --\n<server/>\n"
	got := libertyCase(t, "24.0.0.1", files)
	if diff := cmp.Diff([]string{"http localhost:9080", "unread /wlp/usr/servers/one/a.xml: " + "more than 300 files: the rest is not read"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLibertyVariablesEnd holds that variables without end are said not to be read all, and that those read keep to what they may cost.
func TestLibertyVariablesEnd(t *testing.T) {
	const server = "-- server.xml --\n<server><httpEndpoint id='defaultHttpEndpoint' httpPort='${a}'/></server>\n"
	many, large := strings.Builder{}, strings.Builder{}
	for i := range 2005 {
		fmt.Fprintf(&many, "-- variables/v%04d --\n", i)
	}
	for i := range 4 {
		fmt.Fprintf(&large, "-- variables/v%d.properties --\n%s", i, strings.Repeat("#\n", 1_000_000))
	}
	for _, tc := range []struct{ name, files, want string }{
		{"many", "-- variables/a --\n8080\n" + many.String(), "unread /wlp/usr/servers/one/variables: " + "more than 2000 variables and folders of them: the rest is not read"},
		{"large", "-- variables/a.properties --\na=8080\n" + large.String(), "unread /wlp/usr/servers/one/variables/v3.properties: " + "more than 4194304 bytes in all files of variables together"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{"http localhost:8080", tc.want}, libertyCase(t, "24.0.0.1", server+tc.files)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
