package parse

import (
	"os"
	"path/filepath"
	"strings"
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
	g := NewGlance()
	f.Fuzz(func(t *testing.T, s string) {
		innocent := Innocent([]byte(s))
		if g.Innocent([]byte(s)) != innocent {
			t.Errorf("%q at a glance: not %v", s, innocent)
		}
		if !innocent {
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
		if got, at := Innocent([]byte(s)), NewGlance().Innocent([]byte(s)); got != want || at != want {
			t.Errorf("%q: got %v, at a glance %v", s, got, at)
		}
	}
}

// TestMayBegin holds that the beginnings are those of the shapes.
func TestMayBegin(t *testing.T) {
	for _, shape := range tokenShapes() {
		if !mayBegin(shape.prefix+"x") || len(shape.prefix)+shape.max > maxToken {
			t.Errorf("a word that begins with %q is not compared", shape.prefix)
		}
	}
	for _, s := range []string{"", "key", "key of", "lorem", "api.x"} {
		if mayBegin(s) {
			t.Errorf("%q is compared", s)
		}
	}
}

// anywhere reports that something begins somewhere.
func anywhere(s string, here func([]byte, int) bool) bool {
	for i := range len(s) {
		if here([]byte(s), i) {
			return true
		}
	}
	return false
}

// TestGlance holds that each part of a name is found, wherever and however it is written, and the word key only behind one that makes it a secret.
func TestGlance(t *testing.T) {
	g := NewGlance()
	for _, word := range []string{
		"authorization", "bearer", "basic ", "clear-text", "cleartext", "credential", "creds", "cookie", "contrase", "jwt", "jaas", "kennwort", "login ", "mdp", "motdepasse", "masterauth", "otp", "pw", "pass", "psw",
		"sas", "secret", "senha", "sessid", "sessionid", "token", "apikey", "api-key", "signing key", "encryption.key", "app\n\nkey",
	} {
		for _, s := range []string{word, "x" + word + "x", "a: " + strings.ToUpper(word) + ": b", "\xff" + word} {
			if !anywhere(s, secretHere) || g.Innocent([]byte(s)) {
				t.Errorf("%q says no secret", s)
			}
		}
	}
	for _, s := range []string{"", "k", "the key", "key", "keyboard api", "monkey", "pas s", "a kEy of it", "donkey 1 key"} {
		if anywhere(s, secretHere) {
			t.Errorf("%q says a secret", s)
		}
	}
}

// TestGlanceToken holds that the beginning of each token, and of keys, is seen behind whatever is no word.
func TestGlanceToken(t *testing.T) {
	g := NewGlance()
	for _, s := range []string{"AKIAIOSFODNN7EXAMPLE", "x eyJhbGciOi", "xeyJhbGciOi", "-----BEGIN RSA PRIVATE KEY-----", "a LS0tLS1CRUdJTiBSU0E", "SG.abcdefghijklmnopqrst12.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"} {
		if !anywhere(s, tokenHere) || !anywhere("key: "+s, tokenHere) || g.Innocent([]byte(s)) {
			t.Errorf("%q holds no token", s)
		}
	}
	for _, s := range []string{"", "a", "xAKIAIOSFODNN7EXAMPLE", "shipping and hooks of github", "---- BEGIN", "api_key"} {
		if anywhere(s, tokenHere) {
			t.Errorf("%q holds a token", s)
		}
	}
}

// TestLongWord holds that a word of 20 bytes with two digits is found wherever it stands, and what ends one.
func TestLongWord(t *testing.T) {
	const word = "abcdefgh12abcdefghij"
	for n := range 70 {
		s := strings.Repeat("ab ", n/3) + "   "[:n%3] + word
		if !longWord([]byte(s)) || !longWord([]byte(s+" x")) || longWord([]byte(s[:len(s)-1])) || longWord([]byte(s[:len(s)-1]+" x")) {
			t.Errorf("%q: %v %v %v", s, longWord([]byte(s)), longWord([]byte(s[:len(s)-1])), longWord([]byte(s[:len(s)-1]+" x")))
		}
	}
	for c := range 256 {
		want := c < 0x80 && (isWord(byte(c)) || strings.IndexByte("+/=_-~!@#$%^&*?|<>", byte(c)) >= 0)
		if got := longWord([]byte("abcdefgh12" + string([]byte{byte(c)}) + "abcdefghi")); got != want {
			t.Errorf("%q in a word: %v", rune(c), got)
		}
	}
	if longWord([]byte("abcdefghijklmnopqrstuvwxyz1")) || !longWord([]byte("abcdefghijklmnopqrstuvwxyz10")) {
		t.Error("two digits make it")
	}
}
