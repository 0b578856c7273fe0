package parse

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTextSecrets(t *testing.T) {
	const v = "kR7pQ2xTz9LmW4vBs8HdYc" // no person chose it
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a.properties", "harbour.lamp = " + v + "\n", []string{"harbour.lamp"}},
		{"a.properties", "harbour.id = " + v + "\n", nil},
		{"a.yml", "harbour:\n  lamp: '" + v + "'\n", []string{"lamp"}},
		{"a.json", `{"lamp": "` + v + `", "sha256": "` + v + `"}`, []string{"lamp"}},
		{"a.xml", "<a><lamp x='1'>\n " + v + "\n</lamp><b lamp=\"" + v + "\"/></a>", []string{"lamp", "lamp"}},
		{"a.xml", `<p name="lamp" value="` + v + `"/><p name="etag" value="` + v + `"/><p name="commit.id" value="` + v + `"/>`, []string{""}}, // by its label
		{"a.sh", "export LAMP=" + v + "\n", []string{"LAMP"}},
		{"a.sh", "PASSWORD=" + v + "\n", []string{"PASSWORD"}},
		{"a.md", "LAMP=" + v + "\n", nil},
		{"package-lock.json", "lamp = " + v, nil},
		{"a.properties", "lamp=org.apache.catalina.startup.Bootstrap2\nlamp=/usr/lib/jvm/java-17-openjdk-amd64/X1\nlamp=http://www.w3.org/2001/XMLSchema-Instance1\n", nil},
	} {
		var got []string
		for _, s := range TextSecrets(c.name, c.text) {
			got = append(got, s.Key)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s (-want +got)\n%s", c.name, c.text, d)
		}
	}
}

// hostileTexts are repeated to texts that take the longest.
func hostileTexts() []string {
	return []string{"a=", "a=b=", "a ", "<a ", "<a>", "a='", `a="b" value=`, `name="`, "a=kR7pQ2xTz9LmW4vBs8HdYc\n", "value:", "<a b=c>x"}
}

// TestTextSecretsHostile holds that no text takes minutes; BenchmarkTextSecrets says how long each takes.
func TestTextSecretsHostile(t *testing.T) {
	for _, unit := range hostileTexts() {
		begin := time.Now()
		TextSecrets("a.xml", strings.Repeat(unit, 1<<18/len(unit)))
		if d := time.Since(begin); d > 20*time.Second {
			t.Errorf("%q: %s", unit, d)
		}
	}
}

func BenchmarkTextSecrets(b *testing.B) {
	for _, unit := range hostileTexts() {
		text := strings.Repeat(unit, 1<<20/len(unit))
		b.Run(unit, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				TextSecrets("a.xml", text)
			}
		})
	}
}

func TestJoined(t *testing.T) {
	span := func(start, end int) SecretSpan { return SecretSpan{Start: start, End: end} }
	for _, c := range []struct{ spans, more, want []SecretSpan }{
		{nil, nil, nil},
		{nil, []SecretSpan{span(1, 3), span(2, 4), span(3, 5)}, []SecretSpan{span(1, 3), span(3, 5)}},
		{[]SecretSpan{span(4, 6), span(9, 12)}, []SecretSpan{span(0, 4), span(5, 7), span(6, 9), span(8, 20), span(12, 13)}, []SecretSpan{span(0, 4), span(4, 6), span(6, 9), span(9, 12), span(12, 13)}},
		{[]SecretSpan{span(4, 6)}, []SecretSpan{span(0, 20)}, []SecretSpan{span(4, 6)}},
	} {
		if d := cmp.Diff(c.want, joined(c.spans, c.more)); d != "" {
			t.Errorf("%v and %v (-want +got)\n%s", c.spans, c.more, d)
		}
	}
}

func TestIndirect(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"spring.datasource.password", "ENC(3kZ0a9b+/=)", IndirectJasypt},
		{"password", "${VAULT::ds::password::1}", IndirectVault},
		{"password", "${ENC::resolver:RUxZAUMQ}", IndirectStore},
		{"password", "${ALIAS=db}", IndirectStore},
		{"password", "${env.DB_PASSWORD}", IndirectVariable},
		{"password", "$(DB_PASSWORD)", IndirectVariable},
		{"password", "${DB_PASSWORD:s3cret}", ""},
		{"password", "{aes}AEmVKa+jOeA7pos+sSfpHNmH1MVfwg8ZoV29iDi6I0ZGcov6", IndirectLibertyAES},
		{"password", "{xor}Lz4sLCgwLTs=", ""},
		{"clear-text", "MASK-2hKo56F1a3jYGnJwhPmiF5;12345678;34", ""},
		{"server/security/credential-reference@alias", "db", IndirectStore},
		{"spring.config.import", "optional:configtree:/run/secrets/", IndirectFile},
		{"password", "OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v", ""},
		{"password", "{cipher}682bc583f4641835", IndirectCipher},
		{"DB_PASSWORD_FILE", "/run/secrets/db", IndirectFile},
		{"DB_PASSWORD", "/run/secrets/db", IndirectFile},
		{"DB_PASSWORD", "file:/etc/shop/db.txt", IndirectFile},
		{"DB_PASSWORD", "hunter2", ""},
		{"api-key", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)", IndirectKeyVault},
		{"DB", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf", IndirectAWS},
		{"LOG_FILE", "/var/log/x.log", ""},
		{"home", "${user.home}", ""},
	} {
		if got, _ := Indirect(c.name, c.value); got != c.want {
			t.Errorf("%s=%s: %q, want %q", c.name, c.value, got, c.want)
		}
	}
}

func TestSecretKind(t *testing.T) {
	for _, c := range []struct{ kind, key, value, want string }{
		{SecretPassword, "spring.datasource.password", "x", SecretPassword},
		{SecretPassword, "Connector/Certificate@certificateKeystorePassword", "x", SecretKeyStorePassword},
		{SecretPassword, "server.ssl.key-store-password", "x", SecretKeyStorePassword},
		{SecretPassword, "jasypt.encryptor.password", "x", SecretMasterKey},
		{SecretToken, "app.jwt.secret", "x", SecretSigningKey},
		{SecretToken, "AWS_SECRET_ACCESS_KEY", "x", SecretCloudKey},
		{SecretToken, "note", sample("AKIA", "IOSFODNN7EXAMPLE"), SecretCloudKey},
		{SecretPassword, "spring.ldap.password", "x", SecretLDAP},
		{SecretPassword, "java.naming.security.credentials", "x", SecretLDAP},
		{SecretPassword, "spring.mail.password", "x", SecretMail},
		{SecretPassword, "user@password", "$2a$10$N9qo8uLOickgx2ZMRZoMye", SecretHash},
		{SecretConnection, "ConnectionStrings:Default", "x", SecretConnection},
	} {
		if got := SecretKind(c.kind, c.key, c.value); got != c.want {
			t.Errorf("%s=%s: %q, want %q", c.key, c.value, got, c.want)
		}
	}
}
