package page

import (
	"strings"

	"a2c/model"
)

// difference is shown side by side.
type difference struct {
	What string
	Rows []row
}

// row is a line of both sides, or where in them the next ones stand.
type row struct {
	Live, Image, Where string
	Changed            bool
}

// sides sets a unified diff in two columns: the lines of one change beside each other.
func sides(d model.Difference) difference {
	x := difference{What: d.What}
	if d.Live != "" || d.Image != "" {
		x.Rows = append(x.Rows, row{Live: d.Live, Image: d.Image, Changed: true})
	}
	var live, image []string
	flush := func() {
		for i := range max(len(live), len(image)) {
			r := row{Changed: true}
			if i < len(live) {
				r.Live = live[i]
			}
			if i < len(image) {
				r.Image = image[i]
			}
			x.Rows = append(x.Rows, r)
		}
		live, image = nil, nil
	}
	for line := range strings.SplitSeq(d.Evidence, "\n") {
		switch {
		case line == "", line == "--- live", line == "+++ twin":
		case line[0] == '-':
			live = append(live, line[1:])
		case line[0] == '+':
			image = append(image, line[1:])
		case line[0] == ' ':
			flush()
			x.Rows = append(x.Rows, row{Live: line[1:], Image: line[1:]})
		case strings.HasPrefix(line, `\ No newline`):
		default: // "@@ -1,4 +1,4 @@", or words
			flush()
			x.Rows = append(x.Rows, row{Where: line})
		}
	}
	flush()
	return x
}
