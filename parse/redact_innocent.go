package parse

import (
	"slices"
	"strings"
)

// Most texts hold no secret, and finding that out must not take long: an application may have hundreds of thousands of files. What is here may
// only say no where the whole search would find nothing (FuzzInnocent); where it is not sure, the search decides.

// innocent reports a text that says nothing a secret could be found by: no name of one, no '@' of a URL, no token, no long random word, and
// no backslash behind which other characters hide.
func innocent(s string) bool {
	return strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, '@') < 0 && !longWord(s) && !lowersToASCII(s) && !says(s, saysSecret|saysToken)
}

// lowersToASCII reports the two letters beyond ASCII whose lower case is not (KELVIN SIGN, LATIN CAPITAL LETTER I WITH DOT ABOVE). Without them names can
// be compared in lower case byte by byte.
func lowersToASCII(s string) bool {
	return strings.Contains(s, "\u212a") || strings.Contains(s, "\u0130")
}

// What says looks for.
const (
	saysSecret = 1 << iota // a part of a name by which secretWord finds a secret, or a word before credentials, in any case
	saysToken              // the beginning of a token (tokenSecrets), of a PEM block, or of that in base64
)

// The first two characters of what is looked for: of all that secretHere knows, and of all that tokenHere knows (TestSays).
const (
	secretPairs = "au ba be co cr cu ja jw ke lo ma md mo ot pa ps pw sa se to"
	tokenPairs  = "1/ AB AC AG AI AK AP AS AT CC CI CL EA EZ FL GO GR HR LT NR PM ai ap be bk cm da dc dn do dp dt du ey fi fm fo gh gi gl ho hv ic ke li nf np nt op pa pc ph pn " +
		"pp ps pu py rd rk rn ru sb se sg sh sk sn sq tf ts v1 wh xa xk xo ya A3 SG ci hf oy LS --"
)

// says looks at each byte of a text once, however many words there are, and compares with them only where the first two characters of one stand.
func says(s string, what uint8) bool {
	begin := beginnings(what)
	last := byte(0)
	for i := range len(s) {
		c := s[i]
		found := begin[pair(last, c)]
		last = c
		if found&saysSecret != 0 && secretHere(s, i-1) || found&saysToken != 0 && tokenHere(s, i-1) {
			return true
		}
	}
	return false
}

// pair is the place of two characters in a table that has one for all that look alike in six bits.
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
	return table
}

// tokenHere reports one at i. A JSON Web Token may stand in the middle of a word.
func tokenHere(text string, i int) bool {
	s := text[i:]
	switch s[0] {
	case 'e', 'L', '-':
		if strings.HasPrefix(s, "eyJ") || strings.HasPrefix(s, "LS0tLS1CRUdJTi") || strings.HasPrefix(s, "-----BEGIN ") {
			return true
		}
	}
	if i > 0 && isWord(text[i-1]) || !mayBegin(s) {
		return false
	}
	return slices.ContainsFunc(tokenShapes(), func(t tokenShape) bool {
		_, ok := t.match(text, i)
		return ok
	})
}

// secretHere reports one at i.
func secretHere(text string, i int) bool {
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
func foldPrefix(s, word string) bool {
	return len(s) >= len(word) && foldEqual(s[:len(word)], word)
}

func foldEqual(s, word string) bool {
	for i := range len(word) {
		if s[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

// keyWord reports whether the text before key ends in a word that secretWord knows before it: apiKey, access_key, SIGNING-KEYS. One that ends beyond
// ASCII may.
func keyWord(before string) bool {
	for before != "" && before[len(before)-1] < 0x80 && !isLetter(before[len(before)-1]) {
		before = before[:len(before)-1]
	}
	if before == "" {
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
	return !says(lower, saysSecret) && !slices.ContainsFunc([]string{"key", "conn", "database", "jdbc", "dsn", "mongo", "redis", "amqp"}, func(w string) bool { return strings.Contains(lower, w) })
}

// minRandom is the shortest word that can be random.
const minRandom = 20

// longWord reports a word that could be random by its length and digits: see randomWord. Most words are short: of each piece of text as long as the
// shortest only the end is looked at.
func longWord(s string) bool {
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

func digits(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}
