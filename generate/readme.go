package generate

import (
	"bytes"
	"strings"

	"a2c/templates"
)

// Page is a README.md that is still to be written.
type Page struct {
	Target string // the template's folder
	View   any
}

// Maker makes files with a user's own templates.
type Maker struct{ Templates templates.Own }

// write adds README.md to what a target has made.
func (m Maker) write(o *Output) (err error) {
	if p := o.Readme; p != nil {
		o.Readme = nil
		o.Files["README.md"], err = m.readme(p.Target, p.View)
	}
	return err
}

// readme renders a target's README.md. Its values are a2c's own names, or quoted by the target; what a note quotes is escaped, but
// for Markdown's own characters, which do no more than look odd.
func (m Maker) readme(target string, view any) ([]byte, error) {
	name := target + "/README.md.tmpl"
	text, err := m.Templates.Render(name, view, nil)
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
