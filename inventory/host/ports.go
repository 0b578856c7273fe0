package host

import (
	"strconv"
	"strings"
	"sync"
)

// portRange is what was read, kept.
type portRange struct {
	once      sync.Once
	low, high int
}

// ephemeralPorts reads /proc/sys/net/ipv4/ip_local_port_range (ip(7)), once. The value is that of a2c's own network namespace; a new one
// has the default, which is also taken when there is none to read.
func (h *Host) ephemeralPorts() (low, high int) {
	h.ports.once.Do(func() {
		h.ports.low, h.ports.high = 32768, 60999
		data, err := ReadFile(h.Tree, "/proc/sys/net/ipv4/ip_local_port_range", smallFile)
		if err != nil {
			return
		}
		f := strings.Fields(string(data))
		if len(f) != 2 {
			return
		}
		low, err1 := strconv.Atoi(f[0])
		high, err2 := strconv.Atoi(f[1])
		if err1 == nil && err2 == nil {
			h.ports.low, h.ports.high = low, high
		}
	})
	return h.ports.low, h.ports.high
}
