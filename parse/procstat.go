package parse

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// ProcStat is what a2c keeps of /proc/PID/stat (proc_pid_stat(5)):
//
//	412 (java) S 1 412 412 0 -1 4194304 64541 0 4 0 1371 122 0 0 20 0 36 0 3304 5211340800 100125 …
type ProcStat struct {
	PID, PPID  int
	Comm       string // at most 15 bytes, any byte but NUL; may hold ')' and spaces
	State      byte   // R, S, D, Z, T, t, X, I
	TTY        int    // device number of the controlling terminal; 0 none
	Nice       int
	Flags      uint64 // PF_*; 0x00200000 is PF_KTHREAD
	UserTicks  uint64 // utime, in clock ticks (100 per second on every Linux that a2c runs on: USER_HZ)
	SysTicks   uint64
	Threads    int
	StartTicks uint64 // since boot
	RSSPages   int64
}

// Flags of linux/sched.h.
const (
	exiting      = 0x00000004 // PF_EXITING
	kernelThread = 0x00200000 // PF_KTHREAD
)

// Over reports whether the process is on its way out, a zombie or dead: its memory and files are gone, or go at this moment.
func (s ProcStat) Over() bool { return s.Flags&exiting != 0 || s.State == 'Z' || s.State == 'X' }

// KernelThread reports whether the kernel made the process for itself: it has no program.
func (s ProcStat) KernelThread() bool { return s.Flags&kernelThread != 0 }

// Stat reads /proc/PID/stat. The name ends at the last ')': it may hold any other.
func Stat(data []byte) (ProcStat, error) {
	open, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if open < 1 || end < open {
		return ProcStat{}, fmt.Errorf("stat %.40q has no (name)", data)
	}
	s := ProcStat{Comm: string(data[open+1 : end])}
	f := strings.Fields(string(data[end+1:])) // f[0] is field 3
	if len(f) < 22 || len(f[0]) != 1 {
		return ProcStat{}, fmt.Errorf("stat has %d fields, at least 24 are expected", len(f)+2)
	}
	s.State = f[0][0]
	n := numbers{}
	s.PID = n.int(strings.TrimSpace(string(data[:open])))
	s.PPID = n.int(f[1])
	s.TTY = n.int(f[4])
	s.Flags = n.uint(f[6])
	s.UserTicks, s.SysTicks = n.uint(f[11]), n.uint(f[12])
	s.Nice = n.int(f[16])
	s.Threads = n.int(f[17])
	s.StartTicks = n.uint(f[19])
	s.RSSPages = int64(n.int(f[21]))
	if n.err != nil {
		return ProcStat{}, fmt.Errorf("stat: %w", n.err)
	}
	return s, nil
}

// numbers converts several fields and keeps the first error.
type numbers struct{ err error }

func (n *numbers) int(s string) int {
	v, err := strconv.Atoi(s)
	n.err = firstError(n.err, err)
	return v
}

func (n *numbers) uint(s string) uint64 {
	v, err := strconv.ParseUint(s, 10, 64)
	n.err = firstError(n.err, err)
	return v
}

func (n *numbers) hex(s string) uint64 {
	v, err := strconv.ParseUint(s, 16, 64)
	n.err = firstError(n.err, err)
	return v
}

// Processors counts the lines cpuN of /proc/stat (proc_stat(5)): the processors that are online.
func Processors(data []byte) int {
	n := 0
	for line := range bytes.Lines(data) {
		if rest, ok := bytes.CutPrefix(line, []byte("cpu")); ok && len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
			n++
		}
	}
	return n
}
