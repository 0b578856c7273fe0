package proof

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"a2c/proof/apps"
)

// Verdict measures how long it takes from an image to the verdict on 50 requests, and what that costs the live application.
func Verdict() Proof {
	return Proof{
		Name: "verdict", Needs: []Need{Root, AMD64, Packages, Benchmark}, Budget: 4 * time.Minute,
		Install: InstallApps(apps.Shop()),
		Run: func(t *testing.T, b *Bench) {
			_, c, j := b.imageOf(t, "verdict", apps.Shop())
			f := figures{t: t, b: b}
			f.verdicts(c, j)
			f.print()
		},
	}
}

// verdicts takes the median of several runs, after some that warm the live application: a JVM becomes faster for minutes.
func (f *figures) verdicts(c Command, j Job) {
	const requests, warm, runs = 50, 2, 5
	args := []string{"verify", "--application-id", j.ID}
	for i := range requests / 2 {
		args = append(args, "--path", fmt.Sprintf("/shop/items?page=%d", i), "--path", fmt.Sprintf("/shop/?page=%d", i))
	}
	var beyond, ready, starting, asked, before []float64
	for i := range warm + runs {
		v := j.verified(f.t, c, args...)
		if !v.Verified || len(v.Comparisons) < requests || v.Live == nil {
			f.t.Fatalf("%d comparisons: %s", len(v.Comparisons), v.Why)
		}
		if i < warm {
			continue
		}
		seconds := j.Runs[len(j.Runs)-1].Seconds
		ready, beyond = append(ready, v.ReadySeconds), append(beyond, seconds-v.ReadySeconds)
		before, starting, asked = append(before, v.Live.BeforeMillis), append(starting, v.Live.StartingMillis/v.Live.BeforeMillis), append(asked, v.Live.AskedMillis/v.Live.BeforeMillis)
	}
	middle := func(list []float64) float64 {
		slices.Sort(list)
		return list[len(list)/2]
	}
	f.note(fmt.Sprintf("start of the image, median of %d", runs), middle(ready), 0, "s")
	f.timed(fmt.Sprintf("  verdict on %d requests beyond it", requests), middle(beyond), 5, "s")
	f.note("the live application's latency before", middle(before), 0, "ms")
	f.timed("  while the image starts : before", middle(starting), 1.2, "")
	f.timed("  while the image is asked : before", middle(asked), 1.2, "")
}
