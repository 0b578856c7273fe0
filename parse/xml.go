package parse

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of an XML document: server.xml of the largest installations seen has some thousand elements.
const (
	maxXMLDepth    = 200
	maxXMLElements = 100_000
	maxXMLAttrs    = 1_000   // of one element
	maxXMLAllAttrs = 200_000 // of all
	maxXMLEntity   = 256     // bytes of an entity's name
)

// XMLDocument is an XML document with the byte offset of every attribute, so that one can be edited in place: in the document, or in what it is as UTF-8
// when it is UTF-16. encoding/xml has no offsets of attributes. Entities are never loaded: what is not predefined stays as written and is listed.
type XMLDocument struct {
	Root     *XMLElement
	Encoding string         // as declared; "" means UTF-8
	Unknown  []XMLReference // entity references that were left as written: the document says more than is seen here
}

// XMLReference is one "&name;" that stands for something outside.
type XMLReference struct {
	Name string
	Line int
}

// XMLElement is one element. Names keep their prefix: namespaces are not resolved.
type XMLElement struct {
	Name     string
	Attrs    []XMLAttr
	Children []*XMLElement
	Text     string // character data directly inside, entities resolved, not trimmed
	Line     int    // of its "<"
	NameEnd  int    // byte offset behind the tag's name: a new attribute can be inserted here
	Body     int    // byte offset behind its start tag
	End      int    // byte offset behind its end tag
	Offset   int    // into the parent's Text: how much of it stands before this element
	textAt   []byte
}

// XMLAttr is one attribute.
type XMLAttr struct {
	Name  string
	Value string // entities resolved, white space normalized
	Line  int
	Start int // byte offsets of the raw value, without its quotes
	End   int
}

// Attr finds an attribute by its exact name.
func (e *XMLElement) Attr(name string) (XMLAttr, bool) {
	for _, a := range e.Attrs {
		if a.Name == name {
			return a, true
		}
	}
	return XMLAttr{}, false
}

// All returns the direct children of that name.
func (e *XMLElement) All(name string) []*XMLElement {
	var out []*XMLElement
	for _, c := range e.Children {
		if c.Name == name {
			out = append(out, c)
		}
	}
	return out
}

// SetXMLAttr returns a copy of data in which element e, parsed from the same data, has the attribute; everything else keeps its bytes, and UTF-16 stays
// UTF-16.
func SetXMLAttr(data []byte, e *XMLElement, name, value string) []byte {
	text, err := xmlText(data)
	if err != nil {
		return data // nothing was parsed from it
	}
	return xmlBytes(setXMLAttr(text, e, name, value), data)
}

func setXMLAttr(text []byte, e *XMLElement, name, value string) []byte {
	var out []byte
	if a, ok := e.Attr(name); ok {
		out = append(out, text[:a.Start]...)
		out = append(out, escapeXML(value)...)
		return append(out, text[a.End:]...)
	}
	out = append(out, text[:e.NameEnd]...)
	out = append(out, " "+name+`="`+escapeXML(value)+`"`...)
	return append(out, text[e.NameEnd:]...)
}

// RemoveXML returns a copy of data without element e, parsed from the same data. Its line ends stay, so that all else keeps its line.
func RemoveXML(data []byte, e *XMLElement) []byte { return replaceXML(data, e, 0, "") }

// ReplaceXML does so with markup in the place of the element.
func ReplaceXML(data []byte, e *XMLElement, markup string) []byte {
	return replaceXML(data, e, 0, markup)
}

// FillXML does so with all that stands between the element's tags; nothing is changed when it is only one tag.
func FillXML(data []byte, e *XMLElement, markup string) []byte {
	return replaceXML(data, e, e.Body, markup)
}

func replaceXML(data []byte, e *XMLElement, from int, markup string) []byte {
	text, err := xmlText(data)
	if err != nil {
		return data // nothing was parsed from it
	}
	start, end := e.NameEnd-len(e.Name)-len("<"), e.End
	if from > 0 {
		start, end = from, from+bytes.LastIndex(text[from:e.End], []byte("</"))
	}
	if end < start || from > 0 && from == e.End {
		return data
	}
	out := []byte(markup)
	for _, c := range text[start:end] {
		if c == '\n' || c == '\r' {
			out = append(out, c)
		}
	}
	return xmlBytes(slices.Concat(text[:start], out, text[end:]), data)
}

func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\n", "&#10;", "\r", "&#13;", "\t", "&#9;").Replace(s)
}

// ReadXML reads a document in an encoding that contains ASCII (UTF-8, ISO-8859-x, Windows-125x) or in UTF-16. Declarations are skipped,
// entities neither expanded nor loaded.
func ReadXML(data []byte) (*XMLDocument, error) {
	text, err := xmlText(data)
	if err != nil {
		return nil, err
	}
	s := &xmlScanner{data: text, lines: newLineIndex(text), doc: &XMLDocument{}, unicode: xmlByteOrder(data) != nil}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		s.pos, s.unicode = 3, true
	}
	if err := s.document(); err != nil {
		return nil, err
	}
	return s.doc, nil
}

type xmlScanner struct {
	data  []byte
	pos   int
	lines *lineIndex
	doc   *XMLDocument
	stack []*XMLElement
	count int // elements
	attrs int

	unicode  bool   // by its mark or its form, whatever is declared
	declared string // what charset was looked for
	charset  *charmap.Charmap
}

func (s *xmlScanner) errorf(at int, format string, args ...any) error {
	return syntaxf(s.lines.line(at), format, args...)
}

func (s *xmlScanner) document() error {
	for s.pos < len(s.data) {
		if s.data[s.pos] != '<' {
			if err := s.text(); err != nil {
				return err
			}
			continue
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
	if len(s.stack) > 0 {
		e := s.stack[len(s.stack)-1]
		return syntaxf(e.Line, "<%s> is never closed", excerpt(e.Name))
	}
	if s.doc.Root == nil {
		return s.errorf(len(s.data), "no element")
	}
	return nil
}

func (s *xmlScanner) markup() error {
	rest := s.data[s.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.skip(4, "-->", "comment")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.cdata()
	case bytes.HasPrefix(rest, []byte("<?")):
		return s.instruction()
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")) && s.doc.Root == nil:
		return s.doctype()
	case bytes.HasPrefix(rest, []byte("</")):
		return s.endTag()
	}
	return s.startTag()
}

// skip moves behind the terminator, which is looked for from pos+from.
func (s *xmlScanner) skip(from int, terminator, what string) error {
	i := bytes.Index(s.data[s.pos+from:], []byte(terminator))
	if i < 0 {
		return s.errorf(s.pos, "%s is never closed", what)
	}
	s.pos += from + i + len(terminator)
	return nil
}

func (s *xmlScanner) cdata() error {
	start := s.pos + len("<![CDATA[")
	if err := s.skip(len("<![CDATA["), "]]>", "CDATA section"); err != nil {
		return err
	}
	if len(s.stack) == 0 {
		return s.errorf(start, "CDATA outside of the root element")
	}
	e := s.stack[len(s.stack)-1]
	e.textAt = append(e.textAt, s.decode(s.data[start:s.pos-3])...)
	return nil
}

func (s *xmlScanner) instruction() error {
	start := s.pos
	if err := s.skip(2, "?>", "processing instruction"); err != nil {
		return err
	}
	if start <= 3 && bytes.HasPrefix(s.data[start:], []byte("<?xml")) {
		s.doc.Encoding = declaredEncoding(s.data[start:s.pos])
	}
	return nil
}

func declaredEncoding(decl []byte) string {
	_, rest, ok := bytes.Cut(decl, []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	value, _, ok := bytes.Cut(rest[1:], rest[:1])
	if !ok {
		return ""
	}
	return string(value)
}

// doctype skips the declaration with its internal subset; quotes hide brackets.
func (s *xmlScanner) doctype() error {
	depth, quote := 0, byte(0)
	for i := s.pos; i < len(s.data); i++ {
		c := s.data[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case bytes.HasPrefix(s.data[i:], []byte("<!--")):
			n := bytes.Index(s.data[i:], []byte("-->"))
			if n < 0 {
				return s.errorf(i, "comment is never closed")
			}
			i += n + 2
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			s.pos = i + 1
			return nil
		}
	}
	return s.errorf(s.pos, "DOCTYPE is never closed")
}

func (s *xmlScanner) text() error {
	start := s.pos
	if i := bytes.IndexByte(s.data[start:], '<'); i >= 0 {
		s.pos = start + i
	} else {
		s.pos = len(s.data)
	}
	raw := s.data[start:s.pos]
	if len(s.stack) == 0 {
		if len(bytes.TrimSpace(raw)) > 0 {
			return s.errorf(start, "text outside of the root element")
		}
		return nil
	}
	e := s.stack[len(s.stack)-1]
	e.textAt = append(e.textAt, s.unescape(raw, start)...)
	return nil
}
