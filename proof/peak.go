package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// watchPeak looks at the memory of a process and of all below it until the function that it returns is called, which tells the peak of the largest, in bytes.
// What getrusage(2) says of a child begins with the peak of the process that started it.
func watchPeak(pid int) func() int64 {
	done, most := make(chan struct{}), make(chan int64)
	go func() {
		var peak int64
		for {
			peak = max(peak, largest(pid))
			select {
			case <-done:
				most <- peak
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-most
	}
}

// largest is the highest resident set (VmHWM of proc_pid_status(5)) of a process and those below it. What has ended has none.
func largest(pid int) int64 {
	var peak int64
	if kib, err := strconv.ParseInt(strings.TrimSuffix(statusField(pid, "VmHWM"), " kB"), 10, 64); err == nil {
		peak = kib << 10
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return peak
	}
	for _, file := range tasks {
		text, _ := os.ReadFile(file) // the thread may have ended
		for word := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				peak = max(peak, largest(child))
			}
		}
	}
	return peak
}
