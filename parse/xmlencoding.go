package parse

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// xmlText is a document as a text that contains ASCII: UTF-16 becomes UTF-8, anything else stays. Lines stay the same (XML 1.0, appendix F).
func xmlText(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(data, []byte{0, 0, 0xfe, 0xff}), bytes.HasPrefix(data, []byte{0, 0, 0, '<'}), bytes.HasPrefix(data, []byte{'<', 0, 0, 0}):
		return nil, syntaxf(1, "UTF-32 is not read: save the file as UTF-8")
	case bytes.HasPrefix(data, []byte{0x4c, 0x6f, 0xa7, 0x94}): // "<?xm"
		return nil, syntaxf(1, "EBCDIC is not read: save the file as UTF-8")
	}
	order := xmlByteOrder(data)
	if order == nil {
		return data, nil
	}
	if len(data)%2 != 0 {
		return nil, syntaxf(1, "UTF-16 that ends within a character")
	}
	out := make([]byte, 0, len(data)/2)
	for i := 0; i < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		switch {
		case i == 0 && r == 0xfeff:
			continue
		case utf16.IsSurrogate(r) && i+2 < len(data):
			if pair := utf16.DecodeRune(r, rune(order.Uint16(data[i+2:]))); pair != utf8.RuneError {
				r, i = pair, i+2
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

// xmlByteOrder is that of UTF-16, by its mark or by the first "<"; nil for any other encoding.
func xmlByteOrder(data []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{'<', 0}):
		return binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}), bytes.HasPrefix(data, []byte{0, '<'}):
		return binary.BigEndian
	}
	return nil
}

// xmlBytes writes a text in the encoding that another document has.
func xmlBytes(text, like []byte) []byte {
	order := xmlByteOrder(like)
	if order == nil {
		return text
	}
	var out []byte
	if like[0] != '<' && like[1] != '<' {
		out = append(out, like[:2]...)
	}
	b, _ := order.(binary.AppendByteOrder)
	for _, u := range utf16.Encode([]rune(string(text))) {
		out = b.AppendUint16(out, u)
	}
	return out
}

// decode turns the document's bytes into UTF-8, by the declared encoding of one byte for each character. Without one that is known, what is not UTF-8 is
// taken for Latin-1.
func (s *xmlScanner) decode(raw []byte) string {
	if s.declared != s.doc.Encoding && !s.unicode {
		s.declared, s.charset = s.doc.Encoding, xmlCharset(s.doc.Encoding)
	}
	switch {
	case ascii(raw):
		return string(raw)
	case s.charset != nil:
		var b strings.Builder
		for _, c := range raw {
			b.WriteRune(s.charset.DecodeByte(c))
		}
		return b.String()
	case utf8.Valid(raw):
		return string(raw)
	}
	return latin1(raw)
}

// xmlCharset finds a character set by the name that a document declares: "windows-1252", "Cp1252", "ISO-8859-15", "latin1", "KOI8-R".
func xmlCharset(declared string) *charmap.Charmap {
	plain := func(name string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(name))
	}
	name := plain(declared)
	if number, ok := strings.CutPrefix(name, "cp125"); ok {
		name = "windows125" + number
	}
	if name == "latin1" {
		name = "iso88591"
	}
	for _, e := range charmap.All {
		if c, ok := e.(*charmap.Charmap); ok && name != "" && plain(c.String()) == name {
			return c
		}
	}
	return nil
}

func ascii(raw []byte) bool {
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// latin1 reads ISO-8859-1, in which each byte is the code point of the same number.
func latin1(raw []byte) string {
	var b strings.Builder
	for _, c := range raw {
		b.WriteRune(rune(c))
	}
	return b.String()
}
