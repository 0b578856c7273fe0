package greet

import "bytes"

// AJP asks CPING, which is answered by CPONG (tomcat.apache.org: "The Apache Tomcat Connector, AJP Protocol Reference").
func AJP() Protocol {
	return exchange{name: "AJP", say: []byte{0x12, 0x34, 0, 1, 10}, read: func(data []byte) ([]string, bool) {
		if len(data) < 5 {
			return nil, false
		}
		if !bytes.Equal(data[:5], []byte{'A', 'B', 0, 1, 9}) {
			return nil, true
		}
		return []string{"CPING: CPONG"}, true
	}}
}
