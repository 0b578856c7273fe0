package parse

import "strings"

// Unit reads a systemd unit file or drop-in (systemd.syntax(7)) into settings keyed "Section.Name", in order. A backslash at the end of a line
// joins it with the next; an empty value, which clears what was assigned before, is kept. Lines that are none are left out. The error is a
// SyntaxError where there are more settings than any unit has.
//
//	[Service]
//	LimitNOFILE=65536        // Service.LimitNOFILE
func Unit(data []byte) ([]Setting, error) {
	var out settings
	section := ""
	lines := joinedLines{rest: data, comments: "#;"}
	for lines.next() {
		line := lines.text
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
		default:
			key, value, ok := strings.Cut(line, "=")
			if !ok {
				continue
			}
			if err := out.add(Setting{Key: section + "." + strings.TrimSpace(key), Value: strings.TrimSpace(value), Line: lines.line}); err != nil {
				return nil, err
			}
		}
	}
	return out.list, nil
}

// joinedLines are lines without the white space around them, of which one that ends in a backslash is joined with the next by a space.
type joinedLines struct {
	rest     []byte
	comments string // a line that begins with one of these is left out where lines are joined
	text     string // the line
	line     int    // where it begins, from 1
	read     int
}

func (j *joinedLines) next() bool {
	if len(j.rest) == 0 {
		return false
	}
	part := j.cut()
	j.line = j.read
	if !strings.HasSuffix(part, `\`) {
		j.text = part
		return true
	}
	var b strings.Builder
	for strings.HasSuffix(part, `\`) && len(j.rest) > 0 {
		following := j.cut()
		if following != "" && strings.IndexByte(j.comments, following[0]) >= 0 {
			continue
		}
		if part = strings.TrimSpace(strings.TrimSuffix(part, `\`)); part != "" {
			b.WriteString(part + " ")
		}
		part = following
	}
	b.WriteString(part)
	j.text = strings.TrimSpace(b.String())
	return true
}

func (j *joinedLines) cut() string {
	var raw []byte
	raw, j.rest = cutLine(j.rest)
	j.read++
	return strings.TrimSpace(string(raw))
}
