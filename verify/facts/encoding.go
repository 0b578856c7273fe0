package facts

import (
	"strconv"
	"strings"
)

// encoding compares what texts are read and written in where a JVM's program says nothing: -Dfile.encoding, UTF-8 since Java 18 (JEP 400), before that the
// locale's. .NET always takes UTF-8.
func encoding(p *pair) error {
	live, twin := p.live.encoding(), p.twin.encoding()
	if live == "" {
		return nil
	}
	p.judge("encoding", live, twin, "", "files and output are in another encoding: file.encoding, or the locale's variables, differ")
	return nil
}

func (s *side) encoding() string {
	j := s.java()
	if j == nil {
		return ""
	}
	if f, ok := j.Property("file.encoding"); ok && f.Value != "" && f.Value != "COMPAT" {
		return strings.ToUpper(f.Value)
	}
	if major, err := strconv.Atoi(major(s.javaVersion())); err == nil && major >= 18 {
		return "UTF-8"
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		v, _ := s.env.Get(name)
		if v == "" {
			continue
		}
		_, charset, _ := strings.Cut(v, ".")
		charset, _, _ = strings.Cut(charset, "@")
		if charset == "" {
			return "the default of " + v
		}
		return strings.ToUpper(charset)
	}
	return "US-ASCII"
}

// major is the release of a version: "17" of "17.0.15", "8" of "1.8.0_452".
func major(version string) string {
	m, _, _ := strings.Cut(strings.TrimPrefix(version, "1."), ".")
	return m
}
