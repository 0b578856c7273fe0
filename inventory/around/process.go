package around

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// process reads what the kernel holds of the main process.
func (e *each) process() {
	d := &e.app.Process
	d.Args = parse.RedactArgs(e.p.Args())
	for i, a := range d.Args {
		d.Args[i] = safe(a)
	}
	d.Evidence.Add("args", model.FromProc(e.p.PID, "cmdline"))
	if dir, _, err := e.p.Cwd(); err == nil {
		d.Cwd = model.Path(dir)
		d.Evidence.Add("cwd", model.FromProc(e.p.PID, "cwd"))
	} else {
		e.skip("cwd", err)
	}
	if s, err := e.p.Stat(); err == nil {
		d.Nice = s.Nice
		if d.Nice != 0 {
			d.Evidence.Add("nice", model.FromProc(e.p.PID, "stat"))
		}
	}
	e.status(d)
	e.limits(d)
	if n, err := e.p.OOMScoreAdj(); err == nil && n != 0 {
		d.OOMScoreAdj = n
		d.Evidence.Add("oomScoreAdj", model.FromProc(e.p.PID, "oom_score_adj"))
	} else {
		e.skip("oom_score_adj", err)
	}
	if text, err := e.p.Label(); err == nil && text != "" {
		d.Label = safe(text)
		d.Evidence.Add("label", model.FromProc(e.p.PID, "attr/current"))
	}
	c, err := e.p.CgroupLimits()
	e.skip("cgroup", err)
	if d.Cgroup = c; c != nil {
		d.Evidence.Add("cgroup", c.Evidence["path"]...)
	}
}

func (e *each) status(d *model.Process) {
	s, err := e.p.Status()
	if err != nil {
		e.skip("status", err)
		return
	}
	line := func(key string) model.Source { return model.FromProc(e.p.PID, "status:"+strconv.Itoa(s.Lines[key])) }
	if s.Umask >= 0 {
		d.Umask = fmt.Sprintf("%04o", s.Umask)
		d.Evidence.Add("umask", line("Umask"))
	}
	if d.Capabilities = capabilities(s.CapEff); d.Capabilities != nil {
		d.Evidence.Add("capabilities", line("CapEff"))
	}
	if d.Ambient = capabilities(s.CapAmb); d.Ambient != nil {
		d.Evidence.Add("ambientCapabilities", line("CapAmb"))
	}
	if d.Seccomp = map[int]string{1: "strict", 2: "filter"}[s.Seccomp]; d.Seccomp != "" {
		d.Evidence.Add("seccomp", line("Seccomp"))
	}
	if d.NoNewPrivs = s.NoNewPrivs; d.NoNewPrivs {
		d.Evidence.Add("noNewPrivileges", line("NoNewPrivs"))
	}
}

// fullSet is from how many capabilities on a set counts as "all": kernels since 2.6.33 have 36 and more, and engines and VMs take single ones away.
const fullSet = 36

func capabilities(set uint64) []string {
	if bits.OnesCount64(set) >= fullSet {
		return []string{"all"}
	}
	var names []string
	for n := range 64 {
		if set&(1<<n) != 0 {
			names = append(names, parse.CapabilityName(n))
		}
	}
	return names
}

// limits keeps those that differ from the first process's; where that is guarded, from those of the process's parents' manager there is nothing to
// compare with but the kernel's own beginnings (include/asm-generic/resource.h).
func (e *each) limits(d *model.Process) {
	list, err := e.p.Limits()
	if err != nil {
		e.skip("limits", err)
		return
	}
	usual := e.usualLimits()
	for _, x := range list {
		if u, known := usual[x.Name]; !known || u.Soft == x.Soft && u.Hard == x.Hard {
			continue
		}
		m := model.Limit{Name: x.Name, Soft: limitText(x.Soft), Hard: limitText(x.Hard), Unit: x.Unit}
		from := model.FromProc(e.p.PID, "limits:"+strconv.Itoa(x.Line))
		for _, field := range []string{"name", "soft", "hard"} {
			m.Evidence.Add(field, from)
		}
		if x.Unit != "" {
			m.Evidence.Add("unit", from)
		}
		d.Limits = append(d.Limits, m)
		d.Evidence.Add("limits", from)
	}
}

func (e *each) usualLimits() map[string]parse.Limit {
	usual := map[string]parse.Limit{}
	for _, l := range kernelLimits() {
		usual[l.Name] = l
	}
	first := e.h.Process(1)
	if first == nil {
		return usual
	}
	if list, err := first.Limits(); err == nil {
		for _, l := range list {
			usual[l.Name] = l
		}
	}
	if first.Comm == "systemd" { // what it gives to services, whatever it has itself (systemd-system.conf(5), DefaultLimitNOFILE, DefaultLimitMEMLOCK)
		usual["Max open files"] = parse.Limit{Soft: 1024, Hard: 524288}
		usual["Max locked memory"] = parse.Limit{Soft: 8 << 20, Hard: 8 << 20}
	}
	return usual
}

// kernelLimits are those of the very first process, apart from two that depend on the machine's memory and those that changed over time.
func kernelLimits() []parse.Limit {
	const all = parse.Unlimited
	return []parse.Limit{
		{Name: "Max cpu time", Soft: all, Hard: all},
		{Name: "Max file size", Soft: all, Hard: all},
		{Name: "Max data size", Soft: all, Hard: all},
		{Name: "Max stack size", Soft: 8 << 20, Hard: all},
		{Name: "Max core file size", Soft: 0, Hard: all},
		{Name: "Max resident set", Soft: all, Hard: all},
		{Name: "Max open files", Soft: 1024, Hard: 4096},
		{Name: "Max address space", Soft: all, Hard: all},
		{Name: "Max nice priority", Soft: 0, Hard: 0},
		{Name: "Max realtime priority", Soft: 0, Hard: 0},
		{Name: "Max realtime timeout", Soft: all, Hard: all},
	}
}

func limitText(v uint64) string {
	if v == parse.Unlimited {
		return "unlimited"
	}
	return strconv.FormatUint(v, 10)
}

// holder is the process that holds a socket, by the evidence that the listener carries.
func holder(h *host.Host, l model.Listener) (p *host.Process, fd int, ok bool) {
	p = h.Process(l.PID)
	if p == nil {
		return nil, 0, false
	}
	fd, ok = p.Holds(l.Inode)
	return p, fd, ok
}

func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
