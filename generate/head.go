package generate

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/internal/term"
)

// Headed is the output with lines after the first one of each file that can hold comments: what a reader has to know before anything else.
func (o Output) Headed(lines []string) Output {
	if len(lines) == 0 {
		return o
	}
	o.Notes = slices.Concat(lines, o.Notes)
	o.Files = maps.Clone(o.Files)
	for name, text := range o.Files {
		first, rest, _ := bytes.Cut(text, []byte("\n"))
		var b bytes.Buffer
		b.Write(append(first, '\n'))
		for _, line := range lines {
			b.WriteString(comment(path.Ext(name), term.Safe(line)))
		}
		if b.Len() > len(first)+1 {
			b.Write(rest)
			o.Files[name] = b.Bytes()
		}
	}
	return o
}

// comment is a line that says nothing to a machine; "" where the format has none.
func comment(ext, line string) string {
	switch ext {
	case ".yaml", ".yml":
		return "# " + line + "\n"
	case ".md":
		return "<!-- " + strings.ReplaceAll(line, "--", "- -") + " -->\n"
	}
	return ""
}
