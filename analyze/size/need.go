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
	share := 0.0
	if u.Heap != nil {
		share = u.Heap.SharePercent
	}
	m := u.MemoryNeed(share)
	n.MemoryBytes, n.MemoryFrom = m.Bytes, m.From
	n.Evidence["memoryBytes"] = m.Evidence
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
