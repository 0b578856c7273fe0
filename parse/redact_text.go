package parse

import (
	"slices"
	"strings"
)

// textSecrets finds what tells itself: key=value and key: value pairs with a secret's name, passwords in URLs, tokens of known shape, PEM blocks.
func textSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	spans = append(spans, pemSecrets(s)...)
	spans = append(spans, pairSecrets(s)...)
	spans = append(spans, urlSecrets(s)...)
	spans = append(spans, bearerSecrets(s)...)
	spans = append(spans, tokenSecrets(s)...)
	return merged(spans)
}

// connectionSecrets are the secret parts of a connection string: its key is named so, but server and database are no secrets.
func connectionSecrets(s string) []SecretSpan {
	spans := textSecrets(s)
	for i := range spans {
		if spans[i].Kind == SecretPassword {
			spans[i].Kind = SecretConnection
		}
	}
	return spans
}

// merged sorts spans and joins those that overlap.
func merged(spans []SecretSpan) []SecretSpan {
	slices.SortStableFunc(spans, func(a, b SecretSpan) int { return a.Start - b.Start })
	var out []SecretSpan
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// pemSecrets are private keys (RFC 7468), whole; a block without an end goes to the end of the text.
func pemSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	for at := 0; ; {
		i := strings.Index(s[at:], "-----BEGIN ")
		if i < 0 {
			return spans
		}
		start := at + i
		head, rest, ok := strings.Cut(s[start+len("-----BEGIN "):], "-----")
		if !ok {
			return spans
		}
		at = len(s) - len(rest)
		if !strings.Contains(head, "PRIVATE KEY") || len(head) > 60 {
			continue
		}
		end := len(s)
		if j := strings.Index(s[at:], "-----END "+head+"-----"); j >= 0 {
			end = at + j + len("-----END "+head+"-----")
		}
		spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretPrivateKey})
		at = end
	}
}

// pairSecrets looks at each '=' and ':' for a secret's name before it: -Ddb.password=x, "password": "x", ;Pwd=x;, ?token=x&, password: x.
func pairSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	for i := 0; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' {
			continue
		}
		key, from := keyBefore(s, i)
		kind := SecretName(key)
		if kind == "" || kind == SecretConnection {
			continue
		}
		start, end := valueAfter(s, i, from)
		if inner, ok := namedSecret(key, kind, s[start:end]); ok && start < end {
			spans = append(spans, SecretSpan{Start: start + inner.Start, End: start + inner.End, Kind: kind, Key: key})
			i = end - 1
		}
	}
	return spans
}

// maxKey bounds a name, and maxAuthority what stands between "://" and the end of a host name, so that hostile texts take no longer than others.
const (
	maxKey       = 128
	maxAuthority = 1024
)

// keyBefore returns the name that ends before position i, and where it begins. Quotes around it are left out; the words of an
// ADO.NET key may be apart ("Shared Access Key").
func keyBefore(s string, i int) (key string, from int) {
	end := i
	for end > 0 && (s[end-1] == ' ' || s[end-1] == '\t') {
		end--
	}
	if end > 0 && (s[end-1] == '"' || s[end-1] == '\'') {
		end--
		for end > 0 && s[end-1] == '\\' { // JSON inside JSON
			end--
		}
	}
	from = end
	for from > max(0, end-maxKey) && (isWord(s[from-1]) || strings.IndexByte(".-[]$", s[from-1]) >= 0 || s[from-1] >= 0x80) {
		from--
	}
	key = strings.TrimLeft(s[from:end], "-")
	if from > 1 && s[from-1] == ' ' && isWord(s[from-2]) && s[i] == '=' {
		near := max(0, from-40)
		if j := strings.LastIndexByte(s[near:from], ';'); j >= 0 {
			key = strings.TrimSpace(s[near+j+1 : end])
		}
	}
	return key, from
}

// valueAfter finds the value behind the separator at i. What ends it follows from what stands before the key: in a URL's query '&', in a
// connection string ';', in a list ',', at the beginning of a line its end; else blanks. A doubt takes more rather than less.
func valueAfter(s string, i, keyStart int) (start, end int) {
	start = i + 1
	for start < len(s) && (s[start] == ' ' || s[start] == '\t') {
		start++
	}
	escape := start
	for start < len(s) && s[start] == '\\' { // \"x\": JSON inside JSON
		start++
	}
	if start == len(s) {
		return start, start
	}
	if q := s[start]; q == '"' || q == '\'' {
		if mark := s[escape : start+1]; len(mark) > 1 {
			before, _, _ := strings.Cut(s[start+1:], mark)
			return start + 1, start + 1 + len(before)
		}
		return start + 1, closing(s, start+1, q)
	}
	if s[start] == '{' && s[i] == '=' { // ODBC
		return start, min(closing(s, start+1, '}')+1, len(s))
	}
	stop := stops(s, start, keyStart)
	end = start
	for end < len(s) && strings.IndexByte(stop, s[end]) < 0 {
		end++
	}
	return start, end
}

func stops(s string, start, keyStart int) string {
	option := keyStart > 0 && s[keyStart-1] == '-'
	for keyStart > 0 && strings.IndexByte("\"'\\ \t-", s[keyStart-1]) >= 0 {
		keyStart--
	}
	before := byte('\n') // of a line's first word
	if keyStart > 0 {
		before = s[keyStart-1]
	}
	switch first := before == '\n' || before == '\r'; {
	case before == '?' || before == '&':
		return "&#\"'\n\r \t"
	case before == ';' || first && pairsBy(s[start:], ';'):
		return ";\"\n\r"
	case before == ',' || before == '{' || before == '[' || first && pairsBy(s[start:], ','):
		return ",}]\"\n\r"
	case first && !option: // a line of a properties or YAML file: values may have blanks
		return "\n\r"
	}
	return " \t\n\r\"'"
}

// pairsBy reports whether another key=value follows behind the separator.
func pairsBy(s string, sep byte) bool {
	s, _, _ = strings.Cut(s, "\n")
	_, rest, ok := strings.Cut(s, string(sep))
	key, _, pair := strings.Cut(rest, "=")
	return ok && (rest == "" || pair && !strings.ContainsAny(key, ";,&\"'"))
}

// closing is the position of the quote that ends a value; behind a backslash or doubled it does not.
func closing(s string, at int, quote byte) int {
	for ; at < len(s); at++ {
		switch {
		case s[at] == '\\', s[at] == quote && at+1 < len(s) && s[at+1] == quote:
			at++
		case s[at] == quote:
			return at
		}
	}
	return len(s)
}

// urlSecrets are passwords in scheme://user:password@host, in Oracle's jdbc:oracle:thin:user/password@host, and a random user alone. The last '@' before the
// path ends it: people do not always escape those of a password.
func urlSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	for at := 0; ; {
		i := strings.Index(s[at:], "://")
		if i < 0 {
			break
		}
		start := at + i + len("://")
		authority := s[start:min(len(s), start+maxAuthority)]
		if j := strings.IndexAny(authority, "/?# \t\n\r\"'<>,;"); j >= 0 {
			authority = authorityOf(authority, j)
		}
		at = start
		end := strings.LastIndexByte(authority, '@')
		if end <= 0 {
			continue
		}
		user, pass, ok := strings.Cut(authority[:end], ":")
		switch {
		case ok && pass != "" && !placeholder(pass):
			spans = append(spans, SecretSpan{Start: start + len(user) + 1, End: start + end, Kind: SecretPassword})
		case !ok && random(user): // https://KEY@sentry.example/1
			spans = append(spans, SecretSpan{Start: start, End: start + end, Kind: SecretToken})
		}
		at = start + end
	}
	return append(spans, oracleSecrets(s)...)
}

func oracleSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	for _, driver := range []string{"jdbc:oracle:thin:", "jdbc:oracle:oci:"} {
		i := strings.Index(s, driver)
		if i < 0 {
			continue
		}
		start := i + len(driver)
		user, rest, ok := strings.Cut(s[start:], "/")
		pass, _, at := strings.Cut(rest, "@")
		if ok && at && pass != "" && !strings.ContainsAny(user, "@: ") && !placeholder(pass) {
			from := start + len(user) + 1
			spans = append(spans, SecretSpan{Start: from, End: from + len(pass), Kind: SecretPassword})
		}
	}
	return spans
}

// authorityOf ends the authority at position cut, unless user:password@ goes on behind it: a password with an unescaped '/' or '#'.
func authorityOf(s string, cut int) string {
	head := s[:cut]
	if !strings.Contains(head, ":") {
		return head
	}
	rest := s[cut:]
	if j := strings.IndexAny(rest, " \t\n\r\"'<>"); j >= 0 {
		rest = rest[:j]
	}
	_, port, _ := strings.Cut(head, ":")
	at := strings.LastIndexByte(rest, '@')
	if at < 0 || strings.Trim(port, "0123456789") == "" { // host:8080/path@x
		return head
	}
	return head + rest[:at+1]
}

// bearerSecrets are HTTP credentials: "Bearer x", "Basic x" (RFC 6750, RFC 7617).
func bearerSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	for _, scheme := range []string{"Bearer ", "bearer ", "Basic ", "basic "} {
		for at := 0; ; {
			i := strings.Index(s[at:], scheme)
			if i < 0 {
				break
			}
			start := at + i + len(scheme)
			end := start
			for end < len(s) && (isWord(s[end]) || strings.IndexByte("-._~+/=", s[end]) >= 0) {
				end++
			}
			if long := 16; scheme[1] == 'a' && end-start >= 8 && strings.ContainsAny(s[start:end], "0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ") || end-start >= long {
				spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretToken})
			}
			at = end
		}
	}
	return spans
}
