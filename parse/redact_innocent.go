package parse

import (
	"slices"
	"strings"
)

// Most texts hold no secret, and finding that out must not take long: an application may have hundreds of thousands of files. What is here may
// only say no where the whole search would find nothing (FuzzInnocent); where it is not sure, the search decides.

// Innocent reports a text that says nothing a secret could be found by, so that FindSecrets finds none in it: no name of one, no '@' of a URL, no token,
// no long random word, and no backslash behind which other characters hide.
func Innocent(text []byte) bool {
	if longWord(text) {
		return false
	}
	for i := range text {
		if here(text, i) {
			return false
		}
	}
	return true
}

// here reports that what a secret could be found by begins at i.
func here(s []byte, i int) bool { return oddHere(s, i) || secretHere(s, i) || tokenHere(s, i) }

// Glance is Innocent for many texts: most places of a text are dismissed by three bytes.
type Glance struct {
	next [64 * 64]uint32 // for a pair of bytes, by six bits of each, which third ones begin something together with it, by five bits
}

// secretStarts are the first bytes of all that secretHere knows, in small letters (TestGlance).
const secretStarts = "aut bas bea cle con coo cre cur jaa jwt ken key log mas mdp mot otp pas psw pw sas sec sen ses tok"

// NewGlance prepares it.
func NewGlance() *Glance {
	g := &Glance{}
	for word := range strings.FieldsSeq(secretStarts) {
		const small = 0x20
		a, b := word[0], word[1]
		for _, two := range [...]string{word[:2], string([]byte{a - small, b}), string([]byte{a, b - small}), string([]byte{a - small, b - small})} {
			g.add(two + word[2:])
		}
	}
	for _, shape := range append(tokenShapes(), tokenShape{prefix: jsonStart}, tokenShape{prefix: pem64Start}, tokenShape{prefix: pemStart}) {
		g.add(shape.prefix)
	}
	for i := range byte(64) {
		g.add(string([]byte{'\\', i}))
		g.add(string([]byte{'@', i}))
	}
	g.add(kelvin)
	g.add(dotted)
	g.add(entraSign)
	g.add(otherWebSign)
	return g
}

// add notes how a word begins.
func (g *Glance) add(word string) {
	third := ^uint32(0)
	if len(word) > 2 {
		third = 1 << (word[2] & 31)
	}
	g.next[pair(word[0], word[1])] |= third
}

// pair is the place of two bytes.
func pair(a, b byte) uint { return uint(a&63)<<6 | uint(b&63) }

// Innocent says what the function of this name does.
func (g *Glance) Innocent(text []byte) bool {
	if len(text) < 3 || longWord(text) {
		return Innocent(text)
	}
	a, b := text[0], text[1]
	for i, c := range text[2:] {
		if g.next[pair(a, b)]>>(c&31)&1 != 0 && here(text, i) {
			return false
		}
		a, b = b, c
	}
	last := len(text) - 1
	return !here(text, last-1) && !here(text, last)
}

// The two letters beyond ASCII whose lower case is not. Without them names can be compared in lower case byte by byte.
const (
	kelvin = "\u212a"
	dotted = "\u0130" // LATIN CAPITAL LETTER I WITH DOT ABOVE
)

// oddHere reports a letter beyond ASCII whose lower case is not, an '@', a backslash, or the sign of an odd token, at i.
func oddHere(s []byte, i int) bool {
	c := s[i]
	return c == '\\' || c == '@' || (c == 'Q' || c == '.' || c >= 0x80) && oddBegin(s[i:])
}

func oddBegin(s []byte) bool {
	return hasPrefix(s, entraSign) || hasPrefix(s, otherWebSign) || hasPrefix(s, kelvin) || hasPrefix(s, dotted)
}

// How a JSON Web Token begins, a PEM block in base64, and one as it is.
const (
	jsonStart  = "eyJ"
	pem64Start = "LS0tLS1CRUdJTi"
	pemStart   = "-----BEGIN "
)

// tokenHere reports one at i. A JSON Web Token may stand in the middle of a word.
func tokenHere(text []byte, i int) bool {
	s := text[i:]
	switch s[0] {
	case 'e', 'L', '-':
		if hasPrefix(s, jsonStart) || hasPrefix(s, pem64Start) || hasPrefix(s, pemStart) {
			return true
		}
	}
	if i > 0 && isWord(text[i-1]) || len(s) < 4 || !mayBegin(string(s[:4])) {
		return false
	}
	word := string(s[:min(len(s), maxToken)])
	return slices.ContainsFunc(tokenShapes(), func(t tokenShape) bool {
		_, ok := t.match(word, 0)
		return ok
	})
}

// maxToken is longer than all tokens (TestMayBegin).
const maxToken = 8 << 10

func hasPrefix(s []byte, word string) bool {
	return len(s) >= len(word) && string(s[:len(word)]) == word
}

// secretHere reports one at i.
func secretHere(text []byte, i int) bool {
	s := text[i:]
	switch s[0] | 0x20 {
	case 'a':
		return foldPrefix(s, "authorization")
	case 'b':
		return foldPrefix(s, "bearer") || foldPrefix(s, "basic ")
	case 'c':
		if foldPrefix(s, "cl") {
			return foldPrefix(s, "clear") && clearText(s[len("clear"):])
		}
		return foldPrefix(s, "credential") || foldPrefix(s, "creds") || foldPrefix(s, "cookie") || foldPrefix(s, "contrase") || foldPrefix(s, "curl ")
	case 'j':
		return foldPrefix(s, "jwt") || foldPrefix(s, "jaas")
	case 'k':
		return foldPrefix(s, "kennwort") || foldPrefix(s, "key") && keyWord(text[:i])
	case 'l':
		return foldPrefix(s, "login ")
	case 'm':
		return foldPrefix(s, "mdp") || foldPrefix(s, "motdepasse") || foldPrefix(s, "masterauth")
	case 'o':
		return foldPrefix(s, "otp")
	case 'p':
		return foldPrefix(s, "pw") || foldPrefix(s, "pass") || foldPrefix(s, "psw")
	case 's':
		return foldPrefix(s, "sas") || foldPrefix(s, "secret") || foldPrefix(s, "senha") || foldPrefix(s, "sessid") || foldPrefix(s, "sessionid")
	case 't':
		return foldPrefix(s, "token")
	}
	return false
}

// clearText reports what may follow clear: clear-text, clear.text.
func clearText(s []byte) bool {
	for len(s) > 0 && s[0] < 0x80 && !isLetter(s[0]) && !isDigit(s[0]) {
		s = s[1:]
	}
	return len(s) > 0 && (s[0] >= 0x80 || foldPrefix(s, "text"))
}

// foldPrefix reports whether s begins with a word of small letters, in any case; a control character may pass for a blank.
func foldPrefix(s []byte, word string) bool {
	return len(s) >= len(word) && foldEqual(s[:len(word)], word)
}

func foldEqual(s []byte, word string) bool {
	for i := range len(word) {
		if s[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

// keyWord reports whether the text before key ends in a word that secretWord knows before it: apiKey, access_key, SIGNING-KEYS. One that ends beyond
// ASCII may.
func keyWord(before []byte) bool {
	for len(before) > 0 && before[len(before)-1] < 0x80 && !isLetter(before[len(before)-1]) {
		before = before[:len(before)-1]
	}
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	if last >= 0x80 {
		return true
	}
	switch last | 0x20 { // of most words that is enough
	case 'a':
		return foldSuffix(before, "rsa")
	case 'c':
		return foldSuffix(before, "hmac")
	case 'd':
		return foldSuffix(before, "shared")
	case 'e':
		return foldSuffix(before, "private", "storage", "license", "service", "machine")
	case 'g':
		return foldSuffix(before, "signing")
	case 'h':
		return foldSuffix(before, "auth", "ssh")
	case 'i':
		return foldSuffix(before, "api")
	case 'n':
		return foldSuffix(before, "encryption", "session", "subscription", "instrumentation", "validation", "decryption")
	case 'p':
		return foldSuffix(before, "app")
	case 'r':
		return foldSuffix(before, "master", "wrapper")
	case 's':
		return foldSuffix(before, "access", "aes")
	case 't':
		return foldSuffix(before, "encrypt", "account")
	}
	return false
}

func foldSuffix(s []byte, words ...string) bool {
	for _, w := range words {
		if len(w) <= len(s) && foldEqual(s[len(s)-len(w):], w) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// wordless reports a name in which secretWords finds nothing.
func wordless(name string) bool {
	lower := strings.ToLower(name)
	for i := range lower {
		if secretHere([]byte(lower), i) {
			return false
		}
	}
	return !slices.ContainsFunc([]string{"key", "conn", "database", "jdbc", "dsn", "mongo", "redis", "amqp"}, func(w string) bool { return strings.Contains(lower, w) })
}

// minRandom is the shortest word that can be random.
const minRandom = 20

// longWord reports a word that could be random by its length and digits: see randomWord. Most words are short: of each piece of text as long as the
// shortest only the end is looked at.
func longWord(s []byte) bool {
	for start := 0; start+minRandom <= len(s); {
		at := start + minRandom - 1
		for at >= start && longChar(s[at]) {
			at--
		}
		if at >= start {
			start = at + 1
			continue
		}
		end := start + minRandom
		for end < len(s) && longChar(s[end]) {
			end++
		}
		if digits(s[start:end]) >= 2 {
			return true
		}
		start = end + 1
	}
	return false
}

// longChars has a mark for each byte that a random word may hold: letters, digits and +/=_-~!@#$%^&*?|<>.
const longChars = "                                " +
	" x xxxx   xx x xxxxxxxxxxx  xxxx" + // from the blank
	"xxxxxxxxxxxxxxxxxxxxxxxxxxx   xx" + // from '@'
	" xxxxxxxxxxxxxxxxxxxxxxxxxx x x " // from '`'

func longChar(c byte) bool { return int(c) < len(longChars) && longChars[c] == 'x' }

func digits(s []byte) int {
	n := 0
	for _, c := range s {
		if isDigit(c) {
			n++
		}
	}
	return n
}
