package greet

import "bytes"

// Banner waits for what a server says first: SMTP (RFC 5321 section 4.2), POP3, IMAP, FTP, SSH. Nothing is sent: the port may be one for commands.
func Banner() Protocol {
	return exchange{name: "banner", read: func(data []byte) ([]string, bool) {
		line, _, whole := bytes.Cut(data, []byte("\n"))
		if len(line) == 0 {
			return nil, false
		}
		return []string{"banner: " + printable(line)}, whole
	}}
}

// printable keeps a text of the network short and to one line of ASCII.
func printable(b []byte) string {
	const most = 200
	out := make([]byte, 0, most)
	for _, c := range bytes.TrimRight(b, "\r\n") {
		if len(out) == most {
			break
		}
		if c < ' ' || c > '~' {
			c = '?'
		}
		out = append(out, c)
	}
	return string(out)
}
