package parse

import (
	"regexp"
	"slices"
	"strings"
)

// What a word behind a secret's name promises of the value.
const (
	aboutPlace  = "place"  // a file, a URL, a host
	aboutNumber = "number" // a count, a duration, a port
	aboutName   = "name"   // a name, a list of names
	aboutParty  = "party"  // who deals with it; also often whose secret it is: DB_PASSWORD_SERVICE
)

func aboutWord(w string) string {
	switch w {
	case "file", "files", "filename", "path", "dir", "directory", "folder", "location", "uri", "url", "endpoint", "store", "host", "domain":
		return aboutPlace
	case "port", "expiry", "expiration", "expires", "ttl", "timeout", "lifetime", "length", "size", "min", "max", "validity", "seconds", "minutes", "ms", "count", "limit",
		"interval", "time", "attempts", "retries", "strength", "rounds", "iterations", "refresh", "renewal", "rotation", "version", "age":
		return aboutNumber
	case "name", "names", "arn", "ref", "reference", "alias", "type", "encoder", "encoding", "enabled", "disabled", "required", "policy", "compliance", "algorithm", "format", "header",
		"issuer", "audience", "scope", "scopes", "prompt", "field", "parameter", "param", "column", "label", "mode", "through", "samesite", "secure", "level":
		return aboutName
	case "service", "agent", "provider", "class", "reset", "manager", "factory", "updater", "handler", "resolver", "validator", "generator":
		return aboutParty
	}
	return ""
}

func isAbout(w string) bool { return aboutWord(w) != "" }

func allAbout(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !isAbout(w) })
}

var (
	number    = regexp.MustCompile(`^[-+]?[0-9]+([.:,][0-9]+)*[ ]?[A-Za-zµ]{0,8}$|^P[T0-9DHMS.]+$|^[0-9*?/, -]+$`)
	names     = regexp.MustCompile(`^[A-Za-z0-9._:/*, \[\]-]+$`)
	className = regexp.MustCompile(`^([a-z][a-z0-9_]*\.){2,}[A-Z]\w*$|^[A-Z]\w*(\.[A-Z]\w*)+$`)
	someURL   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:/[^\s<>"]*$`)
	hostPort  = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]{1,5})?$`)
)

// about reports that a value is what the words behind the secret's name say: PASSWORD_FILE=/run/x, token-uri, tokenTimeout=3600,
// secretName=db. Where other words stand between (DB_PASSWORD_ORDER_FILE) only a URL or an absolute path convinces.
func about(rest []string, value string) bool {
	if len(rest) == 0 || len(value) > maxPath {
		return false
	}
	value = strings.Trim(value, " \t\"',;")
	near := allAbout(rest)
	switch aboutWord(rest[len(rest)-1]) {
	case aboutPlace:
		if someURL.MatchString(value) || fileName(value) || strings.HasPrefix(value, "/") && strings.Trim(value, "/") != "" && !strings.ContainsAny(value, "<>\"\n") && !random(value) && strings.Count(value, "/") > 1 {
			return true
		}
		return near && !strings.ContainsAny(value, "<>\"\n") && (strings.ContainsAny(value, `/\`) || extension.MatchString(value) || strings.Contains(value, ".") && hostPort.MatchString(value)) && !random(value)
	case aboutNumber:
		return near && number.MatchString(value)
	case aboutName:
		return near && names.MatchString(value) && !slices.ContainsFunc(strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ,/:.", r) }), random)
	case aboutParty:
		return near && (className.MatchString(value) || someURL.MatchString(value))
	}
	return false
}
