package host

import (
	"errors"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"a2c/parse"
)

// patience is how long a remote mount may take for one call. A dead NFS server would otherwise hold a2c for ever, unkillable.
const patience = 3 * time.Second

// guard runs calls that could hang in a goroutine of their own, if the mounts of a tree are such that can hang. A call that does not come
// back keeps its thread until the mount answers or a2c ends; what lies on its mount is not asked again.
type guard struct {
	risky  bool
	limit  time.Duration
	remote map[string]device        // of mount points that can hang, as names in the tree
	dead   *deadMounts              // of all trees of the machine
	behind func(name string) string // where a name's links lead; nil: unknown
}

// device is the file system of a mount: the same one in every mount namespace.
type device struct{ major, minor int }

// deadMounts are the file systems that did not answer.
type deadMounts struct {
	mu   sync.Mutex
	list map[device]bool
}

func (d *deadMounts) add(of device) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.list == nil {
		d.list = map[device]bool{}
	}
	d.list[of] = true
}

// has reports whether a file system is dead, and whether any is.
func (d *deadMounts) has(of device) (it, anyone bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.list[of], len(d.list) > 0
}

// newGuard looks for remote and FUSE mounts in a mount table (proc_pid_mountinfo(5)); where that could not be read, every call is guarded.
func newGuard(mountinfo []byte, err error, dead *deadMounts) *guard {
	g := &guard{limit: patience, dead: dead, risky: err != nil, remote: map[string]device{}}
	mounts, _ := parse.Mountinfo(mountinfo)
	for _, m := range mounts {
		if MayHang(m.FSType) {
			g.risky = true
			g.remote[m.Point] = device{m.Major, m.Minor}
		}
	}
	return g
}

// MayHang reports a type of file system whose files another machine or a program answers for, if it does.
func MayHang(fstype string) bool {
	switch fstype {
	case "nfs", "nfs4", "efs", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "lustre", "beegfs", "gpfs", "glusterfs", "ocfs2", "gfs2", "9p", "virtiofs", "autofs", "fuseblk", "fuse":
		return true
	}
	return strings.HasPrefix(fstype, "fuse.")
}

// anywhere guards what may lie on any mount, also of another namespace.
func anywhere() *guard { return &guard{risky: true, limit: patience} }

// release closes a descriptor after a call, unless that hangs and still uses it.
func release(fd int, err error) {
	if !errors.Is(err, ErrTimeout) {
		closeFD(fd)
	}
}

// mount is the remote file system that a name lies on by its text; ok is false for none.
func (g *guard) mount(name string) (of device, ok bool) {
	name = path.Clean(name)
	longest := ""
	for p, d := range g.remote {
		if len(p) > len(longest) && (name == p || strings.HasPrefix(name, strings.TrimSuffix(p, "/")+"/")) {
			longest, of, ok = p, d, true
		}
	}
	return of, ok
}

// linked is mount for a name whose links lead to another place.
func (g *guard) linked(name string) (of device, ok bool) {
	if g.behind == nil || len(g.remote) == 0 {
		return device{}, false
	}
	return g.mount(g.behind(name))
}

// guarded makes a call about a name, in time where its mount could hang. late receives a result that comes after that; it may be nil.
func guarded[T any](g *guard, name string, call func() (T, error), late func(T)) (T, error) {
	var none T
	if !g.risky {
		return call()
	}
	of, ok := g.mount(name)
	if g.dead != nil {
		dead, any := g.dead.has(of)
		if any && !ok { // links are only followed where something is known to hang
			if of, ok = g.linked(name); ok {
				dead, _ = g.dead.has(of)
			}
		}
		if ok && dead {
			return none, ErrTimeout
		}
	}
	v, err := timed(g.limit, call, late)
	if err != ErrTimeout || g.dead == nil { //nolint:errorlint // timed's own, not one that call returned
		return v, err
	}
	if !ok {
		of, ok = g.linked(name)
	}
	if ok {
		g.dead.add(of)
	}
	return v, err
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
			if err == nil && late != nil {
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

// behind follows the links of a name as far as no mount can hang, and returns where they lead.
func (m *machine) behind(name string) string {
	defer runtime.KeepAlive(m)
	at, rest, links := "/", split(name), 0
	for len(rest) > 0 {
		next := path.Join(at, rest[0])
		rest = rest[1:]
		if _, hangs := m.guard.mount(next); hangs {
			return path.Join(append([]string{next}, rest...)...)
		}
		fd, err := m.look(int(m.root.Fd()), next, unix.O_PATH|unix.O_NOFOLLOW)
		if err != nil {
			return name
		}
		target := ""
		if isLink(fd) {
			target, err = readlinkAt(fd, "")
		}
		closeFD(fd)
		if links++; err != nil || target != "" && links > maxLinks {
			return name
		}
		switch {
		case target == "":
			links--
			at = next
		case target[0] == '/':
			at, rest = "/", append(split(target), rest...)
		default:
			rest = append(split(target), rest...)
		}
	}
	return at
}
