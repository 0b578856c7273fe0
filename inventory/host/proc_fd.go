package host

import (
	"slices"
	"strconv"
	"strings"

	"a2c/parse"
)

// FD is an open descriptor of a process.
type FD struct {
	Num int
	// Target is the text of the link: a path, "socket:[777]", "pipe:[9]", "anon_inode:[eventpoll]", "/memfd:x".
	Target  string
	Deleted bool // the file has no name any more; the mark is cut off Target
	proc    *Process
}

// Socket returns the inode when the descriptor is a socket.
func (f FD) Socket() (inode uint64, ok bool) { return bracketed(f.Target, "socket:[") }

// Path returns the file's path in the process's own root; "" for what is no file.
func (f FD) Path() string {
	if !strings.HasPrefix(f.Target, "/") || strings.HasPrefix(f.Target, "/memfd:") {
		return ""
	}
	return f.Target
}

// Info reads /proc/PID/fdinfo/N: flags and position.
func (f FD) Info() (parse.FDInfo, error) {
	name := "fdinfo/" + strconv.Itoa(f.Num)
	data, err := f.proc.read(name, largeFile)
	if err != nil {
		return parse.FDInfo{}, err
	}
	info, err := parse.ReadFDInfo(data)
	return info, wrap("read", f.proc.path(name), err)
}

// Stat looks at the open file itself, whatever its name leads to by now: its type and device number.
func (f FD) Stat() (Info, error) {
	return f.proc.statMagic("fd/" + strconv.Itoa(f.Num))
}

// FDs reads the links in /proc/PID/fd (proc_pid_fd(5)), ascending. A descriptor that is closed meanwhile is left out.
func (p *Process) FDs() ([]FD, error) {
	entries, err := p.tree.ReadDir(p.path("fd"))
	if err != nil {
		return nil, err
	}
	fds := make([]FD, 0, len(entries))
	for _, e := range entries {
		num, err := strconv.Atoi(e.Name)
		if err != nil {
			continue
		}
		target, err := p.readlink("fd/" + e.Name)
		if Vanished(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f := FD{Num: num, proc: p}
		f.Target, f.Deleted = p.unmark("fd/"+e.Name, target)
		fds = append(fds, f)
	}
	slices.SortFunc(fds, func(a, b FD) int { return a.Num - b.Num })
	return fds, nil
}

// bracketed returns the number in "socket:[777]" or "net:[4026531840]".
func bracketed(s, prefix string) (uint64, bool) {
	text, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64)
	return n, err == nil
}

// magicStater is what a tree that has real magic links can do: look at what they lead to without opening it.
type magicStater interface {
	statMagic(name string) (Info, error)
}

func (p *Process) statMagic(name string) (Info, error) {
	stat := func(name string) (Info, error) { return Stat(p.tree, name) }
	if m, ok := p.tree.(magicStater); ok {
		stat = m.statMagic
	}
	info, err := stat(p.path(name))
	if err != nil && Vanished(err) { // "socket:[777]" of a captured machine leads nowhere
		if link, err := p.tree.Lstat(p.path(name)); err == nil {
			return link, nil
		}
	}
	return info, err
}
