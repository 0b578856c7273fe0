package parse

import (
	"regexp"
	"strings"
	"sync"
)

// oddShape is a token that is told by what stands in its midst or at its end, or by a beginning that many words have; after rules of gitleaks.
type oddShape struct {
	sign  string // it holds
	shape *regexp.Regexp
}

// oddShapes are compiled when first asked for: it takes 0.6 ms, which most commands have no use for.
var oddShapes = sync.OnceValue(func() []oddShape { //nolint:gochecknoglobals // as any regular expression, but later
	var list []oddShape
	for _, odd := range [][2]string{
		{entraSign, `(?:^|[^\w.~-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})`}, // Entra ID
		{":A", `\b([0-9]{5,16}:A[A-Za-z0-9_-]{34})\b`},                             // Telegram
		{"SK", `\b(SK[0-9a-fA-F]{32})\b`},                                          // Twilio
		{"s.", `\b(s\.[A-Za-z0-9]{24})\b`},                                         // Vault before 1.10
		{"pat", `\b(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})\b`},                          // Airtable
		{"at.", `\b([ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20})\b`},       // Harness
		{".atlasv1.", `\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})`},       // Terraform Cloud
		{"_mmk", `\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)\b`},                       // MaxMind
		{"sha256~", `\b(sha256~[\w-]{43})`},                                        // OpenShift
		{".acc", `\b((?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120})`}, // Authress
		{"webhook.office.com/webhookb2/", `webhook\.office\.com/webhookb2/([\w-]{36}@[\w-]{36}/IncomingWebhook/\w{32}/[\w-]{36})`},           // Teams
		{"|", `\b(\d{15,16}\|[\w-]{27,40})`}, // Facebook
		{"%", `\b(\d{15,16}%(?:7C)?[\w-]{27,40})`},
		{otherWebSign, `\b(ey[A-Za-z0-9_-]{17,}\.ey[\w/\\-]{17,}\.(?:[\w/\\-]{10,}={0,2})?)`}, // JSON Web Token whose header does not begin with {"
	} {
		list = append(list, oddShape{odd[0], regexp.MustCompile(odd[1])})
	}
	return list
})

// What makes a text worth a search (Innocent). In the other tokens is a long word with digits.
const (
	entraSign    = "Q~"
	otherWebSign = ".ey"
)

// oddTokens finds them.
func oddTokens(s string) []SecretSpan {
	var spans []SecretSpan
	for _, odd := range oddShapes() {
		if !strings.Contains(s, odd.sign) {
			continue
		}
		for _, m := range odd.shape.FindAllStringSubmatchIndex(s, -1) {
			if token := s[m[2]:m[3]]; entropy(token) > 3 && (odd.sign == entraSign || odd.sign == otherWebSign || longWord([]byte(token))) {
				spans = append(spans, SecretSpan{Start: m[2], End: m[3], Kind: SecretToken})
			}
		}
	}
	return spans
}
