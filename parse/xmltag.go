package parse

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (s *xmlScanner) startTag() error {
	start := s.pos
	s.pos++
	name := s.name()
	if name == "" {
		return s.errorf(start, "no name after <")
	}
	e := &XMLElement{Name: name, Line: s.lines.line(start), NameEnd: s.pos}
	if s.count++; s.count > maxXMLElements {
		return s.errorf(start, "more than %d elements", maxXMLElements)
	}
	for {
		spaced := s.space()
		switch {
		case bytes.HasPrefix(s.data[s.pos:], []byte("/>")):
			s.pos += 2
			return s.open(e, start, true)
		case bytes.HasPrefix(s.data[s.pos:], []byte(">")):
			s.pos++
			return s.open(e, start, false)
		case s.pos >= len(s.data):
			return s.errorf(start, "tag <%s is never closed", excerpt(name))
		case !spaced:
			return s.errorf(s.pos, "no space before an attribute of <%s>", excerpt(name))
		}
		if s.attrs++; len(e.Attrs) >= maxXMLAttrs || s.attrs > maxXMLAllAttrs {
			return s.errorf(s.pos, "<%s> has more than %d attributes, or all elements more than %d", excerpt(name), maxXMLAttrs, maxXMLAllAttrs)
		}
		a, err := s.attribute()
		if err != nil {
			return err
		}
		if _, twice := e.Attr(a.Name); twice {
			return s.errorf(a.Start, "attribute %s stands twice", excerpt(a.Name))
		}
		e.Attrs = append(e.Attrs, a)
	}
}

func (s *xmlScanner) open(e *XMLElement, start int, closed bool) error {
	if len(s.stack) == 0 {
		if s.doc.Root != nil {
			return s.errorf(start, "a second root element <%s>", excerpt(e.Name))
		}
		s.doc.Root = e
	} else {
		parent := s.stack[len(s.stack)-1]
		e.Offset = len(parent.textAt)
		parent.Children = append(parent.Children, e)
	}
	e.Body = s.pos
	if closed {
		e.End = s.pos
		return nil
	}
	if len(s.stack) >= maxXMLDepth {
		return s.errorf(start, "more than %d elements deep", maxXMLDepth)
	}
	s.stack = append(s.stack, e)
	return nil
}

func (s *xmlScanner) endTag() error {
	start := s.pos
	s.pos += 2
	name := s.name()
	s.space()
	if !bytes.HasPrefix(s.data[s.pos:], []byte(">")) {
		return s.errorf(start, "end tag </%s is never closed", excerpt(name))
	}
	s.pos++
	if len(s.stack) == 0 {
		return s.errorf(start, "</%s> closes nothing", excerpt(name))
	}
	e := s.stack[len(s.stack)-1]
	if e.Name != name {
		return s.errorf(start, "</%s> closes <%s> of line %d", excerpt(name), excerpt(e.Name), e.Line)
	}
	e.Text, e.textAt, e.End = string(e.textAt), nil, s.pos
	s.stack = s.stack[:len(s.stack)-1]
	return nil
}

func (s *xmlScanner) attribute() (XMLAttr, error) {
	at := s.pos
	name := s.name()
	if name == "" {
		return XMLAttr{}, s.errorf(at, "%q is no attribute name", excerpt(string(s.data[at:min(at+20, len(s.data))])))
	}
	s.space()
	if !bytes.HasPrefix(s.data[s.pos:], []byte("=")) {
		return XMLAttr{}, s.errorf(at, "attribute %s has no value", excerpt(name))
	}
	s.pos++
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != '"' && s.data[s.pos] != '\'' {
		return XMLAttr{}, s.errorf(at, "the value of attribute %s has no quotes", excerpt(name))
	}
	start := s.pos + 1
	n := bytes.IndexByte(s.data[start:], s.data[s.pos])
	if n < 0 {
		return XMLAttr{}, s.errorf(at, "the value of attribute %s is never closed", excerpt(name))
	}
	raw := s.data[start : start+n]
	if bytes.IndexByte(raw, '<') >= 0 {
		return XMLAttr{}, s.errorf(at, "the value of attribute %s holds a <", excerpt(name))
	}
	s.pos = start + n + 1
	return XMLAttr{Name: name, Value: s.unescape(normalizeSpace(raw), start), Line: s.lines.line(at), Start: start, End: start + n}, nil
}

// normalizeSpace is XML 1.0, 3.3.3: line ends and tabs of an attribute's value become spaces, CR LF one.
func normalizeSpace(raw []byte) []byte {
	if !bytes.ContainsAny(raw, "\t\r\n") {
		return raw
	}
	out := bytes.ReplaceAll(raw, []byte("\r\n"), []byte(" ")) // always a copy
	for i, c := range out {
		if c == '\t' || c == '\r' || c == '\n' {
			out[i] = ' '
		}
	}
	return out
}

// name reads up to a byte that no name holds; bytes of multi-byte characters belong to it.
func (s *xmlScanner) name() string {
	start := s.pos
	for s.pos < len(s.data) && !bytes.ContainsRune([]byte(" \t\r\n=<>/\"'&?!;,()[]{}|\\^`@#$%*+~\x00"), rune(s.data[s.pos])) {
		s.pos++
	}
	return string(s.data[start:s.pos])
}

func (s *xmlScanner) space() bool {
	start := s.pos
	for s.pos < len(s.data) && (s.data[s.pos] == ' ' || s.data[s.pos] == '\t' || s.data[s.pos] == '\r' || s.data[s.pos] == '\n') {
		s.pos++
	}
	return s.pos > start
}

// unescape resolves the predefined entities and character references; others stay as written and are listed in Unknown.
func (s *xmlScanner) unescape(raw []byte, at int) string {
	text := s.decode(raw)
	if !strings.Contains(text, "&") {
		return text
	}
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(text, "&")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		name, _, closed := strings.Cut(rest[:min(len(rest), maxXMLEntity)], ";")
		r := rune(-1)
		if closed {
			r = entityRune(name)
		}
		if r >= 0 {
			b.WriteRune(r)
			text = rest[len(name)+1:]
			continue
		}
		if closed && len(s.doc.Unknown) < 1000 {
			s.doc.Unknown = append(s.doc.Unknown, XMLReference{Name: excerpt(name), Line: s.lines.line(at)})
		}
		b.WriteByte('&')
		text = rest
	}
}

func entityRune(name string) rune {
	switch name {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return -1
	}
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return -1
	}
	return rune(n)
}
