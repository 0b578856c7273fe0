package greet

import "strings"

// PostgreSQL sends SSLRequest, which is answered by one byte (PostgreSQL, "Frontend/Backend Protocol: Message Formats").
func PostgreSQL() Protocol {
	return exchange{name: "PostgreSQL", say: []byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}, read: func(data []byte) ([]string, bool) {
		if len(data) == 0 || !strings.ContainsRune("SNE", rune(data[0])) {
			return nil, len(data) > 0
		}
		return []string{map[byte]string{'S': "TLS: offered", 'N': "TLS: not offered", 'E': "TLS: not known"}[data[0]]}, true
	}}
}
