package parse

import (
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
//
// A value is read by one of four grammars: JSON, a list of options (JAVA_OPTS), a whole value (a URL or connection string goes to its end), or
// free text (it ends where the sentence goes on).
func FindSecrets(name, value string) []SecretSpan {
	if name == "" && Innocent([]byte(value)) {
		return nil
	}
	return findSecrets(name, value, name != "")
}

func findSecrets(name, value string, whole bool) []SecretSpan {
	if value == "" || value == model.Redacted {
		return nil
	}
	switch kind := secretKind(name, value); {
	case kind == SecretConnection:
		return connectionSecrets(value)
	case kind != "":
		if span, ok := namedSecret(name, kind, value); ok {
			return []SecretSpan{span}
		}
	case name != "" && !identifies(name) && random(value):
		return []SecretSpan{{Start: 0, End: len(value), Kind: SecretToken}}
	}
	if spans, ok := jsonSecrets(value); ok {
		return spans
	}
	if whole && isOptionList(name, value) {
		return optionSecrets(name, value)
	}
	return textSecrets(value, whole)
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
