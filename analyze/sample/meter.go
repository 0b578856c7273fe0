package sample

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"a2c/model"
)

// reading is one process at one moment.
type reading struct {
	pid     int
	start   uint64 // starttime: another process under the same number has another one
	ticks   uint64 // utime + stime
	compile uint64 // of them, those of threads that compile, since the first look
	rss     int64  // bytes
	threads int
}

// ticksPerSecond is USER_HZ (time(7)).
const ticksPerSecond = 100

// meter makes figures of readings. It knows no clock and no file.
type meter struct {
	cpus   int           // of the machine
	plan   time.Duration // between two looks
	before map[int]reading
	at     time.Duration // of the last look, on a clock that nobody sets
	looked int

	cores        []float64
	steady       []float64 // without what was compiled
	compile      uint64    // ticks
	rss, pss     []int64
	swap         int64
	threads, fds int
	connections  int
	notes        []string
	noted        map[string]int
}

func newMeter(cpus int, plan time.Duration) *meter {
	return &meter{cpus: max(1, cpus), plan: plan, before: map[int]reading{}, noted: map[string]int{}}
}

// note keeps a remark of a kind once, and counts the others.
func (m *meter) note(kind, format string, args ...any) {
	if m.noted[kind]++; m.noted[kind] == 1 {
		m.notes = append(m.notes, fmt.Sprintf(format, args...))
	}
}

// remarks are the notes, with how often each came.
func (m *meter) remarks() []string {
	out := slices.Clone(m.notes)
	for _, kind := range []string{"gap", "wrap", "jump", "anew", "ended", "clock", "main", "back"} {
		if n := m.noted[kind]; n > 1 {
			out = append(out, fmt.Sprintf("%d times in all: %s", n, kindText(kind)))
		}
	}
	return out
}

func kindText(kind string) string {
	switch kind {
	case "gap":
		return "a2c did not get to look in time"
	case "wrap":
		return "a counter of CPU time went back"
	case "jump":
		return "a counter of CPU time jumped"
	case "anew":
		return "a process was started"
	case "ended":
		return "a process ended"
	case "main":
		return "the main process ended"
	case "back":
		return "the main process came again"
	}
	return "the clock was set"
}

// take adds what all processes say at one moment.
func (m *meter) take(at time.Duration, list []reading) {
	first := m.looked == 0
	m.looked++
	now := make(map[int]reading, len(list))
	var rss int64
	threads := 0
	for _, r := range list {
		now[r.pid] = r
		rss += r.rss
		threads += r.threads
	}
	m.rss = append(m.rss, rss)
	m.threads = max(m.threads, threads)
	if !first {
		m.interval(at-m.at, now)
	}
	m.before, m.at = now, at
}

// rest says that there was nothing to look at: no interval begins before the next look.
func (m *meter) rest(at time.Duration) { m.before, m.at = map[int]reading{}, at }

// interval counts the time on the processors between two looks. A counter that went back, or that says more than the machine has, says nothing
// about the interval.
func (m *meter) interval(d time.Duration, now map[int]reading) {
	if d <= 0 {
		return
	}
	if d > 3*m.plan {
		m.note("gap", "a2c did not get to look for %s at %s: the machine was stopped or busy", d.Round(100*time.Millisecond), m.at.Round(time.Second))
	}
	whole := true
	var ticks, compile uint64
	for pid, r := range now {
		b, known := m.before[pid]
		switch {
		case !known:
			m.note("anew", "process %d came at %s: it counts from there", pid, m.at.Round(time.Second))
		case b.start != r.start:
			m.note("anew", "process %d ended and another one got its number at %s: it counts from there", pid, m.at.Round(time.Second))
		case r.ticks < b.ticks:
			m.note("wrap", "the CPU time of process %d went back at %s: the interval is left out", pid, m.at.Round(time.Second))
			whole = false
		default:
			ticks += r.ticks - b.ticks
			compile += min(r.compile-b.compile, r.ticks-b.ticks)
		}
	}
	for pid := range m.before {
		if _, there := now[pid]; !there {
			m.note("ended", "process %d ended at %s: what it used after the look before is not known", pid, m.at.Round(time.Second))
		}
	}
	cores := float64(ticks) / ticksPerSecond / d.Seconds()
	if most := float64(m.cpus)*1.1 + 2/(ticksPerSecond*d.Seconds()); cores > most {
		m.note("jump", "the CPU time jumped by %.1f s in %s at %s, more than %d processors have: the interval is left out", float64(ticks)/ticksPerSecond, d.Round(time.Millisecond), m.at.Round(time.Second), m.cpus)
		whole = false
	}
	if whole {
		m.cores = append(m.cores, cores)
		m.steady = append(m.steady, float64(ticks-compile)/ticksPerSecond/d.Seconds())
		m.compile += compile
	}
}

// tolerance is what two clocks may differ by before it is said: NTP slews by 0.5 ms a second at most.
const tolerance = 2 * time.Second

// clock compares the wall clock with the one that nobody sets; drift is what they were apart before, the new one is returned.
func (m *meter) clock(wall, steady, drift time.Duration) time.Duration {
	now := wall - steady
	if (now - drift).Abs() >= tolerance {
		m.note("clock", "the clock was set by %s at %s; the figures go by another one", (now - drift).Round(time.Second), steady.Round(time.Second))
		return now
	}
	return drift
}

// rank is the nearest rank of a percentile in a sorted list.
func rank[T cmp.Ordered](sorted []T, percent int) T {
	if len(sorted) == 0 {
		var zero T
		return zero
	}
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

func coreSpread(list []float64) model.CoreSpread {
	s := slices.Sorted(slices.Values(list))
	return model.CoreSpread{P50: model.Thousandths(rank(s, 50)), P90: model.Thousandths(rank(s, 90)), P99: model.Thousandths(rank(s, 99)), Max: model.Thousandths(rank(s, 100))}
}

func byteSpread(list []int64) model.ByteSpread {
	s := slices.Sorted(slices.Values(list))
	return model.ByteSpread{P50: rank(s, 50), P90: rank(s, 90), P99: rank(s, 99), Max: rank(s, 100)}
}
