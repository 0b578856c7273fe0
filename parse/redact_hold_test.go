package parse

import (
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Not told apart from ordinary words, and so not here: -p VALUE, -pVALUE and -u NAME:VALUE, whose letter means something else to each program;
// NAME/VALUE@PLACE as an argument of sqlplus; "the password is VALUE" in prose; "password VALUE" as a line, and what follows a blank in an unquoted
// value in the middle of a line.

// carrier is a place in which a secret stands. write puts the secret into it as a program would; breaks are the characters (or words) that end
// a value there for every reader, or about which nothing can be known: such secrets do not occur in this carrier, or are ambiguous.
type carrier struct {
	title  string
	name   string // "" for free text
	args   bool   // write returns arguments, one a line feed apart
	write  func(secret string) string
	breaks string
	why    string // of breaks
}

func plain(before, after string) func(string) string {
	return func(s string) string { return before + s + after }
}

// escaped writes the secret in a notation.
func escaped(before, after string, escape func(string) string) func(string) string {
	return func(s string) string { return before + escape(s) + after }
}

func jsonEscape(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func adoQuote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func odbcQuote(s string) string { return "{" + strings.ReplaceAll(s, "}", "}}") + "}" }

func yamlQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func propertiesEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, " ", `\u0020`, "=", `\=`, ":", `\:`, "#", `\#`, "!", `\!`).Replace(s)
}

func doubleQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s) + `"`
}

func carriers() []carrier {
	const (
		line = "\n"
		pair = "a value ends where the next pair begins"
		word = "a line of prose ends a value without quotes at a blank"
	)
	return slices.Concat([]carrier{
		{"variable", "DB_PASSWORD", false, plain("", ""), "", ""},
		{"variable with more behind it", "DB_PASSWORD_ORDER_SERVICE", false, plain("", ""), "", ""},
		{"variable of an API", "SHOP_API_KEY", false, plain("", ""), "/etc\x00123", "a path and a small number are no keys"},
		{"variable and reference", "DB_PASSWORD", false, plain("${A:${B:", "}}"), "", ""},
		{"option of the VM", "", true, plain("java\x01-Ddb.password=", "\x01-jar\x01a.jar"), "", ""},
		{"option, value behind it", "", true, plain("x\x01--db-password\x01", "\x01-v"), "-", "what begins with a dash is the next option"},
		{"option=value", "", true, plain("x\x01--db.password=", "\x01-v"), "", ""},
		{"option of .NET", "", true, plain("x\x01/Db:Password=", "\x01-v"), "", ""},
		{"header in an argument", "", true, plain("x\x01-H\x01Authorization: Bearer ", ""), line, "a header is one line"},
		{"options of Java, quoted", "JAVA_OPTS", false, escaped("-Xmx1g -Ddb.password=", " -Dx=y", shellQuote), "", ""},
		{"options of Java, whole word quoted", "CATALINA_OPTS", false, escaped("-Xmx1g ", " -Dx=y", func(s string) string { return doubleQuote("-Ddb.password=" + s) }), "", ""},
		{"options of the JVM", "JAVA_TOOL_OPTIONS", false, plain(`-Da=b "-Dx.password=`, `" -Dy=z`), `"`, "the JVM has no escape for a quote"},
		{"options of the JVM, quotes in the word", "JDK_JAVA_OPTIONS", false, plain(`-Da=b -Dx.password='`, `' -Dy=z`), `'`, "the JVM has no escape for a quote"},
	}, urlCarriers(pair), fileCarriers(line, word))
}

func urlCarriers(pair string) []carrier {
	return []carrier{
		{"URL", "AMQP", false, plain("amqp://app:", "@mq:5672/v"), "\n", "a URL is one line"},
		{"URL, escaped", "AMQP", false, escaped("amqp://app:", "@mq:5672/v", url.QueryEscape), "", ""},
		{"URL in free text", "", false, plain("connect to amqp://app:", "@mq:5672/v now"), "\n@\x00port", "an '@' before a blank ends it, and so does a port"},
		{"Redis URL", "CACHE", false, plain("redis://:", "@h:6379"), "\n", "a URL is one line"},
		{"HTTP URL", "PROXY", false, plain("http://app:", "@proxy:3128"), "\n\x00path", "http://host:123/… is a port"},
		{"JDBC ?password", "DB_URL", false, plain("jdbc:postgresql://h:5432/shop?user=a&password=", "&ssl=true"), "\n&", pair},
		{"JDBC ;password", "DB_URL", false, plain("jdbc:sqlserver://h:1433;user=sa;password=", ";encrypt=true"), "\n;", pair},
		{"query in free text", "", false, escaped("GET /x?token=", "&y=1 HTTP/1.1", url.QueryEscape), "", ""},
		{"query in a quoted attribute", "", false, escaped(`<a href="/x?api_key=`, `">text</a>`, html.EscapeString), "\n &", "blanks are escaped in a URL"},
		{"Oracle", "DB_URL", false, plain("jdbc:oracle:thin:scott/", "@//h:1521/x"), "\n", "a URL is one line"},
		{"ADO.NET", "ConnectionStrings__Shop", false, plain("Server=db;Password=", ";Encrypt=true"), "\n;\"'", "such values are quoted"},
		{"ADO.NET, quoted", "ConnectionStrings__Shop", false, escaped("Server=db;Password=", ";Encrypt=true", adoQuote), "", ""},
		{"ODBC", "ConnectionStrings__Shop", false, escaped("Driver={X};Pwd=", ";Server=db", odbcQuote), "", ""},
		{"Redis of .NET", "ConnectionStrings__Redis", false, plain("redis:6379,password=", ",ssl=True"), "\n,", pair},
		{"driver of Go", "SHOP_DSN", false, plain("app:", "@tcp(db:3306)/shop"), "\x00//", "app://… is a URL"},
		{"libpq, quoted", "CONN", false, escaped("host=a password=", " user=c", func(s string) string {
			return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
		}), "", ""},
	}
}

func fileCarriers(line, word string) []carrier {
	return []carrier{
		{"properties", "", false, escaped("a=b\ndb.password=", "\nc=d", propertiesEscape), "", ""},
		{"properties, raw", "", false, plain("a=b\ndb.password=", "\nc=d"), line + `'"`, "a quote that opens may close in a later line"},
		{"YAML", "", false, escaped("a:\n  password: ", "\n  user: x", yamlQuote), line, "other notations hold line feeds"},
		{"YAML, escaped", "", false, escaped("a:\n  password: \"", "\"\n  user: x", jsonEscape), "", ""},
		{"YAML block", "", false, escaped("a:\n  password: |\n    ", "\n  user: x", func(s string) string { return strings.ReplaceAll(s, "\n", "\n    ") }), "", ""},
		{"YAML list", "", false, escaped("passwords:\n- ", "\nuser: x", yamlQuote), line, "other notations hold line feeds"},
		{"YAML flow", "", false, escaped("db: {user: x, password: ", ", ssl: true}", yamlQuote), line, "other notations hold line feeds"},
		{"JSON", "", false, escaped(`{"a":1,"password":"`, `","user":"x"}`, jsonEscape), "", ""},
		{"JSON list", "", false, escaped(`{"passwords":["`, `","beta4711"],"user":"x"}`, jsonEscape), "", ""},
		{"JSON object", "SPRING_APPLICATION_JSON", false, escaped(`{"password":{"value":"`, `"},"user":"x"}`, jsonEscape), "", ""},
		{"JSON name and value", "X", false, escaped(`[{"value":"`, `","name":"DB_PASSWORD"}]`, jsonEscape), "", ""},
		{"JSON, broken", "", false, escaped(`{"a":1,"passwords":["`, `","beta4711"],"user":`, jsonEscape), "", ""},
		{"JSON with comments", "", false, escaped("{ // x\n\"Db\": {\"Password\": \"", "\"},\n}", jsonEscape), "", ""},
		{"JSON in JSON", "X", false, func(s string) string { return `{"x":"` + jsonEscape(`{"password":"`+jsonEscape(s)+`"}`) + `"}` }, "", ""},
		{"appsettings", "", false, func(s string) string {
			return `{"ConnectionStrings": {"Shop": "` + jsonEscape("Server=db;Password="+adoQuote(s)+";Encrypt=true") + `"}}`
		}, "", ""},
		{"XML attribute", "", false, escaped(`<Resource url="x" password="`, `" user="y"/>`, html.EscapeString), "", ""},
		{"XML element", "", false, escaped("<db><password>", "</password><user>x</user></db>", html.EscapeString), "", ""},
		{"XML CDATA", "", false, plain("<db><password><![CDATA[", "]]></password><user>x</user></db>"), "", ""},
		{"XML property", "", false, escaped(`<property name="db.password">`, "</property>", html.EscapeString), "", ""},
		{"XML name and value", "", false, escaped(`<add key="DbPassword" value="`, `"/>`, html.EscapeString), "", ""},
		{"XML two elements", "", false, escaped("<param-name>db.password</param-name>\n<param-value>", "</param-value>", html.EscapeString), "", ""},
		{"shell", "", false, escaped("export DB_PASSWORD=", "\nexec java", shellQuote), line, "a line that ends inside quotes"},
		{"shell, double quotes", "", false, escaped("DB_PASSWORD=", "\nexec java", doubleQuote), "", ""},
		{"command line in a script", "", false, escaped("exec java -Ddb.password=", " -jar a.jar", shellQuote), line, "a line that ends inside quotes"},
		{"header", "", false, plain("Authorization: Custom ", "\nHost: x"), line, "a header is one line"},
		{"header in the middle", "", false, plain("> sent Authorization: Custom ", "\n> sent Host: x"), line, "a header is one line"},
		{"cookie", "", false, plain("Set-Cookie: JSESSIONID=", "; Path=/\nHost: x"), line, "a header is one line"},
		{"JAAS", "KAFKA", false, escaped(`PlainLoginModule required username="a" password="`, `";`, func(s string) string { q := doubleQuote(s); return q[1 : len(q)-1] }), "", ""},
		{"AWS credentials", "", false, plain("[default]\naws_secret_access_key = ", "\nregion = x"), line + `'"` + "\x00true\x00123\x00/etc", "one setting a line"},
		{"netrc", "", false, plain("machine h login app password ", "\n"), line + " ", "netrc(5) has words"},
		{"redis.conf", "", false, plain("port 1\nrequirepass ", "\nsave 1 1"), line, "one setting a line"},
		{"Kubernetes", "", false, escaped("env:\n- name: DB_PASSWORD\n  value: ", "\n- name: x\n  value: y", yamlQuote), line, "other notations hold line feeds"},
		{"Compose", "", false, escaped("environment:\n  - \"DB_PASSWORD=", "\"\n  - X=y", jsonEscape), line, "other notations hold line feeds"},
		{"systemd", "", false, escaped("[Service]\nEnvironment=\"DB_PASSWORD=", "\" \"X=y\"", func(s string) string { q := doubleQuote(s); return q[1 : len(q)-1] }), line, "a line that ends inside quotes"},
		{"Dockerfile", "", false, plain("FROM x\nENV DB_PASSWORD ", "\nCMD y"), line + " ", "one setting a line"},
		{"batch file", "", false, plain("@echo off\nset DB_PASSWORD=", "\njava -jar a.jar"), line + `'"`, "one setting a line"},
		{"PowerShell", "", false, escaped("$env:DB_PASSWORD = ", "\njava -jar a.jar", func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }), line, "a line that ends inside quotes"},
		{"PHP", "", false, escaped("return ['user' => 'a', 'password' => ", ", 'x' => 1];", func(s string) string {
			return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
		}), "", ""},
		{"call in a script", "", false, escaped("ds.setPassword(", ");\nds.setUser('x');", func(s string) string {
			return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
		}), line, "other notations hold line feeds"},
		{"Python", "", false, escaped(`os.environ["DB_PASSWORD"] = "`, "\"\nprint(1)", jsonEscape), "", ""},
		{"TOML", "", false, escaped("[db]\npassword = \"", "\" # x\nuser = \"y\"", jsonEscape), "", ""},
		{"query in a query", "", false, escaped("GET /login?next=%2Fx%3Ftoken%3D", "%26y%3D1 HTTP/1.1", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }), "", ""},
		{"log line of the JVM", "", false, plain(`Picked up JAVA_TOOL_OPTIONS: -Da=b "-Dx.password=`, `" -Dy=z`), line + `"`, "the JVM has no escape for a quote"},
		{"log line, word", "", false, plain("12:00 login with password=", " refused"), line + ` '"`, word},
		{"log line, list", "", false, plain("12:00 Config(user=a, password=", ", url=x) made"), line + `,'"`, "a value ends where the next pair begins"},
	}
}

// secretValues are drawn so that no four characters in a row of one stand in a carrier.
func secretValues(r *rand.Rand) []string {
	const letters = "bdfghjkmpqvwzBDFGHJKMPQVWZ2456789"
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}
	values := []string{
		random(8), random(24), random(200), random(9000), random(1),
		"/" + random(6) + "/" + random(5), random(5) + "/" + random(7), "4711/" + random(8), "4711?" + random(8), "123456789", "98765432109876", "true", "TRUE",
		"$" + strings.ToUpper(random(6)) + "Z", "%" + random(7) + "%", "${" + random(5), random(5) + "}" + random(5), "${V}" + random(6) + "${W}", "{{v}}" + random(6) + "{{w}}", "$(v " + random(7) + ")",
		random(6) + "\n" + random(7) + "\n" + random(6), " " + random(7), random(7) + " ", "ü" + random(5) + "öß" + random(5), "🔑" + random(6) + "🗝" + random(6), "-" + random(8), "!" + random(8),
		"'" + random(8), `"` + random(8), "'" + random(8) + "'", `"` + random(8) + `"`, random(6) + `\`, `\` + random(6), random(5) + "://" + random(6), random(5) + "://" + random(6) + "@" + random(6),
		"[" + random(6) + "]" + random(6), "{" + random(6) + "}" + random(6), "#" + random(7), "?" + random(7), "<" + random(6) + ">" + random(6), random(6) + "</" + random(6), "=" + random(7),
	}
	for _, c := range "/#?<>'\"` %$&;,=:@\\+|!()[]{}*~^-_." {
		values = append(values, random(5)+string(c)+random(6), random(5)+string(c)+random(6)+string(c)+random(5))
	}
	for range 60 { // and any mixture
		const signs = letters + "/#?<>'\"` %$&;,=:@\\+|!()[]{}*~^-_.ü"
		runes := []rune(signs)
		b := make([]rune, 6+r.IntN(30))
		for i := range b {
			b[i] = runes[r.IntN(len(runes))]
		}
		values = append(values, string(b))
	}
	return values
}

// holds reports that a carrier can hold a secret unambiguously.
func (c carrier) holds(secret string) bool {
	signs, words, _ := strings.Cut(c.breaks, "\x00")
	if strings.HasPrefix(signs, "-") && len(signs) == 1 {
		return !strings.HasPrefix(secret, "-")
	}
	if strings.ContainsAny(secret, signs) {
		return false
	}
	for w := range strings.SplitSeq(words, "\x00") {
		digits := len(secret) - len(strings.TrimLeft(secret, "0123456789"))
		rest := secret[digits:]
		switch {
		case w == "path" && digits > 0 && digits < 6 && rest != "" && strings.IndexByte("/?#", rest[0]) >= 0,
			w == "port" && digits > 0 && digits < 6 && rest != "" && (len(rest) == 1 || strings.IndexByte(" \t", rest[0]) >= 0 || strings.IndexByte(` <>/,;.)]}\`, rest[1]) >= 0),
			w == "//" && strings.HasPrefix(secret, "//"), w == "123" && rest == "" && digits < 6, w == "/etc" && strings.HasPrefix(secret, "/"), w == "true" && strings.EqualFold(secret, w):
			return false
		}
	}
	return true
}

// TestSecretsDoNotSurvive puts many secrets into many carriers: no four characters in a row of one survive redaction.
func TestSecretsDoNotSurvive(t *testing.T) {
	r := rand.New(rand.NewPCG(20261124, 7))
	failed, tried := map[string]int{}, 0
	for _, secret := range secretValues(r) {
		for _, c := range carriers() {
			if !c.holds(secret) || strings.EqualFold(secret, "true") {
				continue // a switch is no password: require-password=true
			}
			tried++
			text := c.write(secret)
			if part := c.survives(text, secret); part != "" {
				if failed[c.title]++; failed[c.title] <= 3 {
					t.Errorf("%s: %q of %q survives: %q", c.title, part, secret, short(c.redact(text)))
				}
			}
		}
	}
	t.Logf("%d texts; failures %v", tried, failed)
}

func short(s string) string { return s[:min(len(s), 300)] }

func (c carrier) redact(text string) string {
	if c.args {
		return strings.Join(RedactArgs(strings.Split(text, "\x01")), "\x01")
	}
	return RedactValue(c.name, text)
}

// survives returns the first four characters in a row of the secret that are left, where the carrier without it does not hold them itself.
func (c carrier) survives(text, secret string) string {
	after := c.redact(text)
	frame := c.write("")
	runes := []rune(secret)
	for i := 0; i+4 <= len(runes); i++ {
		part := string(runes[i : i+4])
		if strings.Contains(after, part) && !strings.Contains(frame, part) {
			return part
		}
	}
	return ""
}

// TestOrdinaryTextStays holds that people can still read what is no secret.
func TestOrdinaryTextStays(t *testing.T) {
	for _, text := range []string{
		"2026-11-24 12:00:01.123 INFO 4711 --- [main] o.s.b.w.e.tomcat.TomcatWebServer : Tomcat started on port 8080 (http) with context path '/'",
		"24-Nov-2026 12:00:01.123 INFO [main] org.apache.coyote.AbstractProtocol.start Starting ProtocolHandler [\"http-nio-8080\"]",
		"java.sql.SQLInvalidAuthorizationSpecException: Wrong user name or password [28000-232]",
		"Password incorrect for user bob", "Token expired", "the secret of success is patience", "Secret santa: see you", "Basic settings of the application", "Bearer of bad news",
		"/usr/lib/jvm/java-17-openjdk-amd64/bin/java -Xmx512m -Djava.io.tmpdir=/tmp -cp /opt/a.jar:/opt/b-1.2.3.jar com.example.Main --server.port=8080",
		"-XX:+UseG1GC -XX:MaxRAMPercentage=75.0 -Dfile.encoding=UTF-8 -javaagent:/opt/agent.jar=port=9404",
		"<div class=\"x\">some text here, a page of words</div>", "<a href=\"https://example.org:8443/a/b?x=1&y=2#z\">mail me@example.org</a>", "<input type=\"password\" name=\"q\">", "<label for=\"password\">Your password</label>",
		"http://proxy:8080/x@y", "https://example.org/@user/post", "see https://example.org:8443 or ask admin@example.org", "git@github.com:org/repo.git", "jdbc:postgresql://db:5432/shop?user=app&ssl=true",
		"server.port=8080", "spring.application.name: orders", "management.endpoints.web.exposure.include: health,info", "server.servlet.session.cookie.name=SHOP", "spring.jpa.hibernate.ddl-auto=validate",
		"HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", "ETag: W/\"1234-5678\"", "Caused by: java.net.ConnectException: Connection refused (db:5432)", "\tat com.example.Token.read(Token.java:42)",
		"{\"status\":\"UP\",\"components\":{\"db\":{\"status\":\"UP\"}}}", "key=value; other=thing", "max_tokens=4096", "compass: north", "bypass=1", "password.encoder=bcrypt", "jwt.token.ttl: 3600",
		"password_file=/run/secrets/db", "System.Runtime, Version=9.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a", `"integrity": "sha512-x4fB2Q7Zm9vYmFy0Kx9mP2sVt7qLw=="`, "DB_PASSWORD=${DB_PASS}", "token-uri: https://login.example.org/oauth2/token", "tokenValiditySeconds=86400", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	} {
		if got := RedactText(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for name, value := range map[string]string{
		"CLASSPATH": "/opt/a/lib/*:/opt/b/lib/spring-core-6.1.2.jar", "LS_COLORS": "rs=0:di=01;34:ln=01;36", "PATH": "/usr/local/sbin:/usr/bin", "JAVA_OPTS": `-Xmx1g -Dname="a b" -XX:+UseG1GC`,
		"TOKEN_URL": "https://login.example.org/token", "DB_PASSWORD_FILE": "/run/secrets/db", "TOKEN_TIMEOUT": "30s", "SECRET_NAME": "prod/db", "ASPNETCORE_URLS": "http://127.0.0.1:5000;https://127.0.0.1:5001",
		"KAFKA": "broker-1:9092,broker-2:9092", "DOTNET_VERSION": "9.0.7", "LANG": "de_DE.UTF-8", "IMAGE": "registry.example.org:5000/team/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	} {
		if got := RedactValue(name, value); got != value {
			t.Errorf("%s=%q becomes %q", name, value, got)
		}
	}
	if got := fmt.Sprint(RedactArgs([]string{"java", "-cp", "/a.jar", "-Dx=y", "com.example.Main", "--spring.config.location=file:/etc/x/"})); got != "[java -cp /a.jar -Dx=y com.example.Main --spring.config.location=file:/etc/x/]" {
		t.Errorf("arguments become %s", got)
	}
}
