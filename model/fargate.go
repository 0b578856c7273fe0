package model

import "slices"

// FargateSize is one row of the table of task sizes: CPU units (1024 are one vCPU) and the MiB of memory allowed with them.
type FargateSize struct {
	CPU    int
	Memory []int // ascending
}

// The disk of a task on Fargate, GiB: what it has when nothing is asked for, and the most.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
const (
	DefaultEphemeralGiB = 20
	MaxEphemeralGiB     = 200
)

// FargateSizes is the table of RegisterTaskDefinition, parameter memory, as of November 2026, smallest first.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
// A second AWS page lists 32 vCPU with 60, 120 and 244 GB; the API reference does not, so neither does this table.
func FargateSizes() []FargateSize {
	return []FargateSize{
		{CPU: 256, Memory: []int{512, 1024, 2048}},
		{CPU: 512, Memory: steps(1024, 4096, 1024)},
		{CPU: 1024, Memory: steps(2048, 8192, 1024)},
		{CPU: 2048, Memory: steps(4096, 16384, 1024)},
		{CPU: 4096, Memory: steps(8192, 30720, 1024)},
		{CPU: 8192, Memory: steps(16384, 61440, 4096)},
		{CPU: 16384, Memory: steps(32768, 122880, 8192)},
	}
}

// FitFargate finds the smallest size that holds the need: the smallest CPU whose largest memory suffices, then the smallest memory.
// ok is false when nothing on Fargate is that large.
func FitFargate(cpuUnits, memoryMiB int) (cpu, memory int, ok bool) {
	for _, size := range FargateSizes() {
		if size.CPU < cpuUnits {
			continue
		}
		if i, _ := slices.BinarySearch(size.Memory, memoryMiB); i < len(size.Memory) {
			return size.CPU, size.Memory[i], true
		}
	}
	return 0, 0, false
}

// ValidFargate reports whether Fargate takes exactly this pair.
func ValidFargate(cpuUnits, memoryMiB int) bool {
	cpu, memory, ok := FitFargate(cpuUnits, memoryMiB)
	return ok && cpu == cpuUnits && memory == memoryMiB
}

func steps(first, last, step int) []int {
	var s []int
	for m := first; m <= last; m += step {
		s = append(s, m)
	}
	return s
}
