package apps

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
)

// Planted is a secret that a site's application was given. Nothing that a2c writes may hold Value, in any of its Forms.
type Planted struct {
	App   string
	Name  string // variable, key or attribute
	Value string
	Place string // "environment", or the file that holds it
}

// Forms returns the value as it may appear in other notations: plain, base64 (also of NAME=value and unpadded), URL-escaped, XML-escaped,
// JSON-escaped.
func (p Planted) Forms() []string {
	xml := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(p.Value)
	json := strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`, "+", `\u002B`).Replace(p.Value)
	forms := []string{
		p.Value,
		strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(p.Value)), "="),
		strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(p.Value)), "="),
		url.QueryEscape(p.Value),
		url.PathEscape(p.Value),
		xml,
		html.EscapeString(p.Value),
		json,
	}
	seen := map[string]bool{}
	var distinct []string
	for _, f := range forms {
		if !seen[f] {
			seen[f] = true
			distinct = append(distinct, f)
		}
	}
	return distinct
}

// secret draws the value for a place of an application: the same seed, application and key give the same value. It holds characters that
// URL, XML and JSON write differently, and none that ends a quoted string or a connection string's part.
func (s *Site) secret(app, key string) string {
	const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	r := s.draw(app, key)
	var b strings.Builder
	for i := range 26 {
		if i == 9 || i == 17 {
			b.WriteByte("&+<"[r.IntN(3)])
			continue
		}
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// keyName draws a name that only its ending gives away as a secret's, in upper case: "ORCHID_73_API_TOKEN".
func (s *Site) keyName(app, key string) string {
	words := []string{"ORCHID", "HARBOUR", "MERIDIAN", "QUARTZ", "LANTERN", "SAFFRON", "GLACIER", "TANGENT"}
	endings := []string{"PASSWORD", "API_TOKEN", "CLIENT_SECRET", "API_KEY", "ACCESS_TOKEN"}
	r := s.draw(app, "name of "+key)
	return fmt.Sprintf("%s_%d_%s", words[r.IntN(len(words))], 10+r.IntN(90), endings[r.IntN(len(endings))])
}

func (s *Site) draw(app, key string) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s", app, key)
	return rand.New(rand.NewPCG(s.state.Seed, h.Sum64()))
}

// Planted returns every secret of the applications.
func (s *Site) Planted() []Planted {
	file := func(app, key, name string, place ...string) Planted {
		return Planted{App: app, Name: name, Value: s.secret(app, key), Place: s.path(place...)}
	}
	env := func(app, key, name string) Planted {
		return Planted{App: app, Name: name, Value: s.secret(app, key), Place: "environment"}
	}
	return []Planted{
		file("shop", "database", "password", "srv/shop/conf/Catalina/localhost/shop.xml"),
		file("shop", "setenv", s.keyName("shop", "setenv"), "srv/shop/bin/setenv.sh"), // exported: in the environment as well
		env("shop", "env", s.keyName("shop", "env")),
		file("orders", "file", "spring.datasource.password", "etc/orders/application.yml"),
		file("orders", "partner", ymlKey(s.keyName("orders", "partner")), "etc/orders/application.yml"),
		env("orders", "database", "SPRING_DATASOURCE_PASSWORD"), // the one in force
		file("portal", "file", "ConnectionStrings:Default", "opt/portal/appsettings.json"),
		file("portal", "partner", pascal(s.keyName("portal", "partner")), "opt/portal/appsettings.json"),
		env("portal", "database", "ConnectionStrings__Default"), // the one in force
		env("portal", "env", s.keyName("portal", "env")),
		env("azmcp", "client", "AZURE_CLIENT_SECRET"),
		env("azmcp", "env", s.keyName("azmcp", "env")),
	}
}

// ymlKey: "ORCHID_73_API_TOKEN" as Spring writes keys: "orchid-73-api-token".
func ymlKey(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// pascal: "ORCHID_73_API_TOKEN" as .NET writes keys: "Orchid73ApiToken".
func pascal(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		b.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return b.String()
}
