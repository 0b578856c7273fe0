package verify

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// processors are those that a twin with a share of so many runs on: the last ones, whole cores before halves of them, of those that a2c may use. The others are
// left to the live application, whose requests then wait for none that the twin is about to leave, and whose caches stay its own. nil: it needs all.
func processors(cpus float64) []int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	type place struct{ pkg, core, n int }
	var all []place
	for n := range len(set) * strconv.IntSize {
		if set.IsSet(n) {
			all = append(all, place{topology(n, "physical_package_id"), topology(n, "core_id"), n})
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.core, b.core), cmp.Compare(a.n, b.n))
	})
	want := int(math.Ceil(cpus))
	if want >= len(all) {
		return nil
	}
	list := make([]int, 0, want)
	for _, p := range all[len(all)-want:] {
		list = append(list, p.n)
	}
	return list
}

// topology says where a processor is (Documentation/admin-guide/cputopology.rst); 0 where the kernel does not tell.
func topology(n int, name string) int {
	text, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/%s", n, name))
	if err != nil {
		return 0
	}
	place, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return place
}
