package host

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"a2c/parse"
)

// ticksPerSecond is USER_HZ, 100 on every architecture that Linux still has (time(7)).
const ticksPerSecond = 100

// Stat reads /proc/PID/stat again (proc_pid_stat(5)).
func (p *Process) Stat() (parse.ProcStat, error) {
	data, err := p.read("stat", smallFile)
	if err != nil {
		return parse.ProcStat{}, err
	}
	s, err := parse.Stat(data)
	return s, wrap("read", p.path("stat"), err)
}

// CPUTime is what all threads of the process have used since its start: user and system.
func (p *Process) CPUTime() (user, system time.Duration, err error) {
	s, err := p.Stat()
	return ticks(s.UserTicks), ticks(s.SysTicks), err
}

// StartTime is when the process was started, to a hundredth of a second, by the boot time in /proc/stat.
func (p *Process) StartTime() (time.Time, error) {
	boot, err := p.host.BootTime()
	if err != nil {
		return time.Time{}, err
	}
	return boot.Add(ticks(p.Start)), nil
}

func ticks(n uint64) time.Duration { return time.Duration(n) * time.Second / ticksPerSecond }

// BootTime is the line btime of /proc/stat (proc_stat(5)), in seconds:
//
//	btime 1763971200
func (h *Host) BootTime() (time.Time, error) {
	data, err := ReadFile(h.Tree, "/proc/stat", largeFile)
	if err != nil {
		return time.Time{}, err
	}
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "btime "); ok {
			seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return time.Unix(seconds, 0).UTC(), wrap("read", "/proc/stat", err)
		}
	}
	return time.Time{}, wrap("read", "/proc/stat", fmt.Errorf("no line btime"))
}

// StartTicks is when a process was started, in clock ticks after the boot; with the number it tells one process from the next that has it. The error is
// fs.ErrNotExist when it has ended.
func StartTicks(t Tree, pid int) (uint64, error) {
	data, err := ReadFile(t, "/proc/"+strconv.Itoa(pid)+"/stat", smallFile)
	if err != nil {
		return 0, err
	}
	s, err := parse.Stat(data)
	return s.StartTicks, err
}

// Processors is how many processors of a machine are online; 0 when it does not say.
func Processors(t Tree) int {
	data, err := ReadFile(t, "/proc/stat", largeFile)
	if err != nil {
		return 0
	}
	return parse.Processors(data)
}

// StatInto is Stat for one look after the other: it reads into buf where that is large enough.
func (p *Process) StatInto(buf []byte) (parse.ProcStat, error) {
	data, err := p.readStat(buf)
	if err != nil {
		return parse.ProcStat{}, err
	}
	s, err := parse.Stat(data)
	return s, wrap("read", p.path("stat"), err)
}

// Sibling is another process of the same machine, known by its stat alone: it was started after the machine was looked at.
func (p *Process) Sibling(s parse.ProcStat) *Process {
	return &Process{PID: s.PID, PPID: s.PPID, Comm: s.Comm, Start: s.StartTicks, Threads: s.Threads, tree: p.host.Tree, host: p.host}
}
