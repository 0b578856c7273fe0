package parse

import (
	"fmt"
	"strings"
)

// CronLine is one job of a crontab (crontab(5)).
type CronLine struct {
	When    string
	User    string // in tables of the machine; "" in a user's own
	Command string
	Line    int
}

// maxCronLines bounds the list of one table.
const maxCronLines = 5_000

var errCronLines = fmt.Errorf("more than %d jobs in one crontab", maxCronLines)

// Crontab reads a table; those of the machine (/etc/crontab, /etc/cron.d) name the user behind the time.
func Crontab(data []byte, machine bool) ([]CronLine, error) {
	var list []CronLine
	var bad error
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' || setsVariable(text) {
			continue
		}
		if len(list) >= maxCronLines {
			return list, errCronLines
		}
		c := CronLine{Line: n}
		fields := 5
		if text[0] == '@' {
			fields = 1
		}
		var ok bool
		if c.When, text, ok = cutFields(text, fields); ok && machine {
			c.User, text, ok = cutFields(text, 1)
		}
		if c.Command = text; !ok || text == "" {
			bad = firstError(bad, syntaxf(n, "no time and command"))
			continue
		}
		list = append(list, c)
	}
	return list, bad
}

// setsVariable reports whether a line sets one: NAME=value, with white space around the sign.
func setsVariable(line string) bool {
	name, _, ok := strings.Cut(line, "=")
	return ok && isIdentifier(strings.TrimSpace(name))
}

// cutFields cuts the first n words off.
func cutFields(text string, n int) (fields, rest string, ok bool) {
	var words []string
	for range n {
		i := strings.IndexAny(text, " \t")
		if i < 0 {
			return strings.Join(words, " "), "", false
		}
		words = append(words, text[:i])
		text = strings.TrimLeft(text[i:], " \t")
	}
	return strings.Join(words, " "), text, true
}
