package parse

import (
	"slices"
	"strings"
)

// maxKey bounds a name, so that hostile texts take no longer than others.
const maxKey = 128

// pairSecrets looks at each '=' and ':' for a secret's name before it: -Ddb.password=x, "password": "x", ;Pwd=x;, ?token=x&, password: x.
func pairSecrets(s string, whole bool) []SecretSpan {
	p := pairs{s: s, whole: whole, quoteAt: -2, quoteEnd: -1, eol: -1}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '=', ':':
			i = p.separator(i)
		case '(': // setPassword("x")
			if i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\'') {
				i = p.separator(i)
			}
		case ',': // setProperty("password", "x")
			if p.second(i) {
				i = p.separator(i)
			}
		case '%': // password%3Dx in a URL within a URL
			if strings.HasPrefix(s[i+1:], "3D") || strings.HasPrefix(s[i+1:], "3d") {
				i = p.escaped(i)
			}
		case '"', '\'':
			p.open(i)
		case '\n', '\r':
			p.lineStart, p.quoteEnd, p.noQuote, p.words = i+1, -1, [2]bool{}, 0
		case ' ', '\t':
			if spans, end := p.directive(i); end > 0 {
				p.spans = append(p.spans, spans...)
				i = end - 1
			}
		}
	}
	return p.spans
}

type pairs struct {
	s         string
	whole     bool
	spans     []SecretSpan
	lineStart int
	eol       int     // end of the line, once it was asked for
	words     int     // blanks behind words of the line so far
	quoteAt   int     // offset of the quote that was opened last
	quoteEnd  int     // offset of the quote that closes the one the scanner is in, else before it
	noQuote   [2]bool // no closing quote of this kind (" and ') is left in the line
	label     string  // the secret's name in «name: DB_PASSWORD», behind which «value: x» follows
}

// open notes where the quote that opens at i closes in its line, if i is not inside another. An apostrophe in a word opens nothing.
func (p *pairs) open(i int) {
	kind := 0
	if p.s[i] == '\'' {
		kind = 1
	}
	if p.whole || i <= p.quoteEnd || p.noQuote[kind] || i > 0 && (isWord(p.s[i-1]) || p.s[i-1] == '\\') {
		return
	}
	end := closing(p.s[:p.line(i)], i+1, p.s[i])
	if end == p.line(i) {
		p.noQuote[kind] = true
		return
	}
	p.quoteAt, p.quoteEnd = i, end
}

// line is the end of the line that i stands in.
func (p *pairs) line(i int) int {
	if p.eol < i {
		p.eol = lineEnd(p.s, i)
	}
	return p.eol
}

// separator judges the pair around the sign at i, and returns where to go on.
func (p *pairs) separator(i int) int {
	key, from := keyBefore(p.s, i)
	context := key
	switch strings.ToLower(key) {
	case "name", "key":
		p.label = labelAt(p.s[skipBlanks(p.s, i+1):])
	case "value":
		key, p.label = p.label, ""
	}
	kind, _ := nameSecret(key)
	if kind == "" || kind == SecretConnection && !strings.Contains(strings.ToLower(key), "jaas") {
		return i
	}
	start, end := p.value(i, from, context)
	if start >= end {
		return i
	}
	value := p.s[start:end]
	if kind = secretKind(key, value); kind == "" || kind == SecretConnection {
		return i
	}
	plain := strings.TrimRight(value, " \t,;")
	span, ok := namedSecret(key, kind, plain)
	if !ok {
		return i
	}
	if span.End == len(plain) { // what was taken for punctuation may be the secret's end
		span.End = len(value)
	}
	p.spans = append(p.spans, SecretSpan{Start: start + span.Start, End: start + span.End, Kind: kind, Key: key})
	return max(i, end-1)
}

// second reports whether the comma at i divides two words in quotes that are the arguments of a call.
func (p *pairs) second(i int) bool {
	s := p.s
	next := skipBlanks(s, i+1)
	if i < 3 || next >= len(s) || s[next] != '"' && s[next] != '\'' || s[i-1] != s[next] {
		return false
	}
	before := strings.LastIndexByte(s[max(0, i-1-maxKey):i-1], s[next])
	return before > 0 && s[max(0, i-1-maxKey)+before-1] == '('
}

// labelAt returns the word at the beginning of s if it is a secret's name.
func labelAt(s string) string {
	s = strings.TrimLeft(s[:min(len(s), maxKey)], "\"'\\")
	i := 0
	for i < len(s) && (isWord(s[i]) || s[i] == '.' || s[i] == '-') {
		i++
	}
	if SecretName(s[:i]) == "" {
		return ""
	}
	return s[:i]
}

// escaped judges a pair whose sign is written %3D.
func (p *pairs) escaped(i int) int {
	key, from := keyBefore(p.s, i)
	if from > 0 && p.s[from-1] == '%' && len(key) > 2 {
		key = key[2:]
	}
	kind := SecretName(key)
	start := i + len("%3D")
	end := start
	for end < len(p.s) && strings.IndexByte("& \t\r\n\"'<>", p.s[end]) < 0 && !strings.HasPrefix(p.s[end:], "%26") {
		end++
	}
	if kind == "" || kind == SecretConnection || start == end || isReference(p.s[start:end]) {
		return i
	}
	p.spans = append(p.spans, SecretSpan{Start: start, End: end, Kind: kind, Key: key})
	return end - 1
}

// directive finds "requirepass x": a line's first word that is nothing but a secret's name, though no plain word, with its value behind a blank.
func (p *pairs) directive(i int) (spans []SecretSpan, end int) {
	if i == p.lineStart || p.s[i-1] == ' ' || p.s[i-1] == '\t' {
		return nil, 0
	}
	if p.words++; p.words > 2 || i-p.lineStart > 2*maxKey {
		return nil, 0
	}
	key := strings.TrimLeft(p.s[p.lineStart:i], " \t")
	if first, rest, ok := strings.Cut(key, " "); ok && slices.Contains([]string{"ENV", "SetEnv", "setenv", "setx"}, first) {
		key = strings.TrimLeft(rest, " \t")
	}
	if key == "" || len(key) > maxKey || wordless(key) || strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != "" || key[0] == '-' {
		return nil, 0
	}
	words := nameWords(key)
	kind, rest := secretWords(words)
	if kind == "" || kind == SecretConnection || len(rest) > 0 || len(words) == 1 && plainWord(words[0]) {
		return nil, 0
	}
	start := i + len(p.s[i:]) - len(strings.TrimLeft(p.s[i:], " \t"))
	if end = p.line(i); start >= end || strings.IndexByte("=:", p.s[start]) >= 0 {
		return nil, 0
	}
	span, ok := namedSecret(key, kind, strings.TrimRight(p.s[start:end], " \t;"))
	if !ok {
		return nil, 0
	}
	return []SecretSpan{{Start: start + span.Start, End: start + span.End, Kind: kind, Key: key}}, end
}

// plainWord reports the names of secrets with which a sentence may begin: "Password incorrect", "Token expired".
func plainWord(w string) bool {
	switch w {
	case "password", "passwords", "pass", "token", "tokens", "secret", "secrets", "credential", "credentials", "cookie", "cookies", "authorization", "bearer", "passphrase", "passcode", "passwort", "kennwort",
		"senha", "contraseña", "pw", "pwd", "otp", "jwt", "sas":
		return true
	}
	return false
}

// keyBefore returns the name that ends before position i, and where it begins. Quotes around it are left out; the words of an
// ADO.NET key may be apart ("Shared Access Key").
func keyBefore(s string, i int) (key string, from int) {
	end := i
	for end > 0 && (s[end-1] == ' ' || s[end-1] == '\t') {
		end--
	}
	if end > 1 && s[end-1] == ']' && (s[end-2] == '"' || s[end-2] == '\'') { // os.environ["DB_PASSWORD"]
		end--
	}
	if end > 0 && (s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == '`') {
		end--
		for end > 0 && s[end-1] == '\\' { // JSON inside JSON
			end--
		}
	}
	from = end
	for from > max(0, end-maxKey) && (isWord(s[from-1]) || strings.IndexByte(".-[]$", s[from-1]) >= 0 || s[from-1] >= 0x80) {
		from--
	}
	key = strings.TrimLeft(s[from:end], "-[$.")
	if strings.HasPrefix(s[from:end], "-D") {
		key = s[from+2 : end]
	}
	if from > 1 && s[from-1] == ' ' && isWord(s[from-2]) && s[i] == '=' {
		if words, at := wordsBefore(s, from, end); words != "" {
			return words, at
		}
	}
	return key, from
}

// wordsBefore returns a key of up to three words, of which the last stands at from: "Shared Access Key".
func wordsBefore(s string, from, end int) (key string, at int) {
	near := max(0, from-40)
	j := strings.LastIndexAny(s[near:from], ";\n\"'")
	if j < 0 && near > 0 {
		return "", 0
	}
	key = strings.TrimSpace(s[near+j+1 : end])
	if strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" || strings.Count(key, " ") > 2 {
		return "", 0
	}
	return key, near + j + 1
}
