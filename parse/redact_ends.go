package parse

import "strings"

// value finds the value behind the separator at i. What ends it follows from what stands before the key: in a URL's query '&', in a
// connection string ';', in a list ',', behind an option a blank, at the beginning of a line its end. A doubt takes more rather than less.
func (p *pairs) value(i, keyStart int, key string) (start, end int) {
	s := p.s
	start = i + 1
	if strings.HasPrefix(s[start:], "> ") { // Ruby, PHP: "password" => "x"
		start++
	}
	start = skipBlanks(s, start)
	if p.quoteAt == keyStart-1 && start < p.quoteEnd { // "KEY=a b"
		return start, p.quoteEnd
	}
	escape := start
	for start < len(s) && s[start] == '\\' { // \"x\": JSON inside JSON
		start++
	}
	if mark := s[escape:min(start+1, len(s))]; len(mark) > 1 && strings.HasSuffix(mark, `"`) {
		before, _, _ := strings.Cut(s[start+1:], mark)
		return start + 1, start + 1 + len(before)
	}
	start = escape
	if start == len(s) || s[start] == '\n' || s[start] == '\r' {
		return p.block(i, start, keyStart)
	}
	context := p.context(keyStart)
	if from, end, ok := p.held(start, context, s[i]); ok {
		return from, end
	}
	end = p.unquoted(start, context, key)
	if context == '\n' && s[i] == ':' && strings.Trim(s[start:end], "|>-+0123456789 \t") == "" && strings.IndexByte("|>", s[start]) >= 0 {
		return p.block(i, end, keyStart)
	}
	for context == '\n' && end < len(s) && end > start && s[end-1] == '\\' { // continued: properties, shells
		end = lineEnd(s, min(end+1, len(s)))
	}
	return start, end
}

// held finds a value that a quote or a bracket holds together.
func (p *pairs) held(start int, context, separator byte) (from, end int, ok bool) {
	s := p.s
	switch c := s[start]; {
	case context == '-' || context == '?' || context == '&': // quotes are part of the word
	case c == '"' || c == '\'' || c == '`':
		end, ok = p.quoted(start, context)
		return start + 1, end, ok
	case context == ';' && c == '{' && separator == '=': // ODBC
		end = closingDoubled(s, start+1, '}') + 1
		return start, min(end, len(s)), p.ends(end, context)
	case context != ';' && (c == '[' || c == '{'):
		end = balanced(s, start)
		return start, end, p.ends(end, context) && !strings.HasPrefix(s[end:], ">")
	}
	return 0, 0, false
}

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// context is what stands before a key: '-' for an option, '\n' for the first word of a line or of the text, '?', '&', ';', ',' for lists,
// ' ' for anything else.
func (p *pairs) context(keyStart int) byte {
	s := p.s
	if keyStart < len(s) && s[keyStart] == '-' {
		return '-'
	}
	k := keyStart
	for k > 0 && strings.IndexByte("\"'`\\ \t", s[k-1]) >= 0 {
		k--
	}
	if k == 0 || s[k-1] == '\n' || s[k-1] == '\r' {
		return '\n'
	}
	switch s[k-1] {
	case '?', '&', ';':
		return s[k-1]
	case ',', '{', '[', '(':
		return ','
	}
	if before := strings.ToLower(strings.Trim(s[max(p.lineStart, k-24):k], " \t")); k-p.lineStart <= 24 {
		switch before {
		case "-", "#", "//", "--", "export", "set", "setx", "env", "arg", "rem", "*", "declare -x", "- name":
			return '\n'
		}
	}
	return ' '
}

// limit is what a value at start cannot go beyond: its line, and the quote that it stands in.
func (p *pairs) limit(start int) int {
	end := p.line(start)
	if start <= p.quoteEnd && p.quoteEnd < end {
		return p.quoteEnd
	}
	return end
}

// quoted finds the closing quote: one behind which a value can end.
func (p *pairs) quoted(start int, context byte) (end int, ok bool) {
	for at := start + 1; ; {
		end := closing(p.s, at, p.s[start])
		if context == ';' { // ADO.NET knows no backslash
			end = closingDoubled(p.s, at, p.s[start])
		}
		if end == len(p.s) {
			return end, context != ';' || !p.whole
		}
		if strings.HasPrefix(p.s[end:], `'\''`) { // a quote in a word of a shell
			at = end + len(`'\''`)
			continue
		}
		if p.ends(end+1, context) {
			return end, true
		}
		if context == ';' {
			return 0, false // no quotes there: they belong to the value
		}
		at = end + 1
	}
}

// ends reports whether a value that a quote or bracket holds together may end before i.
func (p *pairs) ends(i int, context byte) bool {
	next := skipBlanks(p.s, min(i, len(p.s)))
	if next >= len(p.s) || p.s[next] == '\n' || p.s[next] == '\r' || next == p.quoteEnd {
		return true
	}
	c, rest := p.s[next], p.s[next:p.line(next)]
	switch {
	case context == ';':
		return c == ';'
	case context == '\n' && (c == '#' && next > i || strings.HasPrefix(rest, "//") || c == '>' && strings.HasSuffix(rest, ">")):
		return true
	case context != '\n' && next > i && (!p.whole || pairFollows(rest)):
		return true
	case c == ',' || c == ';':
		return len(rest) == 1 || strings.IndexByte(" \t\"'{[", rest[1]) >= 0 || pairFollows(rest[1:])
	case c == '>':
		return context != '\n'
	}
	return strings.HasPrefix(rest, "/>") || p.closes(rest, context)
}

// closes reports whether a text begins with closing brackets behind which the document goes on.
func (p *pairs) closes(rest string, context byte) bool {
	after := strings.TrimLeft(rest, "}])")
	switch {
	case len(after) == len(rest):
		return false
	case strings.Trim(after, "}]),; \t") == "" || after[0] == ',' && pairFollows(after[1:]):
		return true
	}
	return !p.whole && context != '\n' && strings.IndexByte(" \t,;.\"'\\<", after[0]) >= 0
}

// unquoted finds the end of a value that no quote holds together.
func (p *pairs) unquoted(start int, context byte, key string) int {
	limit := p.limit(start)
	text := p.s[start:limit]
	if words := nameWords(key); len(words) > 0 && (words[len(words)-1] == "authorization" || words[len(words)-1] == "cookie") {
		return limit
	}
	switch context {
	case '-':
		return start + shellWord(text)
	case '?', '&':
		end := listEnd(text, '&')
		if i := strings.IndexAny(text, " \t"); i >= 0 && !p.whole {
			end = min(end, i)
		}
		return start + end
	case ';':
		return start + listEnd(text, ';')
	case ',':
		end := listEnd(text, ',')
		if i := strings.LastIndexAny(text[:end], ")]}"); i >= 0 && end == len(text) {
			end = i
		}
		return start + end
	case '\n':
		if !p.whole || p.lineStart > 0 {
			return limit
		}
		if end := listEnd(text, ';'); end < len(text) {
			return start + end
		}
		return start + listEnd(text, ',')
	}
	if p.whole {
		return start + listEnd(text, ' ')
	}
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return start + i
	}
	return limit
}

// block is what stands deeper than the line of the key at keyStart: a YAML list, mapping or block of text.
func (p *pairs) block(i, from, keyStart int) (start, end int) {
	if p.s[i] != ':' || p.context(keyStart) != '\n' || from >= len(p.s) {
		return from, from
	}
	indent := skipBlanks(p.s, p.lineStart) - p.lineStart
	start = from
	end = from
	for end < len(p.s) {
		next := end + 1
		if p.s[end] == '\r' && next < len(p.s) && p.s[next] == '\n' {
			next++
		}
		text := skipBlanks(p.s, next)
		line := lineEnd(p.s, next)
		item := text-next == indent && strings.HasPrefix(p.s[text:], "- ")
		if text < line && text-next <= indent && !item {
			break
		}
		end = line
	}
	for start < end && strings.IndexByte("\r\n \t", p.s[start]) >= 0 {
		start++
	}
	return start, start + len(strings.TrimRight(p.s[start:max(start, end)], " \t\r\n"))
}
