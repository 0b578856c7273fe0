package size

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// clr makes the memory model of .NET's runtime from its settings and from /proc: the runtime publishes nothing without being asked.
type clr struct {
	s          *subject.Subject
	u          *model.Usage
	properties map[string]any
	file       string
}

// maxRuntimeConfig bounds the file; real ones have a few hundred bytes.
const maxRuntimeConfig = 1 << 20

func newCLR(s *subject.Subject, u *model.Usage) *clr {
	c := &clr{s: s, u: u, file: beside(string(s.App.Artifact))}
	data, err := host.ReadFile(s.Root, c.file, maxRuntimeConfig)
	if err != nil {
		return c // a single file holds its own; what is missing has its defaults
	}
	if doc, err := parse.ReadRuntimeConfig(data); err == nil {
		c.properties = doc.Properties
	}
	return c
}

// setting is one of the runtime's: the variable DOTNET_gcServer, COMPlus_gcServer before .NET 6, wins over the property System.GC.Server. The
// variables' numbers are hexadecimal (learn.microsoft.com/dotnet/core/runtime-config/garbage-collector).
func (c *clr) setting(variable, property string) (n int64, from model.Source, ok bool) {
	for _, prefix := range []string{"DOTNET_", "COMPlus_"} {
		if v, set := c.s.Main.Getenv(prefix + variable); set {
			u, err := strconv.ParseUint(trimHex(v), 16, 63)
			return int64(u), model.FromEnv(c.s.Main.PID, prefix+variable), err == nil
		}
	}
	from = model.FromFile(model.Path(c.file), 0)
	switch v := c.properties[property].(type) {
	case bool:
		if v {
			return 1, from, true
		}
		return 0, from, true
	case float64:
		if v >= 0 && v < math.MaxInt64/2 {
			return int64(v), from, true
		}
	case json.Number:
		n, err := v.Int64()
		return n, from, err == nil
	case string:
		if v == "true" {
			return 1, from, true
		}
		n, err := strconv.ParseInt(v, 0, 64)
		return n, from, err == nil
	}
	return 0, "", false
}

func trimHex(v string) string {
	if len(v) > 2 && v[0] == '0' && (v[1] == 'x' || v[1] == 'X') {
		return v[2:]
	}
	return v
}

func (c *clr) model() {
	h := &model.Heap{Collector: "Workstation", Source: fromDefault}
	if n, from, ok := c.setting("gcServer", "System.GC.Server"); ok {
		h.Source = fromFlag
		if n != 0 {
			h.Collector = "Server"
		}
		h.Evidence.Add("collector", from)
	} else {
		h.Evidence.Add("collector", model.Derived("no setting: Workstation"))
	}
	c.limit(h)
	c.u.Heap = h
	c.parts(h)
}

// limit is what the heap may grow to: by the limits of each kind of object, which count first, by one for all, or by a share of the memory that the runtime
// sees. Without a setting that is three quarters where a control group limits the memory, as it does in a task.
// https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector
func (c *clr) limit(h *model.Heap) {
	for _, kind := range []string{"SOH", "LOH", "POH", ""} {
		if n, from, ok := c.setting("GCHeapHardLimit"+kind, "System.GC.HeapHardLimit"+kind); ok && n > 0 && n < 1<<50 && (kind != "" || h.MaxBytes == 0) {
			h.MaxBytes += n
			h.Evidence.Add("maxBytes", from)
		}
	}
	if h.MaxBytes > 0 {
		return
	}
	all := seen(c.s, c.u)
	n, from, ok := c.setting("GCHeapHardLimitPercent", "System.GC.HeapHardLimitPercent")
	if !ok || n <= 0 || n > 100 {
		const share = 75
		h.SharePercent, h.ShareSource = share, fromDefault
		h.Evidence.Add("sharePercent", model.Derived("no setting: 75 % of a container's memory"))
		h.Evidence.Add("shareSource", model.Derived("no setting"))
		if all == c.u.HostMemoryBytes {
			return // a limit in a task only
		}
		n, from = share, model.Derived("no setting: 75 % of the control group's memory")
	}
	h.SharePercent, h.MaxBytes = float64(n), all/100*n
	if h.ShareSource == "" {
		h.ShareSource = fromFlag
		h.Evidence.Add("shareSource", from)
	}
	h.Evidence.Add("sharePercent", from)
	h.Evidence.Add("maxBytes", from)
}

// heaps says how many the runtime makes: Server has one for each processor unless a setting says otherwise, and is Workstation where there is only one.
func (c *clr) heaps(h *model.Heap) string {
	if h.Collector != "Server" {
		return ""
	}
	if n, _, ok := c.setting("GCHeapCount", "System.GC.HeapCount"); ok && n > 0 {
		return fmt.Sprintf("; Server with %d heaps by setting", n)
	}
	return fmt.Sprintf("; Server with a heap for each of %g processors: with fewer vCPU it takes less memory, on one it is Workstation", processors(c.s))
}

func (c *clr) parts(h *model.Heap) {
	var anon int64
	heap := model.MemoryPart{Part: "heap and native", Source: fromMeasured, Why: "memory of its own: the managed heap, compiled code, malloc"}
	for _, p := range c.s.Procs {
		anon += p.Status.RSSAnon
		if n := p.Status.Lines["RssAnon"]; n > 0 {
			heap.Evidence.Add("bytes", model.FromProc(p.PID, "status:"+strconv.Itoa(n)))
		}
	}
	if heap.Bytes = anon; anon == 0 { // before Linux 4.5 the kernel does not tell them apart
		heap.Bytes = c.u.PeakRSSBytes
		heap.Evidence.Add("bytes", c.u.Evidence["peakRssBytes"]...)
	}
	if h.MaxBytes > 0 && h.MaxBytes < c.u.HostMemoryBytes/2 {
		const native = 64 * mebi
		heap.Bytes, heap.Source, heap.Why = max(anon, h.MaxBytes+native), fromFlag, fmt.Sprintf("the heap's hard limit of %d MiB, and 64 MiB beside it", h.MaxBytes/mebi)
		heap.Evidence.Add("bytes", h.Evidence["maxBytes"]...)
	}
	heap.Why += c.heaps(h)
	threads := c.u.Threads
	if c.u.Sampling != nil {
		threads = max(threads, c.u.Sampling.Threads)
	}
	const each = 1536 << 10 // .NET's default on Linux; little of it is resident, which is counted above
	stacks := model.MemoryPart{Part: "thread stacks", Bytes: int64(threads) * each / 8, Source: fromDefault, Why: fmt.Sprintf("%d threads, an eighth of 1.5 MiB each", threads)}
	stacks.Evidence.Add("bytes", c.u.Evidence["threads"]...)
	c.u.Memory = append(c.u.Memory, heap, stacks, programs(c.s))
}
