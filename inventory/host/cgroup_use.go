package host

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/parse"
)

// Cgroup is a control group of a process in the hierarchy that counts memory or CPU time.
type Cgroup struct {
	Dir string // of its files
	V2  bool
}

// OwnGroup is the group of the process in the hierarchy of a controller, if it holds none but the processes that own accepts; false: it is the
// root group, holds others too, or cannot be seen.
func (p *Process) OwnGroup(controller string, own func(pid int) bool) (Cgroup, bool) {
	list, err := p.Cgroups()
	if err != nil {
		return Cgroup{}, false
	}
	mounts, err := p.host.cgroupMounts()
	if err != nil {
		return Cgroup{}, false
	}
	for _, c := range list {
		dir, point := place(mounts, c, controller)
		if dir == "" || dir == point || !holdsOnly(p.host.Tree, dir, own) {
			continue
		}
		return Cgroup{Dir: dir, V2: c.Hierarchy == 0}, true
	}
	return Cgroup{}, false
}

// holdsOnly looks at a group and those below it, as far as they are few.
func holdsOnly(t Tree, dir string, own func(pid int) bool) bool {
	const most = 64
	folders := []string{dir}
	for n := 0; n < len(folders); n++ {
		data, err := ReadFile(t, path.Join(folders[n], "cgroup.procs"), largeFile)
		if err != nil || n >= most {
			return false
		}
		if slices.ContainsFunc(strings.Fields(string(data)), func(f string) bool {
			pid, err := strconv.Atoi(f)
			return err != nil || !own(pid)
		}) {
			return false
		}
		entries, err := t.ReadDir(folders[n])
		if err != nil {
			return false
		}
		for _, e := range entries {
			if e.Type == Dir {
				folders = append(folders, path.Join(folders[n], e.Name))
			}
		}
	}
	return true
}

// Peak is the high-water mark of the group's memory in bytes, page cache included, and the file that says so; false where the kernel keeps none
// (version 2 before Linux 5.19). systemd shows the same number as MemoryPeak.
func (g Cgroup) Peak(t Tree) (bytes int64, file string, ok bool) {
	file = path.Join(g.Dir, pick(g.V2, "memory.peak", "memory.max_usage_in_bytes"))
	data, err := ReadFile(t, file, smallFile)
	if err != nil {
		return 0, "", false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n, file, err == nil && n > 0
}

// Rollup is the proportional set size of the process in bytes (/proc/PID/smaps_rollup, Linux 4.14). The kernel walks all of its pages under a
// lock that the process itself needs to map memory: not for every second.
func (p *Process) Rollup() (int64, error) {
	data, err := p.read("smaps_rollup", smallFile)
	if err != nil {
		return 0, err
	}
	n, err := parse.PSS(data)
	return n, wrap("read", p.path("smaps_rollup"), err)
}

// OpenFiles is how many descriptors are open: the size of /proc/PID/fd, or, before Linux 6.2 where that is 0, its entries.
func (p *Process) OpenFiles() (int, error) {
	info, err := p.tree.Lstat(p.path("fd"))
	if err == nil && info.Size > 0 {
		return int(info.Size), nil
	}
	entries, err := p.tree.ReadDir(p.path("fd"))
	return len(entries), err
}
