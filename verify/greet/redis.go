package greet

import "bytes"

// Redis asks PING, which is answered by +PONG, or by -NOAUTH where a password is needed (redis.io: PING).
func Redis() Protocol {
	return exchange{name: "Redis", say: []byte("PING\r\n"), read: func(data []byte) ([]string, bool) {
		line, _, whole := bytes.Cut(data, []byte("\r\n"))
		if !whole || len(line) == 0 || line[0] != '+' && line[0] != '-' {
			return nil, len(data) > 512
		}
		return []string{"PING: " + printable(line)}, true
	}}
}
