package parse

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// textSecrets finds what tells itself: key=value and key: value pairs with a secret's name, elements, passwords in URLs, tokens of known
// shape, private keys. whole says that the text is one value and not prose: then a blank or a quote ends nothing.
func textSecrets(s string, whole bool) []SecretSpan {
	return merged(slices.Concat(
		pemSecrets(s), encodedPEM(s), keyLines(s), pairSecrets(s, whole), xmlSecrets(s), netrcSecrets(s), urlSecrets(s, whole), schemeSecrets(s), tokenSecrets(s), curlSecrets(s),
	))
}

// connectionSecrets are the secret parts of a connection string: its key is named so, but server and database are no secrets.
func connectionSecrets(s string) []SecretSpan {
	spans, ok := jsonSecrets(s)
	if !ok {
		spans = merged(append(textSecrets(s, true), driverSecrets(s)...))
	}
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

// keyLines are lines of nothing but base64, as a private key has them whose first line is not in the text: logs are read line by line. A line has 60
// to 76 characters, and up to two equals signs.
func keyLines(s string) []SecretSpan {
	if len(s) < 60 || strings.Contains(s, "-----BEGIN ") {
		return nil
	}
	var spans []SecretSpan
	for start, next := 0, 0; start < len(s); start = next {
		end := len(s)
		if i := strings.IndexByte(s[start:], '\n'); i >= 0 {
			end = start + i
		}
		next = end + 1
		if end-start < 60 {
			continue
		}
		line := strings.TrimLeft(s[start:end], " \t")
		from := end - len(line)
		line = strings.TrimRight(line, " \t\r")
		digits := strings.TrimRight(line, "=")
		if len(digits) >= 60 && len(digits) <= 76 && len(line)-len(digits) <= 2 && base64Bytes(digits) && random(line) {
			spans = append(spans, SecretSpan{Start: from, End: from + len(line), Kind: SecretPrivateKey})
		}
	}
	return spans
}

func base64Bytes(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '_' || !isWord(c) && c != '+' && c != '/' {
			return false
		}
	}
	return true
}

// encodedPEM finds PEM in base64, wrapped or not, which begins LS0tLS1CRUdJTi ("-----BEGIN"), unless it decodes to certificates alone.
func encodedPEM(s string) []SecretSpan {
	var spans []SecretSpan
	for at := 0; ; {
		i := strings.Index(s[at:], "LS0tLS1CRUdJTi")
		if i < 0 {
			return spans
		}
		start := at + i
		at = start
		for at < len(s) && (isWord(s[at]) || strings.IndexByte("+/=- \r\n\t", s[at]) >= 0) {
			at++
		}
		end := start + len(strings.TrimRight(s[start:at], " \r\n\t"))
		text := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/", " ", "", "\r", "", "\n", "", "\t", "").Replace(s[start:end]), "=")
		pem, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil || strings.Contains(string(pem), "PRIVATE KEY") || !strings.Contains(string(pem), "-----END ") {
			spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretPrivateKey})
		}
	}
}

// schemeSecrets are HTTP credentials: "Bearer x", "Basic x" (RFC 6750, RFC 7617).
func schemeSecrets(s string) []SecretSpan {
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

var netrcPassword = regexp.MustCompile(`\b(password|account)[ \t\r\n]+(\S+)`)

// netrcSecrets are those of netrc(5): machine NAME login NAME password VALUE.
func netrcSecrets(s string) []SecretSpan {
	if !strings.Contains(s, "login ") || !strings.Contains(s, "machine ") && !strings.Contains(s, "default ") {
		return nil
	}
	var spans []SecretSpan
	for _, m := range netrcPassword.FindAllStringSubmatchIndex(s, -1) {
		spans = append(spans, SecretSpan{Start: m[4], End: m[5], Kind: SecretPassword, Key: "password"})
	}
	return spans
}
