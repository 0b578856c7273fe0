package generate

import (
	"fmt"
	"strings"

	"a2c/model"
)

const mebi = 1 << 20

// heapNote is the key of the reason for not going by the heap's limit.
const heapNote = "memory"

// jvmOverhead is what a JVM needs beside its heap and stacks: metaspace, code cache, collector, direct buffers.
const jvmOverhead = 256 * mebi

// need is what was measured with its headroom, in CPU units and MiB.
func (p *proposer) need() (cpu, memory int, why string) {
	n := model.Need{CPUFactor: model.CPUHeadroom, MemoryFactor: model.MemoryHeadroom}
	if known := p.analysis.AnalysisInfo.Usage.Need; known != nil {
		n.CPUFactor, n.MemoryFactor = known.CPUFactor, known.MemoryFactor
		if len(known.Why) > 0 {
			p.because("size", "confidence %s: %s", known.Confidence, strings.Join(known.Why, "; "))
		}
	}
	n.Cores, n.CoresFrom = p.cores()
	n.MemoryBytes, n.MemoryFrom = p.memory(p.heap())
	bytes := n.MemoryBytes
	cpu, memory = n.Units()
	if u := p.analysis.AnalysisInfo.Usage; u.HeapBeyondHost() {
		p.because(heapNote, "-Xmx allows a heap of %d MiB on a machine of %d MiB, so that nothing keeps the JVM below the %d MiB that are proposed: set -Xmx to what it needs",
			u.MaxHeapBytes/mebi, u.HostMemoryBytes/mebi, bytes/mebi)
	}
	return cpu, memory, fmt.Sprintf("%.2f cores (%s) × %g and %d MiB (%s) × %g", n.Cores, n.CoresFrom, n.CPUFactor, bytes/mebi, n.MemoryFrom, n.MemoryFactor)
}

// size turns what was measured into the smallest valid pair: cores and memory with headroom, then the first row of Fargate's table that
// holds both. Memory may raise the CPU; it is never lowered.
func (p *proposer) size() {
	needCPU, needMemory, why := p.need()
	defer func() { // the trial had the folders in memory, too
		p.trial(needCPU, needMemory)
		p.d.ECSParameters.EC2.CPU, p.d.ECSParameters.EC2.Memory = p.d.EKSParameters.CPU, p.d.EKSParameters.Memory
		p.because("ecsParameters.ec2.memory", "%s", p.d.Reasons["eksParameters.memory"])
	}()
	if p.d.ReadOnlyRoot && len(p.d.Writable) > 0 {
		scratch := len(p.d.Writable) * scratchMiB
		needMemory += scratch
		why += fmt.Sprintf(" and %d MiB for writable folders", scratch)
	}

	cpu, memory, ok := model.FitFargate(needCPU, needMemory)
	if ok {
		p.d.ECSParameters.CPU, p.d.ECSParameters.Memory = float64(cpu)/1024, memory
		p.collector(float64(cpu)/1024, memory)
		p.because("ecsParameters.memory", "%s: the smallest pair that Fargate has is %g vCPU with %d MiB", why, float64(cpu)/1024, memory)
	} else {
		p.because("ecsParameters.memory", "%s: Fargate has nothing that large", why)
	}
	p.d.EKSParameters.CPU, p.d.EKSParameters.Memory = model.RoundKubernetes(needCPU, needMemory)
	p.because("eksParameters.memory", "%s, rounded up to 0.05 cores and 64 MiB", why)
}

func (p *proposer) cores() (float64, string) {
	u := p.analysis.AnalysisInfo.Usage
	if u.Need != nil && u.Need.Cores > 0 {
		return u.Need.Cores, u.Need.CoresFrom
	}
	if u.Cores > 0 {
		return u.Cores, "average since the start"
	}
	if p.image.Needs.Cores > 0 {
		return p.image.Needs.Cores, "image.json"
	}
	return 0.2, "default: not measured"
}

// memory is the largest of what was seen and what was asked for. The heap may take heapShare percent of it; 0: it has a limit of its own.
func (p *proposer) memory(heapShare float64) (int64, string) {
	u := p.analysis.AnalysisInfo.Usage
	best, from := int64(0), ""
	take := func(bytes int64, why string) {
		if bytes > best {
			best, from = bytes, why
		}
	}
	need := u.MemoryNeed(heapShare)
	take(need.Bytes, need.From)
	if u.Need == nil && u.MaxHeapBytes > 0 && !u.HeapBeyondHost() {
		take(u.MaxHeapBytes+jvmOverhead+int64(u.Threads)*mebi, fmt.Sprintf("-Xmx, %d threads and 256 MiB beside the heap", u.Threads))
	}
	take(p.image.Needs.MemoryBytes, "image.json")
	if _, tried := sized(p.seen); p.seen != nil && !tried { // a size that did tells more
		take(p.seen.PeakBytes, "peak of the image in verify")
	}
	if best == 0 {
		return 512 * mebi, "default: not measured"
	}
	return best, from
}

// disk asks for more than Fargate's 20 GiB when the image alone, compressed and unpacked, leaves less than a quarter of them free, and
// for as many open files as the host allowed.
func (p *proposer) disk() {
	const spare = 5 << 30
	if need := p.image.Size + p.image.Uncompressed + spare; need > model.DefaultEphemeralGiB<<30 {
		p.d.ECSParameters.EphemeralStorageGiB = int(min(model.MaxEphemeralGiB, (need+1<<30-1)>>30))
		p.because("ecsParameters.ephemeralStorageGiB", "the image takes %d GiB compressed and unpacked", (p.image.Size+p.image.Uncompressed)>>30)
	}
	for _, l := range p.analysis.AnalysisInfo.Kernel.Limits {
		if l.Kind == model.LimitNoFile && l.Bytes > defaultOpenFiles {
			p.d.ECSParameters.NoFile = int(min(l.Bytes, maxOpenFiles))
			p.because("ecsParameters.nofile", "its limit on the host is %d", l.Bytes)
		}
	}
}

// Open files on Fargate: the default and the most that may be asked for (API_Ulimit).
const (
	defaultOpenFiles = 65535
	maxOpenFiles     = 1048576
)

// partition of a region: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// registry is the host of the account's ECR in a region; "" while account or region are not known.
func registry(a model.AWS) string {
	if a.AccountID == "" || a.Region == "" {
		return ""
	}
	suffix := "amazonaws.com"
	if partition(a.Region) == "aws-cn" {
		suffix += ".cn"
	}
	return a.AccountID + ".dkr.ecr." + a.Region + "." + suffix
}
