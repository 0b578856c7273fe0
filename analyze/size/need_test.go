package size

import (
	"strings"
	"testing"

	"a2c/model"
)

func sampled(seconds, cores, requests float64, started string) *model.Sampling {
	r := model.SampleRun{Started: started, Seconds: seconds, Cores: model.CoreSpread{P90: cores, P99: cores}, Requests: &model.RequestRate{PerSecond: requests}}
	return &model.Sampling{Runs: []model.SampleRun{r}, Seconds: seconds, Cores: r.Cores}
}

func TestNeed(t *testing.T) {
	const day = "2026-11-26T11:00:00+01:00"
	for _, c := range []struct {
		name   string
		u      model.Usage
		cores  float64
		bytes  int64
		from   string
		sure   string
		saying string
	}{
		{"never sampled", model.Usage{Cores: 0.3, PeakRSSBytes: 100 * mebi, UptimeSeconds: 90000}, 0.3, 100 * mebi, "peak resident", "low", "never sampled"},
		{"at night", model.Usage{Cores: 0.3, Sampling: sampled(60, 0.01, 0, "2026-11-26T03:10:00+01:00")}, 0.3, 0, "", "low", "sampled 60 s at 03:10 local time on Thu 2026-11-26, at night; requests 0/s"},
		{"nothing to do", model.Usage{Sampling: sampled(60, 0.01, 0, day)}, 0.01, 0, "", "low", "next to nothing to do"},
		{"used", model.Usage{Cores: 0.1, UptimeSeconds: 90000, Sampling: sampled(60, 0.8, 20, day)}, 0.8, 0, "", "medium", "requests 20/s"},
		{"used for long", model.Usage{UptimeSeconds: 90000, Sampling: sampled(900, 0.8, 20, day)}, 0.8, 0, "", "high", "requests 20/s"},
		{"just started", model.Usage{Cores: 0.9, CPUSeconds: 54, UptimeSeconds: 60, Sampling: sampled(20, 0.2, 20, day)}, 0.2, 0, "", "low", "started 60 s ago: its start is not counted, with it there is an average of 0.90 cores; the start took at most 54 s of CPU time, which is 216 s on 0.25 cores"},
		{"just started, nothing to do", model.Usage{Cores: 0.9, UptimeSeconds: 60, Sampling: sampled(20, 0.01, 0, day)}, 0.9, 0, "", "low", "its start is counted in the average of 0.90 cores"},
		{"started an hour ago", model.Usage{Cores: 0.9, UptimeSeconds: 3600, Sampling: sampled(60, 0.2, 20, day)}, 0.9, 0, "", "medium", "requests 20/s"},
		{"swapped out", model.Usage{RSSBytes: 5, SwapBytes: 7, PeakRSSBytes: 9}, 0, 12, "resident and swapped out", "low", ""},
		{"less in the model than seen", model.Usage{PeakRSSBytes: 9, Memory: []model.MemoryPart{{Bytes: 3}, {Bytes: 4}}}, 0, 9, "peak resident", "low", ""},
		{"more in the model", model.Usage{PeakRSSBytes: 9, Memory: []model.MemoryPart{{Bytes: 30}, {Bytes: 4}}}, 0, 34, "the parts of the runtime's memory together", "low", ""},
		{"no -Xmx", model.Usage{PeakRSSBytes: 9, Heap: &model.Heap{SharePercent: 25, Collections: 3, UsedBytes: 100 * mebi}}, 0, 640 * mebi, "no -Xmx: 25 % of the task have to hold twice the 100 MiB", "low", ""},
		{"three quarters", model.Usage{Heap: &model.Heap{SharePercent: 75, Collections: 3, UsedBytes: 300 * mebi}}, 0, 640 * mebi, "no -Xmx: 75 % of the task have to hold twice the 300 MiB", "low", ""},
		{"little beside the heap", model.Usage{Heap: &model.Heap{SharePercent: 80}, Memory: []model.MemoryPart{{Part: "heap", Bytes: 100 * mebi}, {Bytes: 200 * mebi}}}, 0, 800 * mebi, "no -Xmx: the heap may take 80 % of the task, the rest has to hold 200 MiB", "low", ""},
		{"beyond the machine", model.Usage{PeakRSSBytes: 900 * mebi, MaxHeapBytes: 8 << 30, HostMemoryBytes: 4 << 30}, 0, 1800 * mebi, "twice the peak of 900 MiB", "low", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := need(c.u)
			if n.Cores != c.cores || n.MemoryBytes != c.bytes || !strings.HasPrefix(n.MemoryFrom, c.from) || n.Confidence != c.sure {
				t.Errorf("%+v", n)
			}
			if text := strings.Join(n.Why, "; "); !strings.Contains(text, c.saying) {
				t.Errorf("%q does not say %q", text, c.saying)
			}
		})
	}
}

// TestBytes reads sizes as the JVM does.
func TestBytes(t *testing.T) {
	for text, want := range map[string]int64{"256m": 256 * mebi, "1G": 1 << 30, "512k": 512 << 10, "1048576": mebi, "": -1, "m": -1, "-1": -1, "9999999999t": -1} {
		if n, ok := Bytes(text); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d, %v", text, n, ok)
		}
	}
}
