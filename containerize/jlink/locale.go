package jlink

import (
	"path"
	"slices"
	"strings"

	"a2c/parse"
)

// localeData is the module with what languages other than English need: names of days, forms of dates and numbers. Without it all come as in English,
// and nothing fails.
const localeData = "jdk.localedata"

// Locale asks for the data of languages when the process speaks another than English: by its options, else by the variables that setlocale(3) reads.
func (s *Scan) Locale(c *parse.JavaCommand, getenv func(string) (string, bool)) {
	for _, name := range []string{"user.language", "user.country", "user.region", "user.language.format", "user.language.display", "user.country.format"} {
		if p, ok := c.Property(name); ok && !slices.Contains([]string{"", "en", "US"}, p.Value) {
			s.Ask(localeData, "-D"+name+"="+p.Value)
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LC_TIME", "LC_NUMERIC", "LANG"} {
		v, _ := getenv(name)
		language, _, _ := strings.Cut(v, ".")
		if !slices.Contains([]string{"", "C", "POSIX", "en", "en_US"}, language) {
			s.Ask(localeData, name+"="+v)
		}
	}
}

// Texts asks for the data of languages when the application has texts of its own in another one: "messages_de.properties", "Texts_pt_BR.class".
func (s *Scan) Texts(name string) {
	stem, ok := strings.CutSuffix(path.Base(name), ".properties")
	if !ok {
		return
	}
	parts := strings.Split(stem, "_")
	for _, p := range parts[1:] {
		if len(p) == 2 && strings.ToLower(p) == p && p != "en" && p[0] >= 'a' && p[1] >= 'a' {
			s.Ask(localeData, "texts in another language: "+s.at)
		}
	}
}
