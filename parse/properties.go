package parse

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ReadProperties reads a .properties file as java.util.Properties.load(InputStream) does: ISO-8859-1, comments with # and !,
// separators =, : or white space, lines continued by a backslash, escapes \t \n \r \f \uXXXX. Equal keys are all returned: the last counts.
// What holds NUL is no text, or UTF-16, of which Java would read other keys than are meant: an error. A line that is exactly #--- or !--- begins a new document, as Spring Boot 2.4 has it.
//
//	server.port = 8080
//	greeting=caf\u00e9
func ReadProperties(data []byte) ([]Setting, error) {
	var out settings
	if text, _, ok := bytes.Cut(data, []byte{0}); ok {
		return nil, syntaxf(1+bytes.Count(text, []byte{'\n'}), "a NUL byte: no text, or UTF-16, which is not read")
	}
	r := propertyLines{rest: data}
	document := 0
	for r.next() {
		key, value := splitProperty(r.text)
		k, err := unescapeProperty(key, r.line)
		if err != nil {
			return nil, err
		}
		v, err := unescapeProperty(value, r.line)
		if err != nil {
			return nil, err
		}
		document += r.separators
		r.separators = 0
		if err := out.add(Setting{Key: k, Value: v, Line: r.line, Document: document}); err != nil {
			return nil, err
		}
	}
	return out.list, nil
}

// ReadPropertiesUTF8 reads a .properties file as those do who give java.util.Properties.load a Reader of UTF-8: SmallRye Config.
func ReadPropertiesUTF8(data []byte) ([]Setting, error) {
	return ReadProperties(escapeWide(data))
}

// escapeWide writes what is beyond ASCII as \uXXXX. A backslash before it means nothing.
func escapeWide(data []byte) []byte {
	var out []byte
	slashes := 0
	for _, r := range string(data) {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			if slashes++; r != '\\' {
				slashes = 0
			}
			continue
		}
		out = out[:len(out)-slashes%2]
		slashes = 0
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

// propertyLines joins natural lines to logical ones.
type propertyLines struct {
	rest       []byte
	text       string // the logical line, without its leading white space
	line       int    // where it begins
	natural    int    // natural lines read
	separators int    // document separators seen before it
}

// next reads one logical line as java.util.Properties' LineReader does: a backslash that joins a line of nothing else with the next leaves
// a new line, in which comments count again; a last line of a backslash alone is the empty key.
func (r *propertyLines) next() bool {
	var b strings.Builder
	for len(r.rest) > 0 {
		raw, rest := cutLine(r.rest)
		last := len(rest) == 0 && len(r.rest)-len(raw) < len("\r\n") // the file ends here, or with one CR or LF
		r.rest = rest
		r.natural++
		line := strings.TrimLeft(string(raw), " \t\f")
		if b.Len() == 0 {
			if string(raw) == "#---" || string(raw) == "!---" {
				r.separators++
			}
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			r.line = r.natural
		}
		slashes := len(line) - len(strings.TrimRight(line, `\`))
		if slashes%2 == 0 {
			b.WriteString(line)
			r.text = b.String()
			return true
		}
		b.WriteString(line[:len(line)-1])
		if last {
			r.text = b.String()
			return true
		}
	}
	r.text = b.String()
	return r.text != ""
}

// splitProperty finds the first separator that no backslash escapes.
func splitProperty(s string) (key, value string) {
	i := 0
	for i < len(s) && !strings.ContainsRune("=: \t\f", rune(s[i])) {
		if s[i] == '\\' {
			i++
		}
		i++
	}
	i = min(i, len(s))
	key, value = s[:i], strings.TrimLeft(s[i:], " \t\f")
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], " \t\f")
	}
	return key, value
}

func unescapeProperty(s string, line int) (string, error) {
	if !strings.Contains(s, `\`) {
		return latin1([]byte(s)), nil
	}
	var units []uint16
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			units = append(units, uint16(s[i]))
			continue
		}
		if i++; i >= len(s) {
			break
		}
		switch s[i] {
		case 't':
			units = append(units, '\t')
		case 'n':
			units = append(units, '\n')
		case 'r':
			units = append(units, '\r')
		case 'f':
			units = append(units, '\f')
		case 'u':
			if i+4 >= len(s) {
				return "", syntaxf(line, `\u without four hexadecimal digits`)
			}
			n, err := strconv.ParseUint(s[i+1:i+5], 16, 16)
			if err != nil {
				return "", syntaxf(line, `\u%s: no four hexadecimal digits`, excerpt(s[i+1:i+5]))
			}
			units = append(units, uint16(n))
			i += 4
		default:
			units = append(units, uint16(s[i]))
		}
	}
	return string(utf16.Decode(units)), nil
}
