package parse

import "strings"

// splitJavaWords splits by white space; quotes, single or double, hold a word together. In an argument file there are also comments
// from # to the end of the line, and inside quotes the escapes \n \t \r \f, a backslash before any other character, and a backslash at
// the end of a line, which joins it with the next without its indentation (java(1), "java Command-Line Argument Files").
func splitJavaWords(s string, file bool) []string {
	var words []string
	var word strings.Builder
	quote, open := byte(0), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		space := c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' && !file
		switch {
		case quote == 0 && space:
			if open {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		case quote == 0 && file && c == '#' && !open:
			for i+1 < len(s) && s[i+1] != '\n' && s[i+1] != '\r' {
				i++
			}
		case quote == 0 && (c == '"' || c == '\''):
			quote, open = c, true
		case quote != 0 && c == quote:
			quote = 0
		case file && quote != 0 && c == '\\' && i+1 < len(s):
			i = escapedByte(s, i+1, &word)
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	return words
}

// escapedByte writes what a backslash before s[i] means and returns the offset of the last byte used.
func escapedByte(s string, i int, word *strings.Builder) int {
	switch c := s[i]; c {
	case 'n', 't', 'r', 'f':
		word.WriteByte("\n\t\r\f"[strings.IndexByte("ntrf", c)])
	case '\n', '\r':
		for i+1 < len(s) && strings.IndexByte(" \t\f\r\n", s[i+1]) >= 0 {
			i++
		}
	default:
		word.WriteByte(c)
	}
	return i
}

// JavaWords are the words of an argument file.
func JavaWords(data []byte) []string { return splitJavaWords(string(data), true) }
