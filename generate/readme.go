package generate

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"a2c/templates"
)

// readme renders a target's README.md. Its values are a2c's own names, or quoted by the target; what a note quotes is escaped, but
// for Markdown's own characters, which do no more than look odd.
func readme(target string, view any) ([]byte, error) {
	name := target + "/README.md.tmpl"
	source, err := templates.FS.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read template %s: %w", name, err)
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(source))
	if err != nil {
		return nil, fmt.Errorf("parse template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return nil, fmt.Errorf("fill template: %w", err)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n'), nil
}

// shellWord quotes a word for sh, if it needs it.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
