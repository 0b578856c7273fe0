// Package parse reads foreign formats: bytes in, values with their positions out. It does no I/O and trusts nothing: every parser
// bounds what hostile input can cost, returns an error that names the line, and has a Fuzz function.
package parse

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// Setting is one key of a configuration file, flattened, with the place of its value.
type Setting struct {
	Key   string // as the format spells a nested key: "server.port" (Spring), "Kestrel:Endpoints:Http:Url" (.NET)
	Value string // unescaped; "" for null
	Line  int    // 1-based line of the value's key
	// Document counts the documents of a multi-document file from 0.
	Document int
}

// ReadSettings reads a configuration file of a format that its name tells; of another name it has no settings.
func ReadSettings(name string, data []byte) ([]Setting, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".properties", ".cfg", ".conf":
		return ReadProperties(data)
	case ".yml", ".yaml":
		return ReadSpringYAML(data)
	case ".json":
		return ReadAppSettings(data)
	case ".xml", ".config":
		doc, err := ReadXML(data)
		if err != nil {
			return nil, err
		}
		return XMLSettings(doc.Root), nil
	}
	return nil, nil
}

// SyntaxError is a document that its own program would refuse.
type SyntaxError struct {
	Line int // 1-based
	What string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

func syntaxf(line int, format string, args ...any) error {
	return &SyntaxError{Line: line, What: fmt.Sprintf(format, args...)}
}

// lineIndex turns byte offsets into lines. It goes from the offset that was asked last, since readers ask for places near one another: a table of all
// lines would take eight bytes for each of a hostile file's millions.
type lineIndex struct {
	data         []byte
	offset, seen int // line ends before offset
}

func newLineIndex(data []byte) *lineIndex { return &lineIndex{data: data} }

// line is the 1-based line that offset stands in.
func (x *lineIndex) line(offset int) int {
	offset = min(offset, len(x.data))
	if offset >= x.offset {
		x.seen += bytes.Count(x.data[x.offset:offset], []byte{'\n'})
	} else {
		x.seen -= bytes.Count(x.data[offset:x.offset], []byte{'\n'})
	}
	x.offset = offset
	return x.seen + 1
}

// Bounds of what is kept of one file: small hostile documents grow, since each key takes some hundred bytes of memory and nesting repeats the outer
// keys in each inner one. The largest real files have a few thousand keys.
const (
	maxSettingKey   = 8 << 10
	maxSettings     = 10_000
	maxSettingBytes = 8 << 20
)

// settings collects flattened keys within these bounds.
type settings struct {
	list  []Setting
	bytes int
}

func (s *settings) add(n Setting) error {
	s.bytes += len(n.Key) + len(n.Value)
	if len(s.list) >= maxSettings || s.bytes > maxSettingBytes || len(n.Key) > maxSettingKey {
		return syntaxf(n.Line, "more than %d keys, %d bytes in all or %d in one key", maxSettings, maxSettingBytes, maxSettingKey)
	}
	s.list = append(s.list, n)
	return nil
}
