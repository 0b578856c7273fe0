package compare

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// Limits of what is shown of a difference.
const (
	lineLimit  = 40
	widthLimit = 240
	longLine   = 8 << 10 // what is looked at of a line
)

// unified is a unified diff of two texts, safe to print. Long lines, as of pages without line breaks, are broken after tags and commas.
func unified(live, twin string, o Options) string {
	a, b := breakLines(live), breakLines(twin)
	lines := strings.Split(strings.TrimSuffix(string(diff.Diff("live", []byte(a), "twin", []byte(b))), "\n"), "\n")
	lines = lines[1:] // "diff live twin"
	rest := len(lines) - lineLimit
	if rest > 0 {
		lines = lines[:lineLimit]
	}
	for i, line := range lines {
		lines[i] = Visible(cut(o.Line(cut(line, longLine)), widthLimit))
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf("… %d more lines", rest))
	}
	return strings.Join(lines, "\n")
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "…"
}

func breakLines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if len(line) > widthLimit {
			line = strings.NewReplacer(">", ">\n", ",", ",\n", "}", "}\n", ";", ";\n").Replace(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

// Visible escapes what would act on a terminal: control and format characters and bytes that are no UTF-8. Backslashes stay.
func Visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if (r != utf8.RuneError || n > 1) && strconv.IsPrint(r) {
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
