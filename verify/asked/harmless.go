package asked

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"a2c/model"
	"a2c/parse"
)

// SafeMethod reports whether a method changes nothing (RFC 9110, 9.2.1). TRACE is safe there, and servers refuse it.
func SafeMethod(m string) bool {
	return m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions
}

// ErrHarmful is returned for a path that may act although it is only asked for.
var ErrHarmful = errors.New("may act on the live application")

// harmful are words that commonly act although they are only asked for. A GET is not harmless there.
func harmful() []string {
	return []string{
		"heapdump", "threaddump", "dump", "shutdown", "stop", "restart", "logout", "logoff", "signout", "delete", "remove", "reset", "unsubscribe", "manager",
	}
}

// doing are words that harm as a part of a name only ("deleteUser", "cancel-order"). A user who names such a path knows it.
func doing() []string {
	return append(harmful(), "kill", "purge", "drop", "undeploy", "redeploy", "reload", "invalidate", "truncate", "cancel", "clear", "flush", "destroy", "disable", "enable", "approve",
		"reject", "buy", "pay", "send", "submit", "start", "run", "execute", "import", "export", "download", "backup", "restore", "refresh", "gc", "install", "uninstall", "confirm", "activate",
		"deactivate", "revoke", "login", "signin", "oauth", "oauth2", "saml", "stream", "events", "sse", "subscribe", "poll", "websocket", "ws",
		"console") // some servers load theirs at the first request
}

// Refuse returns ErrHarmful for a path one of whose segments is such a word.
func Refuse(path string) error {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		part, _, _ = strings.Cut(part, ";") // path parameters
		if slices.Contains(harmful(), part) {
			return fmt.Errorf("path %q: %q %w: ask for another one", path, part, ErrHarmful)
		}
	}
	return nil
}

// Harmless are the paths of a list that may be asked although no person has looked at them: safe words in every part of the path and in the names of the
// query, no values of a query unless wanted, nothing that looks like a secret or an address of a person. Each once. dropped counts the rest.
func Harmless(list []Path, values bool) (kept []Path, dropped int) {
	seen := map[Path]bool{}
	for _, p := range list {
		target, ok := harmless(p.Path, values)
		key := Path{Port: p.Port, Host: p.Host, Path: target}
		if !ok {
			dropped++
			continue
		}
		if !seen[key] {
			seen[key] = true
			p.Path = target
			kept = append(kept, p)
		}
	}
	return kept, dropped
}

const longestPath = 1024

func harmless(target string, values bool) (string, bool) {
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Host != "" || !strings.HasPrefix(target, "/") || len(target) > longestPath {
		return "", false
	}
	decoded, err := url.PathUnescape(u.EscapedPath())
	if err != nil || strings.ContainsFunc(decoded, unicode.IsControl) || strings.Contains(decoded, "..") || strings.Contains(decoded, "@") {
		return "", false
	}
	if acts(decoded) || parse.RedactText(decoded) != decoded || token(decoded) {
		return "", false
	}
	if u.RawQuery == "" {
		return u.EscapedPath(), true
	}
	query, ok := harmlessQuery(u.RawQuery, values)
	if query == "" {
		return u.EscapedPath(), ok
	}
	return u.EscapedPath() + "?" + query, ok
}

// harmlessQuery keeps the names of a query, and the values where they are wanted and no secrets.
func harmlessQuery(raw string, values bool) (string, bool) {
	var out []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || acts(plain) {
			return "", false
		}
		text, err := url.QueryUnescape(value)
		if err != nil {
			return "", false
		}
		if !values || acts(text) || parse.RedactText(plain+"="+text) != plain+"="+text {
			value = ""
		}
		out = append(out, name+"="+value)
	}
	return strings.Join(out, "&"), true
}

// acts reports whether a text holds one of the words, also as a part of a name: deleteUser, delete_user, user-delete.
func acts(text string) bool {
	list, words := split(text), doing()
	for i, w := range list {
		if slices.Contains(words, w) || i > 0 && slices.Contains(words, list[i-1]+w) { // logOut, heap-dump
			return true
		}
	}
	return false
}

// split cuts a text into lower-case words, at everything that is no letter or digit and where a capital follows a small letter.
func split(text string) []string {
	var list []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			list = append(list, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	small := false
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsUpper(r) && small {
			end()
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word.WriteRune(r)
		}
		small = unicode.IsLower(r)
	}
	end()
	return list
}

// token reports whether a part of a path looks like one of a kind: a session, an id of 16 characters and more that mixes letters and digits. It is of no use
// for a comparison, and may be what opens something. Names of files with a digest before their ending are none: app.3f2a9c1d.js.
func token(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if _, session, ok := strings.Cut(part, ";"); ok && session != "" {
			return true
		}
		if strings.Contains(part, ".") || len(part) < 16 {
			continue
		}
		letters, digits := 0, 0
		for _, r := range part {
			switch {
			case unicode.IsDigit(r):
				digits++
			case unicode.IsLetter(r):
				letters++
			}
		}
		if letters > 0 && digits > 3 {
			return true
		}
	}
	return false
}

// Shown is a path as a document may hold it.
func Shown(path string) string { return parse.RedactText(model.Path(path).String()) }
