package greet

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// AMQP10 opens the layer of SASL and goes: the server names its mechanisms before anybody logs in (OASIS AMQP 1.0, part 5, section 5.3).
func AMQP10() Protocol {
	return exchange{name: "AMQP 1.0", say: []byte("AMQP\x03\x01\x00\x00"), read: func(data []byte) ([]string, bool) {
		const header = 8
		lines, ok := protocolHeader(data)
		if !ok || len(data) < header+4 {
			return lines, len(data) >= header && !ok
		}
		size := uint64(binary.BigEndian.Uint32(data[header:]))
		if uint64(len(data)) < header+size {
			return lines, false
		}
		for _, m := range symbols(data[header : header+size]) {
			lines = append(lines, "mechanism: "+m)
		}
		return lines, true
	}}
}

func protocolHeader(data []byte) ([]string, bool) {
	if len(data) < 8 || string(data[:4]) != "AMQP" {
		return nil, false
	}
	return []string{fmt.Sprintf("protocol: AMQP %d.%d.%d.%d", data[4], data[5], data[6], data[7])}, true
}

// symbols are the short ones of a frame (sym8: 0xa3, length), alone, or in an array of such (0xe0, size, count, 0xa3, and each with its length).
func symbols(frame []byte) []string {
	var list []string
	i := bytes.IndexByte(frame, 0xa3)
	if i < 0 {
		return nil
	}
	for i++; i < len(frame); {
		n := int(frame[i])
		if n == 0 || i+1+n > len(frame) {
			break
		}
		list = append(list, printable(frame[i+1:i+1+n]))
		i += 1 + n
	}
	return list
}

// AMQP091 sends the header of version 0-9-1, to which the server answers with connection.start, that holds its properties, or with the header of another
// version (AMQP 0-9-1 specification, section 4.2.2).
func AMQP091() Protocol {
	return exchange{name: "AMQP 0-9-1", say: []byte("AMQP\x00\x00\x09\x01"), read: func(data []byte) ([]string, bool) {
		if lines, ok := protocolHeader(data); ok {
			return lines, true
		}
		const header = 7
		if len(data) < header+6 || data[0] != 1 || !bytes.Equal(data[header:header+4], []byte{0, 10, 0, 10}) {
			return nil, len(data) >= header+6
		}
		size := uint64(binary.BigEndian.Uint32(data[3:]))
		if uint64(len(data)) < header+size {
			return nil, false
		}
		lines := []string{fmt.Sprintf("protocol: AMQP %d-%d", data[header+4], data[header+5])}
		for _, key := range []string{"product", "version", "platform"} {
			if v := longText(data, key); v != "" {
				lines = append(lines, key+": "+v)
			}
		}
		return lines, true
	}}
}

// longText is a property of a table: name with its length, 'S', length u32.
func longText(data []byte, key string) string {
	i := bytes.Index(data, []byte(string(rune(len(key)))+key+"S"))
	if i < 0 {
		return ""
	}
	rest := data[i+len(key)+2:]
	if len(rest) < 4 || uint64(len(rest)) < 4+uint64(binary.BigEndian.Uint32(rest)) {
		return ""
	}
	return printable(rest[4 : 4+binary.BigEndian.Uint32(rest)])
}
