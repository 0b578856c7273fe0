package parse

import (
	"slices"
	"strings"
)

// isOptionList reports a value that is split into arguments before it is used: JAVA_TOOL_OPTIONS, CATALINA_OPTS, NODE_OPTIONS, or what begins
// with an option.
func isOptionList(name, value string) bool {
	if name == "" || !strings.ContainsAny(value, " \t\n\"'\\") { // an argument of its own is not split again
		return false
	}
	words := nameWords(name)
	if n := len(words); n > 0 {
		if slices.Contains([]string{"opts", "opt", "options", "args", "arguments", "flags", "cmd", "command", "cmdline"}, words[n-1]) {
			return true
		}
	}
	value = strings.TrimLeft(value, " \t\n\"'")
	return len(value) > 2 && value[0] == '-' && (isWord(value[1]) || value[1] == '-' && isWord(value[2]))
}

// optionWord is one word of an option list, with the offset in the list of each of its bytes.
type optionWord struct {
	text []byte
	at   []int
	end  int // offset behind the word, a closing quote included
}

// optionSecrets splits a list as the JVM does (JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS: quotes hold a word together, a backslash means
// nothing), or as a shell does, and judges each argument. A quote that nothing closes goes to the end.
func optionSecrets(name, list string) []SecretSpan {
	words := splitOptions(list, !slices.Contains([]string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"}, name))
	args := make([]string, len(words))
	for i, w := range words {
		args[i] = string(w.text)
	}
	var spans []SecretSpan
	for _, a := range ArgSecrets(args) {
		w := words[a.Arg]
		s := a.SecretSpan
		if s.Key == "" {
			s.Key = a.Name
		}
		s.Start, s.End = w.at[a.Start], w.at[a.End-1]+1
		spans = append(spans, s)
	}
	return merged(spans)
}

func splitOptions(s string, shell bool) []optionWord {
	var words []optionWord
	var w optionWord
	quote, open := byte(0), false
	put := func(i int) { w.text, w.at, open = append(w.text, s[i]), append(w.at, i), true }
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote == 0 && strings.IndexByte(" \t\n\r\f", c) >= 0:
			if open {
				w.end = i
				words = append(words, w)
			}
			w, open = optionWord{}, false
		case quote == 0 && (c == '"' || c == '\''):
			quote, open = c, true
		case quote != 0 && c == quote:
			quote = 0
		case shell && c == '\\' && quote != '\'' && i+1 < len(s):
			i++
			put(i)
		default:
			put(i)
		}
	}
	if open {
		w.end = len(s)
		words = append(words, w)
	}
	return words
}
