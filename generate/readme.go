package generate

import (
	"bytes"
	"strings"

	"a2c/templates"
)

// readme renders a target's README.md. Its values are a2c's own names, or quoted by the target; what a note quotes is escaped, but
// for Markdown's own characters, which do no more than look odd.
func readme(target string, view any) ([]byte, error) {
	name := target + "/README.md.tmpl"
	text, err := templates.Render(name, view, nil)
	if err != nil {
		return nil, err
	}
	return append(bytes.TrimRight(text, "\n"), '\n'), nil
}

// shellWord quotes a word for sh, if it needs it.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
