package term

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeJSON writes what Safe escapes as \uXXXX, in a whole JSON text: outside of strings JSON has nothing of the kind, so that the value stays
// the same. Encoders leave U+007F to U+009F (of which U+009B is a terminal's CSI), bidirectional overrides and invisible characters as they are.
func EscapeJSON(text []byte) []byte {
	return escape(text, func(out []byte, r rune) []byte {
		hi, lo := utf16.EncodeRune(r)
		return fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
	})
}

// EscapeYAML is EscapeJSON for a YAML text whose strings are in double quotes wherever they hold such characters (YAML 1.2, 5.7).
func EscapeYAML(text []byte) []byte {
	return escape(text, func(out []byte, r rune) []byte { return fmt.Appendf(out, `\U%08x`, r) })
}

func escape(text []byte, beyond func([]byte, rune) []byte) []byte {
	if clean(text) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == '\n' || strconv.IsPrint(r):
			out = append(out, text[i:i+n]...)
		case r > 0xffff:
			out = beyond(out, r)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}

// clean spares the copy in the usual case.
func clean(text []byte) bool {
	for _, c := range text {
		if c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}
