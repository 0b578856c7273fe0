package parse

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzInnocent holds that a text which is not searched holds nothing that the search would find.
func FuzzInnocent(f *testing.F) {
	for _, s := range []string{
		"", "title: hello", `{"apiKey": "x1"}`, `{"topic": "a b c"}`, "<p a=\"x\">hello</p>", "requirepass x", "ENV  DB_PASSWORD x", "the key of it: 42", "\u212aey pa\u0073s", "TO\u212aEN=abc",
		"login a password b machine c", "AKIAIOSFODNN7EXAMPLE", `{"d":"2026-11-24T15:27:33.123456789Z"}`, "x: Basic dXNlcjpwYXNz", "a:b@c", "https://u:p@h/", "xoxb-1234567890-abcd", "basic auth",
		`{"a":"Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg"}`, "contrase\u00f1a=x", "CONTRASE\u00d1A=x", "s\u0130fre: x", "app.keys = x", "app 12 key = x", `<entry key="apiKey" value="x"/>`, "mfa otp: 123456",
		"session id = 4", "JSESSIONID=x", "jaas: {x: y}", `["a","b"]`, "// x\n{}", "encryption\nkey: x", "%3D", "token%3Dx",
	} {
		f.Add(s)
	}
	if files, err := filepath.Glob("testdata/redact/*"); err == nil {
		for _, name := range files {
			if data, err := os.ReadFile(name); err == nil {
				f.Add(string(data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !innocent(s) {
			return
		}
		if d := cmp.Diff([]SecretSpan(nil), findSecrets("", s, false)); d != "" {
			t.Errorf("%q is taken for innocent (-want +found)\n%s", s, d)
		}
	})
}

// FuzzWordless holds that a name which is not split into words holds none that says secret.
func FuzzWordless(f *testing.F) {
	for _, s := range []string{"user.name", "api-key", "TO\u212aEN", "connStr", "databaseUrl", "mdp", "sas", "s.a.s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if kind, _ := secretWords(nameWords(name)); kind != "" && wordless(name) {
			t.Errorf("%q says %s", name, kind)
		}
	})
}

// TestInnocent holds that what most files are made of is not searched.
func TestInnocent(t *testing.T) {
	for s, want := range map[string]bool{
		"lorem ipsum dolor key link\n":                        true,
		`{"id": "7f2c", "title": "Price of the key ring"}`:    true,
		"<p class=\"x\">See https://example.org/a?b=c</p>":    true,
		"at 2026-11-24T15:27:33Z: 3 orders":                   true,
		"password: x":                                         false,
		"https://a:b@example.org/":                            false,
		"{\"v\": \"Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg\"}": false,
	} {
		if got := innocent(s); got != want {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

// TestMayBegin holds that the beginnings are those of the shapes.
func TestMayBegin(t *testing.T) {
	for _, shape := range tokenShapes() {
		if !mayBegin(shape.prefix + "x") {
			t.Errorf("a word that begins with %q is not compared", shape.prefix)
		}
	}
	for _, s := range []string{"", "key", "key of", "lorem", "api.x"} {
		if mayBegin(s) {
			t.Errorf("%q is compared", s)
		}
	}
}
