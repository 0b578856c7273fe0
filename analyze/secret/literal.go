package secret

import (
	"path"
	"regexp"
	"strings"

	"a2c/parse"
)

// What redaction must hide in doubt would, in files that only lie in the application's folders, cry wolf: documentation and program text speak of
// passwords without holding one. Here counts what could be used as it stands.

// assemblyDoc reports the documentation that the .NET compiler writes beside an assembly: <doc><assembly>… (learn.microsoft.com, "XML documentation
// comments").
func assemblyDoc(base, text string) bool {
	return strings.EqualFold(path.Ext(base), ".xml") && assemblyHead.MatchString(text[:min(len(text), 512)])
}

var (
	assemblyHead = regexp.MustCompile(`^\x{FEFF}?\s*(<\?xml[^>]*\?>)?\s*<doc>\s*<assembly>`)
	nothing      = regexp.MustCompile(`^[.…0xX*#_-]{3,}$|\.\.\.$`)                                      // "...", "xxxx", a GUID of zeros, sk-...
	called       = regexp.MustCompile(`^(<[^<>]*>|%[A-Z_]+%|\[[^\[\]]*\]|\{[^{}]*\}|(?i)your[-_ ].*)$`) // <password>, [KEY], {token}, your-key
	constant     = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)                                             // DB_PASSWORD, to be replaced
	javaType     = regexp.MustCompile(`^java\.(lang|util)\.\w+$`)                                       // <config-property-type>
	release      = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,3})*$`)
	expression   = regexp.MustCompile(`^(new |await )?[A-Za-z_][\w.]*(\(.*|[)\],;]+)?$`)
	environment  = regexp.MustCompile(`^(process\.env|os\.environ|os\.getenv|System\.getenv|Environment\.Get|ENV\[|env\()`)
)

// usable reports whether what was found could be in force: it is no placeholder, and no expression where a program's text goes on without quotes.
func usable(base, text string, s parse.SecretSpan) bool {
	value := strings.Trim(strings.TrimSpace(text[s.Start:s.End]), quotes)
	head := value // "InstrumentationKey=...;IngestionEndpoint=..."
	if i := strings.IndexAny(value, ";"+quotes); i > 0 {
		head = value[:i]
	}
	switch {
	case nothing.MatchString(head) || called.MatchString(value):
		return false
	case constant.MatchString(value) && parse.SecretName(value) != "" || javaType.MatchString(value):
		return false
	case strings.Contains(value, "<") && markup(base): // other elements: a password holds "&lt;"
		return false
	case s.Kind == parse.SecretToken && release.MatchString(value): // urn:wildfly:microprofile-jwt-smallrye:1.0
		return false
	case s.Key == "" || !program(base) || s.Start > 0 && strings.IndexByte(quotes, text[s.Start-1]) >= 0:
		return true
	}
	return !environment.MatchString(value) && (strings.ContainsAny(value, "0123456789") || !expression.MatchString(value))
}

// markup tells by the name whether a sign like '<' stands for itself only in tags.
func markup(base string) bool {
	ext := strings.ToLower(path.Ext(base))
	return ext == ".xml" || ext == ".config"
}

const quotes = `"'` + "`"

// program tells by the name whether a file holds the text of a program, or text with pieces of programs.
func program(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".gradle", ".groovy", ".md", ".pl", ".ps1", ".psm1", ".py", ".rb", ".tf":
		return true
	}
	return false
}
