package parse

import (
	"fmt"
	"strconv"
	"strings"
)

// CPUList counts the processors of a list (cpuset(7)), as /sys/devices/system/cpu/online has it:
//
//	0-3,8,10-11
func CPUList(s string) (int, error) {
	total := 0
	for part := range strings.SplitSeq(s, ",") {
		low, high, isRange := strings.Cut(part, "-")
		from, err := strconv.ParseUint(low, 10, 20)
		to := from
		if err == nil && isRange {
			to, err = strconv.ParseUint(high, 10, 20)
		}
		if err != nil || to < from {
			return 0, fmt.Errorf("%q is no list of processors", s)
		}
		total += int(to-from) + 1
	}
	return total, nil
}

// MemTotal returns the line MemTotal of /proc/meminfo (proc_meminfo(5)) in bytes, and its number; 0 and 0 when it is not there.
//
//	MemTotal:       24667372 kB
func MemTotal(data []byte) (total int64, line int) {
	n := 0
	for l := range strings.Lines(string(data)) {
		n++
		if value, ok := strings.CutPrefix(l, "MemTotal:"); ok {
			v, err := kilobytes(strings.TrimSpace(value))
			if err != nil {
				return 0, 0
			}
			return v, n
		}
	}
	return 0, 0
}
