package schedule

import (
	"cmp"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/model"
)

// Locale finds time zone, language and encoding. The image keeps all three: TZ, LANG and their like as variables, options as arguments, /etc/localtime
// as a file.
func Locale(s *subject.Subject, c *config.Config) model.Locale {
	var l model.Locale
	timeZone(s, c, &l)
	language(s, &l)
	encoding(s, c, &l)
	return l
}

func timeZone(s *subject.Subject, c *config.Config, l *model.Locale) {
	if c.Java != nil {
		if p, ok := c.Java.Property("user.timezone"); ok && p.Value != "" {
			from := model.FromArg(s.Main.PID, p.From.Index)
			if p.From.Env != "" {
				from = model.FromEnv(s.Main.PID, p.From.Env)
			}
			l.TimeZone = p.Value
			l.Evidence.Add("timeZone", from)
			return
		}
	}
	if v, ok := s.Main.Getenv("TZ"); ok && v != "" {
		l.TimeZone = strings.TrimPrefix(v, ":")
		l.Evidence.Add("timeZone", model.FromEnv(s.Main.PID, "TZ"))
		return
	}
	const file = "/etc/localtime"
	target, err := s.Root.Readlink(file)
	if err != nil {
		return // a copy of a zone has no name, and what is missing is UTC
	}
	if _, zone, ok := strings.Cut(target, "/zoneinfo/"); ok {
		l.TimeZone = zone
		l.Evidence.Add("timeZone", model.FromFile(file, 0))
	}
}

// language is the variable that decides on characters, as in setlocale(3).
func language(s *subject.Subject, l *model.Locale) {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, ok := s.Main.Getenv(name); ok && v != "" {
			l.Language = v
			l.Evidence.Add("language", model.FromEnv(s.Main.PID, name))
			return
		}
	}
}

// encoding is what texts are read and written in where the program says nothing: -Dfile.encoding, UTF-8 since Java 18 (JEP 400) and in .NET, before that
// the language's.
func encoding(s *subject.Subject, c *config.Config, l *model.Locale) {
	if c.Java == nil {
		if s.Dotnet() {
			l.Encoding = "UTF-8"
			l.Evidence.Add("encoding", model.Derived(".NET"))
		}
		return
	}
	if p, ok := c.Java.Property("file.encoding"); ok && p.Value != "" && p.Value != "COMPAT" {
		from := model.FromArg(s.Main.PID, p.From.Index)
		if p.From.Env != "" {
			from = model.FromEnv(s.Main.PID, p.From.Env)
		}
		l.Encoding = p.Value
		l.Evidence.Add("encoding", from)
		return
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(s.App.Runtime.Version, "1."), ".")
	if n, err := strconv.Atoi(major); err == nil && n >= 18 {
		l.Encoding = "UTF-8"
		l.Evidence.Add("encoding", model.Derived("Java 18 and later"))
		return
	}
	_, charset, _ := strings.Cut(l.Language, ".")
	charset, _, _ = strings.Cut(charset, "@")
	l.Encoding = cmp.Or(charset, "US-ASCII")
	l.Evidence.Add("encoding", cmp.Or(firstOf(l.Evidence["language"]), model.Derived("no language is set: POSIX")))
}

func firstOf(list []model.Source) model.Source {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
