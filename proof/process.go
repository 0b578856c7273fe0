package proof

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// stat is a part of /proc/PID/stat, proc_pid_stat(5).
type stat struct {
	comm   string
	state  byte
	parent int
	start  uint64 // ticks since boot
}

func readStat(pid int) (stat, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	text := string(b)
	open, shut := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || shut < open {
		return stat{}, fmt.Errorf("/proc/%d/stat: no name in %q", pid, text)
	}
	field := strings.Fields(text[shut+1:])
	if len(field) < 20 {
		return stat{}, fmt.Errorf("/proc/%d/stat: %d fields after the name", pid, len(field))
	}
	s := stat{comm: text[open+1 : shut], state: field[0][0]}
	if s.parent, err = strconv.Atoi(field[1]); err != nil {
		return stat{}, err
	}
	s.start, err = strconv.ParseUint(field[19], 10, 64)
	return s, err
}

// processes returns every process with its parent.
func processes(t *testing.T) map[int]int {
	t.Helper()
	names, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	parents := map[int]int{}
	for _, n := range names {
		pid, err := strconv.Atoi(n.Name())
		if err != nil {
			continue
		}
		if s, err := readStat(pid); err == nil {
			parents[pid] = s.parent
		}
	}
	return parents
}

// family returns the process and its descendants, each with its start time.
func family(t *testing.T, pid int) map[int]uint64 {
	t.Helper()
	parents := processes(t)
	members := map[int]uint64{}
	for candidate := range parents {
		for at := candidate; at > 1; at = parents[at] {
			if at == pid {
				if s, err := readStat(candidate); err == nil {
					members[candidate] = s.start
				}
				break
			}
		}
	}
	return members
}

// living returns those of the processes that still run; a zombie does not.
func living(members map[int]uint64) []string {
	var alive []string
	for pid, start := range members {
		if s, err := readStat(pid); err == nil && s.start == start && s.state != 'Z' && s.state != 'X' {
			alive = append(alive, fmt.Sprintf("%d (%s)", pid, s.comm))
		}
	}
	return alive
}
