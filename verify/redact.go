package verify

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"a2c/model"
	"a2c/parse"
	"a2c/verify/compare"
)

// Values of other lengths are not looked for: the shorter ones would be found everywhere, the longer ones are whole key stores.
const (
	shortest = 4
	longest  = 64 << 10
)

// common is the length below which a value may well be an everyday word, which stands in paths and class names for other reasons.
const common = 6

// redactor takes known values out of a text, also as they stand in URLs, HTML, JSON and base64.
type redactor struct {
	replacer *strings.Replacer
	words    []string // taken out where they stand alone only
}

// newRedactor looks for values. One that is short, or a part of one of the application's paths ("jetty" below /var/lib/jetty), is taken out only where
// it stands as a word of its own: else no path in a log could be read.
func newRedactor(values []string, paths ...string) redactor {
	var forms, words []string
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
		if len(f) < common || slices.ContainsFunc(paths, func(p string) bool { return strings.Contains(p, f) }) {
			words = append(words, f)
		} else {
			pairs = append(pairs, f, model.Redacted)
		}
	}
	return redactor{strings.NewReplacer(pairs...), words}
}

// text takes out the known values.
func (r redactor) text(s string) string {
	s = r.replacer.Replace(s)
	for _, w := range r.words {
		s = withoutWord(s, w)
	}
	return s
}

// withoutWord takes out a value where it is no part of a longer word, path or name: what stands in quotes, behind '=' or ':', or between blanks.
func withoutWord(s, word string) string {
	var b strings.Builder
	from := 0
	for at := 0; ; {
		i := strings.Index(s[at:], word)
		if i < 0 {
			b.WriteString(s[from:])
			return b.String()
		}
		begin, end := at+i, at+i+len(word)
		if joins(s[:begin], true) || joins(s[end:], false) {
			at = begin + 1
			continue
		}
		b.WriteString(s[from:begin])
		b.WriteString(model.Redacted)
		from, at = end, end
	}
}

// joins reports whether a text beside a word goes on with it: by a letter, a digit, or what joins the parts of paths and names. The dot or dash at the
// end of a sentence joins nothing, nor do escapes of JSON and URLs (\" \n %3D).
func joins(beside string, before bool) bool {
	if before && escaped.MatchString(beside[max(0, len(beside)-3):]) {
		return false
	}
	part := func(b byte) bool {
		return b >= utf8.RuneSelf || b == '_' || b == '/' || b == '$' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	at := func(i int) byte {
		if before {
			i = len(beside) - 1 - i
		}
		if i < 0 || i >= len(beside) {
			return ' '
		}
		return beside[i]
	}
	return part(at(0)) || strings.IndexByte(`.-\`, at(0)) >= 0 && part(at(1))
}

var escaped = regexp.MustCompile(`(\\[nrt]|%[0-9A-Fa-f]{2})$`)

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

// ownPaths are the paths that an application's log is full of.
func ownPaths(a model.AnalysisInfo, i model.Image) []string {
	paths := []string{string(a.Exe), string(a.Cwd), string(a.App.Artifact), string(a.App.Base), string(a.App.Runtime.Home), string(a.App.Platform.Home)}
	for _, w := range a.App.WebApps {
		paths = append(paths, string(w.Path))
	}
	for _, p := range i.Needs.StatePaths() {
		paths = append(paths, string(p))
	}
	for _, l := range a.Logs {
		paths = append(paths, string(l.Path))
	}
	return paths
}
