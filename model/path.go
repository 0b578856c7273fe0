package model

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path is an absolute, slash-separated path inside the application's root, as raw bytes: Linux allows every byte but NUL and '/'
// (path_resolution(7)). In JSON, bytes that are not UTF-8, control characters and the backslash are written as \xNN, so that
// the text is printable and turns back into the same bytes.
type Path string

// String escapes the path as in JSON: it is safe to print on a terminal.
func (p Path) String() string {
	s := string(p)
	if printable(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if plain(r, n) {
			b.WriteString(s[i : i+n])
		} else {
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		i += n
	}
	return b.String()
}

func printable(s string) bool {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !plain(r, n) {
			return false
		}
		i += n
	}
	return true
}

func plain(r rune, n int) bool {
	return (r != utf8.RuneError || n > 1) && r != '\\' && strconv.IsPrint(r)
}

// MarshalText writes the escaped form.
func (p Path) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the escaped form; a backslash that does not begin \xNN is an error.
func (p *Path) UnmarshalText(text []byte) error {
	s := string(text)
	if !strings.Contains(s, `\`) {
		*p = Path(s)
		return nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i+3 >= len(s) || s[i+1] != 'x' {
			return fmt.Errorf("path %q: a backslash must begin \\xNN", s)
		}
		v, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
		if err != nil {
			return fmt.Errorf("path %q: %q is not \\xNN", s, s[i:i+4])
		}
		b.WriteByte(byte(v))
		i += 3
	}
	*p = Path(b.String())
	return nil
}
