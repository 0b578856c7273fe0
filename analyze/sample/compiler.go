package sample

import (
	"errors"
	"io"
	"strconv"

	"a2c/inventory/host"
	"a2c/parse"
)

// compilers are the threads of one process that compile while the application runs, with their CPU time.
type compilers struct {
	known map[int]int // how often a thread's name was looked at: a new one gets it a moment after its start
	own   map[int]*compiler
	sum   uint64 // of what they used since the first look
}

// compiler is a thread that compiles. Its stat stays open: it is read every second.
type compiler struct {
	stat  host.File
	ticks uint64
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
			c = &compilers{own: map[int]*compiler{}}
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
			if w.compiler(c, dir, tid, first) {
				now[tid] = looksForName
			}
		}
		c.known = now
	}
}

// compiler keeps a thread if it compiles.
func (w *watcher) compiler(c *compilers, dir string, tid int, first bool) bool {
	stat := dir + strconv.Itoa(tid) + "/stat"
	one, comm, err := w.thread(stat)
	if err != nil || !compiles(comm) {
		return false // it ended, or does something else
	}
	if one.stat, err = w.tree.Open(stat); err != nil {
		return false
	}
	if !first { // what it did before the first look is not of this sample
		one.ticks = 0
	}
	c.own[tid] = &one
	return true
}

// thread reads the stat of a thread.
func (w *watcher) thread(name string) (c compiler, comm string, err error) {
	data, err := host.ReadInto(w.tree, name, int64(len(w.buf)), w.buf)
	if err != nil {
		return c, "", err
	}
	s, err := parse.Stat(data)
	c.ticks = s.UserTicks + s.SysTicks
	return c, s.Comm, err
}

// compiled is the CPU time that a process's threads took for compiling since the first look, in ticks.
func (w *watcher) compiled(pid int) uint64 {
	c := w.compilers[pid]
	if c == nil {
		return 0
	}
	for tid, one := range c.own {
		n, err := one.stat.ReadAt(w.buf, 0)
		s, bad := parse.Stat(w.buf[:n])
		if err != nil && !errors.Is(err, io.EOF) || bad != nil {
			one.stat.Close() // it ended: there was nothing left to compile
			delete(c.own, tid)
			continue
		}
		if now := s.UserTicks + s.SysTicks; now > one.ticks {
			c.sum += now - one.ticks
			one.ticks = now
		}
	}
	return c.sum
}

func (c *compilers) close() {
	if c == nil {
		return
	}
	for _, one := range c.own {
		one.stat.Close()
	}
}
