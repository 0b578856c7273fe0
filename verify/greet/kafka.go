package greet

import (
	"encoding/binary"
	"fmt"
)

// Kafka asks ApiVersions, which is allowed before anybody logs in (kafka.apache.org/protocol: "Api Versions").
func Kafka() Protocol {
	request := "\x00\x12\x00\x00\x00\x00\x00\x01\x00\x03a2c" // key 18, version 0, correlation 1, a client's name
	return exchange{name: "Kafka", say: append([]byte{0, 0, 0, byte(len(request))}, request...), read: func(data []byte) ([]string, bool) {
		const header = 14 // length, correlation, error, number of entries
		if len(data) < header {
			return nil, false
		}
		if binary.BigEndian.Uint32(data[4:]) != 1 {
			return nil, true // of another protocol
		}
		n := uint64(binary.BigEndian.Uint32(data[10:]))
		if n > limitBytes/6 {
			return nil, true
		}
		if uint64(len(data)) < header+6*n {
			return nil, false
		}
		lines := []string{fmt.Sprintf("error: %d", binary.BigEndian.Uint16(data[8:]))}
		for e := data[header:]; n > 0; e, n = e[6:], n-1 {
			lines = append(lines, fmt.Sprintf("api %d: versions %d to %d", binary.BigEndian.Uint16(e), binary.BigEndian.Uint16(e[2:]), binary.BigEndian.Uint16(e[4:])))
		}
		return lines, true
	}}
}
