package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// PerfData is what a HotSpot JVM publishes of itself in /tmp/hsperfdata_USER/PID (perfMemory.hpp, perfData.hpp of OpenJDK): counters of its memory
// and its collectors. Texts are kept of collectors and spaces, and the runtime's version: others hold the command line.
type PerfData struct {
	Numbers map[string]int64  // "sun.gc.metaspace.used"
	Texts   map[string]string // "sun.gc.collector.0.name"
}

// Bounds of the file: 32 KiB unless -XX:PerfDataMemorySize says otherwise.
const (
	perfMagic      = 0xcafec0c0
	perfHeader     = 32
	perfEntry      = 20
	maxPerfEntries = 20_000
	maxPerfText    = 256
)

// ReadPerfData reads the file. The JVM writes it while it runs: an entry that does not fit ends the list, with what came before.
func ReadPerfData(data []byte) (PerfData, error) {
	p := PerfData{Numbers: map[string]int64{}, Texts: map[string]string{}}
	if len(data) < perfHeader || binary.BigEndian.Uint32(data) != perfMagic {
		return p, errors.New("no performance data of a HotSpot JVM: another magic number")
	}
	var order binary.ByteOrder = binary.BigEndian
	if data[4] == 1 {
		order = binary.LittleEndian
	}
	if major := data[5]; major != 2 {
		return p, fmt.Errorf("performance data of version %d, only 2 is known", major)
	}
	if data[7] == 0 {
		return p, errors.New("the JVM has not filled its performance data yet")
	}
	at, n := int64(order.Uint32(data[24:])), int64(order.Uint32(data[28:]))
	if at < perfHeader || n > maxPerfEntries {
		return p, fmt.Errorf("performance data with %d entries from byte %d", n, at)
	}
	for range n {
		if at+perfEntry > int64(len(data)) {
			return p, nil
		}
		e := data[at:]
		size := int64(order.Uint32(e))
		if size < perfEntry || at+size > int64(len(data)) {
			return p, nil
		}
		p.entry(e[:size], order)
		at += size
	}
	return p, nil
}

// entry is: length u32, offset of the name u32, length of a vector u32, type, flags, unit, variability, offset of the data u32.
func (p *PerfData) entry(e []byte, order binary.ByteOrder) {
	name, vector, data := order.Uint32(e[4:]), order.Uint32(e[8:]), order.Uint32(e[16:])
	if int64(name) >= int64(len(e)) || int64(data) >= int64(len(e)) {
		return
	}
	key := text(e[name:], maxPerfText)
	switch {
	case key == "":
	case e[12] == 'J' && vector == 0 && int(data)+8 <= len(e):
		p.Numbers[key] = int64(order.Uint64(e[data:]))
	case e[12] == 'B' && vector > 0 && textKept(key):
		p.Texts[key] = text(e[data:], int(min(vector, maxPerfText)))
	}
}

// PerfJavaVersion is the text that holds java.version: "17.0.15".
const PerfJavaVersion = "java.property.java.version"

func textKept(key string) bool {
	return key == PerfJavaVersion || (strings.HasPrefix(key, "sun.gc.collector.") || strings.HasPrefix(key, "sun.gc.generation.")) && strings.HasSuffix(key, ".name")
}

// text ends at a NUL byte, at the end, or after most bytes.
func text(b []byte, most int) string {
	b = b[:min(len(b), most)]
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// Generations sums up the spaces of the heap: bytes in use when the collector last looked, and bytes that are reserved from the machine.
func (p PerfData) Generations() (used, committed int64) {
	for name, v := range p.Numbers {
		if !strings.HasPrefix(name, "sun.gc.generation.") || v < 0 {
			continue
		}
		switch {
		case strings.Contains(name, ".space.") && strings.HasSuffix(name, ".used"):
			used += v
		case strings.Contains(name, ".space.") && strings.HasSuffix(name, ".capacity"):
			committed += v
		}
	}
	return used, committed
}

// Collections sums up what the collectors did: how often, and ticks of the JVM's clock that the application stood still for.
func (p PerfData) Collections() (count, ticks int64) {
	for name, v := range p.Numbers {
		if strings.HasPrefix(name, "sun.gc.collector.") && v > 0 {
			switch {
			case strings.HasSuffix(name, ".invocations"):
				count += v
			case strings.HasSuffix(name, ".time"):
				ticks += v
			}
		}
	}
	return count, ticks
}

// MaxHeap is the heap's limit in bytes as the JVM itself says it, 0 if it does not: G1 gives each generation the whole.
func (p PerfData) MaxHeap() int64 {
	young, old := p.Numbers["sun.gc.generation.0.maxCapacity"], p.Numbers["sun.gc.generation.1.maxCapacity"]
	if young < 0 || old < 0 || young > 1<<50 || old > 1<<50 {
		return 0
	}
	if strings.HasPrefix(p.Texts["sun.gc.collector.0.name"], "G1") {
		return max(young, old) &^ (1<<20 - 1)
	}
	return young + old
}
