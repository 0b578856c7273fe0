package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxDotnetDepth is System.Text.Json's own limit (JsonReaderOptions.MaxDepth).
const maxDotnetDepth = 64

// RelaxJSON turns JSON as .NET reads it (a byte order mark, comments, a comma before a closing bracket) into strict JSON of the same
// length, so that offsets and lines stay true.
func RelaxJSON(data []byte) []byte {
	out := bytes.Clone(data)
	if bytes.HasPrefix(out, []byte("\xef\xbb\xbf")) {
		copy(out, "   ")
	}
	comma := -1 // offset of a comma that nothing but space and comments followed yet
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			comma = -1
			i = stringEnd(out, i)
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blankComment(out, i)
		case c == ',':
			comma = i
		case c == ']' || c == '}':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	return out
}

// stringEnd is the offset of the quote that closes the string which begins at i.
func stringEnd(data []byte, i int) int {
	for i++; i < len(data) && data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}

// blankComment overwrites a comment with spaces, keeps its line ends, and returns the offset of its last byte.
func blankComment(data []byte, i int) int {
	end := len(data)
	if data[i+1] == '/' {
		if n := bytes.IndexAny(data[i:], "\r\n"); n >= 0 {
			end = i + n
		}
	} else if n := bytes.Index(data[i+2:], []byte("*/")); n >= 0 {
		end = i + 2 + n + 2
	}
	for k := i; k < end; k++ {
		if data[k] != '\n' && data[k] != '\r' {
			data[k] = ' '
		}
	}
	return end - 1
}

// ReadAppSettings reads appsettings.json as Microsoft.Extensions.Configuration.Json does: keys joined with ":", elements of
// arrays by number, comments and trailing commas allowed, keys without case and none twice.
//
//	{"Kestrel": {"Endpoints": {"Http": {"Url": "http://127.0.0.1:5000"}}}}     // Kestrel:Endpoints:Http:Url
func ReadAppSettings(data []byte) ([]Setting, error) {
	f := jsonFlattener{lines: newLineIndex(data), seen: map[string]bool{}}
	clean := RelaxJSON(data)
	f.dec = json.NewDecoder(bytes.NewReader(clean))
	f.dec.UseNumber()
	t, err := f.dec.Token()
	if err != nil {
		return nil, f.wrap(err)
	}
	if t != json.Delim('{') {
		return nil, syntaxf(f.line(), "the top level is no object")
	}
	if err := f.object("", 1); err != nil {
		return nil, f.wrap(err)
	}
	if _, err := f.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, syntaxf(f.line(), "more text behind the object")
	}
	return f.out.list, nil
}

type jsonFlattener struct {
	dec   *json.Decoder
	lines *lineIndex
	seen  map[string]bool
	out   settings
}

// line is the line of the token just read, whose last byte stands before InputOffset.
func (f *jsonFlattener) line() int { return f.lines.line(max(int(f.dec.InputOffset())-1, 0)) }

func (f *jsonFlattener) wrap(err error) error {
	var position *SyntaxError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &position):
		return err
	case errors.As(err, &syntax):
		return syntaxf(f.lines.line(max(int(syntax.Offset)-1, 0)), "%s", syntax.Error())
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return syntaxf(f.line(), "the text ends too early")
	}
	return syntaxf(f.line(), "%s", err)
}

func (f *jsonFlattener) object(prefix string, depth int) error {
	empty := true
	line := f.line()
	for f.dec.More() {
		t, err := f.dec.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return syntaxf(f.line(), "a key is no string")
		}
		empty = false
		if err := f.value(joinKey(prefix, key), f.line(), depth); err != nil {
			return err
		}
	}
	if _, err := f.dec.Token(); err != nil {
		return err
	}
	if empty && prefix != "" {
		return f.add(prefix, "", line)
	}
	return nil
}

func (f *jsonFlattener) array(prefix string, depth int) error {
	n, line := 0, f.line()
	for ; f.dec.More(); n++ {
		if err := f.value(joinKey(prefix, strconv.Itoa(n)), 0, depth); err != nil {
			return err
		}
	}
	if _, err := f.dec.Token(); err != nil {
		return err
	}
	if n == 0 {
		return f.add(prefix, "", line)
	}
	return nil
}

func (f *jsonFlattener) value(key string, line, depth int) error {
	t, err := f.dec.Token()
	if err != nil {
		return err
	}
	if line == 0 {
		line = f.line()
	}
	if depth >= maxDotnetDepth || len(key) > maxSettingKey {
		return syntaxf(f.line(), "more than %d levels deep or a key of more than %d bytes", maxDotnetDepth, maxSettingKey)
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			return f.object(key, depth+1)
		}
		return f.array(key, depth+1)
	case string:
		return f.add(key, v, line)
	case bool: // .NET's own spelling: bool.ToString()
		return f.add(key, map[bool]string{true: "True", false: "False"}[v], line)
	case nil:
		return f.add(key, "", line)
	}
	return f.add(key, fmt.Sprint(t), line)
}

func (f *jsonFlattener) add(key, value string, line int) error {
	folded := strings.ToLower(key)
	if f.seen[folded] {
		return syntaxf(line, "key %q stands twice", excerpt(key))
	}
	f.seen[folded] = true
	return f.out.add(Setting{Key: key, Value: value, Line: line})
}

func joinKey(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + ":" + key
}
