package compare

import "strings"

// Shapes of tokens that are no attributes.
const (
	shapeWord = "word"
	shapeOpen = "<"
	shapeEnd  = ">"
)

const separators = " \t\r\n\"'<>(){}[],;&="

// words splits a text into the smallest pieces that are masked: what stands between white space, quotes, brackets, commas, semicolons, ampersands
// and equals signs. Dates, times, UUIDs, URLs and encoded tokens (whose padding is equals signs) stay whole, so that a time whose seconds differ is
// masked with its hours.
func words(s string) []string {
	var list []string
	start := 0
	for i := range len(s) {
		if strings.IndexByte(separators, s[i]) < 0 {
			continue
		}
		if s[i] == '=' && start < i && (i+1 == len(s) || strings.IndexByte(separators, s[i+1]) >= 0) {
			continue
		}
		if start < i {
			list = append(list, s[start:i])
		}
		list = append(list, s[i:i+1])
		start = i + 1
	}
	if start < len(s) {
		list = append(list, s[start:])
	}
	return list
}

func plainTokens(s string) ([]token, bool) {
	list := words(s)
	if len(list) > tokenLimit {
		return nil, false
	}
	tokens := make([]token, len(list))
	line, word := 1, 0
	for i, w := range list {
		if !blank(w) {
			word++
		}
		tokens[i] = token{text: w, key: w, shape: shapeWord, line: line, word: word}
		if w == "\n" {
			line, word = line+1, 0
		}
	}
	return tokens, true
}

// line is the tokens of a single line.
func line(s string) []token {
	list, _ := plainTokens(s)
	return list
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
