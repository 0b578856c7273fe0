package compare

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func page(status int, kind, body string) Answer {
	return Answer{Status: status, ContentType: kind, Body: []byte(body)}
}

func TestAnswers(t *testing.T) {
	const html = "text/html;charset=UTF-8"
	redirect := func(to string) Answer { return Answer{Status: 302, Location: to} }
	cases := []struct {
		name              string
		live, again, twin Answer
		want              Result
	}{
		{
			"equal pages", page(200, html, "<p>shop</p>"), page(200, html, "<p>shop</p>"), page(200, "text/html; charset=utf-8", "<p>shop</p>"),
			Result{Proof: true},
		},
		{
			"another status", page(200, html, "<p>shop</p>"), page(200, html, "<p>shop</p>"), page(404, html, "<p>shop</p>"),
			Result{Differences: []string{"status: 200 / 404"}},
		},
		{
			"another type", page(200, "text/plain", "a"), page(200, "text/plain", "a"), page(200, "", "a"),
			Result{Differences: []string{"content type: text/plain / none"}},
		},
		{
			"a time that goes on", page(200, html, "<p>It is 2026-11-24T08:17:31.1Z in the shop of many words</p>"),
			page(200, html, "<p>It is 2026-11-24T08:17:32.7Z in the shop of many words</p>"),
			page(200, html, "<p>It is 2026-11-24T08:18:05.2Z in the shop of many words</p>"),
			Result{Masked: []string{`body line 1: 22 bytes after "<p>It is"`}, Proof: true},
		},
		{
			"a nonce and a real difference", page(200, html, "<form>\n<input value='n1'>\n<b>5</b> items in the basket\n</form>\n"),
			page(200, html, "<form>\n<input value='n2'>\n<b>5</b> items in the basket\n</form>\n"),
			page(200, html, "<form>\n<input value='n3'>\n<b>6</b> items in the basket\n</form>\n"),
			Result{
				Masked: []string{`body line 2: 2 bytes after "<input value='"`},
				Differences: []string{"--- live\n+++ twin\n@@ -1,4 +1,4 @@\n <form>\n <input value='‹differs by itself›'>\n" +
					"-<b>5</b> items in the basket\n+<b>6</b> items in the basket\n </form>"},
			},
		},
		{
			"the order of JSON keys", page(200, "application/json", `{"a":1,"b":[1,2]}`), page(200, "application/json", `{"b":[1,2],"a":1}`),
			page(200, "application/json", ` { "b" : [1,2], "a":1 } `),
			Result{Proof: true},
		},
		{
			"a JSON number's notation", page(200, "application/json", `{"a":1}`), page(200, "application/json", `{"a":1}`),
			page(200, "application/json", `{"a":1.0}`),
			Result{Differences: []string{"--- live\n+++ twin\n@@ -1,3 +1,3 @@\n {\n- \"a\": 1\n+ \"a\": 1.0\n }"}},
		},
		{
			"nothing but noise", page(200, "", "a1b2c3"), page(200, "", "d4e5f6"), page(200, "", "g7h8i9"),
			Result{
				Masked: []string{`body line 1: 6 bytes after ""`},
				Why:    "the live application itself answers differently each time (100 % of the body)",
			},
		},
		{"the same error", page(404, html, "no"), page(404, html, "no"), page(404, html, "no"), Result{Why: "both answering 404 proves nothing"}},
		{"nothing", page(200, "", ""), page(200, "", ""), page(200, "", ""), Result{Why: "an empty answer proves little"}},
		{"redirect to itself", redirect("http://127.0.0.1:8080/login"), redirect("/login"), redirect("/login"), Result{Proof: true}},
		{
			"redirect elsewhere", redirect("http://127.0.0.1:80801/login"), redirect("http://127.0.0.1:80801/login"), redirect("/login"),
			Result{Differences: []string{"redirect to: http://127.0.0.1:80801/login / /login"}},
		},
		{
			"binary", page(200, "image/png", "\x00a"), page(200, "image/png", "\x00a"), page(200, "image/png", "\x00b"),
			Result{Differences: []string{"body: 2 bytes, sha256:022a6979e6da / 2 bytes, sha256:57eb35615d47"}},
		},
		{
			"escape sequences", page(200, "text/plain", "\x1b[2J"), page(200, "text/plain", "\x1b[2J"), page(200, "text/plain", "\u202ex\xff"),
			Result{Differences: []string{"--- live\n+++ twin\n@@ -1,1 +1,1 @@\n-\\x1b[2J\n\\ No newline at end of file\n+\\xe2\\x80\\xaex\\xff\n\\ No newline at end of file"}},
		},
		{
			"a body that goes on",
			Answer{Status: 200, Body: []byte("abcd"), Cut: true},
			Answer{Status: 200, Body: []byte("abcd"), Cut: true},
			Answer{Status: 200, Body: []byte("abcd"), Cut: true},
			Result{Masked: []string{"body beyond the first 4 bytes"}, Proof: true},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Answers(c.live, c.again, c.twin, Options{Host: "127.0.0.1:8080"})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	redact := func(s string) string { return strings.ReplaceAll(s, "hunter2", "<redacted>") }
	long := strings.Repeat("x", widthLimit-4)
	live, twin := page(200, "text/plain", long+"hunter2"), page(200, "text/plain", long+"hunter2 and more")
	got := Answers(live, live, twin, Options{Redact: redact})
	if text := strings.Join(got.Differences, ""); len(got.Differences) != 1 || strings.Contains(text, "hunt") {
		t.Errorf("%q", text)
	}
	got = Answers(page(200, "text/plain", "hunter2"), page(200, "text/plain", "hunter2"), page(200, "text/plain", "<redacted>"), Options{Redact: redact})
	if diff := cmp.Diff([]string{"body: differs in what is redacted here"}, got.Differences); diff != "" {
		t.Error(diff)
	}
}

func TestUnifiedIsBounded(t *testing.T) {
	var a, b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&a, "a%d,", i)
		fmt.Fprintf(&b, "b%d,", i)
	}
	got := unified(a.String(), b.String(), Options{Line: func(s string) string { return s }})
	if n := strings.Count(got, "\n"); n > lineLimit || !strings.HasSuffix(got, "more lines") {
		t.Errorf("%d lines, end %q", n, got[len(got)-20:])
	}
}

// apply is what edits promises.
func apply(a, b []string, list []edit) []string {
	var out []string
	at := 0
	for _, e := range list {
		out = append(out, a[at:e.from]...)
		out = append(out, b[e.start:e.end]...)
		at = e.to
	}
	return append(out, a[at:]...)
}

func FuzzEdits(f *testing.F) {
	f.Add("a b c", "a c d")
	f.Add("", "x")
	f.Add("x y", "")
	f.Add(strings.Repeat("a ", 900), strings.Repeat("b ", 900))
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := words(x), words(y)
		if strings.Join(a, "") != x {
			t.Fatalf("words lose something of %q", x)
		}
		if got := strings.Join(apply(a, b, edits(a, b)), ""); got != y {
			t.Errorf("edits of %q to %q give %q", x, y, got)
		}
	})
}

func FuzzAnswers(f *testing.F) {
	f.Add("<p>a 1</p>", "<p>a 2</p>", "<p>a 3</p>")
	f.Add(`{"a":1}`, `{"a":2}`, `{"a":3,"b":4}`)
	f.Add("\xff\xfe", "a b", "")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		live, again, twin := page(200, "text/html", a), page(200, "text/html", b), page(200, "text/html", c)
		r := Answers(live, again, twin, Options{Host: "h"})
		for _, d := range append(r.Differences, r.Masked...) {
			for line := range strings.SplitSeq(d, "\n") {
				if Visible(line) != line {
					t.Errorf("%q may act on a terminal", line)
				}
			}
		}
		if a == c && len(r.Differences) > 0 {
			t.Errorf("equal bodies differ: %q", r.Differences)
		}
		if a == b && a != c && indent(a) == "" && !strings.ContainsRune(a+c, 0) && len(r.Differences) == 0 {
			t.Errorf("%q and %q count as the same", a, c)
		}
	})
}
