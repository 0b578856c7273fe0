package observe

import (
	"encoding/binary"
	"maps"
	"strconv"
	"time"

	"a2c/inventory/host"
	"a2c/parse"
)

// order is the byte order of a2c's machines, amd64 and arm64.
var order = binary.LittleEndian //nolint:gochecknoglobals // a value without state

// kinship is whether a process belongs to the application.
type kinship byte

const (
	other kinship = iota
	ours
	gone // before it could be looked at
)

// family tells the application's processes and what they start from all others. A process once known stays known as long as it runs, also when
// the one that started it has ended.
type family struct {
	tree  host.Tree
	known map[int]member
}

type member struct {
	kin   kinship
	start uint64 // starttime of /proc/PID/stat: another process under the same number has another one
	until time.Time
	told  bool // by the kernel, at its birth: no need to look again
}

// fresh is how long an answer counts: shorter than numbers of processes take to come round.
const fresh = time.Second

func newFamily(t host.Tree, pids []int) *family {
	f := &family{t, map[int]member{}}
	for _, pid := range pids {
		if s, err := f.stat(pid); err == nil {
			f.known[pid] = member{kin: ours, start: s.StartTicks, until: time.Now().Add(fresh)}
		}
	}
	return f
}

// forked takes a process over from the one that started it; the number may have been another's.
func (f *family) forked(e fork) {
	if f.known[e.parent].kin == ours {
		f.known[e.child] = member{kin: ours, told: true}
	} else {
		delete(f.known, e.child)
	}
}

// distrust looks again at everyone: forks went untold, so numbers may have been used anew.
func (f *family) distrust() {
	for pid, m := range f.known {
		m.told, m.until = false, time.Time{}
		f.known[pid] = m
	}
}

func (f *family) has(pid int) kinship { return f.look(pid, maxDepth) }

// maxDepth bounds the way up; a circle is possible while numbers are used again.
const maxDepth = 64

func (f *family) look(pid, depth int) kinship {
	if pid <= 1 || depth == 0 {
		return other
	}
	now := time.Now()
	before, seen := f.known[pid]
	if seen && (before.told || now.Before(before.until)) {
		return before.kin
	}
	s, err := f.stat(pid)
	if err != nil {
		if seen {
			return before.kin // it has just ended
		}
		return gone
	}
	m := member{start: s.StartTicks, until: now.Add(fresh)}
	if seen && before.start == s.StartTicks {
		m.kin = before.kin
	} else if f.look(s.PPID, depth-1) == ours {
		m.kin = ours
	}
	f.remember(pid, m)
	return m.kin
}

// maxStrangers bounds what is kept about processes of others, on machines that start thousands a second.
const maxStrangers = 50_000

func (f *family) remember(pid int, m member) {
	if len(f.known) > maxStrangers {
		maps.DeleteFunc(f.known, func(_ int, m member) bool { return m.kin != ours })
	}
	f.known[pid] = m
}

func (f *family) stat(pid int) (parse.ProcStat, error) {
	data, err := host.ReadFile(f.tree, "/proc/"+strconv.Itoa(pid)+"/stat", 4096)
	if err != nil {
		return parse.ProcStat{}, err
	}
	return parse.Stat(data)
}
