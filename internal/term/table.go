package term

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Cell is one field of a table; Text is escaped when it is written.
type Cell struct {
	Text  string
	Style Style
}

// Rows is a table: columns as wide as their widest cell, two spaces between, the last one as long as it is.
type Rows struct {
	Head []string
	Body [][]Cell
}

// Add appends a row of plain text.
func (r *Rows) Add(texts ...string) {
	row := make([]Cell, len(texts))
	for i, t := range texts {
		row[i] = Cell{Text: t}
	}
	r.Body = append(r.Body, row)
}

// Write writes the table; Streams decide on colour.
func (s *Streams) Write(w io.Writer, r Rows) error {
	head := make([]Cell, len(r.Head))
	for i, h := range r.Head {
		head[i] = Cell{h, Bold}
	}
	all := append([][]Cell{head}, r.Body...)
	widths := make([]int, len(r.Head))
	for _, row := range all {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(Safe(c.Text)))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, c := range row {
			text := Safe(c.Text)
			b.WriteString(s.Paint(c.Style, text))
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)+2))
			}
		}
		if _, err := io.WriteString(w, strings.TrimRight(b.String(), " ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
