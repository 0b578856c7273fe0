package parse

import (
	"fmt"
	"math"
	"strings"
)

// Unlimited is a limit's value RLIM_INFINITY.
const Unlimited = math.MaxUint64

// Limit is one line of /proc/PID/limits (proc_pid_limits(5)):
//
//	Max open files            20000                20000                files
type Limit struct {
	Name       string // "Max open files"
	Soft, Hard uint64 // Unlimited
	Unit       string // "files"; "" for priorities
	Line       int
}

// Limits reads the table. Its columns stand at fixed places: names have spaces.
func Limits(data []byte) ([]Limit, error) {
	const name = 26
	var limits []Limit
	n := 0
	for line := range strings.Lines(string(data)) {
		if n++; n == 1 {
			continue
		}
		if len(line) < name {
			return nil, fmt.Errorf("limits line %d: %q is too short", n, line)
		}
		f := strings.Fields(line[name:])
		if len(f) < 2 {
			return nil, fmt.Errorf("limits line %d: %q has no soft and hard limit", n, line)
		}
		soft, err1 := limit(f[0])
		hard, err2 := limit(f[1])
		if err := firstError(err1, err2); err != nil {
			return nil, fmt.Errorf("limits line %d: %w", n, err)
		}
		l := Limit{Name: strings.TrimSpace(line[:name]), Soft: soft, Hard: hard, Line: n}
		if len(f) > 2 {
			l.Unit = f[2]
		}
		limits = append(limits, l)
	}
	return limits, nil
}

func limit(s string) (uint64, error) {
	if s == "unlimited" {
		return Unlimited, nil
	}
	var n numbers
	v := n.uint(s)
	return v, n.err
}
