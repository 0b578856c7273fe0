package parse

import (
	"math"
	"strings"
)

// tokenShape is a token that can be told by its prefix and the characters behind it.
type tokenShape struct {
	prefix   string
	chars    string // class of the characters: see tokenChar
	min, max int    // how many of them
}

// tokenShapes follow the rules of gitleaks (github.com/gitleaks/gitleaks, MIT licence) and GitHub's list of secret scanning patterns.
func tokenShapes() []tokenShape {
	const alnum, hexa, word, upper, any = "a", "h", "w", "u", "x"
	return []tokenShape{
		{"AKIA", upper, 16, 16},
		{"ASIA", upper, 16, 16},
		{"ABIA", upper, 16, 16},
		{"ACCA", upper, 16, 16}, // AWS
		{"ABSK", any, 109, 269},
		{"bedrock-api-key-", any, 40, 4096},
		{"LTAI", alnum, 17, 22}, // Alibaba
		{"ghp_", alnum, 36, 255},
		{"gho_", alnum, 36, 255},
		{"ghu_", alnum, 36, 255},
		{"ghs_", alnum, 36, 255},
		{"ghr_", alnum, 36, 255},
		{"github_pat_", word, 50, 255},
		{"glpat-", word, 20, 300},
		{"gldt-", word, 20, 64},
		{"glrt-", word, 20, 300},
		{"glcbt-", word, 20, 300},
		{"glptt-", hexa, 40, 40},
		{"glagent-", word, 50, 1024},
		{"gloas-", word, 64, 64},
		{"glsoat-", word, 20, 64},
		{"glffct-", word, 20, 64},
		{"glimt-", word, 25, 25},
		{"GR1348941", word, 20, 64},
		{"xoxb-", word, 10, 300},
		{"xoxp-", word, 10, 300},
		{"xoxa-", word, 10, 300},
		{"xoxr-", word, 10, 300},
		{"xoxs-", word, 10, 300},
		{"xoxe-", word, 10, 300},
		{"xoxe.xoxp-", word, 10, 300},
		{"xapp-", word, 10, 300},
		{"hooks.slack.com/services/", any, 30, 100},
		{"hooks.slack.com/workflows/", any, 30, 100},
		{"sk_live_", alnum, 10, 255},
		{"sk_test_", alnum, 10, 255},
		{"rk_live_", alnum, 10, 255},
		{"rk_test_", alnum, 10, 255},
		{"sk_prod_", alnum, 10, 255},
		{"whsec_", any, 24, 100}, // Stripe
		{"AIza", word, 35, 35},
		{"ya29.", word, 20, 2048},
		{"GOCSPX-", word, 28, 28},
		{"1//0", word, 30, 200}, // Google
		{"SG.", any, 60, 70},
		{"key-", hexa, 32, 32},
		{"xkeysib-", any, 80, 90}, // mail
		{"npm_", alnum, 36, 36},
		{"pypi-AgE", word, 50, 1000},
		{"rubygems_", hexa, 48, 48},
		{"CLOJARS_", alnum, 60, 60},
		{"oy2", alnum, 43, 43},
		{"dckr_pat_", word, 27, 64},
		{"dckr_oat_", word, 27, 64},
		{"AKCp", alnum, 69, 69},
		{"cmVmdGtu", alnum, 56, 56}, // Artifactory
		{"dop_v1_", hexa, 64, 64},
		{"doo_v1_", hexa, 64, 64},
		{"dor_v1_", hexa, 64, 64}, // DigitalOcean
		{"shpat_", hexa, 32, 32},
		{"shpca_", hexa, 32, 32},
		{"shppa_", hexa, 32, 32},
		{"shpss_", hexa, 32, 32}, // Shopify
		{"dapi", hexa, 32, 36},
		{"hvs.", word, 24, 300},
		{"hvb.", word, 24, 300},
		{"hvr.", word, 24, 300}, // Databricks, Vault
		{"sk-ant-", word, 80, 120},
		{"sk-proj-", word, 40, 200},
		{"sk-svcacct-", word, 40, 200},
		{"sk-admin-", word, 40, 200},
		{"sk-", alnum, 48, 64},
		{"hf_", alnum, 34, 40},
		{"api_org_", alnum, 34, 34},
		{"pplx-", alnum, 48, 48},
		{"glc_", any, 32, 400},
		{"glsa_", word, 41, 60},
		{"eyJrIjoi", any, 60, 400}, // Grafana
		{"NRAK-", alnum, 27, 27},
		{"NRJS-", alnum, 19, 19},
		{"NRII-", any, 32, 32},
		{"dt0c01.", any, 80, 100},
		{"dt0s16.", any, 80, 100},
		{"sntrys_", any, 100, 400},
		{"sntryu_", hexa, 64, 64},
		{"AGE-SECRET-KEY-1", upper, 58, 58},
		{"lin_api_", alnum, 40, 40},
		{"ntn_", alnum, 40, 60},
		{"secret_", alnum, 43, 43},
		{"PMAK-", any, 59, 64},
		{"pul-", hexa, 40, 40},
		{"pscale_tkn_", word, 32, 64},
		{"pscale_pw_", word, 32, 64},
		{"pscale_oauth_", word, 32, 64},
		{"pnu_", alnum, 36, 36},
		{"rdme_", alnum, 70, 70},
		{"sgp_", word, 40, 64},
		{"dp.pt.", alnum, 43, 43},
		{"dp.st.", word, 40, 64},
		{"duffel_", word, 43, 60},
		{"EZAK", alnum, 54, 54},
		{"EZTK", alnum, 54, 54},
		{"FLWSECK", word, 20, 64},
		{"fio-u-", word, 64, 64},
		{"ico-", alnum, 32, 32},
		{"API-", upper, 26, 26},
		{"dnkey-", word, 70, 90},
		{"aio_", alnum, 28, 28},
		{"sq0atp-", word, 22, 22},
		{"sq0csp-", word, 43, 43},
		{"EAAA", word, 60, 60},
		{"tskey-", word, 20, 100},
		{"tfp_", any, 59, 59},
		{"ops_eyJ", any, 250, 2000},
		{"A3-", word, 30, 40},
		{"HRKU-AA", word, 58, 58},
		{"fo1_", word, 43, 43},
		{"fm1r_", any, 100, 2000},
		{"fm2_", any, 100, 2000},
		{"v1.0-", word, 165, 180},
		{"nfp_", alnum, 36, 40},
		{"sbp_", hexa, 40, 40},
		{"figd_", word, 38, 50},
		{"shippo_live_", hexa, 40, 40},
		{"shippo_test_", hexa, 40, 40},
		{"cio", alnum, 32, 40},
		{"pat-na1-", word, 36, 36},
		{"CCIPAT_", word, 60, 80},
		{"bkua_", hexa, 40, 40},
		{"ATATT3", any, 180, 200},
		{"ATCTT3", any, 180, 200},
		{"ATBB", alnum, 32, 40},
		{"phc_", alnum, 40, 50},
		{"phx_", alnum, 40, 50},
		{"rnd_", alnum, 28, 40},
		{"pcsk_", word, 60, 80},
	}
}

// tokenSecrets finds tokens of known shape that stand as words of their own, JSON Web Tokens, Azure client secrets and Telegram's bots.
func tokenSecrets(s string) []SecretSpan {
	if len(s) < 16 {
		return nil
	}
	var spans []SecretSpan
	for _, shape := range tokenShapes() {
		for at := 0; ; {
			i := strings.Index(s[at:], shape.prefix)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(shape.prefix)
			end := at
			for end < len(s) && tokenChar(shape.chars[0], s[end]) {
				end++
			}
			if n := end - at; (start == 0 || !isWord(s[start-1])) && n >= shape.min && n <= shape.max && mixed(s[at:end]) {
				spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretToken})
				at = end
			}
		}
	}
	return append(spans, webTokens(s)...)
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

// random reports a whole value that no person chose: one word of 20 or more characters, digits and letters, of high entropy. UUIDs and
// dotted names are not.
func random(v string) bool {
	if len(v) < 20 || len(v) > 4096 {
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
		case strings.IndexByte("+/=_-~", c) < 0:
			return false
		}
		if tokenChar('h', c) {
			hexa++
		}
	}
	if hexa == len(v) {
		return len(v) >= 32 && digit > 3 && lower+upper > 3
	}
	return digit >= 2 && lower >= 2 && upper >= 2 && strings.Count(v, "/") < 3 && strings.Count(v, "-") < 4 && entropy(v) >= 3.7
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
