// Package size reads what the processes use, for sizing a task.
package size

import (
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Measure sums up over the application's processes. Peaks of several processes need not coincide: their sum is an upper bound.
// used is what was sampled, nil when nothing was.
func Measure(s *subject.Subject, c *config.Config, used *model.Sampling) model.Usage {
	u := model.Usage{Sampling: used}
	for _, p := range s.Procs {
		u.RSSBytes += p.Status.VMRSS
		u.PeakRSSBytes += p.Status.VMHWM
		u.SwapBytes += p.Status.VMSwap
		u.Threads += p.Status.Threads
		u.OpenFiles += len(p.FDs)
		line := func(field, key string) {
			if n := p.Status.Lines[key]; n > 0 {
				u.Evidence.Add(field, model.FromProc(p.PID, "status:"+strconv.Itoa(n)))
			}
		}
		line("rssBytes", "VmRSS")
		line("peakRssBytes", "VmHWM")
		line("swapBytes", "VmSwap")
		line("threads", "Threads")
		u.Evidence.Add("openFiles", model.FromProc(p.PID, "fd"))
		user, system, err := p.CPUTime()
		if err != nil {
			s.Skip(model.Skip{What: "CPU time of process " + strconv.Itoa(p.PID), Reason: host.Reason(err), Incomplete: !host.Vanished(err)})
			continue
		}
		u.CPUSeconds += (user + system).Seconds()
		u.Evidence.Add("cpuSeconds", model.FromProc(p.PID, "stat"))
	}
	uptime(s, &u)
	memory(s, &u)
	switch {
	case c.Java != nil:
		newJVM(s, c, &u).model()
	case s.Dotnet():
		newCLR(s, &u).model()
	}
	u.Need = need(u)
	sources(&u)
	return u
}

// sources says of what stands beside a number that it comes from where the number does.
func sources(u *model.Usage) {
	for i := range u.Memory {
		p := &u.Memory[i]
		for _, field := range []string{"part", "source", "why"} {
			p.Evidence.Add(field, p.Evidence["bytes"]...)
		}
		u.Evidence.Add("memory", p.Evidence["bytes"]...)
	}
	if h := u.Heap; h != nil {
		h.Evidence.Add("source", h.Evidence["collector"]...)
		u.Evidence.Add("heap", h.Evidence["collector"]...)
	}
	n := u.Need
	n.Evidence.Add("coresFrom", n.Evidence["cores"]...)
	n.Evidence.Add("memoryFrom", n.Evidence["memoryBytes"]...)
	for _, field := range []string{"cpuFactor", "memoryFactor"} {
		n.Evidence.Add(field, model.Derived("headroom: a rule of thumb"))
	}
	u.Evidence.Add("need", model.Derived("usage, sampling, memory"))
	if u.Sampling != nil {
		u.Evidence.Add("sampling", model.Derived("a2c analyze --sample"))
	}
}

// memory is what the machine has.
func memory(s *subject.Subject, u *model.Usage) {
	const name, limit = "/proc/meminfo", 64 << 10
	data, err := host.ReadFile(s.Host.Tree, name, limit)
	if err != nil {
		return // the inventory lists it
	}
	total, line := parse.MemTotal(data)
	if total > 0 {
		u.HostMemoryBytes = total
		u.Evidence.Add("hostMemoryBytes", model.FromFile(name, line))
	}
}

// uptime is how long the main process runs, by /proc/uptime and its start.
func uptime(s *subject.Subject, u *model.Usage) {
	data, err := host.ReadFile(s.Host.Tree, "/proc/uptime", 4096)
	if err != nil {
		s.Skip(model.Skip{What: "uptime", Path: "/proc/uptime", Reason: host.Reason(err), Incomplete: true})
		return
	}
	text, _, _ := strings.Cut(string(data), " ")
	up, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.Skip(model.Skip{What: "uptime", Path: "/proc/uptime", Reason: err.Error(), Incomplete: true})
		return
	}
	const ticksPerSecond = 100 // USER_HZ (time(7))
	u.UptimeSeconds = max(0, model.Thousandths(up-float64(s.Main.Start)/ticksPerSecond))
	u.Evidence.Add("uptimeSeconds", "/proc/uptime", model.FromProc(s.Main.PID, "stat"))
	if u.UptimeSeconds > 0 {
		u.Cores = model.Thousandths(u.CPUSeconds / u.UptimeSeconds)
		u.Evidence.Add("cores", model.Derived("cpuSeconds / uptimeSeconds"))
	}
}

// Bytes reads a size as the JVM does: a number with k, m, g or t.
func Bytes(v string) (int64, bool) {
	if v == "" {
		return 0, false
	}
	shift := 0
	switch v[len(v)-1] {
	case 'k', 'K':
		shift = 10
	case 'm', 'M':
		shift = 20
	case 'g', 'G':
		shift = 30
	case 't', 'T':
		shift = 40
	}
	if shift > 0 {
		v = v[:len(v)-1]
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 || n > (1<<62)>>shift {
		return 0, false
	}
	return n << shift, true
}
