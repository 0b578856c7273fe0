package model

import "math"

// Sampling is what the application used while a2c looked again and again, in all runs together: of each figure the highest of them, so that a quiet
// run takes nothing from a busy one.
type Sampling struct {
	Runs    []SampleRun `json:"runs"`    // the newest last, at most 20
	Seconds float64     `json:"seconds"` // in all runs, also those that are not listed any more
	Cores   CoreSpread  `json:"cores"`   // cores that its processes kept busy, over intervals of about a second
	Steady  CoreSpread  `json:"steady"`  // the same without what the runtime's own threads took for compiling
	RSS     ByteSpread  `json:"rss"`     // resident memory of its processes together; pages that they share count for each
	PSS     ByteSpread  `json:"pss"`     // the same with shared pages in parts, seen a few times only; 0: not readable
	// SwapBytes, Threads, OpenFiles and Connections are the most that was seen at a time; Connections are those to its own ports.
	SwapBytes   int64 `json:"swapBytes"`
	Threads     int   `json:"threads"`
	OpenFiles   int   `json:"openFiles"`
	Connections int   `json:"connections"`
	// GroupPeakBytes is the high-water mark of its control group, when that holds nothing else; it counts the page cache, too.
	GroupPeakBytes int64    `json:"groupPeakBytes,omitempty"`
	Evidence       Evidence `json:"evidence,omitempty"`
}

// WithoutCompiling is Steady, or Cores of a sample that did not tell them apart.
func (s Sampling) WithoutCompiling() CoreSpread {
	if s.Steady.Max == 0 {
		return s.Cores
	}
	return s.Steady
}

// SampleRun is one run of a2c analyze --sample.
type SampleRun struct {
	Started string  `json:"started"` // local time of the machine, RFC 3339
	Seconds float64 `json:"seconds"`
	Samples int     `json:"samples"`
	// Cores and PeakRSSBytes are this run's own.
	Cores        CoreSpread `json:"cores"`
	PeakRSSBytes int64      `json:"peakRssBytes"`
	// Requests are the lines that its access logs grew by, RequestsPerSecond their average; nil: no access log was seen.
	Requests *RequestRate `json:"requests,omitempty"`
	// CompileSeconds is the CPU time that the runtime's own threads took for compiling: most of it after a start.
	CompileSeconds float64 `json:"compileSeconds"`
	// CostSeconds is the CPU time that a2c's reader took meanwhile.
	CostSeconds float64  `json:"costSeconds"`
	Notes       []string `json:"notes,omitempty"` // what makes its figures say less: a process that was started anew, a clock that was set
	Evidence    Evidence `json:"evidence,omitempty"`
}

// RequestRate is what access logs tell.
type RequestRate struct {
	Lines     int      `json:"lines"`
	PerSecond float64  `json:"perSecond"`
	Files     []Path   `json:"files"`
	Evidence  Evidence `json:"evidence,omitempty"`
}

// CoreSpread are percentiles (nearest rank) of cores in use.
type CoreSpread struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// ByteSpread are percentiles (nearest rank) of bytes.
type ByteSpread struct {
	P50 int64 `json:"p50"`
	P90 int64 `json:"p90"`
	P99 int64 `json:"p99"`
	Max int64 `json:"max"`
}

// MemoryPart is one part of what the application needs of memory.
type MemoryPart struct {
	Part  string `json:"part"` // "heap", "metaspace", "code cache", "thread stacks", …
	Bytes int64  `json:"bytes"`
	// Source is where the number comes from: "flag" (an option says so), "measured", "default" (of the runtime, or a rule of thumb that Why names).
	Source   string   `json:"source"`
	Why      string   `json:"why,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Heap is what the runtime itself publishes of its heap, or what its options say of it.
type Heap struct {
	UsedBytes      int64 `json:"usedBytes,omitempty"`      // when it was collected last
	CommittedBytes int64 `json:"committedBytes,omitempty"` // taken from the machine
	MaxBytes       int64 `json:"maxBytes,omitempty"`       // that it may take; 0: not known, or no limit
	// SharePercent is how much of the memory that the runtime sees the heap may take, in a task of the task's; 0: a size is set, or nothing is known.
	SharePercent float64 `json:"sharePercent,omitempty"`
	// ShareSource is who says so: "flag", "default" (the runtime, which looks at the task's limit), "machine" (the runtime, which looks at the machine's memory alone).
	ShareSource  string  `json:"shareSource,omitempty"`
	Collections  int64   `json:"collections,omitempty"`
	PauseSeconds float64 `json:"pauseSeconds,omitempty"` // that collections stopped the application for, in all
	// Collector is "G1", "Serial", "Parallel", "Z", "Shenandoah", "CMS", "Epsilon", of OpenJ9 its policy ("gencon"), of .NET "Server" or "Workstation"; Source as in MemoryPart.
	Collector string `json:"collector"`
	Source    string `json:"source"`
	// ByMachine says that no option chooses the collector: the runtime did, by the processors and the memory that it saw, and may choose another one in a task.
	ByMachine bool     `json:"byMachine,omitempty"`
	Evidence  Evidence `json:"evidence,omitempty"`
}

// ShareOfMachine is the ShareSource of a runtime that does not look at a task's limit.
const ShareOfMachine = "machine"

// Need is what the application needs by all that was seen, before headroom. It is never lower than what was seen.
type Need struct {
	Cores       float64 `json:"cores"`
	MemoryBytes int64   `json:"memoryBytes"`
	// CPUFactor and MemoryFactor are the headroom to multiply with.
	CPUFactor    float64  `json:"cpuFactor"`
	MemoryFactor float64  `json:"memoryFactor"`
	Confidence   string   `json:"confidence"` // "high", "medium", "low"
	Why          []string `json:"why"`        // of the confidence, and what to do for a better one
	CoresFrom    string   `json:"coresFrom"`
	MemoryFrom   string   `json:"memoryFrom"`
	Evidence     Evidence `json:"evidence,omitempty"`
}

// Thousandths rounds to what documents keep of seconds and cores.
func Thousandths(v float64) float64 { return float64(int64(v*1000+0.5)) / 1000 }

// Headroom that is multiplied with what was seen.
const (
	CPUHeadroom    = 1.2
	MemoryHeadroom = 1.25
)

// RoundKubernetes is what Kubernetes is asked for, which takes any amount: steps keep small changes of what was measured from changing the files.
func RoundKubernetes(cpuUnits, memoryMiB int) (cores float64, mebibytes int) {
	return max(0.1, math.Ceil(float64(cpuUnits)/1024*20)/20), max(128, (memoryMiB+63)/64*64)
}

// Units is the need with its headroom, in CPU units (1024 are one vCPU) and MiB, rounded up.
func (n Need) Units() (cpuUnits, memoryMiB int) {
	return int(math.Ceil(n.Cores * n.CPUFactor * 1024)), int(math.Ceil(float64(n.MemoryBytes) * n.MemoryFactor / (1 << 20)))
}
