package parse

import (
	"slices"
	"strings"
	"unicode"
)

// SecretName tells by the name alone what kind of secret a variable, property, option or key holds; "" when nothing says so. Names are
// split into words at dots, dashes, underscores and humps, so that spring.datasource.password, DB_PASSWORD, keyStorePassword and
// PGPASSWORD are alike. A last word such as file, url or timeout says that the value is about the secret, not the secret.
func SecretName(name string) string {
	words := nameWords(name)
	joined := strings.Join(words, " ") + " "
	for _, c := range connectionNames() {
		if strings.Contains(" "+joined, " "+c+" ") {
			return SecretConnection
		}
	}
	if len(words) == 0 || aboutSecret(words) {
		return ""
	}
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		if kind := secretWord(w, next); kind != "" {
			return kind
		}
	}
	return ""
}

func connectionNames() []string {
	return []string{"connection string", "connection strings", "connectionstring", "connectionstrings", "conn str", "connstr", "database url", "jdbc url", "dsn"}
}

// secretWord looks at one word and the one behind it.
func secretWord(w, next string) string {
	switch w {
	case "pass", "pw", "pwd", "psw", "passcode", "passwort", "motdepasse":
		return SecretPassword
	case "secret", "secrets", "token", "tokens", "credential", "credentials", "creds", "authorization", "cookie", "sas", "bearer", "apikey", "jwt", "otp":
		return SecretToken
	case "jaas":
		return SecretConnection
	case "api", "access", "private", "encryption", "encrypt", "signing", "shared", "account", "master", "auth", "storage", "session", "hmac", "aes", "rsa", "ssh", "license", "subscription", "instrumentation", "service", "app", "machine", "validation", "decryption":
		if next == "key" || next == "keys" {
			return SecretToken
		}
	}
	for _, end := range []string{"password", "passwd", "passphrase", "passwrd", "passwds", "passwords"} {
		if strings.HasSuffix(w, end) {
			return SecretPassword
		}
	}
	for _, end := range []string{"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authkey"} {
		if len(w) > len(end) && strings.HasSuffix(w, end) {
			return SecretToken
		}
	}
	if len(w) > 4 && (w == "dbpass" || w == "userpass" || w == "mypass" || strings.HasSuffix(w, "dbpwd")) {
		return SecretPassword
	}
	return ""
}

// aboutSecret reports names whose last word (a number behind it does not count) says that the value is no secret itself.
func aboutSecret(words []string) bool {
	last := words[len(words)-1]
	if len(words) > 1 && strings.Trim(last, "0123456789") == "" {
		last = words[len(words)-2]
	}
	return slices.Contains([]string{
		"file", "files", "filename", "path", "dir", "directory", "folder", "location", "uri", "url", "endpoint", "host", "port", "name", "names", "arn", "ref", "reference",
		"alias", "type", "provider", "encoder", "encoding", "enabled", "disabled", "required", "expiry", "expiration", "expires", "ttl", "timeout", "lifetime", "length", "size", "min", "max",
		"policy", "algorithm", "format", "header", "manager", "store", "factory", "class", "validity", "seconds", "minutes", "ms", "count", "limit", "interval", "issuer", "audience", "scope", "scopes",
		"attempts", "retries", "reset", "prompt", "field", "parameter", "param", "column", "label", "domain", "mode", "version", "strength", "rounds", "iterations", "updater", "handler",
		"resolver", "validator", "generator", "service", "agent", "through", "refresh", "renewal", "rotation", "samesite", "secure",
	}, last)
}

// identifies reports names of values that are random by nature and no secrets.
func identifies(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool {
		switch w {
		case "id", "ids", "uid", "uuid", "guid", "sha", "sha1", "sha256", "sha512", "md5", "hash", "digest", "checksum", "fingerprint", "etag", "commit", "revision", "build", "version",
			"path", "classpath", "dir", "file", "home", "stream", "cgroup", "release", "serial", "mac", "arn":
			return true
		}
		return false
	})
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
