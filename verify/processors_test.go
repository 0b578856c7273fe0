package verify

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestProcessors: a share of the machine is as many of its processors, each once, and all of them are no share.
func TestProcessors(t *testing.T) {
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	n := own.Count()
	for cpus, want := range map[float64]int{0.25: 1, 1: 1, 1.5: 2, float64(n): 0, float64(n + 1): 0} {
		if want >= n {
			want = 0
		}
		list := processors(cpus)
		if len(list) != want {
			t.Errorf("%g of %d: %v", cpus, runtime.NumCPU(), list)
		}
		seen := map[int]bool{}
		for _, p := range list {
			if seen[p] || !own.IsSet(p) {
				t.Errorf("%g: %v of %v", cpus, list, own)
			}
			seen[p] = true
		}
	}
}
