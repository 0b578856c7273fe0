package verify

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
	"a2c/verify/compare"
)

// Values of other lengths are not looked for: the shorter ones would be found everywhere, the longer ones are whole key stores.
const (
	shortest = 4
	longest  = 64 << 10
)

// redactor takes known values out of a text, also as they stand in URLs, HTML, JSON and base64.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(values []string) redactor {
	var forms []string
	for _, v := range values {
		if len(v) < shortest || len(v) > longest {
			continue
		}
		quoted, _ := json.Marshal(v) // of a string, never an error
		forms = append(forms,
			v, html.EscapeString(v), url.QueryEscape(v), url.PathEscape(v), strings.Trim(string(quoted), `"`),
			base64.StdEncoding.EncodeToString([]byte(v)), base64.RawStdEncoding.EncodeToString([]byte(v)),
			base64.URLEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)),
		)
	}
	// The longest first: one value may begin another.
	slices.SortFunc(forms, func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, f := range slices.Compact(forms) {
		pairs = append(pairs, f, model.Redacted)
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// text takes out the known values.
func (r redactor) text(s string) string { return r.replacer.Replace(s) }

// line takes out the known values, and what looks like a secret: the twin may have others than the live application. What is too long to be
// read by people is cut.
func (r redactor) line(s string) string {
	const width = 4000
	s = r.text(s)
	if len(s) > width {
		s = s[:width] + "…"
	}
	return parse.RedactText(s)
}

// lines makes log lines fit for people: redacted, tabs as spaces, escaped, of bounded length.
func (r redactor) lines(raw []string) []string {
	out := make([]string, len(raw))
	for i, line := range raw {
		out[i] = compare.Visible(strings.ReplaceAll(r.line(strings.TrimRight(line, "\r")), "\t", "    "))
	}
	return out
}
