package apps

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"unicode"
)

// Planted is a secret that a site's application was given. Nothing that a2c writes may hold Value, in any of its Forms.
type Planted struct {
	App   string
	Name  string // variable, key or attribute
	Value string
	Place string // "environment", or the file that holds it
}

// Forms returns the value as it may appear in other notations: plain, base64 (also of NAME=value and unpadded), URL-escaped, XML-escaped,
// JSON-escaped as .NET and Go do it, quoted for a shell; and each of its parts of six or more letters and digits, since a careless redaction
// shows what stands behind a sign that it takes for the end.
func (p Planted) Forms() []string {
	xml := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(p.Value)
	dotnet := strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`, "+", `\u002B`, `"`, `\u0022`, "'", `\u0027`, `\`, `\\`).Replace(p.Value)
	forms := []string{
		p.Value,
		strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(p.Value)), "="),
		strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(p.Value)), "="),
		url.QueryEscape(p.Value),
		url.PathEscape(p.Value),
		xml,
		html.EscapeString(p.Value),
		dotnet,
		jsonText(p.Value),
		strings.ReplaceAll(p.Value, "'", `'\''`),
	}
	forms = append(forms, hex.EncodeToString([]byte(p.Value)))
	for pad := range 3 { // in the midst of something longer that is base64: the characters at both ends hold bits of what stands around it
		if text := base64.RawStdEncoding.EncodeToString([]byte("   "[:pad] + p.Value)); len(p.Value) >= 16 {
			forms = append(forms, text[4:len(text)-4])
		}
	}
	for _, part := range strings.FieldsFunc(p.Value, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(part) >= 6 {
			forms = append(forms, part)
		}
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

// jsonText is a string of JSON without the quotes around it.
func jsonText(s string) string {
	b, _ := json.Marshal(s) // of a string, never an error
	return string(b[1 : len(b)-1])
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

// hostile draws a value of parts of eight letters with the given signs between them: those that end a value in some notation.
func (s *Site) hostile(app, key, signs string) string {
	const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	r := s.draw(app, key)
	var b strings.Builder
	part := func() {
		for range 8 {
			b.WriteByte(letters[r.IntN(len(letters))])
		}
	}
	for _, sign := range signs {
		part()
		b.WriteRune(sign)
	}
	part()
	return b.String()
}

// hostileVariables are the variables of an application whose values careless redaction shows in part.
func (s *Site) hostileVariables(app string) (env []string, list []Planted) {
	add := func(variable, before, after string, write func(string) string, signs ...string) {
		var values []string
		for i, chars := range signs {
			secret := s.hostile(app, fmt.Sprintf("%s %d", variable, i), chars)
			list = append(list, Planted{App: app, Name: variable, Value: secret, Place: "environment"})
			values = append(values, write(secret))
		}
		env = append(env, variable+"="+before+strings.Join(values, `","`)+after)
	}
	raw := func(s string) string { return s }
	switch app {
	case "shop":
		add("DB_PASSWORD_ORDER_SERVICE", "", "", raw, `/#?<>"' ü%$&;,=:@\`)
		add("SHOP_BROKER", "amqp://shop:", "@mq.internal.example:5672/shop", raw, `/#?<>"' ü&;,=:@`)
	case "orders":
		add("JAVA_TOOL_OPTIONS", `-Dorders.note=x "-Dorders.mail.password=`, `" -Dorders.more=y`, raw, `/#?<>' ü%$&;,=:@`)
		add("ORDERS_PARTNERS", `{"first":{"password":{"value":"x"}},"passwords":["`, `"]}`, jsonText, `"\,]} ü`, `/#?<>' &;=:@`)
	case "portal":
		add("PORTAL_CACHE", "redis://:", "@cache.internal.example:6379/0", raw, `/#?<>"' ü`)
		add("ConnectionStrings__Reports", `Server=reports.internal.example;Password="`, `";Encrypt=true`, func(s string) string { return strings.ReplaceAll(s, `"`, `""`) }, `;"'/#?<> ü,=`)
	}
	return env, list
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
	list := []Planted{
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
	for i, secret := range s.portalPartners() {
		list = append(list, Planted{App: "portal", Name: fmt.Sprintf("Partner:Passwords:%d", i), Value: secret, Place: s.path("opt/portal/appsettings.json")})
	}
	for _, a := range All() {
		_, more := s.hostileVariables(a.Name)
		list = append(list, more...)
	}
	return list
}

// portalPartners are passwords in a list of JSON.
func (s *Site) portalPartners() []string {
	return []string{s.hostile("portal", "first partner", `"\,]} ü`), s.hostile("portal", "second partner", `/#?<>' &;=:@`)}
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
