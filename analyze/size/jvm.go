package size

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Sources of a number.
const (
	fromFlag     = "flag"
	fromMeasured = "measured"
	fromDefault  = "default"
)

const mebi = 1 << 20

// jvm makes the memory model of a JVM from its options, from what it publishes in its performance data (no attaching), and from /proc.
type jvm struct {
	s    *subject.Subject
	c    *config.Config
	u    *model.Usage
	perf *parse.PerfData // nil: it publishes none
	from model.Source    // of perf
	ran  int64           // collections so far: only they bring most counters up to date
}

func newJVM(s *subject.Subject, c *config.Config, u *model.Usage) *jvm {
	j := &jvm{s: s, c: c, u: u}
	j.published()
	return j
}

// maxPerf bounds the performance data: 32 KiB unless -XX:PerfDataMemorySize asks for more.
const maxPerf = 4 << 20

// published reads the performance data that the JVM has mapped.
func (j *jvm) published() {
	for _, m := range j.s.Main.Maps {
		if !strings.Contains(m.Path, "/hsperfdata_") || !strings.HasPrefix(m.Perms, "rw") {
			continue
		}
		data, err := host.ReadFile(j.s.Root, m.Path, maxPerf)
		if err != nil {
			j.s.Skip(model.Skip{What: "performance data of the JVM", Path: model.Path(m.Path), Reason: host.Reason(err)})
			continue
		}
		p, err := parse.ReadPerfData(data)
		if err != nil {
			j.s.Skip(model.Skip{What: "performance data of the JVM", Path: model.Path(m.Path), Reason: err.Error()})
			continue
		}
		j.perf, j.from = &p, model.FromFile(model.Path(m.Path), 0)
		j.ran, _ = p.Collections()
		return
	}
}

func (j *jvm) model() {
	j.heapFlag()
	j.heap()
	j.parts()
}

// option is the last option with that prefix, its value, and where it stands.
func (j *jvm) option(prefixes ...string) (value string, from model.Source, ok bool) {
	for _, o := range j.c.Java.Options {
		for _, prefix := range prefixes {
			if v, has := strings.CutPrefix(o.Value, prefix); has {
				value, ok = v, true
				from = model.FromArg(j.s.Main.PID, o.Index)
				if o.Env != "" {
					from = model.FromEnv(j.s.Main.PID, o.Env)
				}
			}
		}
	}
	return value, from, ok
}

// bytes is an option that holds a size.
func (j *jvm) bytes(prefixes ...string) (int64, model.Source, bool) {
	var n int64
	v, from, ok := j.option(prefixes...)
	if ok {
		n, ok = Bytes(v)
	}
	return n, from, ok
}

// heapFlag reads -Xmx and -XX:MaxHeapSize, the last one counts.
func (j *jvm) heapFlag() {
	if n, from, ok := j.bytes("-Xmx", "-XX:MaxHeapSize="); ok {
		j.u.MaxHeapBytes = n
		j.u.Evidence.Add("maxHeapBytes", from)
	}
}

func (j *jvm) heap() {
	h := &model.Heap{}
	h.Collector, h.Source = j.collector(h)
	j.limit(h)
	if j.perf != nil && j.ran > 0 {
		h.UsedBytes, h.CommittedBytes = j.perf.Generations()
		count, ticks := j.perf.Collections()
		h.Collections = count
		if hz := j.perf.Numbers["sun.os.hrt.frequency"]; hz > 0 {
			h.PauseSeconds = model.Thousandths(float64(ticks) / float64(hz))
		}
		for _, field := range []string{"usedBytes", "committedBytes", "collections", "pauseSeconds"} {
			h.Evidence.Add(field, j.from)
		}
	}
	j.u.Heap = h
}

// collector is the one in use: as the JVM names it, as an option asks for it, or as the JVM chooses by itself.
func (j *jvm) collector(h *model.Heap) (name, source string) {
	if j.openJ9() {
		return j.policy(h)
	}
	asked, from := j.asked()
	if asked == "" {
		from = model.Derived("no option: the JVM's choice by processors and memory")
		h.ByMachine = true
		h.Evidence.Add("byMachine", from)
	}
	if j.perf != nil {
		if name = named(j.perf.Texts["sun.gc.collector.0.name"]); name != "" {
			h.Evidence.Add("collector", j.from)
			return name, fromMeasured
		}
	}
	h.Evidence.Add("collector", from)
	if asked != "" {
		return asked, fromFlag
	}
	const server = 1792 * mebi // os::is_server_class_machine: two processors and this much
	old := strings.HasPrefix(j.s.App.Runtime.Version, "1.8") || strings.HasPrefix(j.s.App.Runtime.Version, "8")
	switch {
	case j.processors() < 2 || j.machine() > 0 && j.machine() < server:
		return "Serial", fromDefault
	case old:
		return "Parallel", fromDefault
	}
	return "G1", fromDefault
}

// asked is the collector that an option asks for, "" for none.
func (j *jvm) asked() (name string, from model.Source) {
	for _, f := range []string{"Serial", "Parallel", "ParallelOld", "ConcMarkSweep", "G1", "Z", "Shenandoah", "Epsilon"} {
		if v, at, ok := j.option("-XX:+Use" + f + "GC"); ok && v == "" {
			name, from = strings.TrimSuffix(strings.Replace(f, "ConcMarkSweep", "CMS", 1), "Old"), at
		}
	}
	return name, from
}

func (j *jvm) processors() float64 { return processors(j.s) }

// named turns the collector's name in the performance data into that of its option.
func named(text string) string {
	switch {
	case strings.HasPrefix(text, "G1"):
		return "G1"
	case strings.HasPrefix(text, "PS"):
		return "Parallel"
	case text == "Copy" || strings.HasPrefix(text, "Serial"):
		return "Serial"
	case text == "PCopy" || strings.HasPrefix(text, "ParNew") || text == "CMS":
		return "CMS"
	case strings.HasPrefix(text, "Z"):
		return "Z"
	case strings.HasPrefix(text, "Shenandoah"):
		return "Shenandoah"
	case strings.HasPrefix(text, "Epsilon"):
		return "Epsilon"
	}
	return ""
}

// overhead is what a collector needs beside the heap, in thousandths of it: card tables and offsets (1/512 each), mark bitmaps (1/64 each),
// remembered sets, forwarding tables. A rule of thumb, from the collectors' own layouts.
func overhead(collector string) int64 {
	switch collector {
	case "Serial", "Epsilon":
		return 5
	case "Parallel", "CMS":
		return 40
	case "G1", "Shenandoah", "Z":
		return 60
	}
	return 60
}

// parts is the table.
func (j *jvm) parts() {
	heap := j.heapPart()
	meta := j.metaspace()
	code := j.codeCache()
	gc := model.MemoryPart{Part: "collector", Bytes: heap.Bytes * overhead(j.u.Heap.Collector) / 1000, Source: fromDefault, Why: fmt.Sprintf("%s: %g %% of the heap for its tables", j.u.Heap.Collector, float64(overhead(j.u.Heap.Collector))/10)}
	gc.Evidence.Add("bytes", model.Derived("heap and collector"))
	j.u.Memory = append(j.u.Memory, heap, meta, code, gc, j.stacks())
	if n, from, ok := j.bytes("-XX:MaxDirectMemorySize="); ok && n > 0 {
		p := model.MemoryPart{Part: "direct buffers", Bytes: n, Source: fromFlag, Why: "-XX:MaxDirectMemorySize"}
		p.Evidence.Add("bytes", from)
		j.u.Memory = append(j.u.Memory, p)
	}
	j.u.Memory = append(j.u.Memory, j.native(heap, meta, code), j.programs())
}

func (j *jvm) heapPart() model.MemoryPart {
	p := model.MemoryPart{Part: model.PartHeap}
	h := j.u.Heap
	anon := j.s.Main.Status.RSSAnon
	switch {
	case j.u.MaxHeapBytes > 0 && !j.u.HeapBeyondHost():
		p.Bytes, p.Source, p.Why = j.u.MaxHeapBytes, fromFlag, "-Xmx: it may grow to that"
		p.Evidence.Add("bytes", j.u.Evidence["maxHeapBytes"]...)
	case h.CommittedBytes > 0 && anon > 0:
		p.Bytes, p.Source = min(h.CommittedBytes, anon), fromMeasured
		p.Why = fmt.Sprintf("taken from the machine; after the last collection %d MiB of it were in use. No -Xmx: %s", h.UsedBytes/mebi, j.inTask())
		p.Evidence.Add("bytes", j.from, model.FromProc(j.s.Main.PID, "status:"+strconv.Itoa(j.s.Main.Status.Lines["RssAnon"])))
	default:
		p.Bytes, p.Source, p.Why = max(0, anon-64*mebi), fromMeasured, "memory of its own without 64 MiB for the JVM: the JVM says nothing of its heap (no collection yet, or -XX:-UsePerfData)"
		p.Evidence.Add("bytes", model.FromProc(j.s.Main.PID, "status:"+strconv.Itoa(j.s.Main.Status.Lines["RssAnon"])))
	}
	return p
}

func (j *jvm) metaspace() model.MemoryPart {
	p := model.MemoryPart{Part: "metaspace", Bytes: 64 * mebi, Source: fromDefault, Why: "not collected yet: a rule of thumb"}
	p.Evidence.Add("bytes", model.Derived("a rule of thumb"))
	if j.perf == nil || j.ran == 0 || j.perf.Numbers["sun.gc.metaspace.capacity"] <= 0 {
		return p
	}
	classes := j.perf.Numbers["sun.gc.compressedclassspace.capacity"]
	p.Bytes, p.Source, p.Why, p.Evidence = j.perf.Numbers["sun.gc.metaspace.capacity"], fromMeasured, fmt.Sprintf("of it %d MiB compressed class space", max(0, classes)/mebi), nil
	p.Evidence.Add("bytes", j.from)
	if n, from, ok := j.bytes("-XX:MaxMetaspaceSize="); ok && n > 0 {
		p.Why += fmt.Sprintf("; its limit is %d MiB", n/mebi)
		p.Evidence.Add("bytes", from)
	}
	return p
}

// codeCache is what of it is committed: the JVM alone maps memory of its own for writing and running.
func (j *jvm) codeCache() model.MemoryPart {
	p := model.MemoryPart{Part: "code cache", Bytes: 48 * mebi, Source: fromDefault, Why: "a rule of thumb; -XX:ReservedCodeCacheSize limits it"}
	p.Evidence.Add("bytes", model.Derived("a rule of thumb"))
	maps, err := j.s.Main.Process.Maps()
	if err != nil {
		return p // it was read before: Load says so
	}
	var sum int64
	line := 0
	for _, m := range maps {
		if m.Path == "" && strings.HasPrefix(m.Perms, "rwx") {
			sum += int64(m.End - m.Start)
			line = m.Line
		}
	}
	if line > 0 && sum > 0 {
		p.Bytes, p.Source, p.Why, p.Evidence = sum, fromMeasured, "committed so far", nil
		p.Evidence.Add("bytes", model.FromProc(j.s.Main.PID, "maps:"+strconv.Itoa(line)))
	}
	return p
}

// stacks counts each thread with the stack that it may have: little of it is resident in most.
func (j *jvm) stacks() model.MemoryPart {
	each, from, ok := j.bytes("-Xss", "-XX:ThreadStackSize=")
	p := model.MemoryPart{Part: "thread stacks", Source: fromFlag}
	if v, _, kilo := j.option("-XX:ThreadStackSize="); ok && kilo && !strings.ContainsAny(v, "kKmM") {
		each <<= 10 // this option counts in KiB
	}
	if !ok || each <= 0 || each > 1<<30 {
		each, p.Source, from = mebi, fromDefault, model.Derived("1 MiB, the JVM's default")
	}
	threads := j.u.Threads
	if j.u.Sampling != nil {
		threads = max(threads, j.u.Sampling.Threads)
	}
	p.Bytes = int64(threads) * each
	p.Why = fmt.Sprintf("%d threads of %d KiB, the most that they may have", threads, each>>10)
	p.Evidence.Add("bytes", from)
	p.Evidence.Add("bytes", j.u.Evidence["threads"]...)
	return p
}

// native is what is resident beside the parts that are known: malloc, direct buffers, symbols, libraries' own data.
func (j *jvm) native(heap, meta, code model.MemoryPart) model.MemoryPart {
	const least = 32 * mebi
	p := model.MemoryPart{Part: "other native", Bytes: least, Source: fromDefault, Why: "malloc, direct buffers, symbols: a rule of thumb"}
	p.Evidence.Add("bytes", model.Derived("a rule of thumb"))
	if heap.Source != fromMeasured || meta.Source != fromMeasured {
		return p
	}
	if rest := j.s.Main.Status.RSSAnon - heap.Bytes - meta.Bytes - code.Bytes; rest > least {
		p.Bytes, p.Source, p.Why, p.Evidence = rest, fromMeasured, "malloc, direct buffers, symbols: memory of its own without the parts above", nil
		p.Evidence.Add("bytes", model.FromProc(j.s.Main.PID, "status:"+strconv.Itoa(j.s.Main.Status.Lines["RssAnon"])))
	}
	return p
}

func (j *jvm) programs() model.MemoryPart { return programs(j.s) }

// programs are the pages of files that are mapped: programs, libraries, jars, the JVM's archive of classes.
func programs(s *subject.Subject) model.MemoryPart {
	p := model.MemoryPart{Part: "programs and libraries", Source: fromMeasured, Why: "resident pages of files"}
	for _, q := range s.Procs {
		p.Bytes += q.Status.RSSFile + q.Status.RSSShmem
		if n := q.Status.Lines["RssFile"]; n > 0 {
			p.Evidence.Add("bytes", model.FromProc(q.PID, "status:"+strconv.Itoa(n)))
		}
	}
	if p.Bytes == 0 {
		p.Bytes, p.Source, p.Why = 32*mebi, fromDefault, "a rule of thumb: the kernel does not say"
		p.Evidence.Add("bytes", model.Derived("a rule of thumb"))
	}
	return p
}

// beside is NAME.runtimeconfig.json of NAME.dll.
func beside(artifact string) string {
	return strings.TrimSuffix(artifact, path.Ext(artifact)) + ".runtimeconfig.json"
}
