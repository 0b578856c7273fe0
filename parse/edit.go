package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of an edit: each try reads the document again.
const (
	maxEdit      = 1 << 20
	maxEditTries = 64
)

// ErrEdit is returned for a value that SetValue does not change: it goes over several lines, or the document is of a format, a size or a shape in which nothing
// else could be promised to stay.
var ErrEdit = errors.New("the value cannot be replaced so that every other one stays")

// editor is how one format is edited. Reading it before and after shows that an edit changed what it was to change and nothing else.
type editor struct {
	read func([]byte) ([]Setting, error)
	// values are where a value may stand in a line: what it says, and the bytes to replace with their quotes.
	values func(line string) []lineValue
	write  func(string) string
}

// lineValue is a value as it may stand in a line, at [Start,End).
type lineValue struct {
	Start, End int
	Text       string
}

func editorOf(name string) (editor, bool) {
	read := func(data []byte) ([]Setting, error) { return ReadSettings(name, data) }
	switch strings.ToLower(path.Ext(name)) {
	case ".properties", ".cfg":
		return editor{read, propertyValues, func(s string) string { return s }}, true
	case ".yml", ".yaml":
		return editor{read, yamlValues, doubleQuoted}, true
	case ".json":
		return editor{read, jsonValues, doubleQuoted}, true
	case ".xml":
		return editor{read, xmlValues, escapeXML}, true
	}
	return editor{}, false
}

// SetValue returns a copy of a configuration file, whose format its name tells, in which every setting of that key on that line has another value. All else is
// read as before, on the same lines; else the error is ErrEdit. value holds no line end, no backslash and no control character.
func SetValue(name string, data []byte, key string, line int, value string) ([]byte, error) {
	ed, ok := editorOf(name)
	if !ok || len(data) > maxEdit {
		return nil, ErrEdit
	}
	text, back := data, func(b []byte) []byte { return b }
	if strings.EqualFold(path.Ext(name), ".xml") {
		utf8, err := xmlText(data)
		if err != nil {
			return nil, ErrEdit
		}
		text, back = utf8, func(b []byte) []byte { return xmlBytes(b, data) }
	}
	before, err := ed.read(data)
	if err != nil {
		return nil, ErrEdit
	}
	tries := 0
	for i, s := range before {
		if s.Key != key || s.Line != line || s.Value == value {
			continue
		}
		want := slices.Clone(before)
		want[i].Value = value
		if text = ed.replace(text, back, s, want, value, &tries); text == nil {
			return nil, ErrEdit
		}
		before = want
	}
	out := back(text)
	if bytes.Equal(out, data) {
		return nil, ErrEdit
	}
	return out, nil
}

// replace tries each place of the line that says what the setting says, until the document reads as wanted.
func (ed editor) replace(text []byte, back func([]byte) []byte, s Setting, want []Setting, value string, tries *int) []byte {
	start, end := lineBounds(text, s.Line)
	for _, v := range ed.values(string(text[start:end])) {
		if v.Text != s.Value {
			continue
		}
		if *tries++; *tries > maxEditTries {
			return nil
		}
		after := slices.Concat(text[:start+v.Start], []byte(ed.write(value)), text[start+v.End:])
		if got, err := ed.read(back(after)); err == nil && slices.Equal(got, want) {
			return after
		}
	}
	return nil
}

// BlankComment returns a copy in which bytes [start,end), which stand in a comment, are other ones without a meaning. What the document says stays.
func BlankComment(name string, data []byte, start, end int) ([]byte, error) {
	ed, ok := editorOf(name)
	if !ok || len(data) > maxEdit || start < 0 || start >= end || end > len(data) || bytes.ContainsAny(data[start:end], "\r\n") {
		return nil, ErrEdit
	}
	before, err := ed.read(data)
	if err != nil {
		return nil, ErrEdit
	}
	after := slices.Concat(data[:start], []byte("***"), data[end:])
	if got, err := ed.read(after); err != nil || !slices.Equal(got, before) {
		return nil, ErrEdit
	}
	return after, nil
}

// lineBounds are the offsets of a line, 1-based, without its end; an empty range where there is none.
func lineBounds(data []byte, line int) (start, end int) {
	for n := 1; n < line; n++ {
		i := bytes.IndexByte(data[start:], '\n')
		if i < 0 {
			return len(data), len(data)
		}
		start += i + 1
	}
	end = len(data)
	if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
		end = start + i
	}
	if end > start && data[end-1] == '\r' {
		end--
	}
	return start, end
}

// propertyValues is what follows the key; a value that goes on in the next line is none.
func propertyValues(line string) []lineValue {
	if n := len(line) - len(strings.TrimRight(line, `\`)); n%2 == 1 {
		return nil
	}
	_, raw := splitProperty(strings.TrimLeft(line, " \t\f"))
	text, err := unescapeProperty(raw, 0)
	if err != nil {
		return nil
	}
	return []lineValue{{len(line) - len(raw), len(line), text}}
}

// jsonValues are the strings of a line.
func jsonValues(line string) []lineValue {
	var out []lineValue
	for i := 0; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		end := min(stringEnd([]byte(line), i)+1, len(line))
		var text string
		if json.Unmarshal([]byte(line[i:end]), &text) == nil {
			out = append(out, lineValue{i, end, text})
		}
		i = end - 1
	}
	return out
}

var yamlBegins = regexp.MustCompile(`(?:[:?-][ \t]+|[\[{,][ \t]*)[^ \t]`)

// yamlValues are the scalars that may begin behind ": ", "- " and the signs of flow collections. They end with their quote, with a sign of a flow collection, before
// a comment, or with the line.
func yamlValues(line string) []lineValue {
	var out []lineValue
	for at := 0; ; {
		m := yamlBegins.FindStringIndex(line[at:])
		if m == nil {
			return out
		}
		start := at + m[1] - 1
		at = start
		for _, end := range yamlEnds(line, start) {
			var n yaml.Node
			if yaml.Unmarshal([]byte(line[start:end]), &n) == nil && len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode {
				out = append(out, lineValue{start, end, yamlText(n.Content[0])})
			}
		}
	}
}

func yamlEnds(line string, start int) []int {
	if q := line[start]; q == '"' || q == '\'' {
		if end := closing(line, start+1, q); end < len(line) {
			return []int{end + 1}
		}
		return nil
	}
	rest := line[start:]
	ends := []int{start + len(strings.TrimRight(rest, " \t"))}
	for _, stop := range []string{" #", "\t#", ",", "}", "]"} {
		if i := strings.Index(rest, stop); i > 0 {
			ends = append(ends, start+len(strings.TrimRight(rest[:i], " \t")))
		}
	}
	slices.Sort(ends) // what stays behind the value, such as a comment, is kept
	return ends
}

var xmlValue = regexp.MustCompile(`"([^"<]*)"|'([^'<]*)'|>([^<>]+)<`)

// xmlValues are what stands in quotes, and between two tags.
func xmlValues(line string) []lineValue {
	var out []lineValue
	for at := 0; at < len(line); {
		m := xmlValue.FindStringSubmatchIndex(line[at:])
		if m == nil {
			break
		}
		for _, g := range []int{2, 4, 6} {
			if m[g] < 0 {
				continue
			}
			raw := line[at+m[g] : at+m[g+1]]
			text := strings.TrimSpace(raw)
			lead := strings.Index(raw, text)
			out = append(out, lineValue{at + m[g] + lead, at + m[g] + lead + len(text), unescapeXML(text)})
		}
		at += m[1] - 1 // a bracket may open the next
		if m[6] < 0 {
			at++
		}
	}
	return out
}

// unescapeXML resolves what every document may refer to; other references stay.
func unescapeXML(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(s)
}

func doubleQuoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }
