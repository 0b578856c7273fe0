package parse

import (
	"regexp"
	"slices"
	"strings"
)

// namedSecret is the value of a key whose name says secret: all of it, or of a reference the default, ${DB_PASSWORD:s3cret}.
func namedSecret(name, kind, value string) (SecretSpan, bool) {
	if start, end, ok := reference(value); ok {
		return SecretSpan{Start: start, End: end, Kind: kind}, start < end
	}
	if harmless(name, kind, value) {
		return SecretSpan{}, false
	}
	return SecretSpan{Start: 0, End: len(value), Kind: kind}, true
}

var (
	// What a command substitution may hold without being a secret itself: a variable of Kubernetes, or a file that is read.
	substituted = regexp.MustCompile(`^\$\(([A-Za-z_][A-Za-z0-9_]*|(cat|<) *[\w./-]+)\)$`)
	referred    = regexp.MustCompile(`^(?:[A-Za-z_][\w.\[\]-]*|[a-z]+:[A-Za-z_][\w.\[\]-]*)$`)
	// What scripts call a variable. A password that begins with a dollar may hold "PW" somewhere among its digits.
	variable  = regexp.MustCompile(`^\$?%?[A-Za-z]+(_[A-Za-z]+|_\d+)*%?$`)
	shellName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*[-?+=]`)
)

// reference reports a value that only names another place: ${X}, $(X), {{ x }}, ****, and $X or %X% where X is a secret's name: nobody
// replaces these in a variable, and a password may begin with a dollar. start and end are its default, if that is a secret.
func reference(v string) (start, end int, ok bool) {
	switch {
	case stored.MatchString(v) || vaulted.MatchString(v): // ${ENC::resolver:x} has no default
		return 0, 0, true
	case strings.HasPrefix(v, "${") && strings.IndexByte(v, '}') >= 0:
		return braced(v, 0)
	case strings.HasPrefix(v, "$("):
		return 0, 0, substituted.MatchString(v)
	case strings.HasPrefix(v, "{{") && strings.HasSuffix(v, "}}") && len(v) > 4:
		return 0, 0, referred.MatchString(strings.TrimLeft(strings.TrimSpace(v[2:len(v)-2]), "."))
	case len(v) > 2 && v[0] == '%' && v[len(v)-1] == '%':
		return 0, 0, variable.MatchString(v) && SecretName(v[1:len(v)-1]) != ""
	case len(v) > 1 && v[0] == '$':
		return 0, 0, variable.MatchString(v) && strings.ToUpper(v) == v && SecretName(v[1:]) != ""
	}
	return 0, 0, strings.Trim(v, "*") == "" || len(v) > 2 && strings.Trim(v, "xX") == ""
}

// maxReferences bounds defaults within defaults: ${A:${B:c}}.
const maxReferences = 8

func braced(v string, depth int) (start, end int, ok bool) {
	if depth > maxReferences || !strings.HasPrefix(v, "${") || !strings.HasSuffix(v, "}") {
		return 0, 0, false
	}
	inner := v[2 : len(v)-1]
	at := defaultAt(inner)
	if at < 0 {
		return 0, 0, isReferred(inner)
	}
	if !isReferred(inner[:at]) {
		return 0, 0, false
	}
	from := at + 1
	if inner[at] == ':' && from < len(inner) && strings.IndexByte("-?+=", inner[from]) >= 0 { // ${X:-default} of shells
		from++
	}
	rest := inner[from:]
	if rest == "" {
		return 0, 0, true
	}
	s, e, ok := braced(rest, depth+1)
	if ok && s == e {
		return 0, 0, true
	}
	if ok {
		return 2 + from + s, 2 + from + e, true
	}
	return 2 + from, len(v) - 1, true
}

func isReferred(name string) bool { return referred.MatchString(name) || wordBytes(name) }

// defaultAt is where the name ends in NAME:default, env:NAME:default or, of shells, NAME-default; -1 when there is no default.
func defaultAt(inner string) int {
	at := strings.IndexByte(inner, ':')
	if prefix, rest, ok := strings.Cut(inner, ":"); ok && slices.Contains([]string{"env", "sys", "secret", "vault", "file", "ENV"}, prefix) {
		next := strings.IndexByte(rest, ':')
		if next < 0 {
			return -1
		}
		at += 1 + next
	}
	if loc := shellName.FindStringIndex(inner); loc != nil && (at < 0 || loc[1] <= at) {
		at = loc[1] - 1
	}
	return at
}

func isReference(v string) bool {
	start, end, ok := reference(v)
	return ok && start == end
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
	if strings.HasPrefix(v, "AutoGenerate") { // machineKey of ASP.NET
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

var (
	knownFolder = regexp.MustCompile(`^/(app|data|dev|etc|home|mnt|opt|proc|root|run|secrets?|srv|sys|tmp|usr|var|vault)(/|$)`)
	extension   = regexp.MustCompile(`\.[A-Za-z][A-Za-z0-9]{1,9}$`)
)

// maxPath is PATH_MAX: what is longer names nothing. It also bounds what is looked at again.
const maxPath = 4096

// fileName reports what looks like the name of a file, not like base64 that happens to begin with a slash.
func fileName(v string) bool {
	if len(v) > maxPath || strings.ContainsAny(v, "+= ?<>|*;&!'\"`#$%^(){}[],\n") {
		return false
	}
	for _, prefix := range []string{"file:", "classpath:", "./", "../", "~/", `C:\`, "arn:aws:", "vault:", "secretsmanager:"} {
		if strings.HasPrefix(v, prefix) {
			return !slices.ContainsFunc(strings.FieldsFunc(v, func(r rune) bool { return r == '/' || r == ':' }), random)
		}
	}
	if !knownFolder.MatchString(v) && (!strings.HasPrefix(v, "/") || !extension.MatchString(v)) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(v, "/"), func(part string) bool { return len(part) > 40 && random(part) })
}
