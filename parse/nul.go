package parse

import (
	"bytes"
	"strings"
)

// NulTerminated reads strings that each end in NUL: /proc/PID/cmdline (proc_pid_cmdline(5)) and environ (proc_pid_environ(5)). Empty ones
// are kept; a last one without NUL (a process that wrote over its arguments) counts too.
func NulTerminated(data []byte) []string {
	if len(data) == 0 {
		return nil
	}
	data = bytes.TrimSuffix(data, []byte{0})
	return strings.Split(string(data), "\x00")
}
