package sample

import (
	"strconv"

	"a2c/inventory/host"
	"a2c/parse"
)

// compilers are the threads of one process that compile while the application runs, with their CPU time.
type compilers struct {
	known map[int]int    // how often a thread's name was looked at: a new one gets it a moment after its start
	ticks map[int]uint64 // of those that compile
	sum   uint64         // of what they used since the first look
}

// compiles knows a thread by its name, of which the kernel keeps 15 bytes: "C2 CompilerThread0" and "C1 CompilerThread0" of HotSpot, "JVMCI CompilerThread0" of
// Graal, "JIT Compilation Thread-000" of OpenJ9, ".NET Tiered Compilation Worker".
func compiles(comm string) bool {
	switch comm {
	case "C1 CompilerThre", "C2 CompilerThre", "JVMCI CompilerT", "JVMCI-native Co", "JIT Compilation", ".NET Tiered Com":
		return true
	}
	return false
}

// looksForName is how often a thread's name is looked at.
const looksForName = 2

// threads finds the threads that compile: a runtime starts more of them when there is much to do.
func (w *watcher) threads() {
	for _, p := range w.procs {
		dir := "/proc/" + strconv.Itoa(p.PID) + "/task/"
		entries, err := w.tree.ReadDir(dir)
		if err != nil {
			w.skip("threads that compile", err)
			continue
		}
		c := w.compilers[p.PID]
		first := c == nil
		if first {
			c = &compilers{ticks: map[int]uint64{}}
			w.compilers[p.PID] = c
		}
		now := make(map[int]int, len(entries))
		for _, e := range entries {
			tid, err := strconv.Atoi(e.Name)
			if err != nil {
				continue
			}
			if now[tid] = c.known[tid]; now[tid] == looksForName {
				continue
			}
			now[tid]++
			s, err := w.thread(p.PID, tid)
			if err != nil || !compiles(s.Comm) {
				continue // it ended, or does something else
			}
			now[tid] = looksForName
			c.ticks[tid] = 0
			if first { // what it did before is not of this sample
				c.ticks[tid] = s.UserTicks + s.SysTicks
			}
		}
		c.known = now
	}
}

func (w *watcher) thread(pid, tid int) (parse.ProcStat, error) {
	data, err := host.ReadInto(w.tree, "/proc/"+strconv.Itoa(pid)+"/task/"+strconv.Itoa(tid)+"/stat", int64(len(w.buf)), w.buf)
	if err != nil {
		return parse.ProcStat{}, err
	}
	return parse.Stat(data)
}

// compiled is the CPU time that a process's threads took for compiling since the first look, in ticks.
func (w *watcher) compiled(pid int) uint64 {
	c := w.compilers[pid]
	if c == nil {
		return 0
	}
	for tid, before := range c.ticks {
		s, err := w.thread(pid, tid)
		if err != nil {
			delete(c.ticks, tid) // it ended: there is nothing to compile
			continue
		}
		if now := s.UserTicks + s.SysTicks; now > before {
			c.sum += now - before
			c.ticks[tid] = now
		}
	}
	return c.sum
}
