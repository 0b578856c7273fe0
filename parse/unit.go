package parse

import "strings"

// Unit reads a systemd unit file or drop-in (systemd.syntax(7)) into settings keyed "Section.Name", in order. A backslash at the end of a line
// joins it with the next; an empty value, which clears what was assigned before, is kept. Lines that are none are left out.
//
//	[Service]
//	LimitNOFILE=65536        // Service.LimitNOFILE
func Unit(data []byte) []Setting {
	var out []Setting
	section := ""
	n := 0
	for len(data) > 0 {
		var raw []byte
		raw, data = cutLine(data)
		n++
		first := n
		line := strings.TrimSpace(string(raw))
		for strings.HasSuffix(line, `\`) && len(data) > 0 {
			raw, data = cutLine(data)
			n++
			next := strings.TrimSpace(string(raw))
			if strings.HasPrefix(next, "#") || strings.HasPrefix(next, ";") {
				continue // comments inside a joined line are skipped
			}
			line = strings.TrimSpace(strings.TrimSuffix(line, `\`)) + " " + next
		}
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
		default:
			if key, value, ok := strings.Cut(line, "="); ok {
				out = append(out, Setting{Key: section + "." + strings.TrimSpace(key), Value: strings.TrimSpace(value), Line: first})
			}
		}
	}
	return out
}
