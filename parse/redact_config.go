package parse

import (
	"regexp"
	"strings"
)

// TextSecrets finds the secrets in a whole file, whose name says what it is: beside what FindSecrets finds, in configuration also values that no person
// chose under keys that say nothing. In programs, prose and data such values are mostly digests.
func TextSecrets(base, text string) []SecretSpan {
	spans := FindSecrets("", text)
	if !configuration(base) {
		return spans
	}
	for _, shape := range []*regexp.Regexp{assignment, element} {
		spans = joined(spans, randomPairs(shape, text))
	}
	return spans
}

// joined adds to spans, which ascend and do not overlap, those of more that overlap none; more ascends, too.
func joined(spans, more []SecretSpan) []SecretSpan {
	if len(more) == 0 {
		return spans
	}
	out := make([]SecretSpan, 0, len(spans)+len(more))
	i := 0
	for _, s := range more {
		for ; i < len(spans) && spans[i].End <= s.Start; i++ {
			out = append(out, spans[i])
		}
		if (i == len(spans) || s.End <= spans[i].Start) && (len(out) == 0 || out[len(out)-1].End <= s.Start) {
			out = append(out, s)
		}
	}
	return append(out, spans[i:]...)
}

// configuration tells by the name whether a file holds settings.
func configuration(base string) bool {
	base = strings.ToLower(base)
	for _, end := range []string{".bak", ".old", ".orig", ".sav", ".dist", ".local", ".sample", ".example", ".template", ".tmpl"} {
		base = strings.TrimSuffix(base, end)
	}
	if strings.HasPrefix(base, "package-lock.") || strings.HasSuffix(base, ".deps.json") || strings.HasSuffix(base, ".lock.json") {
		return false
	}
	for _, end := range []string{".properties", ".yml", ".yaml", ".json", ".xml", ".config", ".conf", ".cfg", ".cnf", ".ini", ".env", ".toml", ".service", ".sh", ".bash", ".tfvars"} {
		if strings.HasSuffix(base, end) {
			return true
		}
	}
	return strings.HasPrefix(base, ".env.")
}

var (
	assignment = regexp.MustCompile(`([A-Za-z_][\w.-]*)["']?[ \t]*(?:=>|[=:])[ \t]*(?:"([^"\s]+)"|'([^'\s]+)'|([^\s"'<>,;]+))`)
	element    = regexp.MustCompile(`<([A-Za-z_][\w.:-]*)[^<>]*>\s*([^\s"'<>,;]+)\s*</`)
	dottedName = regexp.MustCompile(`^([a-z][a-z0-9_]*\.){2,}[A-Za-z]\w*$`)
	labelled   = regexp.MustCompile(`(?:name|key|id|Name|Key)\s*=\s*["']([^"']+)["'][^<>]*$`)
)

// randomPairs are NAME=value and NAME: value, or <NAME>value, whose value is random, and whose name does not say that it identifies something.
func randomPairs(shape *regexp.Regexp, text string) []SecretSpan {
	var spans []SecretSpan
	for _, m := range shape.FindAllStringSubmatchIndex(text, -1) {
		for i := 4; i < len(m); i += 2 {
			if start, end := m[i], m[i+1]; end-start >= minRandom && unchosen(text, m[2], m[3], text[start:end]) {
				spans = append(spans, SecretSpan{Start: start, End: end, Kind: SecretToken, Key: text[m[2]:m[3]]})
			}
		}
	}
	return spans
}

// unchosen judges the value of the name that stands at from.
func unchosen(text string, from, to int, value string) bool {
	name := text[from:to]
	if strings.EqualFold(name, "value") || strings.HasSuffix(name, "-value") { // of <property name="x" value="y"/>
		if n := labelled.FindStringSubmatch(text[max(0, from-2*maxKey):from]); n != nil {
			name = n[1]
		}
	}
	if strings.Contains(strings.TrimRight(value, "="), "=") || strings.HasPrefix(value, "-") || dottedName.MatchString(value) {
		return false // pairs and options of their own; names of classes and of properties
	}
	return random(value) && !identifies(name) && !fileName(value) && !strings.Contains(value, "://") && !strings.Contains(value, "${")
}
