package parse

import (
	"slices"
	"strings"
	"unicode"
)

// SecretName tells by the name alone what kind of secret a variable, property, option or key holds; "" when nothing says so. Names are
// split into words at dots, dashes, underscores and humps, so that spring.datasource.password, DB_PASSWORD, keyStorePassword and
// PGPASSWORD are alike. Words behind the secret's, such as file, url or timeout, say that the value is about the secret, not the secret.
func SecretName(name string) string {
	kind, rest := nameSecret(name)
	if kind != SecretConnection && len(rest) > 0 && allAbout(rest) {
		return ""
	}
	return kind
}

// secretKind judges the name together with the value: DB_PASSWORD_FILE=/run/x is about a secret, DB_PASSWORD_ORDER_SERVICE=delta is one.
func secretKind(name, value string) string {
	kind, rest := nameSecret(name)
	if kind != SecretConnection && about(rest, value) {
		return ""
	}
	return kind
}

// nameSecret is secretWords of a name.
func nameSecret(name string) (kind string, rest []string) {
	if wordless(name) {
		return "", nil
	}
	return secretWords(nameWords(name))
}

// secretWords finds the last word that says secret; rest are the words behind it, without a number at the end.
func secretWords(words []string) (kind string, rest []string) {
	joined := " " + strings.Join(words, " ") + " "
	for _, c := range connectionNames() {
		if strings.Contains(joined, " "+c+" ") {
			return SecretConnection, nil
		}
	}
	for len(words) > 1 && strings.Trim(words[len(words)-1], "0123456789") == "" {
		words = words[:len(words)-1]
	}
	if strings.Contains(joined, " password restriction ") || strings.Contains(joined, " password policy ") { // what passwords have to be like
		return "", nil
	}
	if strings.Contains(joined, " public key token ") || strings.Contains(joined, " publickeytoken ") { // names an assembly of .NET
		return "", nil
	}
	if len(words) > 1 && words[len(words)-1] == "exception" { // SQLInvalidAuthorizationSpecException: a class, and what it says is what people look for
		return "", nil
	}
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		if k, used := secretWord(w, next); k != "" {
			kind, rest = k, words[min(i+used, len(words)):]
		}
	}
	return kind, rest
}

func connectionNames() []string {
	return []string{
		"connection string", "connection strings", "connectionstring", "connectionstrings", "conn str", "connstr", "connection url", "connection uri",
		"database url", "database uri", "jdbc url", "dsn", "mongo url", "mongo uri", "redis url", "amqp url",
	}
}

// secretWord looks at one word and the one behind it, and says how many of them it used.
func secretWord(w, next string) (kind string, used int) {
	switch w {
	case "pass", "pw", "pwd", "psw", "pswd", "pwrd", "passcode", "passwort", "kennwort", "motdepasse", "mdp", "contrasena", "contraseña", "senha", "masterauth":
		return SecretPassword, 1
	case "secret", "secrets", "token", "tokens", "credential", "credentials", "creds", "authorization", "cookie", "cookies", "sas", "bearer", "apikey", "jwt", "otp",
		"jsessionid", "phpsessid", "sessionid":
		return SecretToken, 1
	case "jaas":
		return SecretConnection, 1
	case "cleartext":
		return SecretPassword, 1
	case "clear": // <credential-reference clear-text="x"/> of WildFly
		if next == "text" {
			return SecretPassword, 2
		}
	case "api", "access", "private", "encryption", "encrypt", "signing", "shared", "account", "master", "auth", "storage", "session", "hmac", "aes", "rsa", "ssh", "license",
		"subscription", "instrumentation", "service", "app", "machine", "validation", "decryption", "wrapper":
		if next == "key" || next == "keys" {
			return SecretToken, 2
		}
	}
	for _, part := range []string{"password", "passwd", "passphrase", "passwrd"} {
		if i := strings.Index(w, part); i >= 0 && !isAbout(strings.TrimPrefix(w[i+len(part):], "s")) {
			return SecretPassword, 1
		}
	}
	for _, end := range []string{"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authkey", "signingkey", "encryptionkey"} {
		if len(w) > len(end) && strings.HasSuffix(w, end) || w == end {
			return SecretToken, 1
		}
	}
	if glued(w) {
		return SecretPassword, 1
	}
	return "", 0
}

// glued reports names like keypass, smtppass, bindpw and dbpwd, not ordinary words that end so.
func glued(w string) bool {
	if strings.HasSuffix(w, "pass") {
		return !slices.Contains([]string{"compass", "encompass", "bypass", "trespass", "surpass", "overpass", "underpass", "singlepass", "multipass", "lowpass", "highpass", "bandpass"}, w)
	}
	return len(w) > 3 && (strings.HasSuffix(w, "pw") || strings.HasSuffix(w, "pwd"))
}

// identifies reports names of values that are random by nature and no secrets.
func identifies(name string) bool {
	words := nameWords(name)
	for len(words) > 1 && strings.Trim(words[len(words)-1], "0123456789") == "" {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return false
	}
	switch words[len(words)-1] {
	case "id", "ids", "uid", "uuid", "guid", "sha", "sha1", "sha256", "sha512", "md5", "hash", "digest", "checksum", "fingerprint", "etag", "integrity", "commit", "revision", "build", "version",
		"path", "classpath", "dir", "file", "home", "stream", "cgroup", "release", "serial", "mac", "arn":
		return true
	}
	return false
}

// nameWords splits ConnectionStrings__Default, spring.datasource.hikari.data-source-properties[0].dbPassword, -DDB_PASS2 into lower-case words.
func nameWords(name string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		hump := i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		digits := i > 0 && unicode.IsDigit(r) && unicode.IsLetter(runes[i-1]) && !slices.Contains(digitWords(), strings.ToLower(string(word)))
		if hump || digits {
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// digitWords keep a number behind them: sha256, md5.
func digitWords() []string { return []string{"sha", "md", "oauth", "http", "ipv"} }
