package parse

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// costCase is a large file, made to cost its reader as much as it can.
type costCase struct {
	name string
	read func([]byte) any
	in   string
}

const costly = 2 << 20 // bytes: half of what is read of a configuration file, and far beyond every bound of what is kept

// filled is a text of that size, of what stands between head and tail again and again.
func filled(size int, head, again, tail string) string {
	return head + strings.Repeat(again, max(0, (size-len(head)-len(tail))/len(again))) + tail
}

// numbered is filled with lines that differ.
func numbered(size int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// either keeps what was read, so that it counts as memory.
func either[T any](read func([]byte) (T, error)) func([]byte) any {
	return func(data []byte) any {
		v, err := read(data)
		return []any{v, err}
	}
}

func costCases() []costCase {
	list := append(costXML(), costSettings()...)
	return append(list, costProxies()...)
}

func costXML() []costCase {
	read := either(ReadXML)
	var list []costCase
	for name, in := range map[string]string{
		"elements":   filled(costly, "<a>", "<b/>", "</a>"),
		"attributes": filled(costly, "<a>", "<b a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l=''/>", "</a>"),
		"one tag":    "<a " + numbered(costly, "a%d='' ") + "/>",
		"ampersands": filled(costly, "<a>", "&", "</a>"),
		"unknown":    filled(costly, "<a>", "&x;", "</a>"),
		"lines":      filled(costly, "<a>", "\n", "</a>"),
		"comments":   filled(costly, "<a>", "<!---->", "</a>"),
		"text":       filled(costly, "<a>", "<b/>x", "</a>"),
		"characters": filled(costly, "<a b='", "&#65;", "'/>"),
		"latin":      filled(costly, "<?xml version='1.0' encoding='iso-8859-1'?><a>", "\xe9", "</a>"),
		"laughs":     filled(costly, "<!DOCTYPE a [", "<!ENTITY a '&b;&b;&b;&b;'>", "]><a>&a;&a;</a>"),
		"parameters": filled(costly, "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/shadow'>", "%x;", "]><a/>"),
		"deep":       strings.Repeat("<a>", costly/3),
		"doctypes":   filled(costly, "<!DOCTYPE a [", "<!--", "]><a/>"),
	} {
		list = append(list, costCase{"xml: " + name, read, in})
	}
	return list
}

func costSettings() []costCase {
	merges := "<<: &a0 {}\n"
	for i := 1; i < 30; i++ {
		merges += fmt.Sprintf("<<: &a%d {", i) + strings.Repeat(fmt.Sprintf("<<: *a%d, ", i-1), 9) + "}\n"
	}
	props, yml, app, unit, env := either(ReadProperties), either(ReadSpringYAML), either(ReadAppSettings), either(Unit), either(EnvironmentFile)
	return []costCase{
		{"properties: short", props, filled(costly, "", "a\n", "")},
		{"properties: escapes", props, filled(costly, "a=", `\u0041`, "")},
		{"properties: joined", props, filled(costly, "", "a\\\n", "")},
		{"properties: empty", props, filled(costly, "", "\n", "")},
		{"yaml: list", yml, filled(costly, "a: [", "a,", "]")},
		{"yaml: lines", yml, filled(costly, "", "- a\n", "")},
		{"yaml: keys", yml, numbered(costly, "%x:\n")},
		{"yaml: braces", yml, filled(costly, "a: ", "{", "")},
		{"yaml: dashes", yml, filled(costly, "", "- ", "")},
		{"yaml: documents", yml, filled(costly, "", "---\n", "")},
		{"yaml: questions", yml, filled(costly, "", "? ", "")},
		{"yaml: comments", yml, filled(costly, "", "#\n", "")},
		{"yaml: anchors", yml, filled(costly, "a: [", "&a a,", "]")},
		{"yaml: quoted", yml, filled(costly, "a: \"", "\\n\n", "\"")},
		{"yaml: merges without keys", yml, merges},
		{"json: list", app, filled(costly, `{"a":[`, "1,", "1]}")},
		{"json: deep", app, filled(costly, "", `{"a":`, "")},
		{"json: libraries", either(ReadDepsJSON), filled(costly, `{"libraries":{"a":[`, "0,", "0]}}")},
		{"unit: joined", unit, filled(costly, "", "a\\\n", "")},
		{"unit: joined by comments", unit, filled(costly, "a\\\n", "#\n", "")},
		{"unit: short", unit, filled(costly, "", "a=\n", "")},
		{"unit: long section", unit, filled(costly, "["+strings.Repeat("s", 8000)+"]\n", "a=\n", "")},
		{"environment: joined", env, filled(costly, "", "A=a\\\n", "")},
		{"environment: quoted", env, filled(costly, "A=\"", "\n", "")},
		{"environment: short", env, filled(costly, "", "A=\n", "")},
		{"jetty: lines", either(ReadJettyIni), filled(costly, "", "a\n", "")},
		{"manifest: continued", either(ReadManifest), filled(costly, "A: b\r\n", " \r\n", "")},
		{"manifest: attributes", either(ReadManifest), filled(costly, "", "A: b\r\n", "")},
	}
}

func costProxies() []costCase {
	nginx := func(d []byte) any { r, err := ReadNginx(ProxyFile{"x", d}, again(d)); return []any{r, err} }
	httpd := func(d []byte) any {
		r, err := ReadHTTPD(ProxyFile{"x", d}, again(d), func(s string) string { return "${" + s + "}" })
		return []any{r, err}
	}
	haproxy := func(d []byte) any {
		r, err := ReadHAProxy([]ProxyFile{{"x", d}, {"y", d}, {"z", d}})
		return []any{r, err}
	}
	lighttpd := func(d []byte) any { r, err := ReadLighttpd(ProxyFile{"x", d}, again(d), nil); return []any{r, err} }
	const front, back = "frontend x\nbind *:80\n", "\nbackend b\nserver a b:1\n"
	return []costCase{
		{"nginx: words", nginx, filled(costly, "", "a ", "")},
		{"nginx: directives", nginx, filled(costly, "", "a;", "")},
		{"nginx: blocks", nginx, filled(costly, "", "a{", "")},
		{"nginx: comments", nginx, filled(costly, "include a;", "#\n", "include a;")},
		{"nginx: names", nginx, "http{server{server_name" + strings.Repeat(" a", costly/8) + ";" + filled(costly/2, "", "location /{proxy_pass http://a;}", "}}")},
		{"nginx: groups", nginx, "upstream a{" + filled(costly/2, "", "server b;", "}") + filled(costly/2, "", "proxy_pass http://a;", "")},
		{"httpd: joined", httpd, filled(costly, "", "\\\n", "")},
		{"httpd: short", httpd, filled(costly, "", "a\n", "")},
		{"httpd: variables", httpd, filled(costly, "Define a "+strings.Repeat("x", 8000)+"\n", "ServerName ${a}\n", "")},
		{"httpd: variables of variables", httpd, filled(costly, "Define a ${a}${a}${a}\n", "b ${a}\n", "")},
		{"haproxy: names", haproxy, front + "acl a hdr(host)" + strings.Repeat(" a", costly/8) + "\n" + filled(costly/2, "", "use_backend b if a\n", back)},
		{"haproxy: names again", haproxy, front + "acl a hdr(host)" + strings.Repeat(" a", 500) + "\nuse_backend b if" + strings.Repeat(" a", 1<<16) + back},
		{"haproxy: braces", haproxy, front + "use_backend b if" + strings.Repeat(" {", 100_000) + back},
		{"haproxy: one line", haproxy, filled(costly, "", "a ", "")},
		{"haproxy: short", haproxy, filled(costly, "", "a\n", "")},
		{"lighttpd: signs", lighttpd, filled(costly, "", "(", "")},
		{"lighttpd: blocks", lighttpd, filled(costly, "", "{", "")},
		{"lighttpd: words", lighttpd, filled(costly, "", "a ", "")},
		{"lighttpd: variables", lighttpd, "var.a = \"" + strings.Repeat("x", 4000) + "\"\n" + filled(costly, "", "var.b = var.a + \"y\"\n", "")},
		{"lighttpd: quotes", lighttpd, filled(costly, "", "\"\n", "")},
	}
}

// TestHostileInputCostsLittle holds that no configuration, however it is made, costs its reader more than some seconds and megabytes: an inventory looks
// at the files of every process, and one user's must not keep it from all others'.
func TestHostileInputCostsLittle(t *testing.T) {
	const live, all = 40, 200 // MB, kept and allocated in all
	for _, c := range costCases() {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			done := make(chan any)
			go func() { done <- c.read([]byte(c.in)) }()
			var kept any
			select {
			case kept = <-done:
			case <-time.After(20 * time.Second):
				t.Fatal("takes longer than 20 s")
			}
			runtime.ReadMemStats(&after)
			total := (after.TotalAlloc - before.TotalAlloc) >> 20
			runtime.GC()
			runtime.ReadMemStats(&after)
			if left := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 20; left > live || total > all {
				t.Errorf("%d MB are kept (%d allowed), %d MB were allocated (%d allowed)", left, live, total, all)
			}
			runtime.KeepAlive(kept)
		})
	}
}

// TestLineIndex asks for lines in every order.
func TestLineIndex(t *testing.T) {
	data := []byte("a\nb\n\nccc\n")
	x := newLineIndex(data)
	for from := range len(data) + 2 {
		for to := range len(data) + 2 {
			x.line(from)
			if got, want := x.line(to), 1+bytes.Count(data[:min(to, len(data))], []byte("\n")); got != want {
				t.Fatalf("offset %d after %d is in line %d, want %d", to, from, got, want)
			}
		}
	}
}
