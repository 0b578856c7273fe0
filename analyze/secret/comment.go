package secret

import (
	"path"
	"slices"
	"strings"
)

// comments are the ways in which a kind of file says that a part of it is no longer, or not yet, in force. Only whole lines and blocks count: what
// stands behind a value on its line may be a part of it.
type comments struct {
	lines  []string    // a line that begins so, in lower case
	blocks [][2]string // what lies between
}

// commentsOf tells by the name which they are. Markdown has '#' for headings, and plain text has none.
func commentsOf(base, text string) comments {
	base = strings.ToLower(base)
	ext := path.Ext(base)
	for slices.Contains([]string{".bak", ".old", ".orig", ".sav", ".sample", ".example", ".dist", ".local", ".tmpl", ".template"}, ext) {
		base = strings.TrimSuffix(base, ext)
		ext = path.Ext(base)
	}
	xml := [][2]string{{"<!--", "-->"}}
	c := [][2]string{{"/*", "*/"}}
	if begin := strings.TrimLeft(text, "\ufeff \t\r\n"); strings.HasPrefix(begin, "<") && !strings.HasPrefix(begin, "<#") {
		return comments{nil, xml}
	}
	switch ext {
	case ".xml", ".config", ".md":
		return comments{nil, xml}
	case ".txt":
		return comments{}
	case ".json", ".json5", ".gradle", ".groovy":
		return comments{[]string{"//"}, c}
	case ".hcl", ".tf", ".tfvars":
		return comments{[]string{"#", "//"}, c}
	case ".sql":
		return comments{[]string{"--"}, c}
	case ".bat", ".cmd":
		return comments{[]string{"rem ", "@rem ", "::"}, nil}
	case ".ps1", ".psm1":
		return comments{[]string{"#"}, [][2]string{{"<#", "#>"}}}
	case ".properties":
		return comments{[]string{"#", "!"}, nil}
	case ".ini", ".cfg", ".cnf", ".service", ".npmrc", ".pypirc":
		return comments{[]string{"#", ";"}, nil}
	case ".conf":
		return comments{[]string{"#", ";", "//"}, nil}
	}
	switch base {
	case "jenkinsfile":
		return comments{[]string{"//"}, c}
	case "credentials":
		return comments{[]string{"#", ";"}, nil}
	}
	return comments{[]string{"#"}, nil}
}

// hold reports whether what stands at an offset of the text is part of a comment.
func (c comments) hold(text string, at int) bool {
	begin := strings.LastIndexByte(text[:at], '\n') + 1
	line := strings.ToLower(strings.TrimLeft(text[begin:at], " \t"))
	if slices.ContainsFunc(c.lines, func(mark string) bool { return strings.HasPrefix(line, mark) }) {
		return true
	}
	return slices.ContainsFunc(c.blocks, func(b [2]string) bool {
		open := strings.LastIndex(text[:at], b[0])
		if open < 0 || strings.Contains(text[open:at], b[1]) {
			return false
		}
		// "conf/*" in a string opens nothing
		return b[0] == "<!--" || strings.Trim(text[strings.LastIndexByte(text[:open], '\n')+1:open], " \t") == ""
	})
}
