package parse

import (
	"fmt"
	"strconv"
	"strings"
)

// ProcStatus is what a2c keeps of /proc/PID/status (proc_pid_status(5)):
//
//	Umask:	0022
//	Uid:	995	995	995	995
//	VmHWM:	  400500 kB
//	CapEff:	0000000000000000
type ProcStatus struct {
	Name       string
	Umask      int // -1 before Linux 4.7
	PPID       int
	UID, GID   [4]int // real, effective, saved, file system
	Groups     []int
	NSPID      []int // the PID in each nested PID namespace, the reader's own first; nil before Linux 4.1
	Threads    int
	NoNewPrivs bool
	Seccomp    int // 0 off, 1 strict, 2 filter

	// Memory in bytes; 0 when the process has no address space or the kernel does not say.
	VMHWM, VMRSS, VMSwap, VMSize, VMLock, HugetlbPages int64

	// VMRSS in its kinds (Linux 4.5): memory of its own, pages of files, shared memory.
	RSSAnon, RSSFile, RSSShmem int64

	// Capability sets (capabilities(7)), one bit each. CapAmb needs Linux 4.3.
	CapInh, CapPrm, CapEff, CapBnd, CapAmb uint64

	// Lines holds the 1-based line of each key, for evidence: "status:9".
	Lines map[string]int
}

// Status reads /proc/PID/status. Unknown lines are left out: each kernel adds some.
func Status(data []byte) (ProcStatus, error) {
	s := ProcStatus{Umask: -1, Lines: map[string]int{}}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		if !ok {
			return ProcStatus{}, fmt.Errorf("status line %d: %q has no colon", n, line)
		}
		if _, seen := s.Lines[key]; seen {
			continue
		}
		s.Lines[key] = n
		if err := s.set(key, strings.TrimSpace(value)); err != nil {
			return ProcStatus{}, fmt.Errorf("status line %d: %s: %w", n, key, err)
		}
	}
	if s.Lines["Uid"] == 0 || s.Lines["Gid"] == 0 {
		return ProcStatus{}, fmt.Errorf("status has no lines Uid and Gid")
	}
	return s, nil
}

func (s *ProcStatus) set(key, value string) (err error) {
	var n numbers
	switch key {
	case "Name":
		s.Name = value
	case "Umask":
		var v uint64
		v, err = strconv.ParseUint(value, 8, 12)
		s.Umask = int(v)
	case "PPid":
		s.PPID = n.int(value)
	case "Uid":
		s.UID, err = fourIDs(value)
	case "Gid":
		s.GID, err = fourIDs(value)
	case "Groups":
		s.Groups, err = ints(value)
	case "NSpid":
		s.NSPID, err = ints(value)
	case "Threads":
		s.Threads = n.int(value)
	case "NoNewPrivs":
		s.NoNewPrivs = value == "1"
	case "Seccomp":
		s.Seccomp = n.int(value)
	default:
		if to := s.memory(key); to != nil {
			*to, err = kilobytes(value)
		} else if to := s.capability(key); to != nil {
			*to = n.hex(value)
		}
	}
	return firstError(err, n.err)
}

func (s *ProcStatus) memory(key string) *int64 {
	switch key {
	case "VmHWM":
		return &s.VMHWM
	case "VmRSS":
		return &s.VMRSS
	case "RssAnon":
		return &s.RSSAnon
	case "RssFile":
		return &s.RSSFile
	case "RssShmem":
		return &s.RSSShmem
	case "VmSwap":
		return &s.VMSwap
	case "VmSize":
		return &s.VMSize
	case "VmLck":
		return &s.VMLock
	case "HugetlbPages":
		return &s.HugetlbPages
	}
	return nil
}

func (s *ProcStatus) capability(key string) *uint64 {
	switch key {
	case "CapInh":
		return &s.CapInh
	case "CapPrm":
		return &s.CapPrm
	case "CapEff":
		return &s.CapEff
	case "CapBnd":
		return &s.CapBnd
	case "CapAmb":
		return &s.CapAmb
	}
	return nil
}

func fourIDs(value string) (ids [4]int, err error) {
	list, err := ints(value)
	if err == nil && len(list) != len(ids) {
		err = fmt.Errorf("%q is not four numbers", value)
	}
	copy(ids[:], list)
	return ids, err
}

func ints(value string) ([]int, error) {
	var n numbers
	var list []int
	for f := range strings.FieldsSeq(value) {
		list = append(list, n.int(f))
	}
	return list, n.err
}

func kilobytes(value string) (int64, error) {
	v, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 53)
	return v << 10, err
}
