package greet

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// OpenWire waits for WireFormatInfo, with which ActiveMQ begins (activemq.apache.org: "OpenWire Version 2 Specification"): length u32, type 1, "ActiveMQ",
// version u32, and properties, of which the provider's name and version are taken.
func OpenWire() Protocol {
	const header = 17
	return exchange{name: "OpenWire", read: func(data []byte) ([]string, bool) {
		if len(data) < header || !bytes.Equal(data[4:13], []byte("\x01ActiveMQ")) {
			return nil, len(data) >= header
		}
		whole := uint64(len(data)) >= 4+uint64(binary.BigEndian.Uint32(data))
		lines := []string{fmt.Sprintf("version: %d", binary.BigEndian.Uint32(data[13:]))}
		for _, key := range []string{"ProviderName", "ProviderVersion"} {
			if v := marshalled(data, key); v != "" {
				lines = append(lines, key+": "+v)
			}
		}
		return lines, whole
	}}
}

// marshalled is the text behind a key: type 9, length u16.
func marshalled(data []byte, key string) string {
	i := bytes.Index(data, []byte(key+"\x09"))
	if i < 0 {
		return ""
	}
	rest := data[i+len(key)+1:]
	if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
		return ""
	}
	return printable(rest[2 : 2+int(binary.BigEndian.Uint16(rest))])
}
