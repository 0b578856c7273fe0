// Package sample looks at an application's processes again and again for a while, cheaply: what they use of CPU time and memory, threads,
// descriptors and connections.
package sample

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// How often is looked at most. Each kind of look is put off further when it took CPU time: no more than share of its time goes into it.
const (
	everyLook   = time.Second
	everyStatus = 5 * time.Second
	everyFD     = 5 * time.Second
	everyThread = 3 * time.Second
	everySocket = 10 * time.Second
	everyFamily = 10 * time.Second
	everyPSS    = 30 * time.Second // the kernel holds a lock of the application's meanwhile
	mostLooks   = 3600
	share       = 1000 // a thousandth of the time each
)

// Watch samples for a while. The error is ctx's, or says that the main process cannot be looked at. When the main process ends, the sample goes on
// with the one that takes its place, with a note; other processes may come and go.
func Watch(ctx context.Context, t host.Tree, app model.App, d time.Duration, report func(string)) (model.Sampling, error) {
	runtime.LockOSThread() // its CPU time is measured
	defer runtime.UnlockOSThread()
	w, err := newWatcher(ctx, t, app, d)
	if err != nil {
		return model.Sampling{}, err
	}
	defer func() {
		for _, c := range w.compilers {
			c.close()
		}
	}()
	cost := ownTime(unix.RUSAGE_SELF)
	if err := w.run(ctx, d, report); err != nil {
		return model.Sampling{}, err
	}
	w.requests()
	return w.result(ownTime(unix.RUSAGE_SELF) - cost), nil
}

type watcher struct {
	tree      host.Tree
	main      *host.Process
	procs     []*host.Process
	ports     map[int]bool
	m         *meter
	probes    []*probe
	logs      []*accessLog
	compilers map[int]*compilers // by process
	began     time.Time
	lasted    time.Duration
	left      time.Duration // when the main process was lost
	gone      time.Duration // how long there was none, each time until another came
	buf       []byte
	skipped   map[string]bool
	who       identity // of the main process
	away      bool
	older     map[int]bool // processes from before the main one was started: none of them takes its place
}

// probe is one kind of look.
type probe struct {
	every, due time.Duration
	most       time.Duration // how far it is put off at most; 0: as far as its cost says
	do         func(at time.Duration)
}

func newWatcher(ctx context.Context, t host.Tree, app model.App, d time.Duration) (*watcher, error) {
	h, err := host.Read(ctx, t)
	if err != nil {
		return nil, err
	}
	w := &watcher{tree: t, main: h.Process(app.ProcessID), ports: map[int]bool{}, buf: make([]byte, 4096), skipped: map[string]bool{}, compilers: map[int]*compilers{}, older: map[int]bool{}}
	if w.main == nil {
		return nil, fmt.Errorf("process %d does not run any more", app.ProcessID)
	}
	plan := max(everyLook, d/mostLooks)
	w.m = newMeter(cmp.Or(host.Processors(t), runtime.NumCPU()), plan)
	if w.who, err = identify(t, w.main); err != nil {
		w.skip("program of the main process: it is not found again when it ends", err)
	}
	for _, p := range h.Processes {
		w.older[p.PID] = p.Start < w.main.Start
	}
	for _, pid := range app.Processes {
		if p := h.Process(pid); p != nil && !startedIt(h, p, w.main) {
			w.procs = append(w.procs, p)
		}
	}
	for _, l := range app.Listeners {
		if l.Protocol == "tcp" {
			w.ports[l.Port] = true
		}
	}
	w.logs = accessLogs(w.procs)
	w.probes = []*probe{
		{every: everyThread, do: func(time.Duration) { w.threads() }},
		{every: plan, do: w.look},
		{every: everyLook, most: 3 * everyLook, do: w.again},
		{every: everyStatus, do: w.status},
		{every: everyFD, do: w.descriptors},
		{every: everySocket, do: w.sockets},
		{every: everyFamily, due: everyFamily, do: w.family},
		{every: everyPSS, do: w.pss},
	}
	return w, nil
}

// startedIt reports whether p is a parent of main, at any distance: a shell or a controller.
func startedIt(h *host.Host, p, main *host.Process) bool {
	for n := 0; main != nil && main.PPID != 0 && n < 1000; n++ {
		if main.PPID == p.PID {
			return true
		}
		main = h.Process(main.PPID)
	}
	return false
}

func (w *watcher) run(ctx context.Context, d time.Duration, report func(string)) error {
	w.began = time.Now()
	var drift time.Duration
	told := time.Duration(0)
	for {
		now := time.Now()
		at := now.Sub(w.began) // monotonic
		w.lasted = min(at, d)
		drift = w.m.clock(now.Round(0).Sub(w.began.Round(0)), at, drift)
		next := d
		for _, p := range w.probes {
			if at >= p.due {
				before := ownTime(unix.RUSAGE_THREAD)
				p.do(at)
				off := max(p.every, share*(ownTime(unix.RUSAGE_THREAD)-before))
				if p.most > 0 {
					off = min(off, p.most)
				}
				p.due = at + off
			}
			next = min(next, p.due)
		}
		if report != nil && at-told >= everyStatus {
			told = at
			report(fmt.Sprintf("%s of %s, %d samples", at.Round(time.Second), d, w.m.looked))
		}
		if at >= d {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(max(time.Millisecond, next-time.Since(w.began))):
		}
	}
}

// look reads stat of each process, the one look that is taken every second.
func (w *watcher) look(at time.Duration) {
	var list []reading
	for _, p := range slices.Clone(w.procs) {
		s, err := p.StatInto(w.buf)
		switch {
		case err != nil && !host.Vanished(err):
			w.skip("CPU time and memory of a process", err)
			continue
		case err != nil || s.Over():
			w.lost(p, at)
			continue
		case s.StartTicks != p.Start && p == w.main:
			w.lost(p, at)
			continue
		}
		list = append(list, reading{p.PID, s.StartTicks, s.UserTicks + s.SysTicks, w.compiled(p.PID), s.RSSPages * int64(os.Getpagesize()), s.Threads})
	}
	if w.away {
		w.m.rest(at)
		return
	}
	w.m.take(at, list)
}

// lost takes a process out. Without the main one nothing counts until another takes its place.
func (w *watcher) lost(p *host.Process, at time.Duration) {
	w.procs = slices.DeleteFunc(w.procs, func(q *host.Process) bool { return q == p })
	w.compilers[p.PID].close()
	delete(w.compilers, p.PID)
	if p == w.main {
		w.away, w.left = true, at
		w.m.note("main", "the main process %d ended at %s", p.PID, at.Round(time.Second))
	}
}

func (w *watcher) status(time.Duration) {
	var swap int64
	for _, p := range w.procs {
		s, err := p.Status()
		if err != nil {
			w.skip("swap of a process", err)
			continue
		}
		swap += s.VMSwap
	}
	w.m.swap = max(w.m.swap, swap)
}

func (w *watcher) descriptors(time.Duration) {
	n := 0
	for _, p := range w.procs {
		one, err := p.OpenFiles()
		w.skip("open files of a process", err)
		n += one
	}
	w.m.fds = max(w.m.fds, n)
}

// sockets counts the connections to the application's own ports. The kernel's table has those of all processes.
func (w *watcher) sockets(time.Duration) {
	n := 0
	for _, family := range []string{"tcp", "tcp6"} {
		f, err := w.tree.Open("/proc/" + strconv.Itoa(w.main.PID) + "/net/" + family)
		if host.Vanished(err) {
			continue // no IPv6 here
		}
		if err != nil {
			w.skip("connections", err)
			return
		}
		rows, err := parse.ReadInetSockets(f, family, nil)
		f.Close()
		w.skip("connections", err)
		for _, r := range rows {
			if r.State == parse.Established && w.ports[int(r.Local.Port())] {
				n++
			}
		}
	}
	w.m.connections = max(w.m.connections, n)
}

// family finds processes that the application's have started meanwhile.
func (w *watcher) family(at time.Duration) {
	entries, err := w.tree.ReadDir("/proc")
	if err != nil {
		w.skip("new processes", err)
		return
	}
	ours := map[int]bool{}
	for _, p := range w.procs {
		ours[p.PID] = true
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name)
		if err != nil || ours[pid] || pid <= 1 {
			continue
		}
		data, err := host.ReadInto(w.tree, "/proc/"+e.Name+"/stat", int64(len(w.buf)), w.buf)
		if err != nil {
			continue // it ended
		}
		s, err := parse.Stat(data)
		if err == nil && ours[s.PPID] && !s.Over() {
			w.procs = append(w.procs, w.main.Sibling(s))
			ours[pid] = true
		}
	}
}

func (w *watcher) pss(time.Duration) {
	var sum int64
	for _, p := range w.procs {
		n, err := p.Rollup()
		if err != nil {
			w.skip("proportional memory (smaps_rollup)", err)
			return
		}
		sum += n
	}
	w.m.pss = append(w.m.pss, sum)
}

// present is how long the application was there.
func (w *watcher) present() time.Duration {
	if w.away {
		return w.left - w.gone
	}
	return w.lasted - w.gone
}

// skip notes once what could not be read.
func (w *watcher) skip(what string, err error) {
	if err == nil || host.Vanished(err) || w.skipped[what] {
		return
	}
	w.skipped[what] = true
	w.m.note("unread "+what, "%s: %s", what, host.Reason(err))
}

func (w *watcher) result(cost time.Duration) model.Sampling {
	pid := w.main.PID
	if w.away {
		w.m.note("partial", "it did not come back until the end: %s of %s were sampled", w.present().Round(time.Second), w.lasted.Round(time.Second))
	}
	run := model.SampleRun{
		Started: w.began.Round(0).Format(time.RFC3339), Seconds: model.Thousandths(w.present().Seconds()), Samples: w.m.looked, Cores: coreSpread(w.m.cores),
		CompileSeconds: float64(w.m.compile) / ticksPerSecond, CostSeconds: model.Thousandths(cost.Seconds()), Notes: w.m.remarks(), Requests: w.rate(),
	}
	if len(w.m.rss) > 0 {
		run.PeakRSSBytes = slices.Max(w.m.rss)
	}
	run.Evidence.Add("cores", model.FromProc(pid, "stat"))
	for p, c := range w.compilers {
		for tid := range c.own {
			run.Evidence.Add("compileSeconds", model.FromProc(p, "task/"+strconv.Itoa(tid)+"/stat"))
		}
	}
	slices.Sort(run.Evidence["compileSeconds"])
	run.Evidence.Add("peakRssBytes", model.FromProc(pid, "stat"))
	run.Evidence.Add("costSeconds", model.Derived("getrusage of a2c's reader"))
	s := model.Sampling{
		Runs: []model.SampleRun{run}, Seconds: run.Seconds, Cores: run.Cores, Steady: coreSpread(w.m.steady), RSS: byteSpread(w.m.rss), PSS: byteSpread(w.m.pss), SwapBytes: w.m.swap,
		Threads: w.m.threads, OpenFiles: w.m.fds, Connections: w.m.connections,
	}
	for _, p := range w.procs {
		for _, field := range []string{"cores", "steady", "rss", "threads"} {
			s.Evidence.Add(field, model.FromProc(p.PID, "stat"))
		}
		s.Evidence.Add("swapBytes", model.FromProc(p.PID, "status"))
		s.Evidence.Add("openFiles", model.FromProc(p.PID, "fd"))
		if len(w.m.pss) > 0 {
			s.Evidence.Add("pss", model.FromProc(p.PID, "smaps_rollup"))
		}
	}
	s.Evidence.Add("connections", model.FromProc(pid, "net/tcp"))
	own := func(pid int) bool {
		return slices.ContainsFunc(w.procs, func(p *host.Process) bool { return p.PID == pid })
	}
	if g, ok := w.main.OwnGroup("memory", own); ok {
		if n, file, ok := g.Peak(w.tree); ok {
			s.GroupPeakBytes = n
			s.Evidence.Add("groupPeakBytes", model.FromFile(model.Path(file), 1))
		}
	}
	return s
}

// ownTime is the CPU time of a2c's own process or thread.
func ownTime(who int) time.Duration {
	var u unix.Rusage
	if unix.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
