package greet

import "strings"

// ZooKeeper asks the four letters srvr, which are allowed by default (ZooKeeper Administrator's Guide, "The Four Letter Words"). Its counters are left out.
func ZooKeeper() Protocol {
	return exchange{name: "ZooKeeper", say: []byte("srvr"), read: func(data []byte) ([]string, bool) {
		var lines []string
		for line := range strings.Lines(string(data)) {
			for _, begin := range []string{"Zookeeper version:", "Mode:", "This ZooKeeper instance", "srvr is not"} {
				if strings.HasPrefix(line, begin) {
					lines = append(lines, printable([]byte(line)))
				}
			}
		}
		return lines, false // it hangs up
	}}
}
