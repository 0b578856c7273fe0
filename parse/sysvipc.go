package parse

import (
	"strconv"
	"strings"
)

// SysVSegment is one line of /proc/sysvipc/shm (proc_sysvipc(5)):
//
//	key      shmid perms                  size  cpid  lpid nattch   uid …
//	  0      32768  1600                524288   412   812      2   995
type SysVSegment struct {
	ID      int
	Bytes   int64
	Creator int // PID
	Last    int // PID of the last attach or detach
	Attach  int
	Line    int
}

// SysVSegments reads the table; lines that do not fit are left out.
func SysVSegments(data []byte) []SysVSegment {
	var out []SysVSegment
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Fields(line)
		if n == 1 || len(f) < 7 {
			continue
		}
		v := make([]int64, 6)
		bad := false
		for i := range v {
			x, err := strconv.ParseInt(f[i+1], 10, 64)
			bad = bad || err != nil
			v[i] = x
		}
		if !bad {
			out = append(out, SysVSegment{ID: int(v[0]), Bytes: v[2], Creator: int(v[3]), Last: int(v[4]), Attach: int(v[5]), Line: n})
		}
	}
	return out
}
