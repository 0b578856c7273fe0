package parse

import (
	"regexp"
	"strings"
)

// Tokens that are told by what stands in their midst or at their end, or by a beginning that many words have; after rules of gitleaks.
var (
	entraToken     = regexp.MustCompile(`(?:^|[^\w.~-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})`)
	telegramToken  = regexp.MustCompile(`\b([0-9]{5,16}:A[A-Za-z0-9_-]{34})\b`)
	twilioToken    = regexp.MustCompile(`\b(SK[0-9a-fA-F]{32})\b`)
	oldVaultToken  = regexp.MustCompile(`\b(s\.[A-Za-z0-9]{24})\b`) // before 1.10
	airtableToken  = regexp.MustCompile(`\b(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})\b`)
	harnessToken   = regexp.MustCompile(`\b([ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20})\b`)
	terraformToken = regexp.MustCompile(`\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})`)
	maxMindToken   = regexp.MustCompile(`\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)\b`)
	openShiftToken = regexp.MustCompile(`\b(sha256~[\w-]{43})`)
	authressToken  = regexp.MustCompile(`\b((?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120})`)
	teamsToken     = regexp.MustCompile(`webhook\.office\.com/webhookb2/([\w-]{36}@[\w-]{36}/IncomingWebhook/\w{32}/[\w-]{36})`)
	facebookToken  = regexp.MustCompile(`\b(\d{15,16}(?:\||%(?:7C)?)[\w-]{27,40})`)
	otherWebToken  = regexp.MustCompile(`\b(ey[A-Za-z0-9_-]{17,}\.ey[\w/\\-]{17,}\.(?:[\w/\\-]{10,}={0,2})?)`) // whose header does not begin with {"
)

// What makes a text worth a search (Innocent). In the other tokens is a long word with digits.
const (
	entraSign    = "Q~"
	otherWebSign = ".ey"
)

// oddTokens finds them.
func oddTokens(s string) []SecretSpan {
	var spans []SecretSpan
	for _, odd := range []struct {
		sign  string // it holds
		shape *regexp.Regexp
	}{
		{entraSign, entraToken},
		{":A", telegramToken},
		{"SK", twilioToken},
		{"s.", oldVaultToken},
		{"pat", airtableToken},
		{"at.", harnessToken},
		{".atlasv1.", terraformToken},
		{"_mmk", maxMindToken},
		{"sha256~", openShiftToken},
		{".acc", authressToken},
		{"webhook.office.com/webhookb2/", teamsToken},
		{"|", facebookToken},
		{"%", facebookToken},
		{otherWebSign, otherWebToken},
	} {
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
