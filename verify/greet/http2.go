package greet

import (
	"encoding/binary"
	"fmt"
)

// HTTP2 begins without TLS, with prior knowledge (RFC 9113 sections 3.3 and 3.4): the server answers with its settings. No request is sent.
func HTTP2() Protocol {
	const preface, settings = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	return exchange{name: "HTTP/2", say: []byte(preface + settings), read: func(data []byte) ([]string, bool) {
		const header, frame, entry = 9, 4, 6
		if len(data) < header {
			return nil, false
		}
		size := int(data[0])<<16 | int(data[1])<<8 | int(data[2])
		if data[3] != frame || size%entry != 0 || size > limitBytes/2 {
			return nil, true
		}
		if len(data) < header+size {
			return nil, false
		}
		lines := []string{"settings: answered"}
		for e := data[header : header+size]; len(e) > 0; e = e[entry:] {
			lines = append(lines, fmt.Sprintf("setting %d: %d", binary.BigEndian.Uint16(e), binary.BigEndian.Uint32(e[2:])))
		}
		return lines, true
	}}
}
