package parse

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Mount is one line of /proc/PID/mountinfo (proc_pid_mountinfo(5)):
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
type Mount struct {
	ID, Parent   int
	Major, Minor int
	Root         string // the folder of the file system that is mounted here: "/" unless a bind mount or subvolume
	Point        string // raw bytes, the kernel's \040 undone
	Options      []string
	Tags         []string // "shared:1", "master:2"
	FSType       string
	Source       string
	SuperOptions []string
	Line         int // 1-based
}

// Mountinfo reads the whole file. Lines that do not fit are left out; the error names the first of them.
func Mountinfo(data []byte) ([]Mount, error) {
	var mounts []Mount
	var bad error
	n := 0
	for line := range bytes.Lines(data) {
		n++
		m, err := mountLine(strings.TrimSuffix(string(line), "\n"))
		if err != nil {
			bad = firstError(bad, fmt.Errorf("mountinfo line %d: %w", n, err))
			continue
		}
		m.Line = n
		mounts = append(mounts, m)
	}
	return mounts, bad
}

func mountLine(line string) (Mount, error) {
	front, back, ok := strings.Cut(line, " - ")
	f, b := strings.Split(front, " "), strings.Split(back, " ")
	if !ok || len(f) < 6 || len(b) < 3 {
		return Mount{}, fmt.Errorf("%q has not the fields of mountinfo", line)
	}
	id, err1 := strconv.Atoi(f[0])
	parent, err2 := strconv.Atoi(f[1])
	majorText, minorText, _ := strings.Cut(f[2], ":")
	major, err3 := strconv.Atoi(majorText)
	minor, err4 := strconv.Atoi(minorText)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return Mount{}, err
		}
	}
	m := Mount{
		ID: id, Parent: parent, Major: major, Minor: minor, Root: unoctal(f[3]), Point: unoctal(f[4]),
		Options: strings.Split(f[5], ","), FSType: unoctal(b[0]), Source: unoctal(b[1]),
		SuperOptions: strings.Split(b[len(b)-1], ","),
	}
	if len(f) > 6 {
		m.Tags = f[6:]
	}
	return m, nil
}

// unoctal undoes the kernel's escapes \040 (space), \011, \012, \134; also used by maps and swaps.
func unoctal(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func firstError(first, next error) error {
	if first != nil {
		return first
	}
	return next
}
