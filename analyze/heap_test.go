package analyze_test

import (
	"cmp"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// limited is a machine of 8 GiB on which the application's control group may take 2 GiB.
func limited(a *txtar.Archive) {
	a.Files = append(a.Files, txtar.File{Name: "proc/meminfo", Data: []byte("MemTotal:        8388608 kB\n")},
		txtar.File{Name: "proc/412/cgroup", Data: []byte("0::/system.slice/app.service\n")},
		txtar.File{Name: "proc/self/mountinfo", Data: []byte("30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")},
		txtar.File{Name: "sys/fs/cgroup/system.slice/app.service/memory.max", Data: []byte("2147483648\n")})
}

// TestHeapOfJVM asks for the heap's limit by each option, and by none.
func TestHeapOfJVM(t *testing.T) {
	const mebi = 1 << 20
	const openJ9 = "/usr/lib/jvm/java-17-openjdk-amd64/lib/default/libj9vm29.so"
	for _, c := range []struct {
		name, options, version, library string
		bytes                           int64
		share                           float64
		collector                       string
	}{
		{"-Xmx before all", "-Xmx512m -XX:MaxRAMPercentage=75", "", "", 512 * mebi, 0, "G1"},
		{"no option", "", "", "", 512 * mebi, 25, "G1"},
		{"percentage of the group", "-XX:MaxRAMPercentage=50.0", "", "", 1024 * mebi, 50, "G1"},
		{"fraction", "-XX:MaxRAMFraction=2", "", "", 1024 * mebi, 50, "G1"},
		{"percentage before fraction", "-XX:MaxRAMPercentage=75 -XX:MaxRAMFraction=2", "", "", 1536 * mebi, 75, "G1"},
		{"nonsense", "-XX:MaxRAMPercentage=x -XX:MaxRAMFraction=0", "", "", 512 * mebi, 25, "G1"},
		{"MaxRAM", "-XX:MaxRAM=1g", "", "", 256 * mebi, 25, "G1"},
		{"not container-aware", "-XX:-UseContainerSupport", "", "", 2048 * mebi, 25, "G1"},
		{"before 8u191", "", "1.8.0_181", "", 2048 * mebi, 25, "Parallel"},
		{"before 8u191, asked to", "-XX:+UnlockExperimentalVMOptions -XX:+UseCGroupMemoryLimitForHeap", "1.8.0_181", "", 512 * mebi, 25, "Parallel"},
		{"8u191", "", "1.8.0_191-b12", "", 512 * mebi, 25, "Parallel"},
		{"OpenJ9", "", "", openJ9, 1024 * mebi, 50, "gencon"},
		{"OpenJ9 not container-aware", "-XX:-UseContainerSupport -Xgcpolicy:balanced", "", openJ9, 2048 * mebi, 25, "balanced"},
		{"OpenJ9, -Xmx", "-Xmx256m -Xgcpolicy:optthruput -Xgcpolicy:nogc", "", openJ9, 256 * mebi, 0, "nogc"},
		{"OpenJ9 knows no fraction", "-XX:MaxRAMFraction=4 -XX:MaxRAMPercentage=60", "", openJ9, 1288490188, 60, "gencon"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := machine(t, "java-springboot", func(a *txtar.Archive) {
				limited(a)
				replace(t, a, "proc/412/environ", "-Xmx512m", c.options)
				replace(t, a, "usr/lib/jvm/java-17-openjdk-amd64/release", "17.0.15", cmp.Or(c.version, "17.0.15"))
				if c.library != "" {
					replace(t, a, "proc/412/maps", "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", c.library)
				}
			})
			a, _ := run(t, m, "java-springboot", analyze.Options{})
			h := a.AnalysisInfo.Usage.Heap
			if h.MaxBytes != c.bytes || h.SharePercent != c.share || h.Collector != c.collector {
				t.Errorf("%d bytes, %g %%, %s; want %d, %g, %s: %+v", h.MaxBytes, h.SharePercent, h.Collector, c.bytes, c.share, c.collector, h)
			}
		})
	}
}

// TestHeapOfCLR does the same for .NET: variables hold hexadecimal numbers and count before the file.
func TestHeapOfCLR(t *testing.T) {
	const mebi = 1 << 20
	for _, c := range []struct {
		name, env, properties string
		bytes                 int64
		share                 float64
		collector             string
	}{
		{"no setting", "", "", 2048 / 100 * 75 * mebi, 75, "Workstation"},
		{"limit", "DOTNET_GCHeapHardLimit=0x10000000", `"System.GC.HeapHardLimit": 1048576`, 256 * mebi, 0, "Workstation"},
		{"limit in the file", "", `"System.GC.HeapHardLimit": 209715200, "System.GC.Server": true`, 200 * mebi, 0, "Server"},
		{"percent", "DOTNET_GCHeapHardLimitPercent=32", "", 0, 50, "Workstation"},
		{"percent in the file", "", `"System.GC.HeapHardLimitPercent": 40`, 0, 40, "Workstation"},
		{"each kind", "DOTNET_GCHeapHardLimitSOH=8000000\nDOTNET_GCHeapHardLimitLOH=4000000\nDOTNET_GCHeapHardLimit=100000", "", 192 * mebi, 0, "Workstation"},
		{"server by variable", "DOTNET_gcServer=1\nDOTNET_GCHeapCount=4", `"System.GC.Server": false`, 0, 75, "Server"},
		{"older prefix", "COMPlus_gcServer=1", "", 0, 75, "Server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := machine(t, "dotnet-generic", func(a *txtar.Archive) {
				limited(a)
				appendTo(t, a, "proc/412/environ", c.env+"\n")
				if c.properties != "" {
					replace(t, a, "opt/portal/Portal.runtimeconfig.json", `"runtimeOptions": {`, `"runtimeOptions": {"configProperties": {`+c.properties+`}, `)
				}
			})
			a, _ := run(t, m, "dotnet-generic", analyze.Options{})
			h := a.AnalysisInfo.Usage.Heap
			want := c.bytes
			if c.share > 0 {
				want = 2048 * mebi / 100 * int64(c.share)
			}
			if h.MaxBytes != want || h.SharePercent != c.share || h.Collector != c.collector {
				t.Errorf("%d bytes, %g %%, %s; want %d, %g, %s: %+v", h.MaxBytes, h.SharePercent, h.Collector, want, c.share, c.collector, h)
			}
		})
	}
}
