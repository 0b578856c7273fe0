package size

import (
	"fmt"
	"slices"
	"time"

	"a2c/model"
)

// need is what comes of it all: the highest of what was seen, of what the memory model says, and of what options ask for.
func need(u model.Usage) *model.Need {
	n := &model.Need{CPUFactor: model.CPUHeadroom, MemoryFactor: model.MemoryHeadroom, Why: []string{}}
	neededCores(n, u)
	neededMemory(n, u)
	confidence(n, u)
	n.Evidence.Add("confidence", model.Derived("how long, when and under what load it was sampled"))
	n.Evidence.Add("why", model.Derived("sampling"))
	return n
}

// averageFrom is where cores come from that nothing better is known of.
const averageFrom = "average since the start"

// neededCores is the average since the start, or what was sampled when that is more. Of an application that has just started the average counts its start,
// with all that it compiles, which is no need: what was sampled under load counts alone then.
func neededCores(n *model.Need, u model.Usage) {
	n.Cores, n.CoresFrom = u.Cores, averageFrom
	n.Evidence.Add("cores", u.Evidence["cores"]...)
	if u.Sampling == nil {
		return
	}
	if p99 := u.Sampling.WithoutCompiling().P99; p99 >= n.Cores || loaded(u.Sampling) && justStarted(u) {
		n.Cores, n.CoresFrom = p99, fmt.Sprintf("99 %% of the seconds sampled (%s)", seconds(u.Sampling.Seconds))
		n.Evidence["cores"] = u.Sampling.Evidence["steady"]
	}
}

// justStarted reports whether the start is a large part of the average: it takes some ten to a hundred seconds of CPU time.
func justStarted(u model.Usage) bool { return u.UptimeSeconds > 0 && u.UptimeSeconds < settled }

// loaded reports whether the application had something to do while it was sampled.
func loaded(s *model.Sampling) bool {
	return s.Cores.P90 >= busyCores || slices.ContainsFunc(s.Runs, func(r model.SampleRun) bool { return r.Requests != nil && r.Requests.PerSecond > 0 })
}

// neededMemory never falls below what was resident, or resident and swapped out.
func neededMemory(n *model.Need, u model.Usage) {
	take := func(bytes int64, from string, evidence []model.Source) {
		if bytes > n.MemoryBytes {
			n.MemoryBytes, n.MemoryFrom = bytes, from
			n.Evidence["memoryBytes"] = evidence
		}
	}
	take(u.PeakRSSBytes, "peak resident", u.Evidence["peakRssBytes"])
	take(u.RSSBytes+u.SwapBytes, "resident and swapped out", u.Evidence["rssBytes"])
	if s := u.Sampling; s != nil {
		take(s.RSS.Max+s.SwapBytes, "sampled", s.Evidence["rss"])
	}
	var sum int64
	for _, p := range u.Memory {
		sum += p.Bytes
	}
	take(sum, "the parts of the runtime's memory together", []model.Source{model.Derived("sum of memory")})
	if u.HeapBeyondHost() {
		take(u.UnlimitedBytes(), fmt.Sprintf("twice the peak of %d MiB, at least 512 MiB more than it, since -Xmx says %d MiB on a machine of %d MiB",
			max(u.PeakRSSBytes, u.RSSBytes+u.SwapBytes)/mebi, u.MaxHeapBytes/mebi, u.HostMemoryBytes/mebi), u.Evidence["maxHeapBytes"])
	}
	h := u.Heap
	if h == nil || h.SharePercent <= 0 {
		return
	}
	share := h.SharePercent / 100
	if h.Collections > 0 {
		// Without -Xmx the JVM takes a share of the task's memory: what it kept after a collection has to fit, and as much to work with.
		why := fmt.Sprintf("no -Xmx: %.3g %% of the task have to hold twice the %d MiB that are in use after a collection", h.SharePercent, h.UsedBytes/mebi)
		if h.SharePercent < 50 {
			why += "; -XX:MaxRAMPercentage=75 would take less"
		}
		take(int64(float64(2*h.UsedBytes)/share/model.MemoryHeadroom), why, h.Evidence["usedBytes"])
	}
	if len(u.Memory) > 0 && u.Memory[0].Part == partHeap && share < 1 {
		beside := sum - u.Memory[0].Bytes
		take(int64(float64(beside)/(1-share)/model.MemoryHeadroom), fmt.Sprintf("no -Xmx: the heap may take %.3g %% of the task, the rest has to hold %d MiB beside it", h.SharePercent, beside/mebi),
			[]model.Source{model.Derived("sum of memory")})
	}
}

// Thresholds of how sure a need is.
const (
	longSample = 600.0   // seconds
	fewSeconds = 60.0    // seconds
	longUptime = 86400.0 // seconds
	settled    = 3600.0  // seconds
	busyCores  = 0.05
)

func confidence(n *model.Need, u model.Usage) {
	why := func(format string, args ...any) { n.Why = append(n.Why, fmt.Sprintf(format, args...)) }
	if justStarted(u) {
		start := "its start is not counted, with it there is an average"
		if n.CoresFrom == averageFrom {
			start = "its start is counted in the average"
		}
		why("started %s ago: %s of %.2f cores; the start took at most %.0f s of CPU time, which is %.0f s on %.2f cores", seconds(u.UptimeSeconds), start, u.Cores, u.CPUSeconds,
			u.CPUSeconds/max(0.25, n.Cores*n.CPUFactor), max(0.25, n.Cores*n.CPUFactor))
	}
	s := u.Sampling
	if s == nil {
		n.Confidence = "low"
		why("never sampled: cores are the average since the start, over %s, which hides every peak; a2c analyze --sample 60s while it is used tells more", seconds(u.UptimeSeconds))
		return
	}
	for _, r := range s.Runs[max(0, len(s.Runs)-3):] {
		n.Why = append(n.Why, runText(r))
	}
	switch {
	case !loaded(s):
		n.Confidence = "low"
		why("it had next to nothing to do: this says little about what it needs when it is used; sample again then")
	case s.Seconds >= longSample && u.UptimeSeconds >= longUptime:
		n.Confidence = "high"
	case s.Seconds >= fewSeconds:
		n.Confidence = "medium"
		why("sampled under load for %s in all; ten minutes, of an application that has run for a day, tell more", seconds(s.Seconds))
	default:
		n.Confidence = "low"
		why("sampled for %s only", seconds(s.Seconds))
	}
	if u.UptimeSeconds < longUptime {
		why("it has run for %s: a peak that comes once a day or month may not have come yet", seconds(u.UptimeSeconds))
	}
}

// runText is one run in words: "sampled 60 s at 03:10 local time on a Sunday; requests 0/s; cores 0.01 (p99)".
func runText(r model.SampleRun) string {
	text := fmt.Sprintf("sampled %s", seconds(r.Seconds))
	if at, err := time.Parse(time.RFC3339, r.Started); err == nil {
		text += at.Format(" at 15:04 local time on Mon 2006-01-02")
		switch h, day := at.Hour(), at.Weekday(); {
		case h < 6 || h >= 22:
			text += ", at night"
		case day == time.Saturday || day == time.Sunday:
			text += ", at a weekend"
		}
	}
	if r.Requests != nil {
		text += fmt.Sprintf("; requests %.3g/s", r.Requests.PerSecond)
	} else {
		text += "; requests not known: no access log"
	}
	if text += fmt.Sprintf("; cores %.2f (p99)", r.Cores.P99); r.CompileSeconds >= 1 {
		text += fmt.Sprintf(", %.0f s of CPU time for compiling, which are not counted", r.CompileSeconds)
	}
	return text
}

func seconds(v float64) string {
	d := time.Duration(v * float64(time.Second))
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", v)
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}
