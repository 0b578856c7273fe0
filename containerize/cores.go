package containerize

import (
	"runtime"
	"runtime/debug"

	"a2c/internal/child"
)

// jobs is how many threads a2c has while the builder works beside it, and how many the builder has.
func (r *runner) jobs() int {
	if r.o.Jobs > 0 {
		return r.o.Jobs
	}
	return child.Cores()
}

// allJobs is how many a2c has while no builder works: the builder's share too. Together they never have more.
func (r *runner) allJobs() int { return max(r.jobs(), min(2*r.jobs(), runtime.NumCPU())) }

// packGC keeps the heap small while layers are compressed: the buffers are few and large, so that collecting them twice as often costs next to nothing.
const packGC = 50

// alone takes both shares of the cores; the builder's is given back while it works (making.make). ended puts back what was.
func (r *runner) alone() (ended func()) {
	procs, percent := runtime.GOMAXPROCS(r.allJobs()), debug.SetGCPercent(packGC)
	return func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(percent)
	}
}
