package generate

import (
	"strings"
	"testing"

	"a2c/model"
)

// TestHeapShare: a heap without a limit gets the share of the task that what was measured asks for, as a variable of the deployment, and the task becomes
// as large as that share makes it.
func TestHeapShare(t *testing.T) {
	const mib = 1 << 20
	usage := func(h model.Heap, heap, beside int64) model.Usage {
		u := model.Usage{PeakRSSBytes: 100 * mib, Heap: &h, Memory: []model.MemoryPart{{Part: model.PartHeap, Bytes: heap}, {Part: "metaspace", Bytes: beside}}}
		need := u.MemoryNeed(h.SharePercent)
		u.Need = &model.Need{CPUFactor: 1.2, MemoryFactor: 1.25, Cores: 0.1, MemoryBytes: need.Bytes, MemoryFrom: need.From}
		return u
	}
	quarter := model.Heap{SharePercent: 25, ShareSource: "default", Collector: "G1", ByMachine: true}
	collected := quarter
	collected.Collections, collected.UsedBytes = 3, 300*mib
	asked := collected
	asked.ShareSource = "flag"
	blind := collected
	blind.ShareSource = model.ShareOfMachine
	clr := model.Heap{SharePercent: 75, ShareSource: "default", Collector: "Server"}
	for _, c := range []struct {
		name     string
		usage    model.Usage
		image    string // JAVA_TOOL_OPTIONS in it
		secret   string
		variable string
		memory   int
		reason   string // under key
		key      string
	}{
		{"much in use", usage(collected, 400*mib, 200*mib), "", "", "-XX:MaxRAMPercentage=75", 1024, "twice the 300 MiB in use after a collection have to fit into the heap, 200 MiB beside it: 75 % instead of the JVM's own 25 %", "environment[JAVA_TOOL_OPTIONS]"},
		{"no collection yet", usage(quarter, 220*mib, 260*mib), "", "", "-XX:MaxRAMPercentage=50", 1024, "the heap took 220 MiB here, 260 MiB beside it: 50 %", "environment[JAVA_TOOL_OPTIONS]"},
		{"a quarter is enough", usage(quarter, 20*mib, 200*mib), "", "", "", 512, "", "environment[JAVA_TOOL_OPTIONS]"},
		{"options of the image", usage(collected, 400*mib, 200*mib), "-Dx=y", "", "-XX:MaxRAMPercentage=75 -Dx=y", 1024, "75 %", "environment[JAVA_TOOL_OPTIONS]"},
		{"options are a secret", usage(collected, 400*mib, 200*mib), "", javaToolOptions, "", 3072, "put -XX:MaxRAMPercentage=75 into the secret JAVA_TOOL_OPTIONS", "heap"},
		{"set by an option", usage(asked, 400*mib, 200*mib), "", "", "", 3072, "", "environment[JAVA_TOOL_OPTIONS]"},
		{"does not see the task", usage(blind, 400*mib, 200*mib), "", "", "", 3072, "set -Xmx", "heap"},
		{".NET", usage(clr, 100*mib, 100*mib), "", "", "", 512, "", "environment[JAVA_TOOL_OPTIONS]"},
		{"a limit", model.Usage{PeakRSSBytes: 100 * mib, MaxHeapBytes: 64 * mib, Heap: &model.Heap{MaxBytes: 64 * mib, Collector: "G1"}}, "", "", "", 512, "", "environment[JAVA_TOOL_OPTIONS]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := springBoot()
			s.seen, s.analysis.AnalysisInfo.Usage, s.image.Needs.MemoryBytes = nil, c.usage, 0
			if c.image != "" {
				s.image.Config.Env = append(s.image.Config.Env, javaToolOptions+"="+c.image)
			}
			if c.secret != "" {
				s.image.Needs.Secrets = append(s.image.Needs.Secrets, model.Secret{Name: c.secret})
			}
			d := Propose(s.analysis, s.image, nil)
			got := ""
			for _, v := range d.Environment {
				if v.Name == javaToolOptions {
					got += v.Value
				}
			}
			if got != c.variable || d.ECSParameters.Memory != c.memory {
				t.Errorf("%q and %d MiB, want %q and %d: %v", got, d.ECSParameters.Memory, c.variable, c.memory, d.Reasons)
			}
			if !strings.Contains(d.Reasons[c.key], c.reason) || c.reason == "" && d.Reasons[c.key] != "" {
				t.Errorf("%s: %q, want %q", c.key, d.Reasons[c.key], c.reason)
			}
		})
	}
}

// TestCollector: a collector that the JVM chose by the machine is pointed out where a task is smaller than what makes it choose so.
func TestCollector(t *testing.T) {
	for _, c := range []struct {
		name   string
		heap   model.Heap
		memory int64
		said   bool
	}{
		{"small task", model.Heap{MaxBytes: 1, Collector: "G1", ByMachine: true}, 300 << 20, true},
		{"by an option", model.Heap{MaxBytes: 1, Collector: "G1"}, 300 << 20, false},
		{"serial already", model.Heap{MaxBytes: 1, Collector: "Serial", ByMachine: true}, 300 << 20, false},
		{"large task", model.Heap{MaxBytes: 1, Collector: "G1", ByMachine: true}, 13 << 30, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := springBoot()
			s.seen, s.analysis.AnalysisInfo.Usage = nil, model.Usage{PeakRSSBytes: c.memory, Heap: &c.heap}
			d := Propose(s.analysis, s.image, nil)
			outputs, err := Render(t.Context(), d, Names())
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Contains(strings.Join(outputs["ecs-fargate"].Notes, "\n"), "Collector: no option chooses it: here the JVM took G1")
			if said != c.said || (d.Reasons["collector"] != "") != c.said {
				t.Errorf("said %v, want %v: %q", said, c.said, d.Reasons["collector"])
			}
		})
	}
}
