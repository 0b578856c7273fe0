package model

import "fmt"

// PartHeap is the heap's name among the parts of a JVM's memory; it comes first.
const PartHeap = "heap"

const mebi = 1 << 20

// MemoryNeed is what an application needs of memory before headroom, and by what.
type MemoryNeed struct {
	Bytes    int64
	From     string
	Evidence []Source
}

// MemoryNeed is the highest of what was seen, of what the memory model says, and of what options ask for: never less than what was resident, or resident
// and swapped out. sharePercent is how much of a task's memory the heap may take that has no limit of its own; 0: it has one, or there is none.
func (u Usage) MemoryNeed(sharePercent float64) MemoryNeed {
	var n MemoryNeed
	n.take(u.PeakRSSBytes, "peak resident", u.Evidence["peakRssBytes"])
	n.take(u.RSSBytes+u.SwapBytes, "resident and swapped out", u.Evidence["rssBytes"])
	if s := u.Sampling; s != nil {
		n.take(s.RSS.Max+s.SwapBytes, "sampled", s.Evidence["rss"])
	}
	var sum int64
	for _, p := range u.Memory {
		sum += p.Bytes
	}
	n.take(sum, "the parts of the runtime's memory together", []Source{Derived("sum of memory")})
	if u.HeapBeyondHost() {
		n.take(u.UnlimitedBytes(), fmt.Sprintf("twice the peak of %d MiB, at least 512 MiB more than it, since -Xmx says %d MiB on a machine of %d MiB",
			max(u.PeakRSSBytes, u.RSSBytes+u.SwapBytes)/mebi, u.MaxHeapBytes/mebi, u.HostMemoryBytes/mebi), u.Evidence["maxHeapBytes"])
	}
	if u.Heap != nil && sharePercent > 0 {
		n.shared(u, sum, sharePercent)
	}
	return n
}

func (n *MemoryNeed) take(bytes int64, from string, evidence []Source) {
	if bytes > n.Bytes {
		*n = MemoryNeed{bytes, from, evidence}
	}
}

// shared is what a heap needs that is a share of the task's memory: what it kept after a collection has to fit, and as much to work with; and what lies
// beside it has to fit into the rest. sum are all parts of the runtime's memory.
func (n *MemoryNeed) shared(u Usage, sum int64, percent float64) {
	share := percent / 100
	if h := u.Heap; h.Collections > 0 {
		why := fmt.Sprintf("no -Xmx: %.3g %% of the task have to hold twice the %d MiB that are in use after a collection", percent, h.UsedBytes/mebi)
		if percent < 50 {
			why += "; -XX:MaxRAMPercentage=75 would take less"
		}
		n.take(int64(float64(2*h.UsedBytes)/share/MemoryHeadroom), why, h.Evidence["usedBytes"])
	}
	if len(u.Memory) > 0 && u.Memory[0].Part == PartHeap && share < 1 {
		beside := sum - u.Memory[0].Bytes
		n.take(int64(float64(beside)/(1-share)/MemoryHeadroom), fmt.Sprintf("no -Xmx: the heap may take %.3g %% of the task, the rest has to hold %d MiB beside it", percent, beside/mebi),
			[]Source{Derived("sum of memory")})
	}
}
