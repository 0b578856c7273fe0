package proof

import (
	"debug/elf"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
)

// looking are the calls that read, execute or look for a file, beside those that begin with "open".
func looking() []string {
	return []string{
		"execve", "execveat", "stat", "lstat", "newfstatat", "statx", "stat64", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "chdir", "statfs",
		"getxattr", "lgetxattr", "uselib",
	}
}

// making are the calls that make a file or folder of the name that stands last.
func making() []string {
	return []string{"creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"}
}

// openingCalls is the list for strace -e trace=: what looks for files, what changes them, and what is needed to know who looks from where.
func openingCalls() string {
	all := slices.Concat(looking(), making(), []string{"open", "openat", "openat2", "chroot", "fchdir", "clone", "clone3", "fork", "vfork"})
	for i, name := range all {
		all[i] = "?" + name
	}
	return strings.Join(all, ",")
}

// footprint is what a program did with files in a root.
type footprint struct {
	root   string
	tree   host.Tree          // the root after the run
	opened map[string]bool    // regular files that were opened or executed, by their real paths in the root
	made   map[string]bool    // by the program itself
	failed map[string]failure // by path
	calls  int
}

// failure is a call that found no file, or may not use it.
type failure struct {
	text   string
	follow bool // links at the end of the path are followed
}

// where is the state of one thread: outside of the root its calls are the tools' own.
type where struct {
	inside bool
	cwd    string
}

// readFootprint reads what strace -ff wrote.
func readFootprint(t *testing.T, root, prefix string) *footprint {
	t.Helper()
	byTask, first := readTrace(t, prefix)
	f := &footprint{root: root, opened: map[string]bool{}, made: map[string]bool{}, failed: map[string]failure{}}
	if len(first) != 1 {
		t.Errorf("%d tasks of the trace at %s were started by none of the others, not 1", len(first), prefix)
	}
	for _, id := range first {
		f.follow(byTask, id, where{})
	}
	var err error
	if f.tree, err = host.Machine(root); err != nil {
		t.Fatal(err)
	}
	for _, p := range slices.Sorted(maps.Keys(f.made)) {
		f.made[f.real(p)] = true
	}
	for _, p := range slices.Sorted(maps.Keys(f.opened)) {
		real, _, err := host.Resolve(f.tree, p)
		if err != nil || real == p {
			continue // removed since
		}
		delete(f.opened, p)
		f.opened[real] = true
	}
	f.interpreters()
	return f
}

// real is a path without the links that lie in the root on the way to it; what lay on file systems in memory is gone.
func (f *footprint) real(p string) string {
	for dir, rest := p, ""; len(dir) > 1; dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest) {
		if real, _, err := host.Resolve(f.tree, dir); err == nil {
			return filepath.Join(real, rest)
		}
	}
	return p
}

// interpreters adds what the kernel itself opens to execute a program (elf(5), PT_INTERP).
func (f *footprint) interpreters() {
	for p := range f.opened {
		file, err := elf.Open(filepath.Join(f.root, p))
		if err != nil {
			continue // no program, or no longer there
		}
		for _, segment := range file.Progs {
			if segment.Type != elf.PT_INTERP || segment.Filesz > unix.PathMax {
				continue
			}
			name := make([]byte, segment.Filesz)
			if _, err := segment.ReadAt(name, 0); err != nil {
				continue
			}
			if real, _, err := host.Resolve(f.tree, strings.TrimRight(string(name), "\x00")); err == nil {
				f.opened[real] = true
			}
		}
		file.Close() //nolint:errcheck // was only read
	}
}

func (f *footprint) follow(byTask map[int][]call, id int, at where) {
	for _, c := range byTask[id] {
		if child, is := c.child(); is {
			f.follow(byTask, child, at)
			continue
		}
		if !at.inside {
			at.inside = c.name == "chroot" && !c.failed()
			at.cwd = "/"
			continue
		}
		f.see(c, &at)
	}
}

// see takes one call inside the root.
func (f *footprint) see(c call, at *where) {
	open := strings.HasPrefix(c.name, "open")
	if !c.failed() && (slices.Contains(making(), c.name) || open && strings.Contains(c.all(), "O_CREAT")) {
		if all := c.paths(); len(all) > 0 {
			f.made[f.strip(absolute(at.cwd, all[len(all)-1]))] = true
		}
	}
	if !open && !slices.Contains(looking(), c.name) && c.name != "fchdir" {
		return
	}
	f.calls++
	p, found := f.path(c, at.cwd)
	switch {
	case !found:
	case c.failed():
		if lacks(c) {
			_, before := f.failed[p]
			follow := !strings.HasPrefix(c.name, "l") && !strings.HasPrefix(c.name, "readlink") && !strings.Contains(c.all(), "NOFOLLOW")
			if !before || follow {
				f.failed[p] = failure{fmt.Sprintf("%s(%s) = %s", c.name, c.all(), c.result), follow}
			}
		}
	case c.name == "chdir" || c.name == "fchdir":
		at.cwd = p
	case open:
		if real, is := fdPath(c.result); is {
			f.opened[f.strip(real)] = true
		}
	case strings.HasPrefix(c.name, "exec"):
		f.opened[p] = true
	}
}

// lacks reports whether a call failed because of what lies there, and not because of how it asked.
func lacks(c call) bool {
	if strings.Contains(c.name, "access") && strings.HasPrefix(c.result, "-1 EROFS") {
		return false // it only asked whether it might write
	}
	for _, name := range []string{"ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENOEXEC", "EROFS", "EISDIR"} {
		if strings.HasPrefix(c.result, "-1 "+name) {
			return true
		}
	}
	return false
}

// path is the file of a call as the program sees it: absolute and clean.
func (f *footprint) path(c call, cwd string) (string, bool) {
	dir, name, named := cwd, "", false
	for _, arg := range c.args {
		if s, is := unquote(arg); is {
			name, named = s, true
			break // of an execve the next ones are its arguments
		}
		if p, is := fdPath(arg); is {
			dir = f.strip(p)
		}
	}
	if c.name != "fchdir" && (!named || name == "" && c.failed()) { // without AT_EMPTY_PATH an empty name is never found
		return "", false
	}
	return absolute(dir, name), true
}

func absolute(dir, name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(dir, name)
}

// strip makes a path below the root one inside it.
func (f *footprint) strip(p string) string {
	if rest, below := strings.CutPrefix(p, f.root); below && (rest == "" || rest[0] == '/') {
		return "/" + strings.TrimPrefix(rest, "/")
	}
	return p
}

// onHost returns those failures that the user with these numbers would not have on this machine: path to call. What the program makes itself after it
// looked for it is none. The numbers are taken on by one thread alone, which ends with it.
func (f *footprint) onHost(uid, gid int, groups []int) (map[string]string, error) {
	found := map[string]string{}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		err := takeOn(uid, gid, groups)
		for p, why := range f.failed {
			if err == nil && !f.makes(p) && canReach(p, why) {
				found[p] = why.text
			}
		}
		done <- err
	}()
	return found, <-done
}

// makes reports whether the program made a path or a folder above it, by this name or without the links on the way.
func (f *footprint) makes(p string) bool { return f.madeAt(p) || f.madeAt(f.real(p)) }

func (f *footprint) madeAt(p string) bool {
	for ; len(p) > 1; p = filepath.Dir(p) {
		if f.made[p] {
			return true
		}
	}
	return false
}

// takeOn makes this thread's access to files that of another user (setfsuid(2)): groups first, root's capabilities over files go with the user.
func takeOn(uid, gid int, groups []int) error {
	list := []uint32{uint32(gid)}
	for _, g := range groups {
		list = append(list, uint32(g))
	}
	// Not syscall.Setgroups, which changes every thread.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(list)), uintptr(unsafe.Pointer(&list[0])), 0); errno != 0 {
		return fmt.Errorf("setgroups: %w", errno)
	}
	return errors.Join(unix.Setfsgid(gid), unix.Setfsuid(uid))
}

// canReach does on this machine what failed in the root: what was opened must be readable, what was asked about allowed, everything else is looked at.
func canReach(p string, why failure) bool {
	flags := unix.O_PATH | unix.O_CLOEXEC
	if !why.follow {
		flags |= unix.O_NOFOLLOW
	}
	if strings.Contains(why.text, "O_DIRECTORY") { // a file is none here either
		flags |= unix.O_DIRECTORY
	}
	fd, err := unix.Open(p, flags, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Faccessat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), why.wants(), unix.AT_EACCESS) == nil
}

// wants is what the call wanted to do with the file (access(2)); 0: only that it is there.
func (f failure) wants() (mode uint32) {
	switch {
	case strings.HasPrefix(f.text, "open") && !strings.Contains(f.text, "O_PATH"):
		return unix.R_OK
	case !strings.HasPrefix(f.text, "access(") && !strings.HasPrefix(f.text, "faccessat"):
		return 0
	}
	for name, bit := range map[string]uint32{"R_OK": unix.R_OK, "W_OK": unix.W_OK, "X_OK": unix.X_OK} {
		if strings.Contains(f.text, name) {
			mode |= bit
		}
	}
	return mode
}
