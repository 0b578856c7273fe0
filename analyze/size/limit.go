package size

import (
	"cmp"
	"fmt"
	"path"
	"strconv"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// limit finds how large the heap may become: by -Xmx, by what the JVM publishes of itself, or by a share of the memory that it sees.
func (j *jvm) limit(h *model.Heap) {
	if h.MaxBytes = j.u.MaxHeapBytes; h.MaxBytes > 0 {
		h.Evidence.Add("maxBytes", j.u.Evidence["maxHeapBytes"]...)
		return
	}
	percent, from, asked := j.share()
	h.SharePercent, h.MaxBytes = percent, int64(percent/100*float64(j.most()))
	switch {
	case asked:
		h.ShareSource = fromFlag
	case j.seesGroup():
		h.ShareSource = fromDefault
	default:
		h.ShareSource = model.ShareOfMachine
	}
	h.Evidence.Add("sharePercent", from)
	h.Evidence.Add("shareSource", from)
	if j.perf != nil && j.perf.MaxHeap() > 0 {
		h.MaxBytes = j.perf.MaxHeap()
		h.Evidence.Add("maxBytes", j.from)
	}
	h.Evidence.Add("maxBytes", from)
}

// share is how much of the memory that the JVM sees the heap may take, in percent: MaxRAMPercentage counts before the older MaxRAMFraction, which OpenJ9 does not know.
// In a container OpenJ9 takes a half up to 1 GiB, then all but 512 MiB, and three quarters from 2 GiB on; for Java 8 without one a half, 512 MiB at most.
// https://eclipse.dev/openj9/docs/xxusecontainersupport https://eclipse.dev/openj9/docs/xms
func (j *jvm) share() (percent float64, from model.Source, asked bool) {
	const most, quarter, half = 100, 25, 50
	if v, from, ok := j.option("-XX:MaxRAMPercentage="); ok {
		if p, err := strconv.ParseFloat(v, 64); err == nil && p > 0 && p <= most {
			return p, from, true
		}
	}
	if v, from, ok := j.option("-XX:MaxRAMFraction="); ok && !j.openJ9() {
		if n, err := strconv.Atoi(v); err == nil && n > 0 {
			return most / float64(n), from, true
		}
	}
	if j.openJ9() && j.seesGroup() {
		return half, model.Derived("no option: OpenJ9 takes at least a half of a container's memory"), false
	}
	return quarter, model.Derived("no option: a quarter of the memory that the JVM sees"), false
}

// machine is the memory that the JVM sees: that of its control group, or of the machine.
func (j *jvm) machine() int64 {
	if j.seesGroup() {
		return seen(j.s, j.u)
	}
	return j.u.HostMemoryBytes
}

// most is the memory that the heap is a share of: no more than -XX:MaxRAM.
func (j *jvm) most() int64 {
	all := j.machine()
	if n, _, ok := j.bytes("-XX:MaxRAM="); ok && n > 0 && (all == 0 || n < all) {
		return n
	}
	return all
}

// seesGroup reports whether the JVM looks at the limits of its control group.
func (j *jvm) seesGroup() bool { return j.c.Java.SeesContainer(j.s.App.Runtime.Version) }

// inTask says what becomes of a heap without -Xmx in a task.
func (j *jvm) inTask() string {
	if j.seesGroup() {
		return fmt.Sprintf("in a task it may take %.3g %% of the task's memory", j.u.Heap.SharePercent)
	}
	return "this JVM does not look at the task's limit and may grow beyond it: set -Xmx"
}

// openJ9 knows Eclipse OpenJ9, and IBM's JVM, by the library that they run from.
func (j *jvm) openJ9() bool {
	for _, m := range j.s.Main.Maps {
		if strings.HasPrefix(path.Base(m.Path), "libj9vm") {
			return true
		}
	}
	return false
}

// policy is the collector of OpenJ9: gencon unless -Xgcpolicy says otherwise.
func (j *jvm) policy(h *model.Heap) (name, source string) {
	if v, from, ok := j.option("-Xgcpolicy:"); ok && v != "" {
		h.Evidence.Add("collector", from)
		return v, fromFlag
	}
	h.Evidence.Add("collector", model.Derived("no option: OpenJ9's default"))
	return "gencon", fromDefault
}

// seen is the memory of the control group, or of the machine where that is less.
func seen(s *subject.Subject, u *model.Usage) int64 {
	if l, err := s.Main.CgroupLimits(); err == nil && l != nil && l.MemoryBytes > 0 && (u.HostMemoryBytes == 0 || l.MemoryBytes < u.HostMemoryBytes) {
		return l.MemoryBytes
	}
	return u.HostMemoryBytes
}

func processors(s *subject.Subject) float64 {
	if l, err := s.Main.CgroupLimits(); err == nil && l != nil && l.CPUs > 0 {
		return l.CPUs
	}
	const most = 2 // have that at least
	return float64(cmp.Or(host.Processors(s.Host.Tree), most))
}
