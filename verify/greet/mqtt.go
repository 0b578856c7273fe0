package greet

import "fmt"

// MQTT asks for a level of the protocol that does not exist: the server has to refuse it with code 1 (MQTT 3.1.1, section 3.1.2.2) or 0x84 (5.0).
func MQTT() Protocol {
	connect := "\x00\x04MQTT\x63\x02\x00\x0a\x00\x03a2c" // level 99, clean session, ten seconds, a client's name
	return exchange{name: "MQTT", say: append([]byte{0x10, byte(len(connect))}, connect...), read: func(data []byte) ([]string, bool) {
		if len(data) < 4 || data[0] != 0x20 {
			return nil, len(data) >= 4
		}
		return []string{fmt.Sprintf("another version is refused: code 0x%02x", data[3])}, true
	}}
}
