package parse

import (
	"strconv"
	"strings"
)

// FileLock is one line of /proc/locks (proc_locks(5)) that is held, not waited for:
//
//	2: POSIX  ADVISORY  WRITE 708 08:01:16652 1073741826 1073742335
type FileLock struct {
	Kind         string // "POSIX" (fcntl), "FLOCK", "OFDLCK", "LEASE"
	Write        bool
	PID          int // -1 for locks of an open file description
	Major, Minor uint32
	Inode        uint64
	Line         int
}

// maxLocks bounds the list: a busy database has some thousands.
const maxLocks = 100_000

// FileLocks reads the whole file. Lines that do not fit are left out.
func FileLocks(data []byte) []FileLock {
	var list []FileLock
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Fields(line)
		if len(f) < 8 || f[1] == "->" || len(list) >= maxLocks {
			continue
		}
		pid, err := strconv.Atoi(f[4])
		at := strings.Split(f[5], ":")
		if err != nil || len(at) != 3 {
			continue
		}
		major, err1 := strconv.ParseUint(at[0], 16, 32)
		minor, err2 := strconv.ParseUint(at[1], 16, 32)
		inode, err3 := strconv.ParseUint(at[2], 10, 64)
		if err1 == nil && err2 == nil && err3 == nil {
			list = append(list, FileLock{f[1], f[3] == "WRITE", pid, uint32(major), uint32(minor), inode, n})
		}
	}
	return list
}
