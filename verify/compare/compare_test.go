package compare

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func page(status int, kind, body string) Answer {
	a := Answer{Status: status, ContentType: kind, Header: http.Header{}, Body: []byte(body)}
	if kind != "" {
		a.Header.Set("Content-Type", kind)
	}
	return a
}

func TestAnswers(t *testing.T) {
	const html, equal, different = "text/html;charset=UTF-8", model.VerifyEqual, model.VerifyDifferent
	redirect := func(to string) Answer {
		return Answer{Status: 302, Location: to, Header: http.Header{"Location": {to}}}
	}
	words := strings.Repeat("many words ", 30)
	cases := []struct {
		name              string
		live, again, twin Answer
		want              Result
	}{
		{
			"equal pages", page(200, html, "<p>shop</p>"), page(200, html, "<p>shop</p>"), page(200, "text/html; charset=utf-8", "<p>shop</p>"),
			Result{Verdict: equal, Proof: true},
		},
		{
			"another status", page(200, html, "<p>shop</p>"), page(200, html, "<p>shop</p>"), page(404, html, "<p>shop</p>"),
			Result{Verdict: different, Differences: []model.Difference{{What: "status", Live: "200", Image: "404"}}},
		},
		{
			"another type", page(200, "text/plain", "a"), page(200, "text/plain", "a"), page(200, "", "a"),
			Result{Verdict: different, Differences: []model.Difference{{What: "header Content-Type", Live: "text/plain", Image: "none"}}},
		},
		{
			"a time that goes on", page(200, html, "<p>It is 2026-11-24T08:17:31.1Z in the shop of "+words+"</p>"),
			page(200, html, "<p>It is 2026-11-24T08:17:32.7Z in the shop of "+words+"</p>"),
			page(200, html, "<p>It is 2026-11-24T08:18:05.2Z in the shop of "+words+"</p>"),
			Result{Verdict: equal, Masks: []model.Mask{{Kind: "html", Where: "p/text()/word[3]", Bytes: 22}}, Proof: true},
		},
		{
			"a nonce and a real difference", page(200, html, "<form>\n<input value='n1'>\n<b>5</b> items in the basket\n</form>\n"),
			page(200, html, "<form>\n<input value='n2'>\n<b>5</b> items in the basket\n</form>\n"),
			page(200, html, "<form>\n<input value='n3'>\n<b>6</b> items in the basket\n</form>\n"),
			Result{
				Verdict: different, Masks: []model.Mask{{Kind: "html", Where: "form/input@value", Bytes: 2}},
				Differences: []model.Difference{{
					What: "body at form/b/text()/word[1]", Evidence: "--- live\n+++ twin\n@@ -1,4 +1,4 @@\n <form>\n <input value=\"‹differs by itself›\">\n" +
						"-<b>5</b> items in the basket\n+<b>6</b> items in the basket\n </form>",
				}},
			},
		},
		{
			"the order of JSON keys", page(200, "application/json", `{"a":1,"b":[1,2]}`), page(200, "application/json", `{"b":[1,2],"a":1}`),
			page(200, "application/json", ` { "b" : [1,2], "a":1 } `),
			Result{Verdict: equal, Proof: true},
		},
		{
			"a JSON number's notation", page(200, "application/json", `{"a":1}`), page(200, "application/json", `{"a":1}`),
			page(200, "application/json", `{"a":1.0}`),
			Result{Verdict: different, Differences: []model.Difference{{What: "body at $.a", Evidence: "--- live\n+++ twin\n@@ -1,3 +1,3 @@\n {\n- \"a\": 1\n+ \"a\": 1.0\n }"}}},
		},
		{
			"nothing but noise", page(200, "", "a1b2c3"), page(200, "", "d4e5f6"), page(200, "", "g7h8i9"),
			Result{
				Verdict: model.VerifyNotComparable, Masks: []model.Mask{{Kind: "text", Where: "line 1 word 1", Bytes: 6}},
				Why: "the live application itself answers differently each time (100 % of the body)",
			},
		},
		{
			"the same error", page(404, html, "no"), page(404, html, "no"), page(404, html, "no"),
			Result{Verdict: model.VerifySameError, Why: "both answering 404 proves nothing"},
		},
		{"nothing", page(200, "", ""), page(200, "", ""), page(200, "", ""), Result{Verdict: equal, Why: "an empty answer proves little"}},
		{"redirect to itself", redirect("http://127.0.0.1:8080/login"), redirect("/login"), redirect("/login"), Result{Verdict: equal, Proof: true}},
		{
			"redirect elsewhere", redirect("http://127.0.0.1:80801/login"), redirect("http://127.0.0.1:80801/login"), redirect("/login"),
			Result{Verdict: different, Differences: []model.Difference{{What: "header Location", Live: "http://127.0.0.1:80801/login", Image: "/login"}}},
		},
		{
			"binary", page(200, "image/png", "\x00a"), page(200, "image/png", "\x00a"), page(200, "image/png", "\x00b"),
			Result{Verdict: different, Differences: []model.Difference{{What: "body", Live: "2 bytes, sha256:022a6979e6da", Image: "2 bytes, sha256:57eb35615d47"}}},
		},
		{
			"escape sequences", page(200, "text/plain", "\x1b[2J"), page(200, "text/plain", "\x1b[2J"), page(200, "text/plain", "\u202ex\xff"),
			Result{Verdict: different, Differences: []model.Difference{{
				What:     "body at line 1 word 1",
				Evidence: "--- live\n+++ twin\n@@ -1,1 +1,1 @@\n-\\x1b[2J\n\\ No newline at end of file\n+\\xe2\\x80\\xaex\\xff\n\\ No newline at end of file",
			}}},
		},
		{
			"a body that goes on",
			Answer{Status: 200, Body: []byte("abcd"), Cut: true},
			Answer{Status: 200, Body: []byte("abcd"), Cut: true},
			Answer{Status: 200, Body: []byte("abcd"), Cut: true},
			Result{Verdict: equal, Masks: []model.Mask{{Kind: "tail", Where: "body beyond the first 4 bytes"}}, Proof: true},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Answers(Sides{Live: c.live, Again: c.again, Twin: c.twin}, Options{Host: "127.0.0.1:8080"})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestIdentities has the name of an object of the JVM on a page, and another object.
func TestIdentities(t *testing.T) {
	live := page(200, "text/html", "<p>org.example.Dispatcher-47737ce8 serves</p>")
	for body, want := range map[string]Result{
		"<p>org.example.Dispatcher-375f0bf5 serves</p>": {Verdict: model.VerifyEqual, Proof: true, Masks: []model.Mask{{Kind: "other", Where: "hash code of org.example.Dispatcher", Bytes: 8, Start: true}}},
		"<p>org.example.Fallback-375f0bf5 serves</p>": {
			Verdict: model.VerifyDifferent, Differences: []model.Difference{{
				What: "body at p/text()/word[1]", Evidence: "--- live\n+++ twin\n@@ -1,1 +1,1 @@\n-<p>org.example.Dispatcher-47737ce8 serves</p>\n\\ No newline at end of file\n" +
					"+<p>org.example.Fallback-375f0bf5 serves</p>\n\\ No newline at end of file",
			}},
		},
	} {
		got := Answers(Sides{Live: live, Again: live, Twin: page(200, "text/html", body)}, Options{})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}

// TestUnordered has the checks of a health page in another order, and one of them failing.
func TestUnordered(t *testing.T) {
	live := page(200, "application/json", `{"checks":[{"name":"disk","status":"UP"},{"name":"db","status":"UP"}]}`)
	o := Options{Unordered: true}
	got := Answers(Sides{Live: live, Again: live, Twin: page(200, "application/json", `{"checks":[{"name":"db","status":"UP"},{"name":"disk","status":"UP"}]}`)}, o)
	if want := (Result{Verdict: model.VerifyEqual, Proof: true, Masks: []model.Mask{{Kind: "order", Where: "$.checks", Bytes: 59}}}); !cmp.Equal(want, got) {
		t.Errorf("-want +got:\n%s", cmp.Diff(want, got))
	}
	got = Answers(Sides{Live: live, Again: live, Twin: page(200, "application/json", `{"checks":[{"name":"db","status":"DOWN"},{"name":"disk","status":"UP"}]}`)}, o)
	if got.Verdict != model.VerifyDifferent {
		t.Errorf("a check that fails: %+v", got)
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	redact := func(s string) string { return strings.ReplaceAll(s, "hunter2", "<redacted>") }
	long := strings.Repeat("x", widthLimit-4)
	live, twin := page(200, "text/plain", long+"hunter2"), page(200, "text/plain", long+"hunter2 and more")
	got := Answers(Sides{Live: live, Again: live, Twin: twin}, Options{Redact: redact})
	if text := fmt.Sprint(got.Differences); len(got.Differences) != 1 || strings.Contains(text, "hunt") {
		t.Errorf("%q", text)
	}
	secret := page(200, "text/plain", "hunter2")
	got = Answers(Sides{Live: secret, Again: secret, Twin: page(200, "text/plain", "<redacted>")}, Options{Redact: redact})
	if len(got.Differences) != 1 || got.Differences[0].Evidence != "differs in what is redacted here" {
		t.Errorf("%+v", got.Differences)
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
	f.Add("text/html", "<p>a 1</p>", "<p>a 2</p>", "<p>a 3</p>")
	f.Add("application/json", `{"a":1}`, `{"a":2}`, `{"a":3,"b":4}`)
	f.Add("application/json", `{"a":[1,{"b":[2,3]}]}`, `{"a":[{"b":[3,2]},1]}`, `{"a":[1,{"b":[3,2]}]}`)
	f.Add("text/xml", `<?xml version="1.0"?><a x="1" y="2"><b/> <b>t</b></a>`, `<a y="2" x="3"><b></b><b>t</b></a>`, `<a/>`)
	f.Add("text/xml", `<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "x">]><a>&b;</a>`, `<a>`, `<a b='1' b='2'></a>`)
	f.Add("", "\xff\xfe", "a b", "")
	f.Fuzz(func(t *testing.T, kind, a, b, c string) {
		live, again, twin := page(200, kind, a), page(200, kind, b), page(200, kind, c)
		r := Answers(Sides{Live: live, Again: again, Twin: twin, Packed: &twin}, Options{Host: "h"})
		shown := []string{r.Why}
		for _, d := range r.Differences {
			shown = append(shown, strings.Split(d.String(), "\n")...)
		}
		for _, m := range r.Masks {
			shown = append(shown, m.String())
		}
		for _, line := range shown {
			if Visible(line) != line {
				t.Errorf("%q may act on a terminal", line)
			}
		}
		if a == c && len(r.Differences) > 0 {
			t.Errorf("equal bodies differ: %+v", r.Differences)
		}
		if a == b && len(r.Masks) > 0 {
			t.Errorf("masked without a reason: %+v", r.Masks)
		}
		if _, json := parseJSON(a); a == b && a != c && !json && kindOf(live) == model.MaskText && r.Verdict == model.VerifyEqual {
			t.Errorf("%q and %q count as the same", a, c)
		}
		// The masks of one comparison explain it in another.
		if again := Answers(Sides{Live: live, Again: again, Twin: twin}, Options{Host: "h", Masks: r.Masks}); r.Verdict == model.VerifyEqual && again.Verdict == model.VerifyDifferent {
			t.Errorf("with its own masks it differs: %+v", again.Differences)
		}
	})
}
