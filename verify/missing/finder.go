// Package missing finds the files that an image looks for, that the machine has, and that are not in the image. Nothing of the machine is opened: files are
// looked up as paths alone (O_PATH of open(2)).
package missing

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"a2c/internal/jail"
	"a2c/model"
)

// Found is a path that the image looked for in vain, and what the machine has there.
type Found struct {
	Path    string // as the application sees it
	Real    string // the same without links
	Dir     bool   // a folder; else a regular file
	Mode    uint32 // permission bits
	UID     int
	GID     int
	Size    int64
	Changed time.Time // of its content
	Call    string    // the first system call that looked for it
	Count   int
	Program string // that made the call; "": the start itself, or it had ended
	Opened  bool   // it was to be opened or executed, not only looked at
	Made    bool   // of a folder: a file was to be made in it
}

const (
	waiting = 8192    // look-ups that wait for the finder: more are counted, and hold nobody up
	known   = 200_000 // look-ups that are remembered, and
	most    = 5_000   // paths that are listed: a program may look for what it likes
)

// Finder is told of look-ups.
type Finder struct {
	queue chan request
	done  chan struct{}
	aside []string
	twin  string
	roots struct{ twin, live int }

	mu     sync.Mutex
	lost   int // look-ups that nobody had time for
	failed error
	closed bool

	settled map[string]bool // look-ups that need no further one
	found   map[string]*Found
}

// request is a look-up, or the wish to know when all before it are done.
type request struct {
	jail.Lookup
	reached chan struct{}
}

// New makes a finder. twin is the root of the image, which is opened at the first look-up, live that of the live application: "/proc/412/root". aside are folders and
// files that are no part of the image, such as what is mounted in it. What is lost with each start and what the kernel makes is aside anyway.
func New(twin, live string, aside []string) (*Finder, error) {
	f := &Finder{
		queue: make(chan request, waiting), done: make(chan struct{}), twin: twin, settled: map[string]bool{}, found: map[string]*Found{},
		aside: append([]string{"/proc", "/sys", "/dev", "/run", "/var/run", "/tmp", "/var/tmp"}, aside...),
	}
	var err error
	if f.roots.live, err = unix.Open(live, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("root of the live application: %w", err)
	}
	f.roots.twin = -1
	go f.work()
	return f, nil
}

// Look takes one look-up, and returns at once.
func (f *Finder) Look(l jail.Lookup) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	select {
	case f.queue <- request{Lookup: l}:
	default:
		f.lost++
	}
}

// Found lists what was missing up to now, by path, and what of that could not be seen.
func (f *Finder) Found() ([]Found, []model.Skip) {
	reached := make(chan struct{})
	f.queue <- request{reached: reached}
	<-reached
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []Found
	for _, one := range f.found {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b Found) int { return cmp.Compare(a.Path, b.Path) })
	var skips []model.Skip
	skip := func(reason string) {
		skips = append(skips, model.Skip{What: "files that the image misses", Reason: reason})
	}
	if f.failed != nil {
		skip(f.failed.Error())
	}
	if f.lost > 0 {
		skip(fmt.Sprintf("%d look-ups came faster than they could be looked at", f.lost))
	}
	return list, skips
}

// Close ends it. Nothing may be looked up, or asked for, afterwards.
func (f *Finder) Close() {
	f.mu.Lock()
	f.closed = true
	close(f.queue)
	f.mu.Unlock()
	<-f.done
	unix.Close(f.roots.live)
	if f.roots.twin >= 0 {
		unix.Close(f.roots.twin)
	}
}

func (f *Finder) work() {
	defer close(f.done)
	for r := range f.queue {
		if r.reached != nil {
			close(r.reached)
			continue
		}
		f.one(r.Lookup)
	}
}

// one looks at one look-up, once its caller goes on: what it made of the path in the meantime is there.
func (f *Finder) one(l jail.Lookup) {
	name, ok := whole(l)
	if !ok || f.isAside(path.Clean(name)) {
		return
	}
	if l.Create { // it is there afterwards, unless its folder is not
		name = path.Dir(path.Clean(name))
	}
	key := name
	if l.Link {
		key += "\x00"
	}
	if f.settled[key] || !f.open() {
		return
	}
	if l.Call == "execve" || l.Call == "execveat" {
		f.interpreter(l, name)
	}
	fd, err := below(f.roots.twin, name, l.Link)
	if err == nil {
		unix.Close(fd)
		f.settle(key)
		return
	}
	if err != unix.ENOENT && err != unix.ENOTDIR { //nolint:errorlint // of the system call itself
		f.settle(key)
		return
	}
	if !f.missing(l, name) {
		f.settle(key)
	}
}

func (f *Finder) settle(key string) {
	if len(f.settled) < known {
		f.settled[key] = true
	}
}

// whole is the absolute path of a look-up. What begins in something that is no folder with a name is none.
func whole(l jail.Lookup) (string, bool) {
	if path.IsAbs(l.Path) {
		return l.Path, true
	}
	return l.Dir + "/" + l.Path, path.IsAbs(l.Dir) && !strings.HasSuffix(l.Dir, " (deleted)")
}

func (f *Finder) isAside(name string) bool {
	return slices.ContainsFunc(f.aside, func(a string) bool { return name == a || strings.HasPrefix(name, a+"/") })
}

// open opens the box's root, which is the image by the time of its first look-up.
func (f *Finder) open() bool {
	if f.roots.twin < 0 && f.failed == nil {
		fd, err := unix.Open(f.twin, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			f.mu.Lock()
			f.failed = fmt.Errorf("root of the image: %w", err)
			f.mu.Unlock()
			return false
		}
		f.roots.twin = fd
	}
	return f.roots.twin >= 0
}

// below looks a path up in a root as a process would whose root that is, without opening what it finds.
func below(root int, name string, link bool) (int, error) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	if link {
		how.Flags |= unix.O_NOFOLLOW
	}
	return unix.Openat2(root, name, &how)
}

// missing notes what the machine has at a path, and reports whether it has anything that an image can have.
func (f *Finder) missing(l jail.Lookup, name string) bool {
	fd, err := below(f.roots.live, name, false)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return false
	}
	kind := st.Mode & unix.S_IFMT
	if kind != unix.S_IFREG && kind != unix.S_IFDIR {
		return false
	}
	clean, real := path.Clean(name), f.real(fd)
	if strings.Contains(name, "..") { // behind a link it leads elsewhere than the words say
		clean = real
	}
	if real == "" || f.isAside(real) || f.isAside(clean) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.found[clean]
	if one == nil {
		if len(f.found) >= most {
			f.lost++
			return true
		}
		one = &Found{
			Path: clean, Real: real, Dir: kind == unix.S_IFDIR, Mode: st.Mode & 0o7777, UID: int(st.Uid), GID: int(st.Gid), Size: st.Size,
			Changed: time.Unix(st.Mtim.Unix()), Call: l.Call, Program: program(l.PID),
		}
		f.found[clean] = one
	}
	one.Count++
	one.Made = one.Made || l.Create
	one.Opened = one.Opened || !l.Create && (l.Open || strings.HasPrefix(l.Call, "exec"))
	return true
}

// real is the path without links of what was found below the live root; "" when it has none.
func (f *Finder) real(fd int) string {
	name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	root, errRoot := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.roots.live))
	if err != nil || errRoot != nil || !path.IsAbs(name) {
		return ""
	}
	if root == "/" {
		return name
	}
	return strings.TrimPrefix(name, root)
}

// program is the path of the program that a thread runs, as the image has it.
func program(pid int) string {
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil || strings.HasPrefix(name, "/memfd:") {
		return ""
	}
	return strings.TrimSuffix(name, " (deleted)")
}
