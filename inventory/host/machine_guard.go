package host

import (
	"strings"
	"time"

	"a2c/parse"
)

// patience is how long a remote mount may take for one name. A dead NFS server would otherwise hold a2c for ever, unkillable.
const patience = 3 * time.Second

// guard runs calls that could hang in a goroutine of their own, if this machine has mounts that can hang. A call that does not come
// back keeps its thread until the mount answers or a2c ends.
type guard struct{ risky bool }

// newGuard looks for remote and FUSE mounts in a2c's own mount table; where that cannot be read, every call is guarded.
func newGuard() *guard {
	data, err := readAllFD("/proc/self/mountinfo")
	if err != nil {
		return &guard{risky: true}
	}
	mounts, _ := parse.Mountinfo(data)
	for _, m := range mounts {
		if remote(m.FSType) {
			return &guard{risky: true}
		}
	}
	return &guard{}
}

func remote(fstype string) bool {
	switch fstype {
	case "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "gpfs", "glusterfs", "ocfs2", "gfs2", "9p", "virtiofs", "autofs", "fuseblk":
		return true
	}
	return fstype == "fuse" || strings.HasPrefix(fstype, "fuse.")
}

func (g *guard) fd(call func() (int, error)) (int, error) {
	if !g.risky {
		return call()
	}
	return timed(patience, call, func(fd int) { closeFD(fd) })
}

func (g *guard) info(call func() (Info, error)) (Info, error) {
	if !g.risky {
		return call()
	}
	return timed(patience, call, func(Info) {})
}

// timed waits for call, or gives up; late receives a result that comes after that.
func timed[T any](limit time.Duration, call func() (T, error), late func(T)) (T, error) {
	type answer struct {
		v   T
		err error
	}
	done := make(chan answer)
	gone := make(chan struct{})
	go func() {
		v, err := call()
		select {
		case done <- answer{v, err}:
		case <-gone:
			if err == nil {
				late(v)
			}
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.v, a.err
	case <-timer.C:
		close(gone)
		var none T
		return none, ErrTimeout
	}
}
