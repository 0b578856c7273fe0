package parse

import (
	"errors"
	"strconv"
	"strings"
)

// PSS reads the line Pss of /proc/PID/smaps_rollup (proc_pid_smaps(5)), in bytes:
//
//	Pss:              123456 kB
func PSS(data []byte) (int64, error) {
	for line := range strings.Lines(string(data)) {
		rest, ok := strings.CutPrefix(line, "Pss:")
		if !ok {
			continue
		}
		f := strings.Fields(rest)
		if len(f) != 2 || f[1] != "kB" {
			return 0, errors.New("the line Pss has no number of kB")
		}
		n, err := strconv.ParseInt(f[0], 10, 64)
		if err != nil || n < 0 || n > 1<<52 {
			return 0, errors.New("the line Pss has no number of kB")
		}
		return n << 10, nil
	}
	return 0, errors.New("no line Pss")
}
