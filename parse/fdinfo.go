package parse

import (
	"fmt"
	"strconv"
	"strings"
)

// FDInfo is /proc/PID/fdinfo/N (proc_pid_fdinfo(5)):
//
//	pos:	0
//	flags:	0100002
//	mnt_id:	24
type FDInfo struct {
	Pos     int64
	Flags   uint64 // open(2) flags, octal in the file
	MountID int    // as in mountinfo; 0 before Linux 3.15
	Inode   uint64 // since Linux 5.14
	// Extra are the lines that kinds of descriptors add: "inotify wd:1 ino:3 …", "tfd: 5 events: 19 …", "Pid:	812".
	Extra []string
}

// The access modes and flags of open(2) that a2c asks for.
const (
	openAccess = 0o3
	openAppend = 0o2000
)

// Reads reports whether the descriptor can read.
func (i FDInfo) Reads() bool { return i.Flags&openAccess != 1 }

// Writes reports whether the descriptor can write.
func (i FDInfo) Writes() bool { a := i.Flags & openAccess; return a == 1 || a == 2 }

// Appends reports O_APPEND, the mark of a log.
func (i FDInfo) Appends() bool { return i.Flags&openAppend != 0 }

// ReadFDInfo reads the whole file.
func ReadFDInfo(data []byte) (FDInfo, error) {
	var i FDInfo
	flags := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		var err error
		switch key {
		case "pos":
			i.Pos, err = strconv.ParseInt(value, 10, 64)
		case "flags":
			i.Flags, err = strconv.ParseUint(value, 8, 64)
			flags = true
		case "mnt_id":
			i.MountID, err = strconv.Atoi(value)
		case "ino":
			i.Inode, err = strconv.ParseUint(value, 10, 64)
		default:
			if line != "" {
				i.Extra = append(i.Extra, line)
			}
		}
		if err != nil {
			return FDInfo{}, fmt.Errorf("fdinfo %s: %w", key, err)
		}
	}
	if !flags {
		return FDInfo{}, fmt.Errorf("fdinfo has no line flags")
	}
	return i, nil
}
