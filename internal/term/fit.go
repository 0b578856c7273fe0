package term

import (
	"slices"
	"unicode/utf8"
)

// Column says how a column gives way where a table is too wide.
type Column struct {
	Min  int  // characters that it keeps at least; 0: all that it has
	Last int  // columns with a higher number are left out first; 0: never
	Tail bool // of text that is cut the end stays: paths
}

// Left says what a table had to leave out.
type Left struct {
	Columns []string // left out altogether
	Cut     []string // columns in which text was shortened
}

// Fit makes a table fit into width characters: it leaves columns out until those that stay have room for their least width, and then cuts text,
// with "…" in its place. Where even that does not help, the table is as wide as it has to be. width 0: nothing is done.
func Fit(r Rows, columns []Column, width int) (Rows, Left) {
	var left Left
	if width <= 0 {
		return r, left
	}
	natural := widths(r)
	least := make([]int, len(columns))
	for i, c := range columns {
		least[i] = natural[i]
		if c.Min > 0 {
			least[i] = min(natural[i], max(c.Min, utf8.RuneCountInString(r.Head[i])))
		}
	}
	stay := make([]int, len(columns))
	for i := range stay {
		stay[i] = i
	}
	for total(stay, least) > width {
		out := slices.MaxFunc(stay, func(a, b int) int { return columns[a].Last - columns[b].Last })
		if columns[out].Last == 0 {
			break
		}
		stay = slices.DeleteFunc(stay, func(i int) bool { return i == out })
		left.Columns = append(left.Columns, r.Head[out])
	}
	room := width - total(stay, least)
	give := slices.Clone(stay)
	slices.SortStableFunc(give, func(a, b int) int { return columns[a].Last - columns[b].Last })
	for _, i := range give { // what is left over goes to what matters most
		more := max(0, min(room, natural[i]-least[i]))
		least[i] += more
		room -= more
		if least[i] < natural[i] {
			left.Cut = append(left.Cut, r.Head[i])
		}
	}
	return cut(r, columns, stay, least), left
}

func widths(r Rows) []int {
	w := make([]int, len(r.Head))
	for i, h := range r.Head {
		w[i] = utf8.RuneCountInString(h)
	}
	for _, row := range r.Body {
		for i, c := range row {
			w[i] = max(w[i], utf8.RuneCountInString(Safe(c.Text)))
		}
	}
	return w
}

func total(columns, width []int) int {
	sum := 2 * (len(columns) - 1)
	for _, i := range columns {
		sum += width[i]
	}
	return sum
}

func cut(r Rows, columns []Column, stay, width []int) Rows {
	var out Rows
	for _, i := range stay {
		out.Head = append(out.Head, r.Head[i])
	}
	for _, row := range r.Body {
		var cells []Cell
		for _, i := range stay {
			cells = append(cells, Cell{shorten(Safe(row[i].Text), width[i], columns[i].Tail), row[i].Style})
		}
		out.Body = append(out.Body, cells)
	}
	return out
}

func shorten(text string, width int, tail bool) string {
	runes := []rune(text)
	switch {
	case len(runes) <= width:
		return text
	case tail:
		return "…" + string(runes[len(runes)-width+1:])
	}
	return string(runes[:width-1]) + "…"
}
