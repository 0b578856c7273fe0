package disk

import (
	"io/fs"
	"syscall"
	"time"
)

// Stamp is how a file of the workspace stood when its content was known. Whoever writes to a file, or changes its inode in any other way, sets its ctime
// (inode(7)), and no program can choose that one.
type Stamp struct {
	Inode, Device uint64
	Size          int64
	MTime, CTime  int64 // nanoseconds since 1970
}

// StampOf is the zero Stamp where the system tells no inode.
func StampOf(info fs.FileInfo) Stamp {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Stamp{}
	}
	return Stamp{Inode: st.Ino, Device: st.Dev, Size: st.Size, MTime: st.Mtim.Nano(), CTime: st.Ctim.Nano()}
}

// Settled reports whether a write from now on would give another Stamp: the kernel's clock for files goes in ticks of up to 10 ms (CONFIG_HZ).
func (s Stamp) Settled(now time.Time) bool {
	const tick = 20 * time.Millisecond
	return s.CTime != 0 && now.UnixNano()-s.CTime > int64(tick)
}
