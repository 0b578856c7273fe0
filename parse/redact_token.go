package parse

import (
	"math"
	"regexp"
	"strings"
)

// tokenSecrets finds tokens of known shape that stand as words of their own, JSON Web Tokens, Azure client secrets and Telegram's bots.
func tokenSecrets(s string) []SecretSpan {
	if len(s) < 16 {
		return nil
	}
	var spans []SecretSpan
	var shapes []tokenShape // made when a word may be one
	for start := range len(s) - 3 {
		if start > 0 && isWord(s[start-1]) || !mayBegin(s[start:]) {
			continue
		}
		if shapes == nil {
			shapes = tokenShapes()
		}
		for _, shape := range shapes {
			if end, ok := shape.match(s, start); ok {
				spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretToken})
			}
		}
	}
	return append(append(spans, webTokens(s)...), oddTokens(s)...)
}

// match reports whether a token of this shape begins at start, and where it ends.
func (t tokenShape) match(s string, start int) (end int, ok bool) {
	if !strings.HasPrefix(s[start:], t.prefix) {
		return 0, false
	}
	at := start + len(t.prefix)
	for end = at; end < len(s) && end-at <= t.max && tokenChar(t.chars, s[end]); end++ {
	}
	return end, end-at >= t.min && end-at <= t.max && (mixed(s[at:end]) || t.unmixed(s[at:end]))
}

// mayBegin reports whether the word at the start of s can be a token: few words get so far as to be compared with all shapes. It holds the first four
// bytes of each (TestMayBegin).
func mayBegin(s string) bool {
	if len(s) < 4 {
		return false // all are longer
	}
	switch s[:4] {
	case "1//0", "4b1d", "ABIA", "ABSK", "ACCA", "AGE-", "AIza", "AKCp", "AKIA", "API-", "AQVN", "ASIA", "ATAT", "ATBB", "ATCT", "CCIP", "CLOJ", "EAAA", "EAAC", "EAAM", "EZAK", "EZTK",
		"FLWS", "GOCS", "GR13", "HRKU", "LTAI", "NRAK", "NRII", "NRJS", "PMAK", "ZXlK", "aio_", "api_", "bedr", "bkua", "cmVm", "dapi", "dckr", "dnke", "doo_",
		"dop_", "dor_", "dp.p", "dp.s", "dt0c", "dt0s", "duff", "eyJr", "figd", "fio-", "fm1a", "fm1r", "fm2_", "fo1_", "gho_", "ghp_", "ghr_", "ghs_", "ghu_",
		"gith", "glag", "glc_", "glcb", "gldt", "glff", "glft", "glim", "gloa", "glpa", "glpt", "glrt", "glsa", "glso", "hook", "hvb.", "hvr.", "hvs.", "ico-",
		"key-", "lin_", "nfp_", "npm_", "ntn_", "ops_", "pat-", "p8e-", "pcsk", "phc_", "phx_", "pnu_", "pplx", "psca", "pul-", "pypi", "rdme", "rk_l", "rk_p", "rk_t",
		"rnd_", "ruby", "s-s4", "sbp_", "secr", "sgp_", "ship", "shpa", "shpc", "shpp", "shps", "sk-a", "sk-p", "sk-s", "sk_l", "sk_p", "sk_t", "sm_a", "sm_p", "sm_s", "sntr", "sq0a",
		"sq0c", "tfp_", "tk-u", "tske", "v1.0", "whse", "xapp", "xkey", "xoxa", "xoxb", "xoxe", "xoxo", "xoxp", "xoxr", "xoxs", "ya29":
		return true
	}
	switch s[:3] {
	case "A3-", "A3T", "SG.", "cio", "hf_", "oy2", "sk-":
		return true
	}
	return false
}

func tokenChar(class, c byte) bool {
	switch class {
	case 'h':
		return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	case 'u':
		return isDigit(c) || c >= 'A' && c <= 'Z'
	case 'a':
		return isWord(c) && c != '_'
	case 'w':
		return isWord(c) || c == '-' || c == '='
	}
	return isWord(c) || strings.IndexByte("-=+/.%:", c) >= 0
}

// mixed tells a token from a word: sk-learn-pipelines-with-long-names has no digit.
func mixed(s string) bool { return strings.ContainsAny(s, "0123456789") && entropy(s) > 2.5 }

// unmixed tells a token that happens to have no digit, as one in 28 of AWS has, from a word: by its length, where no sign divides words, and by capitals.
func (t tokenShape) unmixed(s string) bool {
	switch t.chars {
	case 'u':
		return entropy(s) > 3
	case 'a':
		if len(s) >= 28 {
			return entropy(s) > 3.2
		}
	case 'h':
		return false
	}
	return entropy(s) > 3.2 && capitals(s) > 3 && capitals(s) < len(s)-3
}

func capitals(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			n++
		}
	}
	return n
}

// webTokens are JSON Web Tokens (RFC 7519): three base64url parts, of which the first two begin with {" (eyJ).
func webTokens(s string) []SecretSpan {
	var spans []SecretSpan
	for at := 0; ; {
		i := strings.Index(s[at:], "eyJ")
		if i < 0 {
			return spans
		}
		start := at + i
		end := start
		for end < len(s) && (isWord(s[end]) || strings.IndexByte("-.=", s[end]) >= 0) {
			end++
		}
		parts := strings.Split(s[start:end], ".")
		if len(parts) >= 3 && len(parts[0]) >= 10 && strings.HasPrefix(parts[1], "eyJ") {
			spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretToken})
		}
		at = max(end, start+3)
	}
}

// digest is that of an image or of a package ("sha256:9f86…", "sha512-x4f…").
var digest = regexp.MustCompile(`(^|@)(sha(1|256|384|512)|md5)[:-][A-Za-z0-9+/=]+$`)

// random reports a whole value that no person chose: one word of 20 or more characters, digits and letters, of high entropy, wrapped or not,
// alone or behind a name ("app:x", "v1.x"). UUIDs, digests that say so and dotted names are not.
func random(v string) bool {
	if len(v) < 20 || digest.MatchString(v) {
		return false
	}
	if strings.ContainsAny(v, "\n\r") {
		v = strings.NewReplacer("\n", "", "\r", "", "\\", "").Replace(v)
	}
	if strings.ContainsAny(v, ".:,") && !strings.Contains(v, "/") {
		for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return strings.ContainsRune(".:,", r) }) {
			if randomWord(part) {
				return true
			}
		}
	}
	return randomWord(v)
}

func randomWord(v string) bool {
	if len(v) < 20 {
		return false
	}
	var lower, upper, digit, hexa int
	for i := range len(v) {
		c := v[i]
		switch {
		case isDigit(c):
			digit++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case strings.IndexByte("+/=_-~!@#$%^&*?|<>", c) < 0:
			return false
		}
		if tokenChar('h', c) {
			hexa++
		}
	}
	if hexa == len(v) {
		return len(v) >= 32 && digit > 3 && lower+upper > 3
	}
	if lower == 0 != (upper == 0) && lower+upper+digit == len(v) {
		return len(v) >= 24 && scattered(v) >= 6 && entropy(v) >= 3.7
	}
	few := len(v)/64 + 1
	return digit >= 2 && lower >= 2 && upper >= 2 && strings.Count(v, "/") < 3*few && strings.Count(v, "-") < 4*few && entropy(v) >= 3.7
}

// scattered is how often digits and letters follow each other: in a word that people chose, seldom.
func scattered(v string) int {
	n := 0
	for i := range len(v) - 1 {
		if isDigit(v[i]) != isDigit(v[i+1]) {
			n++
		}
	}
	return n
}

// entropy is Shannon's, in bits per byte.
func entropy(s string) float64 {
	var count [256]float64
	for i := range len(s) {
		count[s[i]]++
	}
	e, n := 0.0, float64(len(s))
	for _, c := range count {
		if c > 0 {
			e -= c / n * math.Log2(c/n)
		}
	}
	return e
}
