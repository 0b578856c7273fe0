package greet

import (
	"bytes"
	"strings"
)

// STOMP asks for a version that no server has: it answers with an ERROR that names those it has, and nobody is logged in (STOMP 1.2, "Protocol Negotiation").
func STOMP() Protocol {
	return exchange{name: "STOMP", say: []byte("CONNECT\naccept-version:0.0\nhost:localhost\n\n\x00"), read: func(data []byte) ([]string, bool) {
		frame, _, whole := bytes.Cut(data, []byte{0})
		var lines []string
		for i, line := range strings.Split(string(frame), "\n") {
			line = strings.TrimSpace(line)
			name, _, _ := strings.Cut(line, ":")
			switch {
			case line == "" && i > 0:
				return lines, whole
			case i == 0 || name == "version" || name == "server" || name == "message":
				lines = append(lines, printable([]byte(line)))
			}
		}
		return lines, whole
	}}
}
