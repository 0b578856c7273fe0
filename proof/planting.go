package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"html"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"a2c/model"
	"a2c/proof/apps"
)

// planting makes the places of secrets, with values and names that no two runs have in common.
type planting struct {
	t    *testing.T
	r    *mathrand.Rand
	dir  string
	list []planted
}

// planted is a secret with the place where analyze has to see it.
type planted struct {
	apps.Planted
	kind   string
	listed bool // its key says that it is a secret
	where  model.Place
}

const plainLetters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

func (p *planting) letters(n int, from string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(from[p.r.IntN(len(from))])
	}
	return b.String()
}

func (p *planting) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(p.r.IntN(256))
	}
	return b
}

// value draws a value of a kind: what is written, and the part of it that is secret.
func (p *planting) value(kind string) (written, secret string) {
	switch kind {
	case "password", "keystore-password", "ldap-bind", "mail-password", "master-key":
		secret = p.letters(9, plainLetters) + string("+~*"[p.r.IntN(3)]) + p.letters(8, plainLetters) + "7Q" + string("-_"[p.r.IntN(2)]) + p.letters(7, plainLetters)
	case "jwt-key":
		secret = "q7" + base64.StdEncoding.EncodeToString(p.bytes(33))
	case "session-key", "api-key":
		secret = hex.EncodeToString(p.bytes(24)) + "a7f3b0c9"
	case "client-secret", "random":
		secret = p.letters(16, plainLetters) + "7Q4z" + p.letters(14, plainLetters)
	case "cloud-key":
		secret = "AK" + "IA" + p.letters(14, "ABCDEFGHJKLMNPQRSTUVWXYZ234567") + "X7"
	case "forge-token":
		secret = "gh" + "p_" + p.letters(34, plainLetters) + "x7"
	case "payment-token":
		secret = "sk" + "_live_" + p.letters(26, plainLetters) + "x7"
	case "web-token":
		secret = p.letters(41, plainLetters) + "x7"
		return "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0." + secret, secret
	case "url-password":
		secret = p.letters(20, plainLetters) + "x7"
		return "https://" + p.letters(7, "bdfgklmn") + ":" + secret + "@partner.internal.example/v2", secret
	case "connection-string":
		secret = p.letters(20, plainLetters) + "x7"
		return "Server=db.internal.example;Database=d;User Id=u;Password=" + secret + ";Encrypt=true", secret
	}
	return secret, secret
}

// words are a key's name: drawn ones, and behind them what says secret, if anything does.
func (p *planting) words(kind string, listed bool) []string {
	syllables := func() string {
		var b strings.Builder
		for range 3 {
			b.WriteByte("bdfglmnrtvz"[p.r.IntN(11)])
			b.WriteByte("aeiou"[p.r.IntN(5)])
		}
		return b.String()
	}
	words := []string{syllables(), syllables() + fmt.Sprint(10+p.r.IntN(90))}
	if !listed {
		return words
	}
	return append(words, map[string][]string{
		"password": {"password"}, "keystore-password": {"key", "store", "password"}, "ldap-bind": {"ldap", "password"}, "mail-password": {"smtp", "password"},
		"master-key": {"jasypt", "password"}, "jwt-key": {"jwt", "secret"}, "session-key": {"session", "secret"}, "api-key": {"api", "key"}, "client-secret": {"client", "secret"},
		"cloud-key": {"access", "key"}, "connection-string": {"connection", "string"}, "forge-token": {"token"}, "payment-token": {"secret"}, "web-token": {"token"},
	}[kind]...)
}

func upperSnake(w []string) string { return strings.ToUpper(strings.Join(w, "_")) }
func kebab(w []string) string      { return strings.Join(w, "-") }

func camel(w []string) string {
	var b strings.Builder
	b.WriteString(w[0])
	for _, word := range w[1:] {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// syntax is how a kind of file writes names and values.
type syntax struct {
	name   func([]string) string
	escape func(string) string
}

func asProperties() syntax { return syntax{kebab, func(s string) string { return s }} }
func asShell() syntax      { return syntax{upperSnake, func(s string) string { return s }} }
func asXML() syntax        { return syntax{camel, html.EscapeString} }

func asJSON() syntax {
	return syntax{camel, func(s string) string {
		b, _ := json.Marshal(s) // of a string, never an error
		return string(b[1 : len(b)-1])
	}}
}

// line is one of a file: text, in which NAME and VALUE stand for a planted secret of a kind; "": none is.
type line struct {
	kind   string
	listed bool
	text   string
}

func plain(text string) line { return line{text: text} }

// telling has a key that says secret, mute one that does not.
func telling(kind, text string) line { return line{kind, true, text} }
func mute(kind, text string) line    { return line{kind, false, text} }

// text composes a file of an application; place is where it lies, in an archive "a.jar!/entry".
func (p *planting) text(app, place string, s syntax, lines ...line) string {
	var b strings.Builder
	for i, l := range lines {
		text := l.text
		if l.kind != "" {
			name := s.name(p.words(l.kind, l.listed))
			written, secret := p.value(l.kind)
			text = strings.ReplaceAll(strings.ReplaceAll(text, "NAME", name), "VALUE", s.escape(written))
			p.list = append(p.list, planted{
				Planted: apps.Planted{App: app, Name: name, Value: secret, Place: place}, kind: l.kind, listed: l.listed,
				where: model.Place{Kind: "file", Path: model.Path(place), Line: i + 1},
			})
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// file writes such a file below the folder of its application.
func (p *planting) file(app, name string, s syntax, lines ...line) {
	place := filepath.Join(p.dir, app, name)
	p.write(place, []byte(p.text(app, place, s, lines...)))
}

func (p *planting) write(name string, data []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// env is a variable of an application's process.
func (p *planting) env(app, kind string, listed bool) string {
	name := upperSnake(p.words(kind, listed))
	written, secret := p.value(kind)
	p.list = append(p.list, planted{apps.Planted{App: app, Name: name, Value: secret, Place: "environment"}, kind, listed, model.Place{Kind: "env", Key: name}})
	return name + "=" + written
}

// arg is an argument that stands at a place of the argument vector.
func (p *planting) arg(app, kind string, listed bool, before string, at int) string {
	name := strings.Join(p.words(kind, listed), ".")
	written, secret := p.value(kind)
	p.list = append(p.list, planted{apps.Planted{App: app, Name: name, Value: secret, Place: "arguments"}, kind, listed, model.Place{Kind: "argv", Arg: at}})
	return before + name + "=" + written
}

// keyFile writes a private key, and keyStore what looks like one: their values are a line and a part of them.
func (p *planting) keyFile(app, name string) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		p.t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	p.own(app, name, "private-key", text, strings.Split(string(text), "\n")[2], 1)
}

func (p *planting) keyStore(app, name string) {
	data := append([]byte("\x30\x82\x0a\x00"), p.letters(400, plainLetters)...)
	p.own(app, name, "keystore", data, string(data[100:140]), 0)
}

func (p *planting) own(app, name, kind string, data []byte, part string, at int) {
	place := filepath.Join(p.dir, app, name)
	p.write(place, data)
	p.list = append(p.list, planted{apps.Planted{App: app, Name: filepath.Base(name), Value: part, Place: place}, kind, true, model.Place{Kind: "file", Path: model.Path(place), Line: at}})
}
