package sample

import (
	"slices"

	"a2c/model"
)

// maxRuns is how many runs are listed.
const maxRuns = 20

// Merge joins the runs before with a new one: of each figure the highest counts, with its evidence. before may be nil.
func Merge(before *model.Sampling, now model.Sampling) model.Sampling {
	if before == nil {
		return now
	}
	sum := *before
	sum.Evidence = nil
	for _, s := range []model.Sampling{*before, now} {
		for field, from := range s.Evidence {
			sum.Evidence.Add(field, from...)
		}
	}
	sum.Runs = slices.Concat(before.Runs, now.Runs)
	sum.Runs = sum.Runs[max(0, len(sum.Runs)-maxRuns):]
	sum.Seconds = model.Thousandths(before.Seconds + now.Seconds)
	sum.Cores = higherCores(before.Cores, now.Cores)
	sum.Steady = higherCores(before.WithoutCompiling(), now.WithoutCompiling())
	sum.RSS, sum.PSS = higherBytes(before.RSS, now.RSS), higherBytes(before.PSS, now.PSS)
	sum.SwapBytes = max(before.SwapBytes, now.SwapBytes)
	sum.Threads, sum.OpenFiles = max(before.Threads, now.Threads), max(before.OpenFiles, now.OpenFiles)
	sum.Connections = max(before.Connections, now.Connections)
	sum.GroupPeakBytes = max(before.GroupPeakBytes, now.GroupPeakBytes)
	return sum
}

func higherCores(a, b model.CoreSpread) model.CoreSpread {
	return model.CoreSpread{P50: max(a.P50, b.P50), P90: max(a.P90, b.P90), P99: max(a.P99, b.P99), Max: max(a.Max, b.Max)}
}

func higherBytes(a, b model.ByteSpread) model.ByteSpread {
	return model.ByteSpread{P50: max(a.P50, b.P50), P90: max(a.P90, b.P90), P99: max(a.P99, b.P99), Max: max(a.Max, b.Max)}
}
