package greet

import (
	"bytes"
	"encoding/binary"
)

// RMI asks a registry for the names in it (java.rmi.registry.Registry.list), as JMX's is one: header of JRMP, the caller's end point, and a call to object 0
// (Java RMI Specification, chapter 10).
func RMI() Protocol {
	const object = "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00"
	const list = "\x00\x00\x00\x01" + "\x44\x15\x4d\xc9\xd4\xe6\x3b\xdf"
	say := "JRMI\x00\x02K" + "\x00\x09127.0.0.1\x00\x00\x00\x00" + "P\xac\xed\x00\x05\x77\x22" + object + list
	return exchange{name: "RMI registry", say: []byte(say), read: func(data []byte) ([]string, bool) {
		if len(data) == 0 || data[0] != 'N' {
			return nil, len(data) > 0
		}
		lines := []string{"protocol: JRMP"}
		_, rest, found := bytes.Cut(data, []byte("[Ljava.lang.String;"))
		if !found {
			return lines, bytes.Contains(data, []byte("Exception"))
		}
		_, rest, found = bytes.Cut(rest, []byte{0x78, 0x70}) // end of the class's description, no superclass
		if !found || len(rest) < 4 {
			return lines, false
		}
		n := binary.BigEndian.Uint32(rest)
		for rest = rest[4:]; n > 0; n-- {
			if len(rest) < 3 || len(rest) < 3+int(binary.BigEndian.Uint16(rest[1:])) {
				return lines, false
			}
			end := 3 + int(binary.BigEndian.Uint16(rest[1:]))
			lines, rest = append(lines, "name: "+printable(rest[3:end])), rest[end:]
		}
		return lines, true
	}}
}
