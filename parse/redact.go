package parse

import (
	"slices"
	"strings"

	"a2c/model"
)

// Kinds of secrets, as in model.Secret.
const (
	SecretPassword   = "password"
	SecretToken      = "token"
	SecretConnection = "connection-string"
	SecretPrivateKey = "private-key"
)

// SecretSpan is a part of a text that must not leave the host: text[Start:End].
type SecretSpan struct {
	Start, End int
	Kind       string
	Key        string // the name that stands before the value in the text: "password" in "…;Password=x"; "" when the value itself tells
}

// FindSecrets decides by key name and by value shape which parts of value are secret. name is the variable, property or option that
// holds it, "" for free text. Spans do not overlap and ascend. It errs on the side of hiding: a long random value counts, whatever its
// name, unless the name says that it identifies something (an ID, a digest). References to other places (${X}, file names) are no secrets.
func FindSecrets(name, value string) []SecretSpan {
	kind := SecretName(name)
	switch {
	case value == "" || value == model.Redacted:
		return nil
	case kind == SecretConnection:
		return connectionSecrets(value)
	case kind != "":
		if span, ok := namedSecret(name, kind, value); ok {
			return []SecretSpan{span}
		}
	case name != "" && !identifies(name) && random(value):
		return []SecretSpan{{Start: 0, End: len(value), Kind: SecretToken}}
	}
	return textSecrets(value)
}

// IsSecret reports whether any part of value is a secret, and of which kind.
func IsSecret(name, value string) (kind string, ok bool) {
	spans := FindSecrets(name, value)
	if len(spans) == 0 {
		return "", false
	}
	if SecretName(name) == SecretConnection {
		return SecretConnection, true
	}
	return spans[0].Kind, true
}

// RedactValue puts model.Redacted in the place of each secret part of a named value.
func RedactValue(name, value string) string { return redact(value, FindSecrets(name, value)) }

// RedactText does so in free text: a line of a file or log, a URL, a connection string, a PEM block.
func RedactText(text string) string { return RedactValue("", text) }

// RedactEnv returns a copy of an environment without secrets.
func RedactEnv(env map[string]string) map[string]string {
	out := make(map[string]string, len(env))
	for name, value := range env {
		out[name] = RedactValue(name, value)
	}
	return out
}

func redact(text string, spans []SecretSpan) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.Start])
		b.WriteString(model.Redacted)
		at = s.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// namedSecret is the value of a key whose name says secret: all of it, or of a placeholder the default, ${DB_PASSWORD:s3cret}.
func namedSecret(name, kind, value string) (SecretSpan, bool) {
	if placeholder(value) {
		i := strings.IndexByte(value, ':')
		if i < 0 || !strings.HasPrefix(value, "${") || i == len(value)-2 {
			return SecretSpan{}, false
		}
		start := i + 1
		if strings.HasPrefix(value[start:], "-") { // ${X:-default} of shells
			start++
		}
		return SecretSpan{Start: start, End: len(value) - 1, Kind: kind}, start < len(value)-1 && !placeholder(value[start:len(value)-1])
	}
	if harmless(name, kind, value) {
		return SecretSpan{}, false
	}
	return SecretSpan{Start: 0, End: len(value), Kind: kind}, true
}

// placeholder reports a value that only names another place: ${X}, $(x), %X%, {{ x }}, $X, ****.
func placeholder(v string) bool {
	switch {
	case strings.HasPrefix(v, "${") && strings.HasSuffix(v, "}") && strings.Count(v, "${") == strings.Count(v, "}"),
		strings.HasPrefix(v, "$(") && strings.HasSuffix(v, ")"),
		strings.HasPrefix(v, "{{") && strings.HasSuffix(v, "}}"),
		len(v) > 2 && v[0] == '%' && v[len(v)-1] == '%' && wordBytes(v[1:len(v)-1]),
		len(v) > 1 && v[0] == '$' && wordBytes(v[1:]) && strings.ToUpper(v) == v && !isDigit(v[1]):
		return true
	}
	return strings.Trim(v, "*") == "" || len(v) > 2 && strings.Trim(v, "xX") == ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func wordBytes(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return s != ""
}

func isWord(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// harmless reports values that a key with a secret's name has for another purpose: switches, file names, and for the variable PWD folders.
func harmless(name, kind, v string) bool {
	switch strings.ToLower(v) {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled", "required", "optional":
		return true
	}
	if (name == "PWD" || name == "OLDPWD") && strings.HasPrefix(v, "/") {
		return true
	}
	if kind == SecretPassword {
		return false
	}
	if len(v) < 6 && strings.Trim(v, "0123456789") == "" { // token.lifetime = 3600
		return true
	}
	return fileName(v)
}

// fileName reports what looks like the name of a file, not like base64 that happens to begin with a slash.
func fileName(v string) bool {
	for _, prefix := range []string{"file:", "classpath:", "./", "../", "~/", `C:\`, "arn:aws:", "vault:", "secretsmanager:"} {
		if strings.HasPrefix(v, prefix) {
			return true
		}
	}
	if !strings.HasPrefix(v, "/") || strings.ContainsAny(v, "+= ") {
		return false
	}
	return !slices.ContainsFunc(strings.Split(v, "/"), func(part string) bool { return len(part) > 40 && random(part) })
}
