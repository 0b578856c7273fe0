package parse

import (
	"bytes"
	"slices"
	"strings"
)

// Most texts hold no secret, and finding that out must not take long: an application may have hundreds of thousands of files. What is here may
// only say no where the whole search would find nothing (FuzzInnocent); where it is not sure, the search decides.

// Innocent reports a text that says nothing a secret could be found by, so that FindSecrets finds none in it: no name of one, no '@' of a URL, no token,
// no long random word, and no backslash behind which other characters hide.
func Innocent(text []byte) bool {
	return !longWord(text) && !says(text, saysSecret|saysToken|saysOdd)
}

// What says looks for.
const (
	saysSecret = 1 << iota // a part of a name by which secretWord finds a secret, or a word before credentials, in any case
	saysToken              // the beginning of a token (tokenSecrets), of a PEM block, or of that in base64
	saysOdd                // a backslash, an '@', or a letter beyond ASCII whose lower case is not
)

// The first two bytes of what is looked for: of all that secretHere knows, and of all that tokenHere knows (TestSays).
const (
	secretPairs = "au ba be co cr cu ja jw ke lo ma md mo ot pa ps pw sa se to"
	tokenPairs  = "1/ AB AC AG AI AK AP AS AT CC CI CL EA EZ FL GO GR HR LT NR PM ai ap be bk cm da dc dn do dp dt du ey fi fm fo gh gi gl ho hv ic ke li nf np nt op pa pc ph pn " +
		"pp ps pu py rd rk rn ru sb se sg sh sk sn sq tf ts v1 wh xa xk xo ya A3 SG ci hf oy LS --"
)

// says looks at each byte of a text once, however many words there are, and compares with them only where the first two bytes of one stand.
func says(s []byte, what uint8) bool {
	begin := beginnings(what)
	last := byte(0)
	for i, c := range s {
		found := begin[pair(last, c)]
		last = c
		if found != 0 && (found&saysSecret != 0 && secretHere(s, i-1) || found&saysToken != 0 && tokenHere(s, i-1) || found&saysOdd != 0 && oddHere(s, i)) {
			return true
		}
	}
	return false
}

// pair is the place of two bytes in a table that has one for all that look alike in six bits.
func pair(a, b byte) uint { return uint(a&63)<<6 | uint(b&63) }

// beginnings is a table of the pairs.
func beginnings(what uint8) (table [64 * 64]uint8) {
	const small = 0x20
	for i := 0; i+1 < len(secretPairs); i += 3 {
		a, b := secretPairs[i], secretPairs[i+1]
		for _, at := range [...]uint{pair(a, b), pair(a-small, b), pair(a, b-small), pair(a-small, b-small)} {
			table[at] |= what & saysSecret
		}
	}
	for i := 0; i+1 < len(tokenPairs); i += 3 {
		table[pair(tokenPairs[i], tokenPairs[i+1])] |= what & saysToken
	}
	for i := range byte(64) {
		table[pair(i, '\\')] |= what & saysOdd
		table[pair(i, '@')] |= what & saysOdd
	}
	for _, odd := range [...]string{kelvin, dotted} {
		table[pair(odd[len(odd)-2], odd[len(odd)-1])] |= what & saysOdd
	}
	return table
}

// The two letters beyond ASCII whose lower case is not. Without them names can be compared in lower case byte by byte.
const (
	kelvin = "\u212a"
	dotted = "\u0130" // LATIN CAPITAL LETTER I WITH DOT ABOVE
)

// oddHere reports one that ends at i.
func oddHere(s []byte, i int) bool {
	return s[i] == '\\' || s[i] == '@' || bytes.HasSuffix(s[:i+1], []byte(kelvin)) || bytes.HasSuffix(s[:i+1], []byte(dotted))
}

// tokenHere reports one at i. A JSON Web Token may stand in the middle of a word.
func tokenHere(text []byte, i int) bool {
	s := text[i:]
	switch s[0] {
	case 'e', 'L', '-':
		if hasPrefix(s, "eyJ") || hasPrefix(s, "LS0tLS1CRUdJTi") || hasPrefix(s, "-----BEGIN ") {
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
	for _, w := range [...]string{
		"api", "access", "private", "encryption", "encrypt", "signing", "shared", "account", "master", "auth", "storage", "session", "hmac", "aes", "rsa", "ssh", "license",
		"subscription", "instrumentation", "service", "app", "machine", "validation", "decryption", "wrapper",
	} {
		if w[len(w)-1] == last|0x20 && len(w) <= len(before) && foldEqual(before[len(before)-len(w):], w) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// wordless reports a name in which secretWords finds nothing.
func wordless(name string) bool {
	lower := strings.ToLower(name)
	return !says([]byte(lower), saysSecret) && !slices.ContainsFunc([]string{"key", "conn", "database", "jdbc", "dsn", "mongo", "redis", "amqp"}, func(w string) bool { return strings.Contains(lower, w) })
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
