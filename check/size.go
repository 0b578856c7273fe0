package check

import (
	"fmt"
	"math"

	"a2c/model"
)

// Size: CPU, memory and disk that a task can have.

const (
	maxCPUUnits  = 16384
	maxMemoryMiB = 122880
	// eksOverheadMiB is added to every pod's memory for kubelet and the container runtime.
	eksOverheadMiB = 256
)

func cpuMemoryCombination() Rule {
	return Rule{
		ID:       "fargate.cpu-memory-combination",
		Title:    "CPU and memory of the task are one of Fargate's pairs",
		Remedy:   "Take the pair that the message names: memory is rounded up, never down.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
		Targets:  []string{ECSFargate},
		Severity: model.Blocker,
		Task:     taskPair,
		Run: func(s *Subject, r Reporter) {
			cpu, memory, set := asked(s)
			if !set || model.ValidFargate(cpu, memory) {
				return
			}
			fitCPU, fitMemory, ok := model.FitFargate(cpu, memory)
			if !ok {
				return // above the ceiling: capacity-ceiling says so
			}
			r.Fail(fmt.Sprintf("%s vCPU with %d MiB is no pair of Fargate's; the next one is %s vCPU with %d MiB",
				vcpu(cpu), memory, vcpu(fitCPU), fitMemory), "deployment.json: ecsParameters.cpu", "deployment.json: ecsParameters.memory")
		},
	}
}

// asked is the size in deployment.json. A size that is not set is filled in by generate and always valid.
func asked(s *Subject) (cpuUnits, memoryMiB int, set bool) {
	if s.Deployment == nil {
		return 0, 0, false
	}
	p := s.Deployment.ECSParameters
	return int(math.Ceil(p.CPU * 1024)), p.Memory, p.CPU > 0 && p.Memory > 0
}

func capacityCeiling() Rule {
	return Rule{
		ID:       "fargate.capacity-ceiling",
		Title:    "16 vCPU and 120 GB are enough",
		Remedy:   "Split the application, or run it on EC2: ECS on EC2, ECS Managed Instances or EKS on EC2 nodes.",
		Note:     `The page of the differences for Fargate lists 32 vCPU with 60, 120 and 244 GB; the API reference (RegisterTaskDefinition, November 2026) ends at 16 vCPU and 120 GB, and is followed.`,
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     taskCeiling,
		Run: func(s *Subject, r Reporter) {
			u := s.App.AnalysisInfo.Usage
			largest := int64(maxMemoryMiB) << 20
			if s.Target == EKSFargate {
				largest -= eksOverheadMiB << 20
			}
			if used := max(u.PeakRSSBytes, u.RSSBytes+u.SwapBytes); used > largest {
				r.Fail(fmt.Sprintf("it used %s of memory at its peak", size(used)), at(u.Evidence, "peakRssBytes", "rssBytes", "swapBytes")...)
			} else if u.MaxHeapBytes > largest && !u.HeapBeyondHost() {
				r.Fail(fmt.Sprintf("its heap may grow to %s (-Xmx)", size(u.MaxHeapBytes)), at(u.Evidence, "maxHeapBytes")...)
			}
			if u.Cores > maxCPUUnits/1024 {
				r.Fail(fmt.Sprintf("it keeps %.1f cores busy on average", u.Cores), at(u.Evidence, "cores", "cpuSeconds")...)
			}
			if cpu, memory, set := asked(s); set && s.Target == ECSFargate && (cpu > maxCPUUnits || memory > maxMemoryMiB) {
				r.Fail(fmt.Sprintf("%s vCPU with %d MiB are asked for", vcpu(cpu), memory), "deployment.json: ecsParameters")
			}
			if u.PeakRSSBytes == 0 && u.RSSBytes == 0 {
				r.CannotTell("how much memory it uses is not known", "run a2c analyze while the application runs")
			}
		},
	}
}

func heapLimit() Rule {
	return Rule{
		ID:       "fargate.heap-limit",
		Title:    "The heap's limit is no more than the machine had",
		Remedy:   "Set -Xmx to what the application needs, or leave it out and set -XX:MaxRAMPercentage: a JVM that may take more than the task has is killed when it does.",
		Source:   "https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Warning,
		Run: func(s *Subject, r Reporter) {
			if u := s.App.AnalysisInfo.Usage; u.HeapBeyondHost() {
				r.Fail(fmt.Sprintf("its heap may grow to %s (-Xmx) on a machine of %s; it used %s at its peak", size(u.MaxHeapBytes), size(u.HostMemoryBytes),
					size(max(u.PeakRSSBytes, u.RSSBytes+u.SwapBytes))), at(u.Evidence, "maxHeapBytes", "hostMemoryBytes")...)
			}
		},
	}
}

// Ephemeral storage in GiB: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html
const (
	minEphemeralGiB    = 21
	maxEphemeralGiB    = model.MaxEphemeralGiB
	maxEphemeralEKSGiB = 175
)

func ephemeralStorage() Rule {
	return Rule{
		ID:       "fargate.ephemeral-storage-range",
		Title:    "Ephemeral storage is 21 to 200 GiB, or not set for the default of 20",
		Remedy:   "Leave out what the application does not need, and keep data on EFS or EBS; above 200 GiB run it on EC2.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     taskEphemeral,
		Run: func(s *Subject, r Reporter) {
			if s.Deployment != nil && s.Target == ECSFargate {
				if g := s.Deployment.ECSParameters.EphemeralStorageGiB; g != 0 && (g < minEphemeralGiB || g > maxEphemeralGiB) {
					r.Fail(fmt.Sprintf("%d GiB are asked for", g), "deployment.json: ecsParameters.ephemeralStorageGiB")
				}
			}
			largest := int64(maxEphemeralGiB)
			if s.Target == EKSFargate {
				largest = maxEphemeralEKSGiB
			}
			if need, from := imageOnDisk(s); need > largest<<30 {
				r.Fail(fmt.Sprintf("the image alone takes %s, compressed and unpacked, of the %d GiB that a task can have", size(need), largest), from...)
			}
		},
	}
}

// imageOnDisk is what the image takes of a task's ephemeral storage, where it lies compressed and unpacked
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html). Before it is built, half of the files'
// size is taken for the compressed form.
func imageOnDisk(s *Subject) (int64, []model.Source) {
	if s.Image != nil && s.Image.Uncompressed > 0 {
		return s.Image.Size + s.Image.Uncompressed, []model.Source{"image.json: size", "image.json: uncompressed"}
	}
	in := s.App.AnalysisInfo.Files.InBytes
	return in + in/2, []model.Source{"analysis.json: analysisInfo.files.inBytes"}
}

// vcpu writes CPU units as AWS does: "0.25", "2".
func vcpu(units int) string { return fmt.Sprintf("%g", float64(units)/1024) }

// size writes bytes for people, rounded to one decimal.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", bytes)
}
