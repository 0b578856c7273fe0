package parse

import "strings"

// OSRelease reads os-release(5): shell-like assignments without expansion. Lines that are none are left out, later ones win.
//
//	PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
func OSRelease(data []byte) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		key, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") || key == "" || strings.ContainsAny(key, " \t") {
			continue
		}
		m[key] = shellValue(value)
	}
	return m
}

// shellValue undoes one level of shell quotes, as os-release(5) allows them.
func shellValue(s string) string {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return s[1 : len(s)-1]
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("\"$`\\", s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
