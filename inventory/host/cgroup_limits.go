package host

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"a2c/model"
	"a2c/parse"
)

// CgroupLimits reads what the control groups of the process allow, from its own up to the root of the hierarchy as a2c sees it: of each limit
// the tightest counts (cgroups(7); Documentation/admin-guide/cgroup-v1, cgroup-v2). nil: it is in the root group, and nothing is limited.
func (p *Process) CgroupLimits() (*model.CgroupLimits, error) {
	list, err := p.Cgroups()
	if err != nil {
		return nil, err
	}
	mounts, err := p.host.cgroupMounts()
	if err != nil {
		return nil, err
	}
	l := limiter{p: p, out: &model.CgroupLimits{}}
	for _, c := range list {
		l.named(c)
		for _, controller := range []string{"memory", "cpu", "pids"} {
			if dir, point := place(mounts, c, controller); dir != "" {
				l.climb(controller, dir, point, c.Hierarchy == 0)
			}
		}
	}
	if l.out.Path == "" && l.out.MemoryBytes == 0 && l.out.CPUs == 0 && l.out.PIDs == 0 {
		return nil, nil //nolint:nilnil // no limit is an answer
	}
	return l.out, nil
}

// cgroupCache keeps what the groups of one process say for the next: most stand in the same, or in one above.
type cgroupCache struct {
	once   sync.Once // for mounts
	mounts []parse.Mount
	err    error
	mu     sync.Mutex             // for values
	values map[string]cgroupValue // by the file's name
}

type cgroupValue struct {
	text string
	ok   bool
}

// cgroupMounts are the mounted hierarchies of a2c's own view.
func (h *Host) cgroupMounts() ([]parse.Mount, error) {
	h.groups.once.Do(func() { h.groups.mounts, h.groups.err = readCgroupMounts(h.Tree) })
	return h.groups.mounts, h.groups.err
}

func readCgroupMounts(t Tree) ([]parse.Mount, error) {
	data, err := ReadFile(t, "/proc/self/mountinfo", largeFile)
	if err != nil && !Vanished(err) { // it is missing in a captured machine
		return nil, err
	}
	mounts, _ := parse.Mountinfo(data)
	return slices.DeleteFunc(mounts, func(m parse.Mount) bool { return m.FSType != "cgroup" && m.FSType != "cgroup2" }), nil
}

// cgroupFile reads a small file of a group.
func (h *Host) cgroupFile(name string) (string, bool) {
	h.groups.mu.Lock()
	defer h.groups.mu.Unlock()
	if v, seen := h.groups.values[name]; seen {
		return v.text, v.ok
	}
	if h.groups.values == nil {
		h.groups.values = map[string]cgroupValue{}
	}
	data, err := ReadFile(h.Tree, name, smallFile)
	v := cgroupValue{strings.TrimSpace(string(data)), err == nil} // the root group has no such files
	h.groups.values[name] = v
	return v.text, v.ok
}

// place is the folder of the group in the hierarchy that holds the controller, and where that is mounted; "" when it is not.
func place(mounts []parse.Mount, c parse.Cgroup, controller string) (dir, point string) {
	for _, m := range mounts {
		v2 := c.Hierarchy == 0 && m.FSType == "cgroup2"
		v1 := c.Hierarchy != 0 && m.FSType == "cgroup" && slices.Contains(c.Controllers, controller) && slices.Contains(m.SuperOptions, controller)
		if !v1 && !v2 || strings.HasPrefix(c.Path, "/..") { // outside of a2c's own cgroup namespace
			continue
		}
		rest := c.Path
		if m.Root != "/" && !strings.HasPrefix(m.Root, "/..") {
			var ok bool
			if rest, ok = strings.CutPrefix(c.Path, m.Root); !ok {
				continue
			}
		}
		return path.Join(m.Point, rest), m.Point
	}
	return "", ""
}

type limiter struct {
	p   *Process
	out *model.CgroupLimits
}

// named takes the path of version 2, of systemd's hierarchy, or of any that is not the root.
func (l *limiter) named(c parse.Cgroup) {
	if c.Path == "/" || l.out.Path != "" && c.Hierarchy != 0 {
		return
	}
	version := 1
	if c.Hierarchy == 0 {
		version = 2
	}
	l.out.Path, l.out.Version = model.Path(c.Path).String(), version
	from := model.FromProc(l.p.PID, "cgroup:"+strconv.Itoa(c.Line))
	l.out.Evidence = nil
	l.out.Evidence.Add("path", from)
	l.out.Evidence.Add("version", from)
}

func (l *limiter) climb(controller, dir, point string, v2 bool) {
	for at := dir; ; at = path.Dir(at) {
		switch controller {
		case "memory":
			l.number("memoryBytes", &l.out.MemoryBytes, at, pick(v2, "memory.max", "memory.limit_in_bytes"))
		case "pids":
			l.number("pids", &l.out.PIDs, at, "pids.max")
		case "cpu":
			l.cpu(at, v2)
		}
		if at == point || len(at) <= len(point) {
			return
		}
	}
}

func pick(v2 bool, two, one string) string {
	if v2 {
		return two
	}
	return one
}

// unlimitedV1 is what version 1 says for no limit: the largest number of whole pages.
const unlimitedV1 = 1 << 62

func (l *limiter) number(field string, to *int64, dir, file string) {
	text, ok := l.p.host.cgroupFile(path.Join(dir, file))
	if !ok {
		return
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n >= unlimitedV1 || *to != 0 && n >= *to { // "max"
		return
	}
	*to = n
	l.set(field, path.Join(dir, file))
}

func (l *limiter) cpu(dir string, v2 bool) {
	quotaText, periodText, file := "", "", "cpu.max"
	if v2 {
		text, _ := l.p.host.cgroupFile(path.Join(dir, file)) // "max 100000", "150000 100000"
		quotaText, periodText, _ = strings.Cut(text, " ")
	} else {
		file = "cpu.cfs_quota_us" // -1: none
		quotaText, _ = l.p.host.cgroupFile(path.Join(dir, file))
		periodText, _ = l.p.host.cgroupFile(path.Join(dir, "cpu.cfs_period_us"))
	}
	quota, err1 := strconv.ParseInt(quotaText, 10, 64)
	period, err2 := strconv.ParseInt(periodText, 10, 64)
	if err1 != nil || err2 != nil || quota <= 0 || period <= 0 {
		return
	}
	if cpus := float64(quota) / float64(period); l.out.CPUs == 0 || cpus < l.out.CPUs {
		l.out.CPUs = cpus
		l.set("cpus", path.Join(dir, file))
	}
}

func (l *limiter) set(field, file string) {
	delete(l.out.Evidence, field)
	l.out.Evidence.Add(field, model.FromFile(model.Path(file), 1))
}
