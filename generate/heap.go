package generate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"a2c/model"
)

// javaToolOptions is the variable that every JVM takes options from, before those of its command line (JVM Tool Interface, "The JAVA_TOOL_OPTIONS
// Environment Variable"). It prints that it did.
const javaToolOptions = "JAVA_TOOL_OPTIONS"

// A heap's share of the task in percent: HotSpot's own, and the most that is proposed. Steps keep small changes of what was measured from changing the files.
const (
	ownShare  = 25
	mostShare = 75
	shareStep = 5
)

// heap decides how much of the task's memory the heap may take, which the deployment sets and not the image: it goes by what was measured, and the same
// application is to give the same image. 0: the heap has a limit of its own, or there is none.
func (p *proposer) heap() float64 {
	u := p.analysis.AnalysisInfo.Usage
	h := u.Heap
	if h == nil || h.SharePercent <= 0 {
		return 0
	}
	if h.ShareSource == model.ShareOfMachine {
		p.because("heap", "%s of the machine's memory may become heap, and this JVM does not look at a task's limit: set -Xmx to what it needs", percent(h.SharePercent))
		return h.SharePercent
	}
	if p.analysis.AnalysisInfo.App.Runtime.Kind != "jvm" || h.ShareSource != "default" || h.SharePercent != ownShare {
		return h.SharePercent
	}
	share, why := heapShare(u)
	if share <= ownShare {
		return h.SharePercent
	}
	option := fmt.Sprintf("-XX:MaxRAMPercentage=%d", share)
	if slices.ContainsFunc(p.d.Secrets, func(s model.SecretRef) bool { return s.Name == javaToolOptions }) {
		p.because("heap", "%s: put %s into the secret %s", why, option, javaToolOptions)
		return h.SharePercent
	}
	p.option(option)
	p.because("environment["+javaToolOptions+"]", "%s: %s instead of the JVM's own %d %%", why, percent(float64(share)), ownShare)
	return float64(share)
}

func percent(v float64) string { return fmt.Sprintf("%.3g %%", v) }

// heapShare is the share that leaves room for both the heap and what lies beside it, by what was measured; 0 when nothing was.
func heapShare(u model.Usage) (share int, why string) {
	if len(u.Memory) == 0 || u.Memory[0].Part != model.PartHeap {
		return 0, ""
	}
	heap, beside := u.Memory[0].Bytes, int64(0)
	why = fmt.Sprintf("the heap took %d MiB here", heap/mebi)
	if u.Heap.Collections > 0 {
		heap = 2 * u.Heap.UsedBytes
		why = fmt.Sprintf("twice the %d MiB in use after a collection have to fit into the heap", u.Heap.UsedBytes/mebi)
	}
	for _, part := range u.Memory[1:] {
		beside += part.Bytes
	}
	if heap <= 0 || beside <= 0 {
		return 0, ""
	}
	exact := 100 * float64(heap) / float64(heap+beside)
	return min(mostShare, int(math.Ceil(exact/shareStep))*shareStep), fmt.Sprintf("%s, %d MiB beside it", why, beside/mebi)
}

// option adds one to the variable, which the image or a stage may hold already.
func (p *proposer) option(option string) {
	value := option
	for _, e := range p.image.Config.Env {
		if have, ok := strings.CutPrefix(e, javaToolOptions+"="); ok && have != "" {
			value = option + " " + have // of equal options the last one counts
		}
	}
	p.d.Environment = slices.DeleteFunc(p.d.Environment, func(v model.NameValue) bool { return v.Name == javaToolOptions })
	at, _ := slices.BinarySearchFunc(p.d.Environment, javaToolOptions, func(v model.NameValue, name string) int { return strings.Compare(v.Name, name) })
	p.d.Environment = slices.Insert(p.d.Environment, at, model.NameValue{Name: javaToolOptions, Value: value})
}

// serverMemoryMiB is what HotSpot wants, beside two processors, to choose another collector than Serial (os::is_server_class_machine).
const serverMemoryMiB = 1792

// collector points out that a JVM which chose its collector by the machine's size chooses another one in a small task. cpu is in vCPU.
func (p *proposer) collector(cpu float64, memoryMiB int) {
	h := p.analysis.AnalysisInfo.Usage.Heap
	if h == nil || !h.ByMachine || h.Collector == "Serial" || cpu >= 2 && memoryMiB >= serverMemoryMiB {
		return
	}
	p.because("collector", "no option chooses it: here the JVM took %s by the machine's processors and memory; with %g vCPU and %d MiB it may take Serial, and pools that count processors "+
		"(ForkJoinPool, parallel streams, Netty, collector threads) get smaller; -XX:+Use%sGC and -XX:ActiveProcessorCount=N keep them", h.Collector, cpu, memoryMiB, h.Collector)
}
