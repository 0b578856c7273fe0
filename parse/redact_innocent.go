package parse

import "strings"

// Most texts hold no secret, and finding that out must not take long: an application may have hundreds of thousands of files. What is here may
// only say no where the whole search would find nothing (FuzzInnocent); where it is not sure, the search decides.

// innocent reports a text that says nothing a secret could be found by: no name of one, no '@' of a URL, no token, no long random word, and
// no backslash behind which other characters hide.
func innocent(s string) bool {
	if strings.IndexByte(s, '\\') >= 0 || strings.IndexByte(s, '@') >= 0 || strings.Contains(s, "LS0tLS1CRUdJTi") || strings.Contains(s, "-----BEGIN ") || strings.Contains(s, "curl ") {
		return false
	}
	lower := strings.ToLower(s)
	return !saysSecret(lower) && !saysKey(lower) && !longWord(s) && len(tokenSecrets(s)) == 0
}

// saysSecret reports a part of a name by which secretWord finds a secret, but for those that end in key, or a word before credentials. It looks at each
// byte once, however many words there are.
func saysSecret(lower string) bool {
	for i := range len(lower) {
		switch lower[i] {
		case 'a', 'b', 'c', 'j', 'k', 'l', 'm', 'o', 'p', 's', 't':
			if saysHere(lower[i:]) {
				return true
			}
		}
	}
	return false
}

// saysHere compares with constants one by one, which costs a comparison of few bytes each.
func saysHere(s string) bool {
	switch s[0] {
	case 'a':
		return strings.HasPrefix(s, "authorization")
	case 'b':
		return strings.HasPrefix(s, "bearer") || strings.HasPrefix(s, "basic ")
	case 'c':
		return strings.HasPrefix(s, "credential") || strings.HasPrefix(s, "creds") || strings.HasPrefix(s, "cookie") || strings.HasPrefix(s, "contrase")
	case 'j':
		return strings.HasPrefix(s, "jwt") || strings.HasPrefix(s, "jaas")
	case 'k':
		return strings.HasPrefix(s, "kennwort")
	case 'l':
		return strings.HasPrefix(s, "login ")
	case 'm':
		return strings.HasPrefix(s, "mdp") || strings.HasPrefix(s, "motdepasse") || strings.HasPrefix(s, "masterauth")
	case 'o':
		return strings.HasPrefix(s, "otp")
	case 'p':
		return strings.HasPrefix(s, "pw") || strings.HasPrefix(s, "pass") || strings.HasPrefix(s, "psw")
	case 's':
		return strings.HasPrefix(s, "sas") || strings.HasPrefix(s, "secret") || strings.HasPrefix(s, "senha") || strings.HasPrefix(s, "sessid") || strings.HasPrefix(s, "sessionid")
	case 't':
		return strings.HasPrefix(s, "token")
	}
	return false
}

func says(lower string, hints []string) bool {
	for _, h := range hints {
		if strings.Contains(lower, h) {
			return true
		}
	}
	return false
}

// saysKey reports a name such as apiKey, access_key or SIGNING-KEYS: the word key behind one that makes it a secret.
func saysKey(lower string) bool {
	for at := 0; ; {
		i := strings.Index(lower[at:], "key")
		if i < 0 {
			return false
		}
		at += i
		before := strings.TrimRightFunc(lower[:at], func(r rune) bool { return r < 'a' || r > 'z' && r < 0x80 })
		if i := len(before); i > 0 && (before[i-1] >= 0x80 || keyWord(before)) {
			return true
		}
		at += len("key")
	}
}

// keyWord reports whether the text before key ends in a word that secretWord knows before it.
func keyWord(before string) bool {
	for _, w := range []string{
		"api", "access", "private", "encryption", "encrypt", "signing", "shared", "account", "master", "auth", "storage", "session", "hmac", "aes", "rsa", "ssh", "license",
		"subscription", "instrumentation", "service", "app", "machine", "validation", "decryption", "wrapper",
	} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// wordless reports a name in which secretWords finds nothing.
func wordless(name string) bool {
	lower := strings.ToLower(name)
	return !saysSecret(lower) && !strings.Contains(lower, "key") && !says(lower, []string{"conn", "database", "jdbc", "dsn", "mongo", "redis", "amqp"})
}

// longWord reports a word that could be random by its length and digits: see randomWord.
func longWord(s string) bool {
	n, digits := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			n++
		case c <= ' ':
			n, digits = 0, 0
		case isDigit(c):
			n++
			digits++
		case strings.IndexByte("+/=_-~!@#$%^&*?|<>", c) >= 0:
			n++
		default:
			n, digits = 0, 0
		}
		if n >= 20 && digits >= 2 {
			return true
		}
	}
	return false
}
