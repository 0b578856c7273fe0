package parse

import (
	"strings"
)

// UnitWords splits a value as systemd does (systemd.syntax(7), "Quoting"): at white space, unless it stands in quotes that begin and end a word;
// C escapes are undone. A quote that is never closed goes to the end.
//
//	"A=one two" 'B=x' C=y\x20z   // A=one two, B=x, C=y z
func UnitWords(value string) []string {
	var words []string
	var word strings.Builder
	begun := false
	quote := byte(0)
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\\' && i+1 < len(value):
			text, n := cEscape(value[i+1:])
			word.WriteString(text)
			begun = true
			i += n
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && !begun && (c == '"' || c == '\''):
			quote, begun = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}

// cEscape undoes the escape behind a backslash and returns how many bytes it took; what is none stays with its backslash.
func cEscape(s string) (text string, n int) {
	if simple := strings.IndexByte(`abfnrtv\"'s`, s[0]); simple >= 0 {
		return "\a\b\f\n\r\t\v\\\"' "[simple : simple+1], 1
	}
	if s[0] == 'x' && len(s) >= 3 {
		hi, lo := strings.IndexByte(hexDigits, lower(s[1])), strings.IndexByte(hexDigits, lower(s[2]))
		if hi >= 0 && lo >= 0 {
			return string([]byte{byte(hi<<4 | lo)}), 3
		}
	}
	return `\` + s[:1], 1
}

const hexDigits = "0123456789abcdef"

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// EnvironmentFile reads the assignments of a file of EnvironmentFile= (systemd.exec(5)): NAME=value, one a line, values in quotes over several
// lines, a backslash joining lines, comments behind # and ;. The same holds for /etc/default/NAME as far as it is no program. The error is a
// SyntaxError where there are more variables than any such file has.
func EnvironmentFile(data []byte) ([]Setting, error) {
	var out settings
	n := 0
	for len(data) > 0 {
		var raw []byte
		raw, data = cutLine(data)
		n++
		first := n
		line := strings.TrimSpace(string(raw))
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimPrefix(strings.TrimSpace(name), "export ")
		if !ok || !isIdentifier(name) {
			continue
		}
		var text strings.Builder
		text.WriteString(strings.TrimSpace(value))
		end := valueEnd{}
		for open := end.openAfter(text.String()); open && len(data) > 0; {
			raw, data = cutLine(data)
			n++
			next := "\n" + string(raw)
			text.WriteString(next)
			open = end.openAfter(next)
		}
		if err := out.add(Setting{Key: name, Value: unquoteEnv(text.String()), Line: first}); err != nil {
			return nil, err
		}
	}
	return out.list, nil
}

func isIdentifier(name string) bool {
	for i, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// valueEnd looks for the end of a value that may go on in the next line: its quote is not closed, or it ends in a backslash.
type valueEnd struct {
	begun, escaped bool
	quote          byte
}

// openAfter takes the next part of the value and reports whether it goes on.
func (e *valueEnd) openAfter(part string) bool {
	if part == "" {
		return false
	}
	from := 0
	if !e.begun {
		e.begun = true
		if part[0] == '"' || part[0] == '\'' {
			e.quote, from = part[0], 1
		}
	}
	if e.quote == 0 {
		return strings.HasSuffix(part, `\`)
	}
	for _, c := range []byte(part[from:]) {
		switch {
		case e.escaped:
			e.escaped = false
		case c == '\\' && e.quote == '"':
			e.escaped = true
		case c == e.quote:
			return false
		}
	}
	return true
}

func unquoteEnv(value string) string {
	if len(value) > 1 && (value[0] == '"' || value[0] == '\'') {
		if end := strings.LastIndexByte(value, value[0]); end > 0 {
			return value[1:end]
		}
	}
	return strings.ReplaceAll(value, "\\\n", "")
}
