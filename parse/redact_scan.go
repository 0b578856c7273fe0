package parse

import "strings"

// listEnd is the offset of the first separator behind which another pair follows, or nothing.
func listEnd(text string, separator byte) int {
	for at := 0; ; {
		i := strings.IndexByte(text[at:], separator)
		if i < 0 {
			return len(text)
		}
		at += i
		if rest := text[at+1:]; strings.TrimLeft(rest, " \t") == "" && separator != ' ' || pairFollows(rest) {
			return at
		}
		at++
	}
}

// pairFollows reports whether a text begins with a name and '=' or ':'.
func pairFollows(s string) bool {
	i := 0
	for i < len(s) && i < maxKey && (isWord(s[i]) || strings.IndexByte(" \t.-\"'[]", s[i]) >= 0 || s[i] >= 0x80) {
		i++
	}
	return i > 0 && i < len(s) && (s[i] == '=' || s[i] == ':') && strings.Trim(s[:i], " \t.-\"'[]") != ""
}

// shellWord is the length of the word at the beginning of a command line: blanks in quotes or behind a backslash belong to it.
func shellWord(s string) int {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quote != '\'':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ' ' || c == '\t':
			return i
		}
	}
	return len(s)
}

// closing is the position of the quote that ends a value; behind a backslash or doubled it does not. \” is both in one: 'a\”b' of YAML.
func closing(s string, at int, quote byte) int {
	for ; at < len(s); at++ {
		switch {
		case s[at] == '\\' && quote == '\'' && strings.HasPrefix(s[at+1:], "''"):
			at += 2
		case s[at] == '\\', s[at] == quote && at+1 < len(s) && s[at+1] == quote:
			at++
		case s[at] == quote:
			return at
		}
	}
	return len(s)
}

// closingDoubled is the position of the quote that ends a value of a connection string; doubled it does not.
func closingDoubled(s string, at int, quote byte) int {
	for ; at < len(s); at++ {
		if s[at] != quote {
			continue
		}
		if at+1 == len(s) || s[at+1] != quote {
			return at
		}
		at++
	}
	return len(s)
}

// balanced is the offset behind the bracket that closes the one at i, quotes respected; the end of the text when none does.
func balanced(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '"', '\'':
			i = closing(s, i+1, s[i])
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}
