package parse

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/model"
)

func TestSecretName(t *testing.T) {
	for kind, names := range map[string][]string{
		SecretPassword: {
			"DB_PASSWORD", "spring.datasource.password", "keyStorePassword", "javax.net.ssl.trustStorePassword", "PGPASSWORD", "MYSQL_PWD", "DBPASS", "db-pass", "userPw", "ssl.key.passphrase",
			"Password", "User Password", "DB_PASSWORD_2", "db.password2", "SHOP_PASSWORD_X7Q", "rootpasswd", "spring.datasource.hikari.data-source-properties[0].password",
		},
		SecretToken: {
			"API_KEY", "apiKey", "AWS_SECRET_ACCESS_KEY", "client-secret", "spring.security.oauth2.client.registration.x.client-secret", "SECRET_KEY_BASE", "GITHUB_TOKEN", "jwt.secret", "Authorization",
			"SharedAccessKey", "Shared Access Key", "AccountKey", "encryption.key", "CSRFTOKEN", "APPLICATION_CREDENTIALS", "AWS_ACCESS_KEY_ID", "Jwt__SigningKey",
		},
		SecretConnection: {"ConnectionStrings__Default", "ConnectionStrings:Shop", "AzureWebJobs_CONNECTIONSTRING", "SENTRY_DSN", "DATABASE_URL", "sasl.jaas.config"},
		"": {
			"", "user", "spring.datasource.url", "PASSWORD_FILE", "password.encoder", "tokenTimeout", "secretName", "token-uri", "keyStore", "key", "compass", "bypass", "passenger", "session.cookie.name",
			"token.expiry", "secret_arn", "server.port", "max.interval", "PATH", "passthrough", "pass-through",
		},
	} {
		for _, name := range names {
			if got := SecretName(name); got != kind {
				t.Errorf("SecretName(%q) = %q, want %q; words %q", name, got, kind, nameWords(name))
			}
		}
	}
}

// Tokens are put together here, so that scanners of repositories do not take them for real.
func sample(parts ...string) string { return strings.Join(parts, "") }

func TestRedactValue(t *testing.T) {
	const r = model.Redacted
	for _, c := range []struct{ name, value, want string }{
		{"DB_PASSWORD", "s3cret", r},
		{"DB_PASSWORD", "", ""},
		{"DB_PASSWORD", "${DB_PASS}", "${DB_PASS}"},
		{"DB_PASSWORD", "${DB_PASS:}", "${DB_PASS:}"},
		{"DB_PASSWORD", "${DB_PASS:s3cret}", "${DB_PASS:" + r + "}"},
		{"DB_PASSWORD", "${DB_PASS:-s3cret}", "${DB_PASS:-" + r + "}"},
		{"DB_PASSWORD", "${A:${B}}", "${A:${B}}"},
		{"DB_PASSWORD", "/etc/but/a/password", r},
		{"DB_PASSWORD", "1234", r},
		{"DB_PASSWORD", "$ecret", r},
		{"DB_PASSWORD", "%DB_PASS%", "%DB_PASS%"},
		{"require-password", "true", "true"},
		{"PWD", "/var/lib/tomcat10", "/var/lib/tomcat10"},
		{"MYSQL_PWD", "/x", r},
		{"GOOGLE_APPLICATION_CREDENTIALS", "/etc/gcp/key.json", "/etc/gcp/key.json"},
		{"API_KEY", "/9j4AAQSkZJRgABAQEAYABgAAD2wBDAAMCAgMCAgMDAwMEAwMEBQgFB", r},
		{"max_tokens", "4096", "4096"},
		{"client-secret", "0123", "0123"},
		{"client-secret", "01234567", r},
		{"INVOCATION_ID", "4f1c0a5b8e7d4f6fa0b9c8d7e6f5a4b3", "4f1c0a5b8e7d4f6fa0b9c8d7e6f5a4b3"},
		{"GIT_COMMIT", "9fceb02d0ae598e95dc970b74767f19372d61af8", "9fceb02d0ae598e95dc970b74767f19372d61af8"},
		{"QX7", "4f1c0a5b8e7d4f6fa0b9c8d7e6f5a4b3", r},
		{"QX7", "Zm9vYmFy0Kx9mP2sVt7qLw==", r},
		{"SHOP", "org.apache.catalina.startup.Bootstrap", "org.apache.catalina.startup.Bootstrap"},
		{"JAVA_HOME", "/usr/lib/jvm/java-17-openjdk-amd64", "/usr/lib/jvm/java-17-openjdk-amd64"},
		{"JAVA_OPTS", "-Xmx1g -Ddb.password=s3cret -Dx=y", "-Xmx1g -Ddb.password=" + r + " -Dx=y"},
		{"JAVA_OPTS", `-Ddb.password="s3 cret" -Dx=y`, `-Ddb.password="` + r + `" -Dx=y`},
		{"SPRING_APPLICATION_JSON", `{"spring":{"datasource":{"password":"a\"b,c","url":"x"}}}`, `{"spring":{"datasource":{"password":"` + r + `","url":"x"}}}`},
		{"X_JSON", `{\"password\":\"abc\",\"x\":1}`, `{\"password\":\"` + r + `\",\"x\":1}`},
		{"DB_URL", "jdbc:postgresql://h:5432/shop?user=a&password=b%40c&ssl=true", "jdbc:postgresql://h:5432/shop?user=a&password=" + r + "&ssl=true"},
		{"DB_URL", "jdbc:sqlserver://h:1433;user=sa;password=a,b c&d;encrypt=true", "jdbc:sqlserver://h:1433;user=sa;password=" + r + ";encrypt=true"},
		{"DB_URL", "jdbc:oracle:thin:scott/tiger@//h:1521/x", "jdbc:oracle:thin:scott/" + r + "@//h:1521/x"},
		{"DB_URL", "jdbc:h2:file:/var/lib/shop/db;AUTO_SERVER=TRUE", "jdbc:h2:file:/var/lib/shop/db;AUTO_SERVER=TRUE"},
		{"AMQP", "amqp://app:p@ss/w@mq:5672/v", "amqp://app:" + r + "@mq:5672/v"},
		{"PROXY", "http://proxy:8080/x@y", "http://proxy:8080/x@y"},
		{"PROXY", "http://${U}:${P}@proxy", "http://${U}:${P}@proxy"},
		{"SENTRY_DSN", "https://4f1c0a5b8e7d4f6fa0b9c8d7e6f5a4b3@sentry.example/1", "https://" + r + "@sentry.example/1"},
		{"ConnectionStrings__Shop", "Server=db;Database=shop;User Id=app;Password=a;b", "Server=db;Database=shop;User Id=app;Password=" + r},
		{"ConnectionStrings__Shop", "Server=db;Password='a;b';Encrypt=true", "Server=db;Password='" + r + "';Encrypt=true"},
		{"ConnectionStrings__Shop", "Password=a,b c;Server=db", "Password=" + r + ";Server=db"},
		{"ConnectionStrings__Shop", "Driver={X};Pwd={a;b};Server=db", "Driver={X};Pwd=" + r + ";Server=db"},
		{"ConnectionStrings__Redis", "redis:6379,password=abc,ssl=True", "redis:6379,password=" + r + ",ssl=True"},
		{"ConnectionStrings__Bus", "Endpoint=sb://x.example/;SharedAccessKeyName=root;SharedAccessKey=ab+c/d=", "Endpoint=sb://x.example/;SharedAccessKeyName=root;SharedAccessKey=" + r},
		{"ConnectionStrings__Lite", "Data Source=/var/lib/app/app.db", "Data Source=/var/lib/app/app.db"},
		{"JAAS", `Module required username="a" password="b c";`, `Module required username="a" password="` + r + `";`},
		{"LINE", "password: s3cret # comment", "password: " + r},
		{"LINE", "a=b\n  - db.password = my secret pass\nc=d", "a=b\n  - db.password = " + r + "\nc=d"},
		{"LINE", "<Resource url=\"x\" password=\"p&amp;w d\" user=\"y\"/>", "<Resource url=\"x\" password=\"" + r + "\" user=\"y\"/>"},
		{"LINE", "host=a password=b user=c", "host=a password=" + r + " user=c"},
		{"", "db.password=b7x mq.password=c8y amqp://u:d9z@mq/", "db.password=" + r}, // of properties the line is one value
		{"", "put(\"db.password\", \"b7x\"); put('api-key', 'c8y')", "put(\"db.password\", \"" + r + "\"); put('api-key', '" + r + "')"},
		{"", "# " + sample("gh", "p_", "1234567890abcdefghijklmnopqrstuvwxyz") + ": left, AK" + sample("IA", "IOSFODNN7EXAMPL3") + "=left", "# " + r + ": left, " + r + "=left"}, // in a comment, as keys
		{"", "<a secret=\"b7x\"/><a secret=\"c8y\"/>", "<a secret=\"" + r + "\"/><a secret=\"" + r + "\"/>"},
		{"LINE", "  db_password = s3cret", "  db_password = " + r},
		{"HEADER", "Authorization: Bearer abcdefghijklmnop1234", "Authorization: " + r},
		{"HEADER", "Basic QWxhZGRpbjpvcGVu", "Basic " + r},
		{"NOTE", "Basic settings of the application", "Basic settings of the application"},
		{"KEY_PEM", "x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y", "x " + r + " y"},
		{"KEY_PEM", "-----BEGIN PRIVATE KEY-----\nabc", r},
		{"", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj", r},
		{"CERT", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"},
		{"X", "see " + sample("AKIA", "IOSFODNN7EXAMPL3") + " there", "see " + r + " there"},
		{"X", "XAKIAIOSFODNN7EXAMPL3", "XAKIAIOSFODNN7EXAMPL3"},
		{"X", "t=" + sample("ghp", "_", "1234567890abcdefghijklmnopqrstuvwxyz"), "t=" + r},
		{"X", "t=" + sample("xoxb", "-123456789012-abcdefghijkl"), "t=" + r},
		{"X", sample("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxIn0", ".c2lnbmF0dXJl"), r},
		{"X", "sk-learn-pipelines-with-long-names-in-it", "sk-learn-pipelines-with-long-names-in-it"},
	} {
		if got := RedactValue(c.name, c.value); got != c.want {
			t.Errorf("RedactValue(%q, %q)\n got %q\nwant %q", c.name, c.value, got, c.want)
		}
	}
}

func TestRedactArgs(t *testing.T) {
	const r = model.Redacted
	args := []string{
		"java", "-Xmx1g", "-Ddb.password=s3 cret", "-Durl=jdbc:x://h?password=a&b=c", "--spring.datasource.password=x", "--api-key", "k3y", "--token", "--verbose", "--secret", "-!x",
		"-jar", "/opt/a=b.jar", "/ConnectionStrings:Shop=Server=a;Password=b", "--ConnectionStrings:Shop", "Server=a;Pwd=b", "/password:abc", "", "password=a b;c", "--password",
	}
	want := []string{
		"java", "-Xmx1g", "-Ddb.password=" + r, "-Durl=jdbc:x://h?password=" + r + "&b=c", "--spring.datasource.password=" + r, "--api-key", r, "--token", "--verbose", "--secret", r,
		"-jar", "/opt/a=b.jar", "/ConnectionStrings:Shop=Server=a;Password=" + r, "--ConnectionStrings:Shop", "Server=a;Pwd=" + r, "/password:" + r, "", "password=" + r, "--password",
	}
	got := RedactArgs(args)
	for i := range args {
		if got[i] != want[i] {
			t.Errorf("argument %d %q\n got %q\nwant %q", i, args[i], got[i], want[i])
		}
	}
	secrets := ArgSecrets(args)
	first := secrets[0]
	if first.Arg != 2 || first.Option != "-Ddb.password" || first.Name != "db.password" || args[2][first.Start:first.End] != "s3 cret" || first.Kind != SecretPassword {
		t.Errorf("first secret %+v", first)
	}
	if second := secrets[1]; second.Option != "" || second.Key != "password" || second.Name != "url" {
		t.Errorf("second secret %+v", second)
	}
}

// TestRedactIsLinear feeds texts that a careless scanner reads again and again.
func TestRedactIsLinear(t *testing.T) {
	for _, piece := range []string{
		"<div class=\"x\">some text here, a page of words</div>\n", "password=", "password=true ", "password=\"${ ", "a b=", "://", "://a:b/", "x://a:b@", "glrt-", "key-0", "eyJ", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----",
		"Bearer ", "a=b;", "a.", "token='./", "jdbc:oracle:thin:", "\\\"password\\\":\\\"", "password={", "password: \"", ":", "a-", "sk-", "; Shared Access Key =",
		"token_file='./", "<password.x.file>http:/<b/>", "<a name='password.x.file' value=\"http:/", "{\"name\":\"a\",\"value\":\"", "-Dpassword.x.file='http:/", ";password=true", "<password>", "<key>token</key>", "<a b=\"c\" ", "password:\n ", "{\"password\":[", "x='", "x=\"a\" ", "amqp://a:b ", "amqp://a:b/x@y ", "LS0tLS1CRUdJTi", "login machine password ", "requirepass ", "?token=a&",
		"-Da.opts=-Db=", "[", "{\"a\":", "a,", "password=a,", "token=${A:", "jdbc:oracle:thin:a/b@", "password: |\n", "'password':'\\", "curl -u a:b ", "curl", "-p x ", "curl -u a:'",
	} {
		// Sixteen times the text may take sixteen times as long, and twice that by chance; what looks again and again takes 256 times.
		// The shorter one stays below maxPath, where more is tried: it has a time of its own, since no larger one shows that it grows.
		short, long := redactTime(piece, 4000), redactTime(piece, 64000)
		if short > 5*time.Second || long > 100*time.Millisecond && long > 48*short {
			t.Errorf("%d and %d bytes of %q take %v and %v", 4000, 64000, piece, short, long)
		}
	}
}

// redactTime is the shortest of three tries, in processor time: what else the machine does is not counted.
func redactTime(piece string, size int) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	text := strings.Repeat(piece, size/len(piece))
	best := time.Hour
	for range 3 {
		began := threadTime()
		RedactText(text)
		RedactValue("X_OPTS", text)
		best = min(best, threadTime()-began)
	}
	return best
}

// threadTime is CLOCK_THREAD_CPUTIME_ID, clock_gettime(2).
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// FuzzRedact holds that redaction is stable, keeps what is outside the spans, and that spans are in order.
func FuzzRedact(f *testing.F) {
	f.Add("DB_PASSWORD", "${X:y}")
	f.Add("", `{"password":"x"} jdbc:oracle:thin:a/b@c http://u:p@h Bearer abcdefghijklmnopqrst`)
	f.Add("ConnectionStrings:X", "Pwd={a};Password='")
	f.Add("", "-----BEGIN PRIVATE KEY-----")
	f.Add("JAVA_OPTS", `-Dpassword=\"a\" -Dx='`)
	f.Fuzz(func(t *testing.T, name, value string) {
		at := 0
		for _, s := range FindSecrets(name, value) {
			if s.Start < at || s.End <= s.Start || s.End > len(value) || s.Kind == "" {
				t.Fatalf("span %+v after %d in %q", s, at, value)
			}
			at = s.End
		}
		RedactArgs([]string{name, value, "-D" + name + "=" + value})
		RedactText(value)
		RedactEnv(map[string]string{name: value})
	})
}
